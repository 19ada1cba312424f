/**
 * The listeners that a Gateway has, of its own and of its ListenerSets, and the routes that are attached to each.
 *
 * @module
 */
import {
  allowsNamespace,
  byAge,
  type ClientValidation,
  type Gateway,
  type GatewayObjects,
  GROUP,
  isGranted,
  type ListenerSet,
  type ListenerSpec,
  namespaceOf,
  type Route,
  type RouteKind,
} from './objects.ts'

/** Files that objects only name. */
export type GatewayFiles = {
  /** Gateways of classes of this controller are served. */
  controllerName: string
  /** The proxy listens on this address for a Gateway. */
  address(gateway: Gateway): string
  /** One file with the certificate and the key of a Secret; `null`: there is no such Secret, or it has none. */
  certificate(namespace: string, name: string): string | null
  /** A file with the `ca.crt` of a ConfigMap; `null`: there is no such ConfigMap. */
  authority(namespace: string, name: string): string | null
}

export type Listener = {
  /** Unlike that of any other listener of the proxy. */
  id: string
  gateway: Gateway
  owner: { kind: 'Gateway' | 'ListenerSet'; object: Gateway | ListenerSet }
  spec: ListenerSpec
  /** In lower case; an empty string takes every host. */
  hostname: string
  /** TLS ends here with this certificate. */
  certificate: string | null
  /** How certificates of clients are judged; `null`: none is asked for. */
  clients: { authority: string; isDemanded: boolean } | null
}

/** What one route wants of one listener. */
export type Attachment = { route: Route; hostnames: readonly string[] }

/** Protocols, with the kinds of routes that they take. Those that can share a port by host have one family. */
const PROTOCOLS: Readonly<Record<string, { kinds: readonly RouteKind[]; family: string }>> = {
  HTTP: { kinds: ['HTTPRoute', 'GRPCRoute'], family: 'http' },
  HTTPS: { kinds: ['HTTPRoute', 'GRPCRoute'], family: 'tls' },
  TLS: { kinds: ['TLSRoute'], family: 'tls' },
  TCP: { kinds: ['TCPRoute'], family: 'tcp' },
}

/** @param name a word for the names of sections, unlike those of other objects in the same proxy. */
export function listenersOf(objects: GatewayObjects, gateway: Gateway, files: GatewayFiles, name: string): Listener[] {
  const sets = objects.listenerSets.filter((set) => isOf(objects, set, gateway)).toSorted(byAge)
  const owners = [
    { kind: 'Gateway' as const, object: gateway },
    ...sets.map((object) => ({ kind: 'ListenerSet' as const, object })),
  ]
  const all = owners.flatMap((owner, turn) =>
    (owner.object.spec.listeners ?? []).map((spec) => listenerOf(gateway, owner, spec, `${name}.${turn}.${spec.name}`)),
  )
  return all
    .filter((listener) => listener.spec.protocol in PROTOCOLS)
    .filter((listener, turn) => !isConflicted(listener, all, turn))
    .flatMap((listener) => withTls(objects, listener, files) ?? [])
}

function isOf(objects: GatewayObjects, set: ListenerSet, gateway: Gateway): boolean {
  const { group = GROUP, kind = 'Gateway', namespace = namespaceOf(set), name } = set.spec.parentRef
  return (
    group === GROUP &&
    kind === 'Gateway' &&
    namespace === namespaceOf(gateway) &&
    name === gateway.metadata.name &&
    allowsNamespace(
      objects,
      gateway.spec.allowedListeners?.namespaces ?? { from: 'None' },
      namespaceOf(gateway),
      namespaceOf(set),
    )
  )
}

const listenerOf = (gateway: Gateway, owner: Listener['owner'], spec: ListenerSpec, id: string): Listener => ({
  id,
  gateway,
  owner,
  spec,
  hostname: (spec.hostname ?? '').toLowerCase(),
  certificate: null,
  clients: null,
})

/**
 * Two listeners conflict on one port by protocol, or by the same host. What another owner has said before stands; of
 * two listeners of one owner neither does.
 */
const isConflicted = (listener: Listener, all: readonly Listener[], turn: number): boolean =>
  all.some((other, otherTurn) => {
    const isFirst = otherTurn > turn && other.owner.object !== listener.owner.object
    if (other === listener || isFirst || other.spec.port !== listener.spec.port) {
      return false
    }
    const families = [listener, other].map(({ spec }) => PROTOCOLS[spec.protocol]?.family ?? spec.protocol)
    return families[0] !== families[1] || listener.hostname === other.hostname
  })

