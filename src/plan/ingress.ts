/**
 * Ingress paths: each rule that names the Service, at each address of its controller, by each scheme that the rule
 * promises. The address is dialled; Host and SNI are the rule's.
 *
 * @module
 */
import { type Ingress, refOf } from '../kube/objects.ts'
import { familyOf } from '../lib/address.ts'
import { annotationField } from './annotations.ts'
import { type Because, doubted, fieldOf, noted } from './because.ts'
import { canaryShare, isAskedByHeader } from './canary.ts'
import type { PlanContext } from './context.ts'
import type { Listener } from './controllers/controller.ts'
import { classOf } from './controllers/table.ts'
import { draft, type PathDraft } from './draft.ts'
import { controllersOf, type WayIn } from './ingress-address.ts'
import { competitors, winners } from './ingress-competition.ts'
import { frontPorts, pastBalancerExcuses } from './ingress-fronts.ts'
import { aliasesOf, dialledPort, internalExcuses, listenersFor } from './ingress-listeners.ts'
import { servicePort } from './ingress-ports.ts'
import {
  isSameRoute,
  probeHost,
  type Route,
  routeField,
  routeRef,
  routesOf,
  sendsToHttps,
  syntaxOf,
  takesBelow,
  writtenPath,
} from './ingress-rules.ts'
import { actionElsewhere, ingressSizes } from './ingress-size.ts'
import type { Source } from './source.ts'
import { restingOn } from './unread.ts'

export const ingressSource: Source = {
  paths: ingressPaths,
  absent: (context) => actionElsewhere(context) ?? 'no Ingress among the objects names the Service in its namespace',
  unread: ({ index, target }) => index.unread('ingresses', target.namespace),
  sizes: ingressSizes,
}

