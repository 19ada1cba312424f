/**
 * Paths by a Route of OpenShift: at each address of each router that has it, by each scheme that it serves.
 *
 * @see https://docs.openshift.com/container-platform/latest/networking/routes/route-configuration.html
 * @module
 */
import type { Unread } from '../../kube/object-source.ts'
import { refOf } from '../../kube/objects.ts'
import type { OpenShiftRoute } from '../../kube/openshift-objects.ts'
import { annotationOf, toldAnnotation } from '../annotations.ts'
import { type Because, doubted, excused, fieldOf, noted } from '../because.ts'
import { EXPECT_2XX, type HttpExpect } from '../check.ts'
import { type PlanContext, portsFor } from '../context.ts'
import { draft, type PathDraft } from '../draft.ts'
import { locationPattern } from '../gateway/location.ts'
import type { WayIn } from '../ingress-address.ts'
import { frontPorts, pastBalancerExcuses } from '../ingress-fronts.ts'
import { encodePath } from '../ingress-rules.ts'
import { counted, MANIFESTS, oneAtLeast, type Size, type Sized, sum } from '../size.ts'
import type { Source } from '../source.ts'
import { restingOn } from '../unread.ts'
import { type Admission, admissionsOf, claimOf, pathOf } from './claims.ts'
import { portOf, routesFor, type Target } from './ports.ts'
import { addressCount, routerWays } from './routers.ts'

export const openShiftSource: Source = {
  paths: routePaths,
  absent: (context) =>
    routesFor(context).length > 0
      ? 'no Route that names the Service leads to it'
      : 'no Route of OpenShift among the objects names the Service',
  refused: (context) =>
    routesFor(context).flatMap((route) => {
      const reason = refusalOf(context, route)
      return reason === null ? [] : [`${refOf(route)}: ${reason}`]
    }),
  unread: ({ index, target }) => orNotServed(index.unread('openShiftRoutes', target.namespace)),
  sizes: sizesOf,
}

/** A cluster that is no OpenShift has none. */
const orNotServed = (unread: Unread | null): Unread | null =>
  unread === null || unread.reason === 'not_served' || unread.reason === 'not_asked' ? null : unread

/** The weights of the Service, of all backends, and the place of the first that is the Service. */
function sharesOf({ backends }: OpenShiftRoute, service: string) {
  const own = backends.filter(({ kind, name }) => kind === 'Service' && name === service)
  const at = backends.findIndex((backend) => own.includes(backend))
  const weightOf = (of: OpenShiftRoute['backends']) => sum(of.map(({ weight }) => weight))
  return {
    own: weightOf(own),
    all: weightOf(backends),
    field: at === 0 ? 'spec.to' : `spec.alternateBackends[${at - 1}]`,
  }
}

/** Tells why no request gets to the Service by the Route. */
function refusalOf({ index, target }: Target, route: OpenShiftRoute): string | null {
  const { own, field } = sharesOf(route, target.service)
  return (
    admissionsOf(route).refused ??
    (own === 0 ? `${field}.weight is 0, so that the Service gets no requests` : null) ??
    claimOf(index, target.namespace, route).refused
  )
}

function sizesOf(sized: Sized): Size[] {
  const routes = routesFor(sized).filter((route) => refusalOf(sized, route) === null)
  const addresses = routes.map((route) => oneAtLeast(addressCount(sized, admissionsOf(route).by)))
  if (routes.length === 0) {
    return []
  }
  return [
    {
      kind: 'Route',
      counted: [
        counted('rules', routes.length, 'Route spec.to'),
        { factor: 'addresses', count: Math.max(...addresses), field: 'Route status.ingress', pointer: MANIFESTS },
      ],
      each: 2,
      paths: 2 * sum(addresses),
    },
  ]
}

