/**
 * Paths through a Gateway: each rule of a route that leads to the Service, at each address of the Gateway, on each
 * listener that takes the route, for each host and each match. The address is dialled; Host and SNI are the route's.
 *
 * @module
 */
import type { GatewayRoute, RouteKind } from '../../kube/gateway-objects.ts'
import type { Unread } from '../../kube/object-source.ts'
import { refOf } from '../../kube/objects.ts'
import { familyOf } from '../../lib/address.ts'
import { type Because, doubted, fieldOf } from '../because.ts'
import { type PlanContext, portsFor } from '../context.ts'
import { draft, type PathDraft } from '../draft.ts'
import { pastBalancerExcuses } from '../ingress-fronts.ts'
import type { Scheme } from '../path.ts'
import { counted, MANIFESTS, type Size, type Sized, sum } from '../size.ts'
import type { Source } from '../source.ts'
import { restingOn } from '../unread.ts'
import { addressCount, frontPort, type GatewayWay, waysInto } from './addresses.ts'
import { answerOf } from './answers.ts'
import { parentsOf } from './attach.ts'
import { authorityDoubts } from './backend-tls.ts'
import { backendsTo, portOf, ruleField, shareDoubts, waysOf } from './backends.ts'
import { competitionOf } from './competitions.ts'
import { listenerFor } from './conflicts.ts'
import { listenersOf } from './listeners.ts'
import { pathMatch } from './path-match.ts'
import { type MadeRequest, requestFor } from './request.ts'
import type { Attachment, Refusal, RouteWay, ServiceBackend, World } from './types.ts'
import { namespaceOf } from './world.ts'

/** Makes the source of one kind of route. */
const gatewaySource = (kind: RouteKind): Source => ({
  paths: (context) => pathsOf(context, kind),
  absent: ({ index, target }) =>
    index.routesOf(target.namespace, target.service).some((route) => route.kind === kind)
      ? `no ${kind} that names the Service leads to it`
      : `no ${kind} among the objects names the Service`,
  refused: (context) => refusedTexts(context, kind),
  unread: ({ index }) => unreadRoutes(index.unread('gatewayRoutes', null)),
  sizes: (sized) => sizesOf(sized, kind),
})

/** Nearly every route is where its Service is, and a cluster without the Gateway API has none. */
const unreadRoutes = (unread: Unread | null): Unread | null =>
  unread === null || unread.reason === 'not_asked' || unread.reason === 'not_served' ? null : unread

const worldOf = ({ index, target }: Pick<PlanContext, 'index' | 'target'>): World => ({ index, home: target.namespace })

/** A way through a route that leads to the Service, on one listener, for one host. */
type Planned = { way: RouteWay; backend: ServiceBackend; attachment: Attachment; host: string | null }

/** The same with the request that the rule gets. */
type Asked = Planned & { request: MadeRequest }

const routesFor = (
  { index, target }: Pick<PlanContext, 'index' | 'target'>,
  kind: RouteKind,
): readonly GatewayRoute[] => index.routesOf(target.namespace, target.service).filter((route) => route.kind === kind)

/** Ways of a route that lead to the Service, each with the backend that says so. */
function leadingWays(of: Pick<PlanContext, 'index' | 'target' | 'service'>, route: GatewayRoute) {
  const target = { namespace: of.target.namespace, service: of.service }
  const byRule = new Map<number, ServiceBackend | null>()
  return waysOf(route).flatMap((way) => {
    const known = byRule.get(way.ruleAt)
    const backend =
      known === undefined
        ? (backendsTo(worldOf(of), route, way.rule, way.ruleAt, target).find(({ refused }) => refused === null) ?? null)
        : known
    byRule.set(way.ruleAt, backend)
    return backend === null ? [] : [{ way, backend }]
  })
}