function ingressPaths(context: PlanContext): PathDraft[] {
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
 * Compares the host's own DNS, which clients outside follow, with the controller's address. It is not asked from inside,
 * where names may have other answers, nor if the caller says where the controller is. Nobody promises it: a difference
 * is a finding. The path is of kind DNS, as a name that resolves is no way through the Ingress.
 */
function hostNames(context: PlanContext, ingress: Ingress, routes: readonly Route[]): PathDraft[] {
  const { position, addresses } = context
  if (position === 'in-cluster' || addresses.ingressController.length > 0) {
    return []
  }
  const known = controllersOf(context, ingress).flatMap(({ address }) => address ?? [])
  const values = known.length === 0 || known.some((address) => familyOf(address) === null) ? null : known
  const hostField = fieldOf(refOf(ingress), 'spec.rules[].host')
  return [...new Set(routes.flatMap(({ host }) => host ?? []))].flatMap((host) => {
    if (host.startsWith('*.')) {
      return []
    }
    return [
      draft({
        kind: 'DNS',
        port: null,
        host,
        because: [
          hostField,
          ...unreadWays(context),
          doubted(hostField, "Kubernetes makes no DNS record for it; compared with the controller's address"),
        ],
        discriminator: [host],
        reach: 'anywhere',
        dns: { name: host, type: 'A', values, how: 'lookup' },
      }),
    ]
  })
}

/** The key by which routes are chosen where there are too many. */
const routeKey = ({ ingress, host, path, pathType }: Route): string =>
  [host ?? '', ingress.meta.name, path ?? '', pathType ?? ''].join('\n')

function throughControllers(context: PlanContext, ingress: Ingress, routes: readonly Route[]): PathDraft[] {
  const controllers = context.take(
    'Ingress',
    'addresses',
    controllersOf(context, ingress),
    ({ address }) => address ?? '',
  )
  const aliases = aliasesOf(context, ingress)
  const resting = unreadWays(context)
  return routes.flatMap((route) => {
    const made = requestFor(context, route)
    const asked = { ...made, because: [...made.because, ...resting] }
    const hosts: RuleRequest[] =
      route.host === null ? [asked] : [asked, ...aliases.map((alias) => byAlias(context, asked, alias))]
    return hosts.flatMap((each) => {
      const listeners = listenersFor(context, route, each.host)
      return controllers
        .map((controller) => byPublicName(context, each, route, controller))
        .flatMap((controller) =>
          listeners.map((listener, at) => {
            const isFirst = listeners.findIndex(({ scheme }) => scheme === listener.scheme) === at
            return through(context, route, each, controller, listener, isFirst)
          }),
        )
    })
  })
}

/** Objects that were not read might make other ways of these: of its class, its rivals, its controller and that one's Service. */
const unreadWays = ({ index, addresses }: PlanContext): Because[] =>
  restingOn(
    index.unread('ingressClasses', null),
    index.unread('ingresses', null),
    addresses.ingressController.length === 0 ? index.unread('services', null) : null,
  )

const byAlias = (
  { index }: PlanContext,
  asked: RuleRequest,
  { host, because }: { host: string; because: Because },
): RuleRequest => ({ ...asked, host: probeHost(index, host), rule: host, because: [...asked.because, because] })

/**
 * Dials the public name, as clients outside do, where no object tells the controller's address; not from inside, where
 * the name may have another answer. Nobody promises that it leads to this cluster.
 */
function byPublicName({ position }: PlanContext, { rule: host }: RuleRequest, route: Route, controller: WayIn): WayIn {
  if (controller.address !== null || position === 'in-cluster' || host === null || host.startsWith('*.')) {
    return controller
  }
  const unknown = `no object tells where the controller is; the public DNS of ${host} is followed`
  const doubt = doubted(routeField(route), unknown)
  return { ...controller, address: host, pending: null, doubts: [...controller.doubts, doubt] }
}

type RuleRequest = Pick<PathDraft, 'host' | 'urlPath' | 'routes'> & {
  /** The host as the rule, or an alias of it, is written. */
  rule: string | null
  because: readonly Because[]
}

/** Makes a request that this rule gets: with a concrete host, and a path that no other rule takes. */
function requestFor({ index }: PlanContext, route: Route): RuleRequest {
  const field = routeField(route)
  const host = probeHost(index, route.host)
  const made = host === route.host ? [] : [noted(field, `asked with ${host}, made up to match ${route.host}`)]
  const common = { host, rule: route.host }
  if (route.path === null) {
    const besideRules = route.host === null && route.ingress.rules.length > 0
    const doubts = besideRules
      ? [doubted(field, 'what a default backend gets besides the rules depends on the controller')]
      : []
    return { ...common, urlPath: '/', routes: null, because: [...made, ...doubts] }
  }
  const all = competitors(index, route)
  const gets = (urlPath: string): boolean => winners(all, urlPath).some((winner) => isSameRoute(winner, route))
  const isOther = (winner: Route): boolean => winner.backend.service?.name !== route.backend.service?.name
  const written = writtenPath(index, route)
  const stem = written.replace(/\/$/, '')
  const under = takesBelow(index, route) ? [`${stem}/`, `${stem}/portolan`] : []
  const urlPath = [written, ...under].find(gets) ?? written
  return {
    ...common,
    urlPath,
    routes: (asked, _method, headers = {}) =>
      gets(asked) && !winners(all, asked).some((winner) => isOther(winner) && isAskedByHeader(winner, headers)),
    because: [
      ...made,
      ...(urlPath === written ? [] : [noted(field, `asked at ${urlPath}, as another rule takes ${written}`)]),
      ...(syntaxOf(index, route) === 'regex'
        ? [
            doubted(
              fieldOf(field.ref, `${route.field}.path`),
              `a regular expression, asked at its literal beginning ${urlPath} (ingressPath of a check gives a better one)`,
            ),
          ]
        : []),
      ...shareDoubts(route, winners(all, urlPath)),
    ],
  }
}

/** Tells why not all requests for the route get to the Service. */
function shareDoubts(route: Route, claimants: readonly Route[]): Because[] {
  const field = routeField(route)
  if (route.action !== undefined && route.action.share < 1) {
    const share = percent(route.action.share)
    const told = `${route.action.annotation} sends ${share} of the requests to this Service, the rest elsewhere`
    return [doubted(field, told)]
  }
  const own = canaryShare(route)
  if (own !== null) {
    return own >= 1 ? [] : [doubted(field, `a canary, which gets ${percent(own)} of the requests`)]
  }
  return claimants.flatMap((other) => {
    if (isSameRoute(other, route) || other.backend.service?.name === route.backend.service?.name) {
      return []
    }
    if (sendsToHttps(other)) {
      return []
    }
    const share = canaryShare(other)
    if (share === 0) {
      return []
    }
    if (share !== null) {
      return [doubted(field, `${routeRef(other)} is a canary, which takes ${percent(share)} of the requests`)]
    }
    return [doubted(field, `${routeRef(other)} claims the same host and path for another Service`)]
  })
}

const percent = (share: number): string => `${Math.round(share * 1000) / 10} %`

/** The class of an Ingress is the parent of its routes, where it names one. */
function classNamed(ingress: Ingress): PathDraft['parent'] {
  const name = classOf(ingress)
  return name === null ? null : { kind: 'IngressClass', namespace: null, name, section: null }
}

function through(
  context: PlanContext,
  route: Route,
  asked: RuleRequest,
  controller: WayIn,
  listener: Listener,
  isFirst: boolean,
): PathDraft {
  const { host } = asked
  const { scheme } = listener
  const { port, told } = servicePort(context.service, route)
  const addressPort = dialledPort(listener, controller.ports[scheme])
  const isName = controller.address !== null && familyOf(controller.address) === null
  return draft({
    kind: 'Ingress',
    port,
    scheme,
    address: controller.address,
    addressPort,
    because: [
      routeField(route),
      ...told,
      ...controller.because,
      ...(route.action === undefined ? [] : [annotationField(route.ingress, route.action.annotation)]),
      ...listener.because,
      ...asked.because,
      ...controller.doubts,
      ...internalExcuses(context, route.ingress, controller),
      ...pastBalancerExcuses(context, controller, controller.front && frontPorts(controller.front).https, scheme),
    ],
    // Two listeners of one scheme are two ways; the first is known by the rule alone.
    discriminator: [controller.address, asked.rule, route.path, route.pathType, ...(isFirst ? [] : [addressPort])],
    reach: controller.reach,
    host,
    sni: host ?? (isName ? controller.address : null),
    judgesCertificate: host !== null && listener.passthrough !== true,
    parent: classNamed(route.ingress),
    rulePath: route.path,
    pathType: route.pathType,
    urlPath: asked.urlPath,
    routes: asked.routes,
    shortCut: controller.isVip && context.position === 'in-cluster',
    pending: controller.pending ?? (addressPort === null ? `the controller's Service has no port for ${scheme}` : null),
  })
}
