/**
 * Ingress paths: each rule that names the Service, at each address of its controller, by each scheme that the rule
 * promises. The address is dialled; Host and SNI are the rule's.
 *
 * @module
 */
import { type Ingress, type PortRef, refOf, type Service, type ServicePort } from '../kube/objects.ts'
import type { PlanContext } from './context.ts'
import { draft, type PathDraft } from './draft.ts'
import { type Controller, controllersOf } from './ingress-address.ts'
import {
  competitors,
  encodePath,
  isRegex,
  isSameRoute,
  literalPrefix,
  probeHost,
  type Route,
  routeRef,
  routesOf,
  tlsEntryFor,
  winners,
} from './ingress-rules.ts'
import { familyOf } from './ip.ts'

export function ingressPaths(context: PlanContext): PathDraft[] {
  const { index, target } = context
  const ingresses = index.ingressesOf(target.namespace, target.service)
  const all = ingresses.flatMap(routesOf).filter(({ backend }) => backend.service?.name === target.service)
  const kept = context.take('Ingress', 'rules', all, routeKey)
  const byIngress = Map.groupBy(kept, ({ ingress }) => ingress)
  return [
    ...[...byIngress].flatMap(([ingress, routes]) => throughControllers(context, ingress, routes)),
    ...[...byIngress].flatMap(([ingress, routes]) => hostNames(context, ingress, routes)),
  ]
}

/**
 * The host's own DNS, against the controller's address: what clients outside follow. Not asked from inside, where names
 * may have other answers, nor where the caller says where the controller is. Nobody promises it: a difference is a
 * finding. Of kind DNS, as a name that resolves is no way through the Ingress.
 */
function hostNames(context: PlanContext, ingress: Ingress, routes: readonly Route[]): PathDraft[] {
  const { vantage, addresses } = context
  if (vantage === 'in-cluster' || addresses.ingressController.length > 0) return []
  const known = controllersOf(context, ingress).flatMap(({ address }) => address ?? [])
  const values = known.length === 0 || known.some((address) => familyOf(address) === null) ? null : known
  return [...new Set(routes.flatMap(({ host }) => host ?? []))].flatMap((host) => {
    if (host.startsWith('*.')) return []
    return [
      draft({
        kind: 'DNS',
        port: null,
        host,
        because: [`${refOf(ingress)} spec.rules[].host`],
        discriminator: [host],
        reach: 'anywhere',
        dns: { name: host, type: 'A', values, how: 'lookup' },
        doubts: [
          `${refOf(ingress)} spec.rules[].host: Kubernetes makes no DNS record for it; compared with the controller's address`,
        ],
      }),
    ]
  })
}

/** What tells a route apart, for the choice among too many. */
const routeKey = ({ ingress, host, path, pathType }: Route): string =>
  [host ?? '', ingress.meta.name, path ?? '', pathType ?? ''].join('\n')

function throughControllers(context: PlanContext, ingress: Ingress, routes: readonly Route[]): PathDraft[] {
  const controllers = context.take(
    'Ingress',
    'addresses',
    controllersOf(context, ingress),
    ({ address }) => address ?? '',
  )
  return routes.flatMap((route) => {
    const asked = askedOf(context, route)
    return controllers
      .map((controller) => byPublicName(context, route, controller))
      .flatMap((controller) =>
        schemesOf(route, asked.host).map((scheme) => through(context, route, asked, controller, scheme)),
      )
  })
}

/**
 * Where no object tells the controller's address: what clients outside would follow. Not from inside, where the name
 * may have another answer. That it leads to this cluster is promised by nobody.
 */
function byPublicName({ vantage }: PlanContext, route: Route, controller: Controller): Controller {
  const { host } = route
  if (controller.address !== null || vantage === 'in-cluster' || host === null || host.startsWith('*.')) {
    return controller
  }
  const doubt = `${routeRef(route)}: no object tells where the controller is; the public DNS of ${host} is followed`
  return { ...controller, address: host, pending: null, doubts: [...controller.doubts, doubt] }
}

type Asked = Pick<PathDraft, 'host' | 'urlPath' | 'routes'> & { because: string[]; doubts: string[] }