/** `null`: the listener has no certificate that it may use, or no authority for those of clients, so that nobody listens. */
function withTls(objects: GatewayObjects, listener: Listener, files: GatewayFiles): Listener | null {
  const { tls, protocol, port } = listener.spec
  if (PROTOCOLS[protocol]?.family !== 'tls' || isPassthrough(listener)) {
    return listener
  }
  const owner = namespaceOf(listener.owner.object)
  const from = { group: GROUP, kind: listener.owner.kind, namespace: owner }
  const [certificate = null] = (tls?.certificateRefs ?? []).map((ref) => {
    const { group = '', kind = 'Secret', namespace = owner, name } = ref
    return isGranted(objects, from, { group, kind, namespace, name }) && `${group}/${kind}` === '/Secret'
      ? files.certificate(namespace, name)
      : null
  })
  if (certificate === null) {
    return null
  }
  const frontend = listener.gateway.spec.tls?.frontend
  const perPort = frontend?.perPort?.find((each) => each.port === port)
  const validation = (perPort === undefined ? frontend?.default : perPort.tls)?.validation
  if (validation === undefined) {
    return { ...listener, certificate }
  }
  const authority = authorityOf(objects, listener.gateway, validation, files)
  const clients = authority === null ? null : { authority, isDemanded: validation.mode !== 'AllowInsecureFallback' }
  return clients === null ? null : { ...listener, certificate, clients }
}

function authorityOf(
  objects: GatewayObjects,
  gateway: Gateway,
  { caCertificateRefs = [] }: ClientValidation,
  files: GatewayFiles,
): string | null {
  const from = { group: GROUP, kind: 'Gateway', namespace: namespaceOf(gateway) }
  const [authority = null] = caCertificateRefs.map((ref) => {
    const { group = '', kind = 'ConfigMap', namespace = from.namespace, name } = ref
    return `${group}/${kind}` === '/ConfigMap' && isGranted(objects, from, { group, kind, namespace, name })
      ? files.authority(namespace, name)
      : null
  })
  return authority
}

/** Tells whether TLS ends at the backends, not here. */
export const isPassthrough = ({ spec }: Listener): boolean =>
  spec.protocol === 'TLS' && spec.tls?.mode === 'Passthrough'

/** Routes that a listener has, the oldest first. */
export const attachmentsOf = (objects: GatewayObjects, listener: Listener): Attachment[] =>
  objects.routes.toSorted(byAge).flatMap((route) => attach(objects, listener, route) ?? [])

function attach(objects: GatewayObjects, listener: Listener, route: Route): Attachment | null {
  const { owner, spec } = listener
  const isMeant = (route.spec.parentRefs ?? []).some(
    ({ group = GROUP, kind = 'Gateway', namespace = namespaceOf(route), name, sectionName, port }) =>
      group === GROUP &&
      kind === owner.kind &&
      namespace === namespaceOf(owner.object) &&
      name === owner.object.metadata.name &&
      (sectionName === undefined || sectionName === spec.name) &&
      (port === undefined || port === spec.port),
  )
  const { namespaces = { from: 'Same' }, kinds } = spec.allowedRoutes ?? {}
  const takes = (PROTOCOLS[spec.protocol]?.kinds ?? []).includes(route.kind)
  const isKind = kinds?.some(({ group = GROUP, kind }) => group === GROUP && kind === route.kind) ?? true
  if (
    !(isMeant && takes && isKind) ||
    !allowsNamespace(objects, { from: 'Same', ...namespaces }, namespaceOf(owner.object), namespaceOf(route))
  ) {
    return null
  }
  const hostnames = intersect(listener.hostname, route.spec.hostnames ?? [])
  return hostnames.length === 0 ? null : { route, hostnames }
}

/** Hosts for which a route is asked on a listener; none where the two have none in common. */
export function intersect(listener: string, hostnames: readonly string[]): string[] {
  if (hostnames.length === 0) {
    return [listener]
  }
  return hostnames
    .map((hostname) => hostname.toLowerCase())
    .flatMap((hostname) => (covers(listener, hostname) ? [hostname] : covers(hostname, listener) ? [listener] : []))
}

/** A wildcard stands for one label or more. */
const covers = (pattern: string, hostname: string): boolean =>
  pattern === '' || pattern === hostname || (pattern.startsWith('*.') && hostname.endsWith(pattern.slice(1)))

/** The most specific first: exact hosts before wildcards, then the longer, then no host at all. */
export const byHost = (a: string, b: string): number => weightOf(b) - weightOf(a)

const weightOf = (hostname: string): number =>
  hostname === '' ? -1 : hostname.length + (hostname.startsWith('*.') ? 0 : 1000)