function routePaths(context: PlanContext): PathDraft[] {
  const routes = routesFor(context).filter((route) => refusalOf(context, route) === null)
  const kept = context.take('Route', 'rules', routes, ({ host, meta }) => `${host ?? ''}\n${meta.name}`)
  return kept.flatMap((route) => {
    const ways = admissionsOf(route).by.flatMap((admission) =>
      routerWays(context, route, admission).map((way) => ({ admission, way })),
    )
    const once = ways.filter(({ way }, at) => ways.findIndex((other) => other.way.address === way.address) === at)
    return context
      .take('Route', 'addresses', once, ({ way }) => way.address ?? '')
      .flatMap(({ admission, way }) => servedBy(route).map((served) => through(context, route, admission, way, served)))
  })
}

type Served = { scheme: 'http' | 'https'; redirects: boolean; doubts: readonly Because[] }

const TERMINATIONS: ReadonlySet<string> = new Set(['edge', 'reencrypt', 'passthrough'])
const INSECURE: ReadonlySet<string> = new Set(['None', 'Allow', 'Redirect', 'Disable'])

/** Lists the schemes that a router serves. Beside TLS, `insecureEdgeTerminationPolicy` decides about plain HTTP. */
function servedBy(route: OpenShiftRoute): readonly Served[] {
  const { tls } = route
  if (tls === null) {
    return [{ scheme: 'http', redirects: false, doubts: [] }]
  }
  const unknown = (field: string, value: string): Because[] => [
    doubted(fieldOf(refOf(route), `spec.tls.${field}`, `=${value}`), 'what a router does then is not known'),
  ]
  const isKnown = INSECURE.has(tls.insecure)
  const plain: Served[] =
    tls.insecure === 'None' || tls.insecure === 'Disable'
      ? []
      : [
          {
            scheme: 'http',
            redirects: tls.insecure === 'Redirect',
            doubts: isKnown ? [] : unknown('insecureEdgeTerminationPolicy', tls.insecure),
          },
        ]
  const doubts = TERMINATIONS.has(tls.termination) ? [] : unknown('termination', tls.termination)
  return [{ scheme: 'https', redirects: false, doubts }, ...plain]
}

function through(
  context: PlanContext,
  route: OpenShiftRoute,
  admission: Admission,
  way: WayIn,
  { scheme, redirects, doubts }: Served,
): PathDraft {
  const { index, target, position } = context
  const claim = claimOf(index, target.namespace, route)
  const { port, told } = portOf(context.service, route)
  const passes = route.tls?.termination === 'passthrough' && scheme === 'https'
  const own = portsFor(context, 'Route').find((each) => each.port === port)?.scheme
  const isTcp = passes && own !== 'http' && own !== 'https'
  const host = admission.host === null ? null : hostFor(context, route, admission.host)
  const urlPath = requestPath(route, claim.gets)
  const addressPort = way.ports[scheme]
  const whitelist = allowed(route)
  return draft({
    kind: 'Route',
    port,
    scheme: isTcp ? 'tcp' : scheme,
    overTls: isTcp,
    address: way.address,
    addressPort,
    because: [
      fieldOf(refOf(route), sharesOf(route, target.service).field),
      ...told,
      ...way.because,
      ...(redirects ? [noted(tlsField(route), 'the router answers 302 to https, and the Service is not asked')] : []),
      ...doubts,
      ...claim.because,
      ...shareDoubts(context, route),
      ...way.doubts,
      ...pastBalancerExcuses(context, way, way.front && frontPorts(way.front).https, scheme),
      ...whitelist.because,
      ...restingOn(orNotServed(index.unread('openShiftRoutes', null))),
    ],
    discriminator: [way.address, admission.host, pathOf(route)],
    reach: way.reach,
    host,
    sni: scheme === 'https' ? host : null,
    judgesCertificate: host !== null && scheme === 'https' && !passes,
    parent:
      admission.router === null
        ? null
        : { kind: 'IngressController', namespace: 'openshift-ingress-operator', name: admission.router, section: null },
    match: passes ? null : { type: 'PathPrefix', path: pathOf(route), method: null, headers: [], query: [] },
    urlPath,
    routes: passes ? null : claim.gets,
    expect: redirects ? redirectTo(host, urlPath) : null,
    behind: redirects || passes ? null : rewriteOf(route),
    onlyFrom: whitelist.ranges,
    shortCut: way.isVip && position === 'in-cluster',
    pending: way.pending ?? pendingFor(route, host, addressPort, scheme),
  })
}