/** Places of a route: each listener that takes it, and each host for which that listener is the one. */
function placesOf(of: Pick<PlanContext, 'index' | 'target'>, route: GatewayRoute) {
  const world = worldOf(of)
  const found = new Map<string, { attachment: Attachment; host: string | null }>()
  for (const attachment of parentsOf(world, route).flatMap(({ attachments }) => attachments)) {
    const all = listenersOf(world, attachment.listener.gateway)
    for (const host of attachment.hosts) {
      const key = JSON.stringify([attachment.listener.field, namespaceOf(attachment.listener.of, world), host])
      if (!found.has(key) && listenerFor(all, attachment.listener, host) === attachment.listener) {
        found.set(key, { attachment, host })
      }
    }
  }
  return [...found.values()]
}

function sizesOf(sized: Sized, kind: RouteKind): Size[] {
  const all = routesFor(sized, kind).map((route) => {
    const rules = leadingWays(sized, route).length
    const places = rules === 0 ? [] : placesOf(sized, route)
    const addresses = places.map(({ attachment }) => addressCount(sized, attachment.listener.gateway))
    return { ref: refOf(route), ways: rules * places.length, addresses, paths: rules * sum(addresses) }
  })
  const [largest] = all.toSorted((a, b) => b.paths - a.paths)
  if (largest === undefined || largest.paths === 0) {
    return []
  }
  const named = sized.request.addresses.ingressController.length > 0
  return [
    {
      kind,
      counted: [
        counted('rules', sum(all.map(({ ways }) => ways)), `${largest.ref} spec.rules`),
        {
          factor: 'addresses',
          count: Math.max(1, ...all.flatMap(({ addresses }) => addresses)),
          field: named ? 'addresses.ingressController' : 'Gateway status.addresses',
          pointer: named ? '/addresses/ingressController' : MANIFESTS,
        },
      ],
      each: 1,
      paths: sum(all.map(({ paths }) => paths)),
    },
  ]
}

/** Ways through all routes of a kind that lead to the Service: each match of each rule, on each listener, for each host. */
const plannedOf = (of: Pick<PlanContext, 'index' | 'target' | 'service'>, kind: RouteKind): readonly Planned[] =>
  routesFor(of, kind).flatMap((route) => {
    const ways = leadingWays(of, route)
    const places = ways.length === 0 ? [] : placesOf(of, route)
    return ways.flatMap((each) => places.map((place): Planned => ({ ...each, ...place })))
  })

function pathsOf(context: PlanContext, kind: RouteKind): PathDraft[] {
  const kept = context.take(kind, 'rules', plannedOf(context, kind), keyOf)
  const byGateway = Map.groupBy(kept, ({ attachment }) => attachment.listener.gateway)
  return [...byGateway].flatMap(([gateway, planned]) => {
    const ways = context.take(kind, 'addresses', waysInto(context, gateway), ({ address }) => address ?? '')
    return asked(context, planned).flatMap((each) => ways.map((way) => pathOf(context, kind, each, way)))
  })
}

const requested = (world: World, planned: Planned): MadeRequest =>
  requestFor(competitionOf(world, planned.attachment.listener.gateway), planned)

/** Ways with their requests, without those for which others take every request. */
function asked(context: PlanContext, planned: readonly Planned[]): readonly Asked[] {
  const world = worldOf(context)
  return planned.flatMap((each) => {
    const request = requested(world, each)
    return request.shadowed === null ? [{ ...each, request }] : []
  })
}

const keyOf = ({ way: { route, match }, host, attachment }: Planned): string =>
  [host ?? '', route.meta.name, attachment.listener.listener.name, JSON.stringify(match)].join('\n')

/** So many reasons are told, and so many ways are asked whether others take all of their requests. */
const TOLD = { reasons: 50, ways: 2_000 }

function refusedTexts(context: PlanContext, kind: RouteKind): readonly string[] {
  const texts = [...new Set(refusalsOf(context, kind).map(({ route, reason }) => `${refOf(route)}: ${reason}`))]
  const more = texts.length - TOLD.reasons
  return more > 0 ? [...texts.slice(0, TOLD.reasons), `${more} more rules and parents of routes do not apply`] : texts
}

/**
 * Lists why routes of a kind that name the Service do not lead to it, or not by all that they say: of each parent, of
 * each backend that names the Service, and of rules whose requests others take.
 */
