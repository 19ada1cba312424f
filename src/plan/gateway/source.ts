/**
 * Paths through a Gateway: each rule of a route that leads to the Service, at each address of the Gateway, on each
 * listener that takes the route, for each host and each match. The address is dialled; Host and SNI are the route's.
 *
 * @module
 */
import type { RouteKind } from '../../kube/gateway-objects.ts'
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
import { authorityDoubts } from './backend-tls.ts'
import { portOf, ruleField, shareDoubts, shareOf } from './backends.ts'
import { pathMatch } from './path-match.ts'
import { leadingWays, type Planned, placesOf, plannedOf, requested, routesFor, worldOf } from './planned.ts'
import { refusedTexts } from './refusals.ts'
import type { MadeRequest } from './request.ts'
import type { Attachment } from './types.ts'
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

function pathsOf(context: PlanContext, kind: RouteKind): PathDraft[] {
  const kept = context.take(kind, 'rules', plannedOf(context, kind), keyOf)
  const byGateway = Map.groupBy(kept, ({ attachment }) => attachment.listener.gateway)
  return [...byGateway].flatMap(([gateway, planned]) => {
    const ways = context.take(kind, 'addresses', waysInto(context, gateway), ({ address }) => address ?? '')
    return asked(context, planned).flatMap((each) => ways.map((way) => pathOf(context, kind, each, way)))
  })
}

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

/** A way with the request that the rule gets. */
type Asked = Planned & { request: MadeRequest }

type Spoken = Pick<PathDraft, 'scheme' | 'judgesCertificate' | 'overTls'>

/**
 * Tells what a client speaks to a listener.
 *
 * @param port the scheme of the Service's port, which decides where the listener does not.
 */
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
  const target = { namespace: context.target.namespace, service: context.service }
  const share = shareOf(world, way, backend.backend, target)
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
      ...shareDoubts(way, share),
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
    share: share < 1 ? share : null,
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

/** Tells what answer the filters of the rule promise; `null` where no HTTP request is read, so that nothing is. */
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

/** Objects that were not read might take the requests: other routes, of any namespace. */
const unreadWays = ({ index }: PlanContext): Because[] => restingOn(index.unread('gatewayRoutes', null))

export const gatewaySources = {
  HTTPRoute: gatewaySource('HTTPRoute'),
  GRPCRoute: gatewaySource('GRPCRoute'),
  TLSRoute: gatewaySource('TLSRoute'),
  TCPRoute: gatewaySource('TCPRoute'),
  UDPRoute: gatewaySource('UDPRoute'),
} satisfies Record<RouteKind, Source>
