/**
 * Paths that a Service has by itself: by its cluster IPs, and by its external IPs.
 *
 * @module
 */
import type { Service } from '../kube/objects.ts'
import { familyOf } from '../lib/address.ts'
import { type Because, excused, fieldOf } from './because.ts'
import { type PlanContext, portsFor } from './context.ts'
import { draft, type PathDraft } from './draft.ts'
import { familiesOf } from './families.ts'
import { unreadPlaces } from './service-endpoints.ts'
import { counted, portsCounted } from './size.ts'
import type { Source } from './source.ts'
import { unreadText } from './unread.ts'

/** Labels by which a Service asks kube-proxy to leave it alone (pkg/proxy/apis/well_known_labels.go). */
export const PROXY_LABELS = ['service.kubernetes.io/service-proxy-name', 'service.kubernetes.io/headless'] as const

/** kube-proxy makes every node answer for these addresses. */
export const clusterIPsOf = ({ service }: Pick<PlanContext, 'service'>): readonly string[] =>
  service.clusterIPs.filter((address) => address !== 'None')

/** Names the field that has the cluster IP at that position. */
export const clusterIPFieldOf = ({ clusterIPField }: Pick<Service, 'clusterIPField'>, at: number): string =>
  clusterIPField === 'spec.clusterIPs' ? `spec.clusterIPs[${at}]` : 'spec.clusterIP'

export const isHeadless = ({ service }: Pick<PlanContext, 'service'>): boolean => service.clusterIP === 'None'

export const isExternalName = ({ service }: Pick<PlanContext, 'service'>): boolean => service.type === 'ExternalName'

/** Tells why no address of its own leads to the Service; `null` if one does, or is to come. */
export function withoutAddress(context: Pick<PlanContext, 'service'>): string | null {
  if (isExternalName(context)) {
    return `Service type is ${context.service.type}: the cluster's DNS alone knows it`
  }
  return isHeadless(context) ? 'spec.clusterIP is None: a headless Service has no address of its own' : null
}

export const clusterIPSource: Source = {
  paths: clusterIPPaths,
  absent: (context) => withoutAddress(context) ?? 'spec.ports is empty',
  sizes: (sized) => [{ kind: 'ClusterIP', counted: [portsCounted(sized)], each: 2 }],
}

export const externalIPSource: Source = {
  paths: externalIPPaths,
  absent: (context) => withoutAddress(context) ?? 'spec.externalIPs is empty',
  sizes(sized) {
    const { meta, externalIPs } = sized.service
    const addresses = counted('addresses', externalIPs.length, `Service/${meta.name} spec.externalIPs`)
    return [{ kind: 'ExternalIP', counted: [portsCounted(sized), addresses], each: 1 }]
  },
}

/** Plans each of `spec.clusterIPs` at each port. */
function clusterIPPaths(context: PlanContext): PathDraft[] {
  if (isExternalName(context) || isHeadless(context)) {
    return []
  }
  const { service, serviceName } = context
  const ref = `Service/${service.meta.name}`
  const addresses = clusterIPsOf(context)
  const excuses = clusterIPExcuses(context)
  return portsFor(context, 'ClusterIP').flatMap(({ port, at: position, scheme, schemeBecause }) => {
    const common = {
      kind: 'ClusterIP',
      port,
      trafficPolicy: service.internalTrafficPolicy,
      scheme,
      reach: 'cluster',
      discriminator: [],
      sni: serviceName,
    } as const
    const portField = fieldOf(ref, `spec.ports[${position}].port`)
    const pending = 'clusterIP is assigned when the Service is applied, and the manifest has none'
    const missing = familiesOf(service).filter(({ family }) => !addresses.some((each) => familyOf(each) === family))
    const families =
      addresses.length === 0 && missing.length === 0 ? [{ family: 'IPv4' as const, doubt: null }] : missing
    const toCome = families.map(({ family, doubt }) =>
      draft({
        ...common,
        family,
        because: [portField, ...schemeBecause, ...(doubt === null ? [] : [doubt]), ...excuses],
        pending,
      }),
    )
    const given = addresses.map((address, at) => {
      const because = [fieldOf(ref, clusterIPFieldOf(service, at)), portField, ...schemeBecause, ...excuses]
      return draft({ ...common, address, addressPort: port.port, because })
    })
    return [...given, ...toCome]
  })
}

