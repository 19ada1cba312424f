import type { RouteKind } from '../../src/kube/gateway-objects.ts'
import type { Service } from '../../src/kube/objects.ts'
import type { GrpcCheck } from '../../src/plan/check.ts'
import { HEALTH } from '../../src/plan/gateway/asked-values.ts'
import type { Contender } from '../../src/plan/gateway/contenders.ts'
import { canonicalHost } from '../../src/plan/gateway/hosts.ts'
import { pathMatch } from '../../src/plan/gateway/path-match.ts'
import type { Plan, PlannedPath } from '../../src/plan/path.ts'
import { planOf } from '../support/plan-text.ts'
import { askedOf, decidedElsewhere, winnerOf } from './rows.ts'
import { type Case, isBehind, type Line, type Read, servicesOf, type Test, worldOf } from './suite.ts'

const KINDS: ReadonlySet<string> = new Set<RouteKind>(['HTTPRoute', 'GRPCRoute', 'TLSRoute', 'TCPRoute', 'UDPRoute'])
const ADDRESS = '192.0.2.1'

/** Plans of all Services of a world, made once. */
function plansOf({ manifests, index }: Read): Map<string, Plan> {
  const services = manifests.filter(
    ({ kind, metadata: { name, namespace = 'default' } }) =>
      kind === 'Service' && index.routesOf(namespace, name).length > 0,
  )
  return new Map(
    services.map(({ metadata: { name, namespace = 'default' } }) => [
      `${namespace}/${name}`,
      planOf(manifests, {
        vantage: 'outside',
        target: { namespace, service: name },
        addresses: { ingressController: [ADDRESS] },
      }),
    ]),
  )
}

const nameOf = ({ meta }: Service): string => `${meta.namespace}/${meta.name}`

const routed = (plan: Plan | undefined): readonly PlannedPath[] =>
  plan?.paths.filter(({ kind }) => KINDS.has(kind)) ?? []

/** A request as rows and paths have it, to be compared: what is read of it depends on the kind of route. */
const keyOf = (gateway: string, port: number, host: string, ...rest: readonly string[]): string =>
  [gateway, port, canonicalHost(host), ...rest].join(' ')

const headersText = (headers: Readonly<Record<string, string>>): string =>
  Object.entries(headers)
    .map(([name, value]) => `${name.toLowerCase()}: ${value}`)
    .toSorted()
    .join(', ')

/** The request of a row, as routes that read it see it, and as those do that read the beginning of the connection. */
function keysOfRow(row: Case): readonly string[] {
  const { port, serverName, request } = askedOf(row)
  const gateway = `${row.gateway.namespace}/${row.gateway.name}`
  const { host, path, headers } = row.request
  const stream = keyOf(gateway, port, serverName ?? '')
  return request === null
    ? [stream]
    : [keyOf(gateway, port, host ?? '', serverName ?? '', request.method, path ?? '/', headersText(headers)), stream]
}

const grpcOf = (check: { type: string } | undefined): GrpcCheck | null =>
  check?.type === 'grpc' ? (check as GrpcCheck) : null

const sentWith = (check: GrpcCheck & { ruleHeaders?: GrpcCheck['metadata'] }): GrpcCheck['metadata'] => ({
  ...check.metadata,
  ...check.ruleHeaders,
})

function keyOfPath({ index }: Read, path: PlannedPath): string {
  const { parent, host, serverName } = path
  const [check] = path.checks
  const set = parent?.kind === 'ListenerSet' ? index.listenerSetNamed(parent.namespace ?? '', parent.name) : null
  const of = set === null ? parent : { ...set.parentRef, namespace: set.parentRef.namespace ?? set.meta.namespace }
  const gateway = `${of?.namespace}/${of?.name}`
  const port = path.addressPort ?? 0
  if (check?.type === 'http' && path.kind === 'HTTPRoute') {
    const headers = { ...check.headers, ...check.ruleHeaders }
    return keyOf(gateway, port, host ?? '', serverName ?? '', check.method, check.path ?? '/', headersText(headers))
  }
  if (path.kind === 'GRPCRoute') {
    const grpc = grpcOf(check)
    const { service, method } = grpc?.call ?? HEALTH
    return keyOf(
      gateway,
      port,
      host ?? '',
      serverName ?? '',
      'POST',
      `/${service}/${method}`,
      headersText(grpc === null ? {} : sentWith(grpc)),
    )
  }
  return keyOf(gateway, port, host ?? '')
}

