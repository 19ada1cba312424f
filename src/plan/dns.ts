/**
 * DNS paths: the records that the cluster's DNS must hold for a Service (kubernetes/dns, docs/specification.md), the
 * short forms that a pod's search list makes of its name, and the name dialled at each port.
 *
 * @module
 */
import type { Family, ServicePort } from '../kube/objects.ts'
import { familyOf } from '../lib/address.ts'
import { type Because, doubted, fieldOf, noteOf } from './because.ts'
import { type PlanContext, type PlannedPort, portsFor } from './context.ts'
import { draft, type PathDraft } from './draft.ts'
import { endpointsCounted } from './endpoints.ts'
import { externalNameOf } from './external-name.ts'
import { familiesOf, type PlannedFamily } from './families.ts'
import { clusterIPExcuses, clusterIPFieldOf, clusterIPsOf, isExternalName, isHeadless } from './service.ts'
import { hasSelector, targetNumbers } from './service-endpoints.ts'
import { oneAtLeast, portsCounted } from './size.ts'
import type { Source } from './source.ts'
import { restingOn, unreadText } from './unread.ts'

/** The Service's name must resolve to these. `values: null`: any address will do, as the objects do not tell. */
type Records = {
  family: Family
  values: readonly string[] | null
  because: readonly Because[]
}

const RECORD_TYPE = { IPv4: 'A', IPv6: 'AAAA' } as const

function dnsPaths(context: PlanContext): PathDraft[] {
  if (isExternalName(context)) {
    return aliasPaths(context)
  }
  const records = isHeadless(context) ? headlessRecords(context) : clusterIPRecords(context)
  const { fqdn } = context
  const resolved = records.map(({ family, values, because }) =>
    record(context, { name: fqdn, type: RECORD_TYPE[family], values, how: 'resolve' }, because, { family }),
  )
  const known = records.every(({ values }) => values !== null)
  const all = known ? records.flatMap(({ values }) => values ?? []) : null
  return [
    ...resolved,
    ...lookups(context, all),
    ...portsFor(context, 'DNS').flatMap(({ port, at }) => srvPath(context, port, at)),
    ...portsFor(context, 'DNS').flatMap((planned) => dialled(context, planned)),
    ...(isHeadless(context) ? podNames(context) : []),
  ]
}

/** An SRV record of a headless Service tells every endpoint: so many values in all records together. */
const VALUES_LIMIT = 20_000

export const dnsSource: Source = {
  paths: dnsPaths,
  absent: () => 'the Service has no name',
  unread: (context) => (isHeadless(context) ? context.endpoints.unread : null),
  sizes(sized) {
    const ports = portsCounted(sized)
    if (!isHeadless(sized)) {
      return [{ kind: 'DNS', counted: [ports], each: 2 }]
    }
    const behind = endpointsCounted(sized)
    return [
      { kind: 'DNS', counted: [{ ...ports, most: Math.ceil(VALUES_LIMIT / oneAtLeast(behind.count)) }], each: 2 },
      { kind: 'DNS', counted: [behind], each: 1 },
    ]
  },
}

/** An ExternalName Service is a CNAME and nothing else; a client sends it the wrong name as Host and SNI. */
function aliasPaths(context: PlanContext): PathDraft[] {
  const name = externalNameOf(context)
  const { service, fqdn } = context
  const ref = `Service/${service.meta.name}`
  const field = fieldOf(ref, 'spec.externalName')
  const isAddress = name !== null && familyOf(name) !== null
  const unserved = isAddress
    ? [doubted(field, 'an IP address cannot be the target of a CNAME, so the name is not served')]
    : []
  const cname = record(context, { name: fqdn, type: 'CNAME', values: name === null ? null : [name], how: 'resolve' }, [
    field,
    ...unserved,
  ])
  const naive = doubted(
    field,
    `a client that dials the Service's name sends that name as Host and SNI, which ${name ?? 'the target'} may not serve`,
  )
  return [
    cname,
    ...lookups(context, null, unserved),
    ...portsFor(context, 'DNS').map(({ port, at: position }) =>
      draft({
        ...ofName(fqdn),
        port,
        reach: 'cluster',
        addressPort: port.port,
        because: [...nameBecause(context), fieldOf(ref, `spec.ports[${position}].port`), naive],
      }),
    ),
  ]
}

const nameBecause = ({ service, clusterDomain }: PlanContext): Because[] => [
  fieldOf(`Service/${service.meta.name}`, 'metadata.name'),
  clusterDomain.because,
]

const ofName = (name: string) => ({ kind: 'DNS', address: name, host: name, sni: name, discriminator: [name] }) as const

/** Plans a name that is resolved and not dialled. */
function record(
  context: PlanContext,
  dns: NonNullable<PathDraft['dns']>,
  because: readonly Because[],
  more: Partial<Pick<PathDraft, 'family' | 'group'>> & { port?: ServicePort | null } = {},
): PathDraft {
  return draft({
    port: null,
    ...more,
    kind: 'DNS',
    scheme: 'dns',
    host: dns.name,
    // With servers of the caller's, anyone can ask.
    reach: context.addresses.dnsServers.length > 0 ? 'given' : 'cluster',
    because: [
      ...(dns.how === 'resolve'
        ? nameBecause(context)
        : [fieldOf(`Service/${context.service.meta.name}`, 'metadata.name')]),
      ...because,
    ],
    discriminator: [dns.name],
    dns,
  })
}