export function refusalsOf(
  of: Pick<PlanContext, 'index' | 'target' | 'service'>,
  kind: RouteKind,
): readonly RouteRefusal[] {
  const shadowed = plannedOf(of, kind)
    .slice(0, TOLD.ways)
    .flatMap((planned): RouteRefusal[] => {
      const refusal = requested(worldOf(of), planned).shadowed
      return refusal === null ? [] : [{ ...refusal, route: planned.way.route }]
    })
  return [...attachmentRefusals(of, kind), ...shadowed]
}

export type RouteRefusal = Refusal & { route: GatewayRoute }

function attachmentRefusals(
  context: Pick<PlanContext, 'index' | 'target' | 'service'>,
  kind: RouteKind,
): readonly RouteRefusal[] {
  const world = worldOf(context)
  const target = { namespace: context.target.namespace, service: context.service }
  return routesFor(context, kind).flatMap((route) => {
    const parents = parentsOf(world, route)
    const ofParents = parents.flatMap(({ refused }) => refused ?? [])
    const none: Refusal[] =
      parents.length === 0
        ? [
            {
              code: 'no_parent',
              reason: 'spec.parentRefs is empty',
              because: [fieldOf(refOf(route), 'spec.parentRefs')],
            },
          ]
        : []
    const ofBackends = route.rules.flatMap((rule, at) =>
      backendsTo(world, route, rule, at, target).flatMap(({ refused }) => refused ?? []),
    )
    return [
      ...none,
      ...ofParents,
      ...isolated(
        world,
        parents.flatMap(({ attachments }) => attachments),
      ),
      ...ofBackends,
    ].map((refusal) => ({ ...refusal, route }))
  })
}

/** Hosts that a listener with a more specific hostname takes before the one that the route is on. */
function isolated(world: World, attachments: readonly Attachment[]): readonly Refusal[] {
  return attachments.flatMap(({ listener, hosts, route }) => {
    const all = listenersOf(world, listener.gateway)
    const own = new Set(parentsOf(world, route).flatMap((parent) => parent.attachments.map((each) => each.listener)))
    return hosts.flatMap((host): Refusal[] => {
      const other = listenerFor(all, listener, host)
      if (other === null || other === listener || own.has(other)) {
        return []
      }
      const by = `listener ${other.listener.name} of ${refOf(other.of)}`
      const what = `${by} gets what is sent to ${host ?? 'any host'}, before listener ${listener.listener.name} of ${refOf(listener.of)}`
      return [{ code: 'listener_isolated', reason: what, because: [other.field, listener.field] }]
    })
  })
}

type Spoken = Pick<PathDraft, 'scheme' | 'judgesCertificate' | 'overTls'>

/** What is spoken on a listener, where the port of the Service speaks `port`. */
function spokenOn({ listener }: Attachment['listener'], port: Scheme, host: string | null): Spoken {
  const isKnown = host !== null
  switch (listener.protocol) {
    case 'HTTP':
      return { scheme: 'http', judgesCertificate: false, overTls: false }
    case 'HTTPS':
      return { scheme: 'https', judgesCertificate: isKnown, overTls: false }
    case 'TLS': {
      // Passed through, the certificate is the backend's, and nothing tells its name.
      const judgesCertificate = isKnown && listener.tls?.mode !== 'Passthrough'
      const isHttp = port === 'http' || port === 'https'
      return { scheme: isHttp ? 'https' : 'tcp', judgesCertificate, overTls: !isHttp }
    }
    default:
      return { scheme: port, judgesCertificate: false, overTls: false }
  }
}