/** A row says that requests like its get to a Service. */
function leadsTo(read: Read, row: Case, service: Service, winner: Contender | null): boolean {
  const { outcome, backend, backendNamespace, weights } = row.expect
  const namespace = backendNamespace ?? row.gateway.namespace
  const behind = (name: string) => isBehind(read, service, name, namespace)
  switch (outcome) {
    case 'backend':
      return behind(backend ?? '')
    case 'any-backend':
      return winner?.way.rule.backends.some(({ name }) => name === service.meta.name) === true
    case 'weighted':
      return Object.entries(weights ?? {}).some(([name, share]) => share > 0 && behind(name))
    // The rule that redirects names the Service.
    case 'redirect':
      return true
    default:
      return false
  }
}

/** Paths by their requests, and ways that rows show by the paths that they need. */
export const judgePlans = (tests: readonly Test[]): Line[] => tests.flatMap(judgeTest)

function judgeTest(test: Test): Line[] {
  const states = Map.groupBy(test.cases, ({ after }) => JSON.stringify(after ?? []))
  return [...(states.size === 0 ? new Map([['[]', []]]) : states)].flatMap(([changes, rows]) => {
    const read = worldOf(test, JSON.parse(changes))
    if (read === null) {
      return []
    }
    const plans = plansOf(read)
    const judged = rows.filter((row) => decidedElsewhere(row, test) === null)
    return [...judgePaths(read, test, judged, plans), ...judged.flatMap((row) => expectedWays(read, test, row, plans))]
  })
}

/** No path asks for what a row sends elsewhere. */
function judgePaths(read: Read, test: Test, rows: readonly Case[], plans: ReadonlyMap<string, Plan>): Line[] {
  const stated = new Map<string, Case[]>()
  for (const row of rows) {
    for (const key of keysOfRow(row)) {
      stated.set(key, [...(stated.get(key) ?? []), row])
    }
  }
  return [...plans].flatMap(([name, plan]) => {
    const [namespace = '', service = ''] = name.split('/')
    const own = read.index.servicesAt(namespace, service)[0]
    return routed(plan).map((path): Line => {
      const key = keyOfPath(read, path)
      const same = stated.get(key)
      const line = { kind: `path of ${path.kind}`, text: `${test.test}: ${name} by ${key} (${path.expected})` }
      if (same === undefined || own === undefined) {
        return { ...line, verdict: 'unjudged', why: 'its request stands in no row' }
      }
      const isRight = same.every((row) => leadsTo(read, row, own, winnerOf(read, row)?.outcome.winner ?? null))
      return { ...line, verdict: isRight ? 'as stated' : 'differs', why: '' }
    })
  })
}

/** Each Service that a row names has a path by the way that takes the row's request. */
function expectedWays(read: Read, test: Test, row: Case, plans: ReadonlyMap<string, Plan>): Line[] {
  const told = winnerOf(read, row)
  const winner = told?.outcome.winner ?? null
  if (told === null || winner === null) {
    return []
  }
  const { route, match: wanted } = winner.way
  const { of, listener } = winner.attachment.listener
  return servicesOf(told.world, winner)
    .filter(({ service, weight }) => weight > 0 && leadsTo(read, row, service, winner))
    .map(({ service }): Line => {
      const plan = plans.get(nameOf(service))
      const isPlanned = routed(plan).some(
        ({ kind, parent, match, skipped }) =>
          kind === route.kind &&
          parent?.kind === of.kind &&
          parent.name === of.meta.name &&
          parent.namespace === of.meta.namespace &&
          parent.section === listener.name &&
          JSON.stringify(match) === JSON.stringify(pathMatch(wanted)) &&
          (skipped === null || skipped.reason === 'unprobeable'),
      )
      const why = plan?.notApplicable.find(({ kind }) => kind === route.kind)?.reason ?? 'no reason is given'
      const text = `${test.test}: ${row.name}: ${nameOf(service)} by ${route.meta.name}`
      return isPlanned
        ? { kind: `way of ${route.kind}`, verdict: 'as stated', why: '', text }
        : { kind: `way of ${route.kind}`, verdict: 'differs', why: '', text: `${text} is not planned: ${why}` }
    })
}
