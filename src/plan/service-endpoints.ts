/**
 * Finds the endpoints of a Service: in EndpointSlices, or else in Endpoints, or else by the pods that the selector
 * matches, as the endpointslice controller would write them.
 *
 * @module
 */
import type { ObjectIndex } from '../kube/object-index.ts'
import type { Unread } from '../kube/object-source.ts'
import type {
  Endpoint,
  EndpointAddress,
  EndpointPort,
  EndpointSlice,
  Endpoints,
  Family,
  Labels,
  Pod,
  Protocol,
  Service,
} from '../kube/objects.ts'
import { familyOf } from '../lib/address.ts'
import { type Because, fieldOf, type ObjectField } from './because.ts'
import { familiesOf } from './families.ts'
import { findPort } from './pod-ports.ts'

export type EndpointsSource = 'EndpointSlice' | 'Endpoints' | 'Pod'

export type ServiceEndpoint = {
  address: string
  /** `EndpointSlice/x endpoints[0].addresses[0]`. */
  because: ObjectField
  /** Addresses after the first. DNS servers tell them too (CoreDNS); everything else reads the first alone. */
  further: readonly { address: string; because: ObjectField }[]
  ready: boolean
  serving: boolean
  terminating: boolean
  /**
   * Traffic to the Service goes there: to ready ones; if no endpoint is ready anywhere, to those that still serve while
   * terminating (pkg/proxy/topology.go CategorizeEndpoints).
   */
  usable: boolean
  hostname: string | null
  nodeName: string | null
  pod: Pod | null
  /** The pod's name; the pod itself need not be among the objects. */
  podName: string | null
  /** It is of an `addressType: FQDN` slice, which kube-proxy ignores. */
  isName: boolean
  /** `because: null`: the Service gives the number. */
  ports: readonly { name: string | null; number: number | null; protocol: Protocol; because: Because | null }[]
}

export type ServiceEndpoints = {
  /** `null` if no object tells, which is not the same as none. */
  source: EndpointsSource | null
  all: readonly ServiceEndpoint[]
  /** Tells why there may be others, because not everything was read that tells. `null`: these are all. */
  unread: Unread | null
}

export function endpointsOf(index: ObjectIndex, namespace: string, service: Service): ServiceEndpoints {
  if (service.type === 'ExternalName') {
    return { source: null, all: [], unread: null }
  }
  const unseen = index.unread('endpointSlices', namespace, 'own')
  const slices = index.slicesOf(namespace, service.meta.name)
  if (slices.length > 0) {
    const found = slices.flatMap((slice) => ofSlice(index, namespace, slice))
    return { source: 'EndpointSlice', all: collect(found), unread: unseen }
  }
  const unread = unseen ?? index.unread('endpoints', namespace, 'own')
  const legacy = index.endpointsOf(namespace, service.meta.name)
  if (legacy.length > 0) {
    const found = legacy.flatMap((endpoints) => ofEndpoints(index, namespace, endpoints))
    return { source: 'Endpoints', all: collect(found), unread }
  }
  const pods = hasSelector(service) ? index.podsMatching(namespace, service.selector) : []
  return {
    source: pods.length === 0 ? null : 'Pod',
    all: collect(pods.flatMap((pod) => ofPod(service, pod))),
    unread: unread ?? (hasSelector(service) ? unreadPods(index, namespace, service) : null),
  }
}

/** Tells why the pods of a Service are not known: those of its selector, or without one, those that its slices name. */
export const unreadPods = (index: ObjectIndex, namespace: string, service: Service): Unread | null =>
  index.unread('pods', namespace, hasSelector(service) ? 'own' : 'others')

/** An empty selector is read as none. */
export const hasSelector = (service: Service): service is Service & { selector: Labels } => service.selector !== null

/** Makes one entry for each address: an endpoint may stand in several slices with other ports. Sorted by address. */
function collect(found: readonly Omit<ServiceEndpoint, 'usable'>[]): readonly ServiceEndpoint[] {
  const byAddress = new Map<string, Omit<ServiceEndpoint, 'usable'>>()
  for (const endpoint of found) {
    const before = byAddress.get(endpoint.address)
    byAddress.set(endpoint.address, before === undefined ? endpoint : merge(before, endpoint))
  }
  const anyReady = found.some((endpoint) => endpoint.ready)
  return [...byAddress.values()]
    .map((endpoint) => ({ ...endpoint, usable: anyReady ? endpoint.ready : endpoint.serving && endpoint.terminating }))
    .sort((a, b) => (a.address < b.address ? -1 : 1))
}

function merge(
  a: Omit<ServiceEndpoint, 'usable'>,
  b: Omit<ServiceEndpoint, 'usable'>,
): Omit<ServiceEndpoint, 'usable'> {
  const added = b.ports.filter(
    (port) =>
      !a.ports.some(
        (known) => known.name === port.name && known.protocol === port.protocol && known.number === port.number,
      ),
  )
  return {
    ...a,
    ready: a.ready || b.ready,
    serving: a.serving || b.serving,
    terminating: a.terminating && b.terminating,
    hostname: a.hostname ?? b.hostname,
    nodeName: a.nodeName ?? b.nodeName,
    pod: a.pod ?? b.pod,
    ports: [...a.ports, ...added],
  }
}