function pathOf(context: PlanContext, kind: RouteKind, planned: Asked, into: GatewayWay): PathDraft {
  const { way, backend, attachment, request } = planned
  const { route } = way
  const { listener } = attachment
  const world = worldOf(context)
  const named = portOf(context.service, route, backend.backend.port)
  const own = named === null ? undefined : portsFor(context, kind).find(({ at }) => at === named.at)
  const isTls = listener.listener.protocol === 'TLS' || listener.listener.protocol === 'HTTPS'
  const spoken = spokenOn(listener, own?.scheme ?? 'tcp', request.host)
  const addressPort = into.portOf(listener)
  const answer = answerTo(context, planned, spoken.scheme)
  const isName = into.address !== null && familyOf(into.address) === null
  const parent = {
    kind: listener.of.kind,
    namespace: namespaceOf(listener.of, world),
    name: listener.of.meta.name,
    section: listener.listener.name,
  }
  const match = pathMatch(way.match)
  return draft({
    kind,
    port: named?.port ?? null,
    ...spoken,
    address: into.address,
    addressPort,
    because: [
      ruleField(route, way.ruleAt),
      backend.field,
      listener.field,
      ...into.because,
      ...request.because,
      ...(answer?.because ?? []),
      ...backend.because,
      ...attachment.because,
      ...shareDoubts(world, way, { namespace: context.target.namespace, service: context.service }),
      ...clientCertificates(listener),
      ...(named === null ? [] : authorityDoubts(world, context.service, named.port)),
      ...into.doubts,
      ...pastBalancerExcuses(context, into, into.front && frontPort(into.front, listener), spoken.scheme),
      ...unreadWays(context),
    ],
    discriminator: [
      parent.kind,
      parent.namespace,
      parent.name,
      parent.section,
      into.address,
      planned.host,
      match === null ? null : JSON.stringify(match),
    ],
    reach: into.reach,
    host: request.host,
    sni: isTls ? (request.host ?? (isName ? into.address : null)) : null,
    parent,
    match,
    urlPath: request.urlPath,
    routes: request.routes,
    asks: request.asks,
    expect: answer?.expect ?? null,
    behind: answer?.behind ?? null,
    shortCut: into.isVip && context.position === 'in-cluster',
    pending:
      into.pending ??
      (addressPort === null
        ? `the Service before the Gateway has no port for listener ${listener.listener.name}`
        : null),
  })
}

/** What is expected of an answer, as far as filters of the rule say it; `null`: nothing that is routed is read. */
function answerTo({ request }: PlanContext, { way, backend, attachment, request: made }: Asked, scheme: Scheme) {
  if (way.match === null || (scheme !== 'http' && scheme !== 'https')) {
    return null
  }
  const { host, urlPath: path } = made
  const port = attachment.listener.listener.port ?? 0
  const of = { of: backend.backend, at: way.rule.backends.indexOf(backend.backend) }
  return answerOf({ way, backend: of, request: { scheme, host, path, port }, timeoutMs: request.timeoutMs })
}

/** A listener may ask clients for a certificate (GatewaySpec.tls.frontend), which Portolan does not have. */
function clientCertificates({ gateway, listener }: Attachment['listener']): readonly Because[] {
  if (listener.protocol !== 'HTTPS') {
    return []
  }
  const { perPort, default: common } = gateway.frontend
  const at = perPort.findIndex(({ port }) => port === listener.port)
  const validation = at === -1 ? common : (perPort[at]?.validation ?? null)
  if (validation === null || validation.mode === 'AllowInsecureFallback') {
    return []
  }
  const field = at === -1 ? 'spec.tls.frontend.default' : `spec.tls.frontend.perPort[${at}]`
  return [doubted(fieldOf(refOf(gateway), field), 'it demands a client certificate, and none is sent')]
}

/** Objects that were not read might make other ways of these: other routes, listeners, classes, grants. */
const unreadWays = ({ index }: PlanContext): Because[] =>
  restingOn(index.unread('gatewayRoutes', null), index.unread('listenerSets', null))

export const gatewaySources = {
  HTTPRoute: gatewaySource('HTTPRoute'),
  GRPCRoute: gatewaySource('GRPCRoute'),
  TLSRoute: gatewaySource('TLSRoute'),
  TCPRoute: gatewaySource('TCPRoute'),
  UDPRoute: gatewaySource('UDPRoute'),
} satisfies Record<RouteKind, Source>
