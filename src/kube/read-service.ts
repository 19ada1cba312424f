import { familyOf } from '../lib/address.ts'
import { type Field, isMapping, refuseRepeated } from './fields.ts'
import type { Labels, Service, ServicePort, ServiceType } from './objects.ts'
import { FAMILIES, type Family } from './objects.ts'
import { isStored, readLoadBalancer, readMeta, readProtocol, readTexts, refuseUnlistenable } from './read-meta.ts'
import {
  rangesOf,
  refuseAffinity,
  refuseByType,
  refuseSingleStack,
  refuseSourceRanges,
  SOURCE_RANGES,
} from './service-rules.ts'
import { cidr, externalName, ip, label, labelKey, type Rule } from './validation.ts'

const TYPES = ['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'] as const
const POLICIES = ['Cluster', 'Local'] as const
const AFFINITIES = ['None', 'ClientIP'] as const
const FAMILY_POLICIES = ['SingleStack', 'PreferDualStack', 'RequireDualStack'] as const
const NODE_PORT = 'a whole number from 1 to 65535, usually 30000 to 32767'

const clusterAddress: Rule = {
  expected: 'an IP address, or "None" for a headless Service',
  test: (text) => text === 'None' || ip.test(text),
  normal: (text) => ip.normal?.(text) ?? text,
}

/** White space around a range does not matter (validateService). */
const paddedCidr: Rule = {
  ...cidr,
  test: (text) => cidr.test(text.trim()),
  normal: (text) => cidr.normal(text.trim()),
}

/** Follows core/validation ValidateService and, for defaults, core/v1 SetDefaults_Service of Kubernetes. */
export function readService(object: Field): Service {
  const meta = readMeta(object, label, { asksForProbes: true })
  const spec = object.get('spec')
  const givenType = spec.get('type').oneOf(TYPES)
  const type = givenType ?? 'ClusterIP'
  const clusterIPs = readClusterIPs(spec, type)
  const selector = readSelector(spec.get('selector'))
  const ranges = readTexts(spec.get('loadBalancerSourceRanges'), paddedCidr)
  const policy = spec.get('externalTrafficPolicy').oneOf(POLICIES)
  const externalIPs = readTexts(spec.get('externalIPs'), ip)
  spec.get('externalIPs').items().forEach(refuseUnlistenable)
  const service: Service = {
    kind: 'Service',
    meta,
    type,
    clusterIP: clusterIPs[0] ?? null,
    clusterIPs,
    clusterIPField: spec.get('clusterIPs').items().length > 0 ? 'spec.clusterIPs' : 'spec.clusterIP',
    ipFamilies: readFamilies(spec, clusterIPs),
    ipFamilyPolicy: spec.get('ipFamilyPolicy').orAbsent().oneOf(FAMILY_POLICIES),
    ports: readPorts(spec, type === 'ExternalName' || clusterIPs[0] === 'None'),
    selector,
    externalName: readExternalName(spec, type),
    externalIPs,
    externalTrafficPolicy: policy ?? 'Cluster',
    internalTrafficPolicy: spec.get('internalTrafficPolicy').orAbsent().oneOf(POLICIES) ?? 'Cluster',
    healthCheckNodePort: spec.get('healthCheckNodePort').integer(0, 65535) || null,
    allocateLoadBalancerNodePorts: spec.get('allocateLoadBalancerNodePorts').flag() ?? true,
    loadBalancerClass: spec.get('loadBalancerClass').orAbsent().matching(labelKey),
    loadBalancerSourceRanges: ranges.length > 0 ? ranges : annotatedRanges(meta.annotations[SOURCE_RANGES]),
    publishNotReadyAddresses: spec.get('publishNotReadyAddresses').flag() ?? false,
    sessionAffinity: spec.get('sessionAffinity').oneOf(AFFINITIES) ?? 'None',
    loadBalancerIngress: readLoadBalancer(object),
  }
  // A type that does not exist was reported; nothing follows from it.
  if (givenType !== null || !spec.has('type')) {
    refuseByType(spec, { type, hasExternalIPs: externalIPs.length > 0, policy })
    if (ranges.length === 0 && !isStored(object)) {
      refuseSourceRanges(object, type)
    }
  }
  refuseAffinity(spec)
  if (type !== 'ExternalName') {
    refuseSingleStack(spec)
  }
  return service
}

/** An empty selector counts as missing: nobody makes endpoints for it. */
function readSelector(selector: Field): Labels | null {
  const matchLabels = selector.get('matchLabels')
  if (isMapping(matchLabels.value)) {
    matchLabels.mismatch(
      'text',
      'The selector of a Service holds the labels themselves: put them in place of matchLabels.',
    )
    return null
  }
  const labels = selector.labels()
  return Object.keys(labels).length === 0 ? null : labels
}