const portsOf = (ref: string, prefix: string, ports: readonly EndpointPort[]): ServiceEndpoint['ports'] =>
  ports.map(({ name, port, protocol }, position) => ({
    name: name === '' ? null : name,
    number: port,
    protocol,
    because: fieldOf(ref, `${prefix}ports[${position}].port`),
  }))

function podOf(index: ObjectIndex, namespace: string, target: Endpoint['targetRef']): Pod | null {
  return target?.kind === 'Pod' ? index.podNamed(target.namespace ?? namespace, target.name) : null
}

const nameOf = (target: Endpoint['targetRef']): string | null => (target?.kind === 'Pod' ? target.name : null)

function ofSlice(index: ObjectIndex, namespace: string, slice: EndpointSlice): Omit<ServiceEndpoint, 'usable'>[] {
  const ref = `EndpointSlice/${slice.meta.name}`
  const ports = portsOf(ref, '', slice.ports)
  return slice.endpoints.flatMap((endpoint, position) => {
    // kube-proxy reads the first address only (discovery/v1 Endpoint.addresses).
    const [first, ...further] = endpoint.addresses.map((address, at) => ({
      address,
      because: fieldOf(ref, `endpoints[${position}].addresses[${at}]`),
    }))
    if (first === undefined) {
      return []
    }
    const pod = podOf(index, namespace, endpoint.targetRef)
    return [
      {
        ...first,
        further,
        ready: endpoint.ready,
        serving: endpoint.serving,
        terminating: endpoint.terminating,
        hostname: endpoint.hostname,
        nodeName: endpoint.nodeName ?? pod?.spec.nodeName ?? null,
        pod,
        podName: nameOf(endpoint.targetRef),
        isName: slice.addressType === 'FQDN',
        ports,
      },
    ]
  })
}

function ofEndpoints(index: ObjectIndex, namespace: string, endpoints: Endpoints): Omit<ServiceEndpoint, 'usable'>[] {
  return endpoints.subsets.flatMap((subset, position) => {
    const ref = `Endpoints/${endpoints.meta.name}`
    const prefix = `subsets[${position}].`
    const ports = portsOf(ref, prefix, subset.ports)
    const list = (addresses: readonly EndpointAddress[], field: string, ready: boolean) =>
      addresses.map((address, at) => {
        const pod = podOf(index, namespace, address.targetRef)
        return {
          address: address.ip,
          because: fieldOf(ref, `${prefix}${field}[${at}].ip`),
          further: [],
          ready,
          serving: ready,
          terminating: false,
          hostname: address.hostname,
          nodeName: address.nodeName ?? pod?.spec.nodeName ?? null,
          pod,
          podName: nameOf(address.targetRef),
          isName: false,
          ports,
        }
      })
    return [...list(subset.addresses, 'addresses', true), ...list(subset.notReadyAddresses, 'notReadyAddresses', false)]
  })
}

export const isPodReady = (pod: Pod): boolean =>
  pod.conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True')

/** A pod that has ended is no endpoint, whatever is published (endpointslice ShouldPodBeInEndpoints). */
export const isPodOver = (pod: Pod): boolean => pod.phase === 'Succeeded' || pod.phase === 'Failed'

function ofPod(service: Service, pod: Pod): Omit<ServiceEndpoint, 'usable'>[] {
  if (isPodOver(pod)) {
    return []
  }
  const serving = isPodReady(pod)
  const terminating = pod.meta.deletedAt !== null
  const ports = service.ports.flatMap((port) => {
    const found = findPort(pod.spec, port)
    return found === null
      ? []
      : [
          {
            name: port.name,
            number: found.number,
            protocol: port.protocol,
            because: found.field === null ? null : fieldOf(`Pod/${pod.meta.name}`, found.field),
          },
        ]
  })
  const families: readonly (Family | null)[] = familiesOf(service).map(({ family }) => family)
  const inUse = (address: string): boolean => families.length === 0 || families.includes(familyOf(address))
  return pod.podIPs.filter(inUse).map((address) => ({
    address,
    because: fieldOf(`Pod/${pod.meta.name}`, `status.podIPs[${pod.podIPs.indexOf(address)}]`),
    further: [],
    ready: service.publishNotReadyAddresses || (serving && !terminating),
    serving,
    terminating,
    hostname: pod.spec.subdomain === service.meta.name ? pod.spec.hostname : null,
    nodeName: pod.spec.nodeName,
    pod,
    podName: pod.meta.name,
    isName: false,
    ports,
  }))
}

/**
 * Tells why it is not known of every endpoint on which node it is: there may be others, or only the pod says where one
 * is, and was not read.
 */
export function unreadPlaces(
  index: ObjectIndex,
  namespace: string,
  service: Service,
  { all, unread }: ServiceEndpoints,
): Unread | null {
  const byPod = all.some(({ nodeName, podName }) => nodeName === null && podName !== null)
  return unread ?? (byPod ? unreadPods(index, namespace, service) : null)
}

export const NO_ENDPOINT_OBJECTS =
  'no EndpointSlice, Endpoints or Pod of the Service is among the objects (kubectl get endpointslices,pods -o yaml)'