/** A request that this rule gets: its host made concrete, its path one that no other rule takes. */
function askedOf({ index }: PlanContext, route: Route): Asked {
  const ref = routeRef(route)
  const host = probeHost(index, route.host)
  const made = host === route.host ? [] : [`${ref}: asked with ${host}, made up to match ${route.host}`]
  if (route.path === null) {
    const besideRules = route.host === null && route.ingress.rules.length > 0
    const doubts = besideRules ? [`${ref}: what a default backend gets beside rules depends on the controller`] : []
    return { host, urlPath: '/', routes: null, because: made, doubts }
  }
  const all = competitors(index, route)
  const gets = (urlPath: string): boolean => winners(all, urlPath).some((winner) => isSameRoute(winner, route))
  const regex = isRegex(route)
  const written = encodePath(regex ? literalPrefix(route.path) : route.path)
  const under =
    route.pathType === 'Exact' ? [] : [`${written.replace(/\/$/, '')}/`, `${written.replace(/\/$/, '')}/portolan`]
  const urlPath = [written, ...under].find(gets) ?? written
  const others = winners(all, urlPath).filter(
    (other) => !isSameRoute(other, route) && other.backend.service?.name !== route.backend.service?.name,
  )
  return {
    host,
    urlPath,
    routes: gets,
    because: [
      ...made,
      ...(urlPath === written ? [] : [`${ref}: asked at ${urlPath}, as another rule takes ${written}`]),
    ],
    doubts: [
      ...(regex
        ? [
            `${ref}.path: a regular expression, asked at its literal beginning ${urlPath} (ingressPath of a check gives a better one)`,
          ]
        : []),
      ...others.map((other) => `${ref}: ${routeRef(other)} claims the same host and path for another Service`),
    ],
  }
}

function schemesOf({ ingress }: Route, host: string | null): readonly ('http' | 'https')[] {
  return tlsEntryFor(ingress, host) === null ? ['http'] : ['https', 'http']
}

function through(
  context: PlanContext,
  route: Route,
  asked: Asked,
  controller: Controller,
  scheme: 'http' | 'https',
): PathDraft {
  const { ingress } = route
  const { host } = asked
  const { port, told } = servicePort(context.service, route)
  const tls = tlsEntryFor(ingress, host)
  const tlsField = tls === null ? [] : [`${refOf(ingress)} spec.tls[${tls}]`]
  const covered =
    scheme === 'http' && tls !== null
      ? [`${tlsField[0]}: plain HTTP may be redirected or refused where TLS covers the host`]
      : []
  const addressPort = controller.ports[scheme]
  const isName = controller.address !== null && familyOf(controller.address) === null
  return draft({
    kind: 'Ingress',
    port,
    scheme,
    address: controller.address,
    addressPort,
    because: [
      routeRef(route),
      ...told,
      ...controller.because,
      ...(scheme === 'https' ? tlsField : []),
      ...asked.because,
    ],
    discriminator: [controller.address, route.host, route.path, route.pathType],
    reach: controller.reach,
    host,
    sni: host ?? (isName ? controller.address : null),
    judgesCertificate: host !== null,
    rulePath: route.path,
    pathType: route.pathType,
    urlPath: asked.urlPath,
    routes: asked.routes,
    shortCut: controller.isVip && context.vantage === 'in-cluster',
    doubts: [...covered, ...asked.doubts, ...controller.doubts],
    pending: controller.pending ?? (addressPort === null ? `the controller's Service has no port for ${scheme}` : null),
  })
}

/** The Service port that a backend names, and by what. A wrong name is a fault of the Ingress, not a doubt about it. */
export function servicePort(
  service: Service,
  { backend, ingress, field }: Route,
): { port: ServicePort | null; told: string[] } {
  const ref = backend.service?.port ?? null
  const position = backendPort(service, ref)
  if (position !== null) {
    const part = ref === position.port.name ? 'name' : 'port'
    return {
      port: position.port,
      told: [`Service/${service.meta.name} spec.ports[${position.at}].${part}`],
    }
  }
  const target = service.ports.find(({ targetPort }) => targetPort === ref)
  const where = `${refOf(ingress)} ${field}`
  if (target === undefined) return { port: null, told: [`${where}: no port of the Service is called ${String(ref)}`] }
  return {
    port: target,
    told: [
      `${where}: ${String(ref)} is the targetPort, not a port of the Service; some controllers take it, most don't`,
    ],
  }
}

/**
 * By name or by number, never by targetPort. Digits in quotes are a name that no port can have (networking/v1). Of two
 * ports of one number the one for TCP, which is what controllers speak to backends (443/UDP beside it is for HTTP/3).
 */
export function backendPort(service: Service, ref: PortRef | null): { port: ServicePort; at: number } | null {
  const named = service.ports
    .map((port, at) => ({ port, at }))
    .filter(({ port: { name, port } }) => (typeof ref === 'number' ? port === ref : ref !== null && name === ref))
  return named.find(({ port }) => port.protocol === 'TCP') ?? named[0] ?? null
}
