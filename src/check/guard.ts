/**
 * The last wall before the network: whatever a job dials or asks goes through it, and is refused here where nobody has
 * asked the policy before. Under it stand the ranges that the caller is narrowed to.
 *
 * @module
 */
import { DNS_PORT, serverOf } from '../lib/address.ts'
import type { Failure } from './codes.ts'
import type { CheckDeps } from './deps.ts'
import { failure } from './failure.ts'
import { type DialOptions, type DialTls, type Exchange, type Network, NO_TIMINGS, noAnswerFrom } from './network.ts'
import { narrowedPolicy, type Policy } from './policy.ts'

/** A connection that is about to be made, with the names that the request for it bears. */
type Dial = Pick<DialOptions, 'address' | 'port'> & {
  tls?: DialTls | null
  headers?: Readonly<Record<string, string>>
}

/** @param egressOnly CIDRs to which the caller is narrowed; left out: the policy alone decides. */
export function guardedDeps(
  deps: CheckDeps,
  egressOnly: readonly string[] | undefined,
  counts: (bytes: number) => void = () => undefined,
): CheckDeps {
  const policy = egressOnly === undefined ? deps.policy : narrowedPolicy(deps.policy, egressOnly)
  return { ...deps, policy, network: guarded(deps.network, policy, deps.ownDnsServers ?? [], counts) }
}

/** Questions to DNS are not counted byte by byte: one with its answer is seldom more. */
const QUESTION_BYTES = 512

/**
 * @param ownDnsServers are asked whatever the policy says: they are the operator's choice.
 * @param counts is told the bytes that went over each connection.
 */
function guarded(
  network: Network,
  policy: Policy,
  ownDnsServers: readonly string[],
  counts: (bytes: number) => void,
): Network {
  return {
    ...network,
    async tcp(request) {
      const refused = refusalBy(policy, request)
      return refused === null
        ? network.tcp({ ...request, counts })
        : { ...unmade(refused), failedStep: null, received: '' }
    },
    async http(request) {
      const refused = refusalBy(policy, request)
      return refused === null ? network.http({ ...request, counts }) : { ...unmade(refused), ...NO_HTTP }
    },
    async grpc(request) {
      const refused = refusalBy(policy, request)
      return refused === null ? network.grpc({ ...request, counts }) : { ...unmade(refused), ...NO_HTTP }
    },
    async query(request) {
      const refused = refusalBy(policy, request)
      const { address, port, name, type } = request
      return refused === null
        ? network.query({ ...request, counts })
        : { ...unmade(refused), dns: noAnswerFrom(`${address}:${port}`, name, type), records: [] }
    },
    async resolve(request) {
      const { server, name, type } = request
      const { address, port } = serverOf(server ?? '') ?? { address: server ?? '', port: null }
      const refused =
        server === null || ownDnsServers.includes(server)
          ? null
          : refusalBy(policy, { address, port: port ?? DNS_PORT })
      if (refused !== null) {
        return { evidence: noAnswerFrom(server, name, type), durationMs: 0, failure: { ...refused, phase: 'dns' } }
      }
      counts(QUESTION_BYTES)
      return network.resolve(request)
    },
  }
}

const NO_HTTP = { http: null, headers: null, body: null }

/** Portolan is known by its name as well: a router in front of it leads everywhere else, too. */
function refusalBy({ check, own }: Policy, { address, port, tls, headers }: Dial): Failure | null {
  const permission = check(address, port)
  if (!permission.allowed) {
    return failure('blocked_by_policy', 'connect', permission.reason)
  }
  const [host, asked] = hostOf(headers?.host ?? headers?.[':authority'] ?? null)
  const names = [
    ...(host === null ? [] : [{ host, port: asked ?? (tls ? 443 : 80) }]),
    ...(tls?.serverName ? [{ host: tls.serverName, port: asked ?? port }] : []),
  ]
  const named = names.find((each) => own.isNamed(each.host, each.port))
  return named === undefined
    ? null
    : failure('blocked_by_policy', 'connect', `${named.host} (PORTOLAN_PUBLIC_URL) is Portolan's own listener`)
}

function hostOf(header: string | null): [host: string | null, port: number | null] {
  const [, host = null, digits] = header === null ? [] : (/^(.*?)(?::(\d+))?$/.exec(header) ?? [])
  return [host, digits === undefined ? null : Number(digits)]
}

const unmade = (failed: Failure): Exchange => ({
  timings: NO_TIMINGS,
  resolvedAddress: null,
  localAddress: null,
  tls: null,
  failure: failed,
})