const annotatedRanges = (annotation: string | undefined): readonly string[] =>
  rangesOf(annotation).flatMap((range) => (cidr.test(range) ? cidr.normal(range) : []))

/** `clusterIP` and `clusterIPs` are one value: before 1.20 there was only the first. */
function readClusterIPs(spec: Field, type: ServiceType): readonly string[] {
  const first = spec.get('clusterIP')
  const all = spec.get('clusterIPs')
  const address = first.matching(clusterAddress)
  const addresses = readTexts(all, clusterAddress)
  if (first.absent || first.value === '') {
    // On creation the second follows from the first, not the first from the second.
    if (addresses.length > 0 && type !== 'ExternalName') {
      all.complain(`must be empty when \`clusterIP\` is not specified. Set spec.clusterIP to ${addresses[0]} as well.`)
    }
  } else if (address !== null && addresses[0] !== undefined && addresses[0] !== address) {
    first.complain(`found ${address}, expected the same as spec.clusterIPs[0], ${addresses[0]}.`)
  }
  const items = all.items()
  if (items.length > 1 && addresses.includes('None')) {
    all.complain('found None beside an address, expected None alone, or addresses.')
  }
  refuseRepeated(
    items,
    items.map((item) => (typeof item.value === 'string' && ip.test(item.value) ? familyOf(item.value) : null)),
    'at most one address of each family',
  )
  const read = addresses.length > 0 ? addresses : address === null ? [] : [address]
  if (read.length === 0) {
    return []
  }
  const place = first.absent ? all : first
  if (type === 'ExternalName') {
    place.mismatch('nothing: a Service of type ExternalName has no cluster IP', 'Leave it out.')
  } else if (read[0] === 'None' && type !== 'ClusterIP') {
    place.mismatch(
      `an IP address, or nothing: a Service of type ${type} is never headless`,
      'Leave it out, or set spec.type to ClusterIP.',
    )
  }
  return read
}

/** Reads `ipFamilies`, or without them, the families of the cluster IPs. Without those, the cluster decides. */
function readFamilies(spec: Field, clusterIPs: readonly string[]): readonly Family[] {
  const items = spec.get('ipFamilies').items()
  const told = items.map((item) => item.oneOf(FAMILIES))
  refuseRepeated(items, told, 'each family once')
  const addresses = clusterIPs.filter((address) => address !== 'None')
  for (const [at, address] of addresses.entries()) {
    const [family, own] = [told[at] ?? null, familyOf(address)]
    if (family !== null && own !== null && family !== own) {
      items[at]?.complain(`found ${family}, expected ${own}, the family of the cluster IP ${address}.`)
    }
  }
  const families = told.filter((family) => family !== null)
  return families.length > 0 ? families : addresses.flatMap((address) => familyOf(address) ?? [])
}

function readExternalName(spec: Field, type: ServiceType): string | null {
  const name = spec.get('externalName')
  // API servers neither judge nor read it where the type is another.
  if (type !== 'ExternalName') {
    return null
  }
  return name.need('the DNS name that a Service of type ExternalName stands for').matching(externalName)
}

function readPorts(spec: Field, mayBeEmpty: boolean): readonly ServicePort[] {
  const list = spec.get('ports')
  if (!mayBeEmpty) {
    list.need('a list with at least one port: [{port: 80, targetPort: 8080}]')
  }
  const items = list.items()
  const ports = items.map((item) => readPort(item, items.length > 1))
  const of = (key: string) => items.map((item) => item.get(key))
  refuseRepeated(
    of('name'),
    ports.map(({ name }) => name),
    'a name of its own for each port',
  )
  refuseRepeated(
    of('port'),
    ports.map(({ port, protocol }) => `${port}/${protocol}`),
    'each port and protocol once',
  )
  refuseRepeated(
    of('nodePort'),
    ports.map(({ nodePort, protocol }) => nodePort && `${nodePort}/${protocol}`),
    'each nodePort and protocol once',
  )
  return ports
}

function readPort(item: Field, mustBeNamed: boolean): ServicePort {
  const name = item.get('name')
  if (mustBeNamed) {
    name.need('a name, like http: with several ports each needs one')
  }
  const port = item.get('port').need('the port of the Service, a whole number from 1 to 65535').port() ?? 0
  const target = item.get('targetPort')
  return {
    name: name.matching(label),
    port,
    protocol: readProtocol(item),
    targetPort: (target.value === 0 || target.value === '' ? null : target.portRef()) ?? port,
    nodePort: item.get('nodePort').integer(0, 65535, NODE_PORT) || null,
    appProtocol: item.get('appProtocol').orAbsent().matching(labelKey),
  }
}
