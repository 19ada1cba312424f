/**
 * Tells which records the cluster's DNS must hold for a Service, by its objects (kubernetes/dns, docs/specification.md).
 *
 * @module
 */
import type { Family, ServicePort } from '../kube/objects.ts'
import { familyOf } from '../lib/address.ts'
import { type Because, doubted, fieldOf } from './because.ts'
import type { PlanContext } from './context.ts'
import { targetNumbers } from './endpoint-ports.ts'
import { familiesOf, type PlannedFamily } from './families.ts'
import { clusterIPFieldOf, clusterIPsOf } from './service.ts'
import { hasSelector } from './service-endpoints.ts'
import { restingOn } from './unread.ts'

/** The Service's name must resolve to these. `values: null`: any address will do, as the objects do not tell. */
type Records = {
  family: Family
  values: readonly string[] | null
  because: readonly Because[]
}

export function clusterIPRecords(context: PlanContext): Records[] {
  const { service } = context
  const addresses = clusterIPsOf(context)
  const ref = `Service/${service.meta.name}`
  const families = familiesOf(service)
  if (addresses.length === 0 && families.length === 0) {
    const assumed = doubted(fieldOf(ref, null), 'neither clusterIP nor ipFamilies tells its family, IPv4 is assumed')
    return [{ family: 'IPv4', values: null, because: [assumed] }]
  }
  const order: readonly Family[] = addresses.length > 0 ? ['IPv4', 'IPv6'] : families.map(({ family }) => family)
  return order.flatMap((family): Records[] => {
    const values = addresses.filter((address) => familyOf(address) === family)
    const because = values.map((value) => fieldOf(ref, clusterIPFieldOf(service, addresses.indexOf(value))))
    if (values.length > 0) {
      return [{ family, values, because }]
    }
    const toCome = families.find((each) => each.family === family)
    if (toCome === undefined) {
      return []
    }
    return [{ family, values: null, because: toCome.doubt === null ? [] : [toCome.doubt] }]
  })
}

/** Each address of a ready endpoint has a record. Without any the name does not exist (specification 2.4.1). */
export function headlessRecords({ service, endpoints }: PlanContext): Records[] {
  const ready = endpoints.all
    .filter((endpoint) => endpoint.ready && !endpoint.isName)
    .flatMap((endpoint) => [endpoint, ...endpoint.further])
  const found = [...new Set(ready.map(({ address }) => familyOf(address)))].filter((family) => family !== null)
  const told = familiesOf(service)
  const families: readonly PlannedFamily[] =
    told.length > 0
      ? told
      : (found.length > 0 ? found.toSorted() : (['IPv4'] as const)).map((family) => ({ family, doubt: null }))
  return families.map(({ family, doubt }) => {
    const own = ready.filter(({ address }) => familyOf(address) === family)
    // There may be more values than these, and those of a family of which none was read.
    const isWhole = endpoints.unread === null
    const missing = isWhole && own.length === 0 && found.length > 0
    const why = hasSelector(service)
      ? 'no endpoint'
      : 'no endpoint (a Service without selector gets every family of the cluster)'
    return {
      family,
      values: isWhole && own.length > 0 ? own.map(({ address }) => address) : null,
      because: [
        ...own.map(({ because }) => because),
        ...restingOn(endpoints.unread),
        ...(missing
          ? [doubted(fieldOf(`Service/${service.meta.name}`, 'spec.ipFamilies'), `${why} has an address of ${family}`)]
          : []),
        ...(doubt === null ? [] : [doubt]),
      ],
    }
  })
}

/** `null` unless every endpoint has a hostname: the names of others are the DNS server's own choice. */
export function headlessSrv({ endpoints, fqdn }: PlanContext, port: ServicePort): readonly string[] | null {
  const ready = endpoints.all.filter((endpoint) => endpoint.ready && !endpoint.isName)
  if (endpoints.unread !== null || ready.length === 0 || ready.some(({ hostname }) => hostname === null)) {
    return null
  }
  const numbers = targetNumbers(endpoints, port)
  if (numbers.length !== 1) {
    return null
  }
  return [...new Set(ready.map(({ hostname }) => `${numbers[0]} ${hostname}.${fqdn}`))]
}