function clusterIPRecords(context: PlanContext): Records[] {
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
function headlessRecords({ service, endpoints }: PlanContext): Records[] {
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

/** Applications may write these forms instead of the whole name, and must get the same answer. */
function lookups(context: PlanContext, values: readonly string[] | null, doubts: readonly Because[] = []): PathDraft[] {
  const { namespace, service } = context.target
  const forms = [`${service}.${namespace}`, `${service}.${namespace}.svc`]
  const ownNamespace = context.place.namespace === namespace && context.position === 'in-cluster'
  if (ownNamespace) {
    forms.unshift(service)
  }
  return forms.map((name) =>
    record(context, { name, type: 'A', values, how: 'lookup' }, [
      noteOf(
        name === service
          ? `the prober runs in namespace ${namespace}, which its search list begins with`
          : 'the search list of pods',
      ),
      ...doubts,
    ]),
  )
}

/**
 * Plans the SRV record of a port, which only a named port has (specification 2.3.2). On a headless Service the record
 * tells the port of the endpoints.
 */
function srvPath(context: PlanContext, port: ServicePort, position: number): PathDraft[] {
  if (port.name === null) {
    return []
  }
  const { service, fqdn } = context
  const name = `_${port.name}._${port.protocol.toLowerCase()}.${fqdn}`
  const values = isHeadless(context) ? headlessSrv(context, port) : [`${port.port} ${fqdn}`]
  const fields = [fieldOf(`Service/${service.meta.name}`, `spec.ports[${position}].name`)]
  return [record(context, { name, type: 'SRV', values, how: 'resolve' }, fields, { port })]
}

/** `null` unless every endpoint has a hostname: the names of others are the DNS server's own choice. */
function headlessSrv({ endpoints, fqdn }: PlanContext, port: ServicePort): readonly string[] | null {
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

/** Plans the name at each port, as applications dial it. A headless Service translates no port: clients dial the pods'. */
function dialled(context: PlanContext, { port, at: position, scheme, schemeBecause }: PlannedPort): PathDraft[] {
  const { service, fqdn } = context
  const fieldAt = (name: string): Because => fieldOf(`Service/${service.meta.name}`, `spec.ports[${position}].${name}`)
  const common = { ...ofName(fqdn), port, scheme, reach: 'cluster' } as const
  if (!isHeadless(context)) {
    const because = [...nameBecause(context), fieldAt('port'), ...schemeBecause, ...clusterIPExcuses(context)]
    return [draft({ ...common, addressPort: port.port, trafficPolicy: service.internalTrafficPolicy, because })]
  }
  const told = targetNumbers(context.endpoints, port)
  const numbers = told.length > 0 || typeof port.targetPort === 'string' ? told : [port.targetPort]
  const { unread } = context.endpoints
  const isTold = typeof port.targetPort === 'number' && hasSelector(service)
  const maybe = isTold ? [] : restingOn(unread)
  const because = [
    ...nameBecause(context),
    fieldAt('targetPort'),
    ...maybe.map((each) => doubted(each, 'its number may differ from pod to pod')),
  ]
  if (numbers.length === 0) {
    const pending =
      unread === null
        ? `targetPort "${port.targetPort}" is a name that no pod among the objects has`
        : `targetPort "${port.targetPort}" is a name, and its number is not known: ${unreadText(unread)}`
    return [draft({ ...common, because, pending })]
  }
  if (numbers.length === 1) {
    return numbers.map((number) => draft({ ...common, addressPort: number, because }))
  }
  const differs = `its number differs from pod to pod (${numbers.join(', ')}), and a name has no port`
  return numbers.map((number) =>
    draft({
      ...common,
      addressPort: number,
      because: [...because, doubted(fieldAt('targetPort'), differs)],
      discriminator: [...common.discriminator, number],
    }),
  )
}

/** Plans `<hostname>.S.N.svc.Z` of each endpoint with a hostname: pods of a StatefulSet find each other by it. */
function podNames(context: PlanContext): PathDraft[] {
  const { endpoints, fqdn } = context
  const kept = context.take('DNS', 'endpoints', endpoints.all, ({ address, hostname }) => hostname ?? address)
  const named = kept.flatMap(({ ready, hostname, address, because, further }) =>
    ready && hostname !== null ? [{ address, because }, ...further].map((each) => ({ ...each, hostname })) : [],
  )
  const byName = Map.groupBy(named, ({ hostname, address }) => `${hostname} ${familyOf(address)}`)
  return [...byName.values()].flatMap((group) => {
    const [first] = group
    const family = first === undefined ? null : familyOf(first.address)
    if (first === undefined || family === null) {
      return []
    }
    const { unread } = endpoints
    const values = unread === null ? group.map(({ address }) => address) : null
    const dns = { name: `${first.hostname}.${fqdn}`, type: RECORD_TYPE[family], values, how: 'resolve' } as const
    return [
      record(context, dns, [...group.map(({ because }) => because), ...restingOn(unread)], {
        family,
        group: first.hostname,
      }),
    ]
  })
}
