import type { Field } from './fields.ts'
import type { Node, NodeAddressType } from './objects.ts'
import { readConditions, readMeta, readTexts } from './read-meta.ts'
import { cidr, ip, subdomain } from './validation.ts'

const ADDRESS_RULES: Readonly<Record<NodeAddressType, typeof ip | null>> = {
  InternalIP: ip,
  ExternalIP: ip,
  Hostname: null,
  InternalDNS: null,
  ExternalDNS: null,
}
const isAddressType = (text: unknown): text is NodeAddressType =>
  typeof text === 'string' && Object.hasOwn(ADDRESS_RULES, text)

export function readNode(object: Field): Node {
  const spec = object.get('spec')
  const podCIDRs = readTexts(spec.get('podCIDRs'), cidr)
  const podCIDR = spec.get('podCIDR').matching(cidr)
  return {
    kind: 'Node',
    meta: readMeta(object, subdomain, { namespaced: false }),
    addresses: object.get('status').get('addresses').items().flatMap(readAddress),
    conditions: readConditions(object),
    taints: spec
      .get('taints')
      .items()
      .map((taint) => ({
        key: taint.get('key').need("the taint's key").text() ?? '',
        value: taint.get('value').text(),
        effect: taint.get('effect').text(),
      })),
    unschedulable: spec.get('unschedulable').flag() ?? false,
    podCIDRs: podCIDRs.length > 0 || podCIDR === null ? podCIDRs : [podCIDR],
    providerID: spec.get('providerID').text(),
  }
}

/** Leaves out types that Kubernetes may add later, and empty addresses, which some providers write. */
function readAddress(entry: Field): Node['addresses'] {
  const type = entry.get('type').need('the type of the address, like InternalIP').text()
  if (!isAddressType(type)) {
    return []
  }
  const rule = ADDRESS_RULES[type]
  const field = entry.get('address')
  const address = rule ? field.matching(rule) : field.text()
  return address === null ? [] : [{ type, address }]
}