function pendingFor(route: OpenShiftRoute, host: string | null, port: number | null, scheme: string): string | null {
  if (host === null) {
    return `no router has given ${refOf(route)} a host yet`
  }
  return port === null ? `the router's Service has no port for ${scheme}` : null
}

const tlsField = (route: OpenShiftRoute): Because =>
  fieldOf(refOf(route), 'spec.tls.insecureEdgeTerminationPolicy', `=${route.tls?.insecure ?? ''}`)

/** A Route with a wildcard takes its own host too, unless another one has it by itself. */
function hostFor({ index }: PlanContext, route: OpenShiftRoute, host: string): string {
  const isTaken = (name: string) => index.openShiftRoutesForHost(name).some((other) => other.wildcardPolicy === 'None')
  if (route.wildcardPolicy !== 'Subdomain' || !isTaken(host)) {
    return host
  }
  const parent = host.slice(host.indexOf('.') + 1)
  const free = ['probe', 'probe-2', 'probe-3'].map((label) => `${label}.${parent}`).find((name) => !isTaken(name))
  return free ?? `portolan-probe.${parent}`
}

/** A path that the Route gets, although another one may have a part of what is below it. */
function requestPath(route: OpenShiftRoute, gets: (urlPath: string) => boolean): string {
  const written = encodePath(pathOf(route))
  const stem = written.replace(/\/$/, '')
  return [written, `${stem}/`, `${stem}/portolan`].find(gets) ?? written
}

function redirectTo(host: string | null, path: string): HttpExpect {
  const regexp = locationPattern({ scheme: 'https', host, port: null, path, isLoose: false })
  return {
    ...EXPECT_2XX,
    validStatusCodes: [302],
    failIfHeaderNotMatches: [{ header: 'location', regexp, allowMissing: false }],
  }
}

function shareDoubts({ target }: PlanContext, route: OpenShiftRoute): Because[] {
  const { own, all, field } = sharesOf(route, target.service)
  const share = `${Math.round((own / all) * 1000) / 10} %`
  const weight = fieldOf(refOf(route), `${field}.weight`)
  return own === all ? [] : [doubted(weight, `the Service gets ${share} of the requests, the rest goes elsewhere`)]
}

const REWRITE = 'haproxy.router.openshift.io/rewrite-target'

/** The router puts the target in place of the Route's own path. */
function rewriteOf(route: OpenShiftRoute): PathDraft['behind'] {
  const target = annotationOf(route, REWRITE)
  if (target === null) {
    return null
  }
  const stem = encodePath(pathOf(route)).replace(/\/$/, '')
  return (urlPath) => {
    const made = `${target.replace(/\/$/, '')}${urlPath.slice(stem.length)}`
    return { host: null, path: made.startsWith('/') ? made : `/${made}`, headers: {} }
  }
}

/** Clients from these ranges alone are let in; the first annotation is the older name. */
const ALLOWED = ['haproxy.router.openshift.io/ip_whitelist', 'haproxy.router.openshift.io/ip_allowlist']

function allowed(route: OpenShiftRoute): { ranges: readonly string[]; because: readonly Because[] } {
  const name = ALLOWED.find((each) => annotationOf(route, each) !== null)
  const ranges = (name === undefined ? '' : (annotationOf(route, name) ?? ''))
    .split(/[\s,]+/)
    .filter((range) => range !== '')
  if (name === undefined || ranges.length === 0) {
    return { ranges: [], because: [] }
  }
  const inNotation = ranges.map((range) => (range.includes('/') ? range : `${range}/${range.includes(':') ? 128 : 32}`))
  return { ranges: inNotation, because: [excused(toldAnnotation(route, name), 'only these clients are let in')] }
}