/** The reasons why a cluster IP promises nothing, dialled as it is or by the name that resolves to it. */
export const clusterIPExcuses = (context: PlanContext): Because[] => [
  ...otherProxyExcuses(context),
  ...internalPolicyExcuses(context),
]

/** Plans each of `spec.externalIPs` at each port: any type of Service may have them. Users lead their packets to a node. */
function externalIPPaths(context: PlanContext): PathDraft[] {
  if (isExternalName(context) || isHeadless(context)) {
    return []
  }
  const { service, serviceName } = context
  const ref = `Service/${service.meta.name}`
  const addresses = service.externalIPs.map((address, at) => ({ address, at }))
  const used = context.take('ExternalIP', 'addresses', addresses, ({ address }) => address)
  return portsFor(context, 'ExternalIP').flatMap(({ port, at: position, scheme, schemeBecause }) =>
    used.map(({ address, at }) =>
      draft({
        kind: 'ExternalIP',
        port,
        trafficPolicy: service.externalTrafficPolicy,
        scheme,
        address,
        addressPort: port.port,
        because: [
          fieldOf(ref, `spec.externalIPs[${at}]`),
          fieldOf(ref, `spec.ports[${position}].port`),
          ...schemeBecause,
          ...otherProxyExcuses(context),
        ],
        discriminator: [address],
        reach: 'anywhere',
        sni: serviceName,
      }),
    ),
  )
}

/** kube-proxy ignores such a Service, and something that Portolan does not know has to serve its addresses. */
export function otherProxyExcuses({ service }: PlanContext): Because[] {
  const label = PROXY_LABELS.find((name) => service.meta.labels[name] !== undefined)
  if (label === undefined) {
    return []
  }
  const field = fieldOf(`Service/${service.meta.name}`, `metadata.labels["${label}"]`)
  return [excused(field, 'kube-proxy leaves a Service with this label alone')]
}

/** Under internalTrafficPolicy Local a node without an endpoint of its own drops what its pods send to the cluster IP. */
function internalPolicyExcuses({ service, endpoints, place, index, target }: PlanContext): Because[] {
  if (service.internalTrafficPolicy !== 'Local') {
    return []
  }
  const field = fieldOf(`Service/${service.meta.name}`, 'spec.internalTrafficPolicy', '=Local')
  if (place.nodeName === null) {
    return [excused(field, 'it is not known which node the prober is on, nor whether that node has an endpoint')]
  }
  if (endpoints.source === null) {
    return [excused(field, 'no object tells which nodes have an endpoint')]
  }
  if (hasLocalEndpoint(endpoints, place.nodeName)) {
    return []
  }
  const unread = unreadPlaces(index, target.namespace, service, endpoints)
  return [
    excused(
      field,
      unread === null
        ? `the prober's node, ${place.nodeName}, has no endpoint`
        : `whether the prober's node, ${place.nodeName}, has an endpoint is not known: ${unreadText(unread)}`,
    ),
  ]
}

/**
 * Tells whether a node has an endpoint that a Local policy may use: a ready one of its own, else one that still serves
 * while terminating (pkg/proxy/topology.go; the fallback is per node). Without `nodeName` none is local.
 */
export function hasLocalEndpoint(endpoints: PlanContext['endpoints'], nodeName: string): boolean {
  const local = endpoints.all.filter((endpoint) => endpoint.nodeName === nodeName)
  return local.some(({ ready }) => ready) || local.some(({ serving, terminating }) => serving && terminating)
}
