/**
 * Tries that end with a name: because the check asks for no more, or because the name that is to be dialled does not
 * resolve.
 *
 * @module
 */
import { DNS_PORT, serverOf } from '../lib/address.ts'
import type { Check } from '../plan/check.ts'
import { KINDS } from '../plan/kinds.ts'
import type { PlannedPath } from '../plan/path.ts'
import { podResolver } from '../plan/pod-resolver.ts'
import type { Failure } from './codes.ts'
import type { CheckDeps } from './deps.ts'
import { judgeDns } from './dns.ts'
import { failure } from './failure.ts'
import { NO_TIMINGS } from './network.ts'
import { fullNames, lookUp, type ResolveContext, type Resolved, resolveName, resolveRecord } from './resolve.ts'
import type { Result } from './result.ts'
import { describe, NOTHING, type Observation, type TryContext, type TryKey, unlessBroken } from './try.ts'

/** The name that must be resolved before the path can be dialled; `null`: its address is an IP, or nothing is dialled. */
export function nameToDial(path: PlannedPath, check: Check): string | null {
  return check.type === 'dns' || path.address === null || path.family !== null ? null : path.address
}

/** Resolves the name that a path is dialled by. */
export function resolveToDial(context: TryContext, path: PlannedPath, name: string): Promise<Resolved> {
  const asked = resolveContext(context)
  return KINDS[path.kind].resolvedBy === 'resolve' ? resolveName(asked, name, null) : lookUp(asked, name, null)
}

export function resolveContext({ deps, addresses, plan, timeoutMs, signal }: TryContext): ResolveContext {
  const { searchList, ndots } = podResolver(plan.target.namespace, addresses)
  return {
    network: deps.network,
    servers: addresses.dnsServers.length > 0 ? addresses.dnsServers : null,
    namesOf: (name) => fullNames(name, searchList, ndots),
    timeoutMs,
    signal,
    forbids: (server) => refusedServer(deps, server),
    unanswered: new Set(),
  }
}

/** The policy decides about a DNS server before each question, as it does about an address before each dial. */
function refusedServer({ policy, ownDnsServers }: CheckDeps, server: string): Failure | null {
  if (ownDnsServers?.includes(server)) {
    return null
  }
  const { address, port } = serverOf(server) ?? { address: server, port: null }
  const permission = policy.check(address, port ?? DNS_PORT)
  return permission.allowed ? null : failure('blocked_by_policy', 'dns', `the DNS server ${permission.reason}`)
}

/** Makes a try of a check that asks for no more than a name, or compares a variable. */
export async function tryName(context: TryContext, key: TryKey): Promise<Result> {
  const startedAtMs = context.deps.clock.now()
  const seen = await unlessBroken('dns', observeName(context, key))
  return describe(context, key, { address: '', startedAtMs, seen })
}

async function observeName(context: TryContext, { path, check }: TryKey): Promise<Observation> {
  if (path.variable !== null) {
    const { name, value, found } = path.variable
    if (found === value) {
      return NOTHING
    }
    const what = found === null ? 'is not set' : 'has another value'
    return { ...NOTHING, failure: failure('environment_mismatch', 'expectation', `${name} ${what}`) }
  }
  const expected = path.dns
  const name = expected?.name ?? path.address
  if (name === null) {
    return { ...NOTHING, failure: failure('internal', 'dns', `check ${check.name}: nothing to resolve`) }
  }
  const asked = resolveContext(context)
  const { type, how } = expected ?? { type: 'A', how: 'lookup' }
  const resolved =
    how === 'lookup'
      ? await lookUp(asked, name, null)
      : type === 'CNAME' || type === 'SRV'
        ? await recordOf(asked, name, type)
        : await resolveName(asked, name, type === 'A' ? 'IPv4' : 'IPv6')
  const failed = resolved.failure ?? (expected && judgeDns(expected, resolved.dns))
  return unresolved(resolved, failed)
}

async function recordOf(context: ResolveContext, name: string, type: 'CNAME' | 'SRV'): Promise<Resolved> {
  const { evidence, durationMs, failure } = await resolveRecord(context, name, type)
  return { addresses: [], dns: evidence, dnsMs: durationMs, failure }
}

const unresolved = (resolved: Resolved, failed: Failure | null): Observation => ({
  ...NOTHING,
  timings: { ...NO_TIMINGS, dnsMs: resolved.dnsMs, totalMs: resolved.dnsMs },
  dns: resolved.dns,
  failure: failed,
})

/** The result of a try whose name did not resolve. */
export const unresolvedResult = (context: TryContext, key: TryKey, startedAtMs: number, resolved: Resolved): Result =>
  describe(context, key, { address: '', startedAtMs, seen: unresolved(resolved, resolved.failure) })
