import { type Field, refuseRepeated } from './fields.ts'
import type { Endpoint, EndpointAddress, EndpointPort, EndpointSlice, Endpoints } from './objects.ts'
import { readMeta, readProtocol, readTargetRef, readTexts, refuseUnlistenable } from './read-meta.ts'
import { fullName, ip, ipv4, ipv6, label, labelKey, subdomain } from './validation.ts'

const ADDRESS_TYPES = ['IPv4', 'IPv6', 'FQDN'] as const
const ADDRESS_RULES = { IPv4: ipv4, IPv6: ipv6, FQDN: fullName } as const
const SERVICE_LABEL = 'kubernetes.io/service-name'
/** discovery.k8s.io/v1beta1 has node and zone as topology labels. */
const HOSTNAME_LABEL = 'kubernetes.io/hostname'
const ZONE_LABEL = 'topology.kubernetes.io/zone'

/** Follows core/validation ValidateEndpoints; `unlistenable` tells which addresses are taken beyond it. */
export function readEndpoints(object: Field): Endpoints {
  return {
    kind: 'Endpoints',
    meta: readMeta(object, subdomain),
    subsets: object.get('subsets').items().map(readSubset),
  }
}

function readSubset(subset: Field): Endpoints['subsets'][number] {
  const addresses = readAddresses(subset.get('addresses'))
  const notReadyAddresses = readAddresses(subset.get('notReadyAddresses'))
  if (addresses.length + notReadyAddresses.length === 0) {
    subset.complain('must specify `addresses` or `notReadyAddresses`.')
  }
  return { addresses, notReadyAddresses, ports: readPorts(subset.get('ports'), true) }
}

const readAddresses = (list: Field): readonly EndpointAddress[] =>
  list.items().map((address) => ({
    ip: refuseUnlistenable(address.get('ip').need('an IP address')).matching(ip) ?? '',
    hostname: address.get('hostname').matching(label),
    nodeName: address.get('nodeName').matching(subdomain),
    targetRef: readTargetRef(address.get('targetRef')),
  }))

/** Follows discovery/validation ValidateEndpointSlice, with its limits. */
export function readEndpointSlice(object: Field): EndpointSlice {
  const meta = readMeta(object, subdomain)
  const addressType = object.get('addressType').need('IPv4, IPv6 or FQDN').oneOf(ADDRESS_TYPES)
  return {
    kind: 'EndpointSlice',
    meta,
    serviceName: meta.labels[SERVICE_LABEL] || null,
    addressType: addressType ?? 'IPv4',
    endpoints: object
      .get('endpoints')
      .atMost(1000)
      .items()
      .map((endpoint) => readEndpoint(endpoint, addressType)),
    ports: readPorts(object.get('ports').atMost(100), false),
  }
}

function readEndpoint(endpoint: Field, addressType: EndpointSlice['addressType'] | null): Endpoint {
  const conditions = endpoint.get('conditions')
  const topology = endpoint.get(endpoint.has('deprecatedTopology') ? 'deprecatedTopology' : 'topology')
  const ready = conditions.get('ready').flag() ?? true
  const addresses = endpoint.get('addresses').need('a list with at least one address').atMost(100)
  addresses.items().forEach(refuseUnlistenable)
  return {
    addresses: readTexts(addresses, addressType && ADDRESS_RULES[addressType]),
    ready,
    serving: conditions.get('serving').flag() ?? ready,
    terminating: conditions.get('terminating').flag() ?? false,
    hostname: endpoint.get('hostname').matching(label),
    nodeName: endpoint.get('nodeName').matching(subdomain) ?? topology.get(HOSTNAME_LABEL).text(),
    zone: endpoint.get('zone').text() ?? topology.get(ZONE_LABEL).text(),
    targetRef: readTargetRef(endpoint.get('targetRef')),
  }
}

/**
 * A slice's port may lack a number (every port), and no two have one name, the empty one included; each port of an
 * Endpoints has a number, and a name where it has others beside it (validateEndpointPort).
 */
function readPorts(list: Field, ofEndpoints: boolean): readonly EndpointPort[] {
  const items = list.items()
  if (!ofEndpoints) {
    refuseRepeated(
      items.map((item) => item.get('name')),
      items.map((item) => item.get('name').text() ?? ''),
      'a name of its own for each port',
    )
  }
  return items.map((item) => {
    const port = item.get('port')
    const name = item.get('name')
    if (ofEndpoints) {
      port.need('a port, a whole number from 1 to 65535')
    }
    if (ofEndpoints && items.length > 1) {
      name.need('a name: with several ports each needs one')
    }
    return {
      name: name.matching(label),
      port: port.port(),
      protocol: readProtocol(item),
      appProtocol: item.get('appProtocol').orAbsent().matching(labelKey),
    }
  })
}
