import type { Family, Service } from '../kube/objects.ts'
import { familyOf } from '../lib/address.ts'
import { type Because, doubted, fieldOf } from './because.ts'

/** A family that a Service has or will have. `doubt` says why it may not get it. */
export type PlannedFamily = { family: Family; doubt: Because | null }

const OTHER: Readonly<Record<Family, Family>> = { IPv4: 'IPv6', IPv6: 'IPv4' }

/**
 * Lists the families of a Service, including those that the cluster has still to give it: RequireDualStack is both or nothing,
 * PreferDualStack both where the cluster has both (KEP-563; k/k pkg/registry/core/service/storage/alloc.go,
 * initIPFamilyFields). Empty if nothing tells.
 */
export function familiesOf({ meta, ipFamilies, ipFamilyPolicy, clusterIPs }: Service): readonly PlannedFamily[] {
  const told = ipFamilies.map((family): PlannedFamily => ({ family, doubt: null }))
  const policy = fieldOf(`Service/${meta.name}`, 'spec.ipFamilyPolicy', `=${ipFamilyPolicy}`)
  const [first = 'IPv4', second] = ipFamilies
  if (second !== undefined) {
    return told
  }
  if (ipFamilyPolicy === 'RequireDualStack') {
    return [
      { family: first, doubt: null },
      { family: OTHER[first], doubt: null },
    ]
  }
  // A cluster that gave one address or family had no other.
  const isApplied =
    clusterIPs.some((address) => familyOf(address) !== null) || (clusterIPs[0] === 'None' && told.length > 0)
  if (ipFamilyPolicy !== 'PreferDualStack' || isApplied) {
    return told
  }
  return [
    {
      family: first,
      doubt: told.length > 0 ? null : doubted(policy, 'the cluster decides which family comes first; IPv4 is assumed'),
    },
    { family: OTHER[first], doubt: doubted(policy, 'given where the cluster has both families') },
  ]
}

/** Tells whether a Service has, or may get, the family of an address; a name may have any. */
export function mayHaveFamilyOf(service: Service, address: string): boolean {
  const [family, families] = [familyOf(address), familiesOf(service)]
  return family === null || families.length === 0 || families.some((each) => each.family === family)
}
