/**
 * DNS paths: the records that the cluster's DNS must hold for a Service (kubernetes/dns, docs/specification.md), the
 * short forms that a pod's search list makes of its name, and the name dialled at each port.
 *
 * @module
 */
import type { ServicePort } from '../kube/objects.ts'
import { familyOf } from '../lib/address.ts'
import { type Because, doubted, fieldOf, noteOf } from './because.ts'
import { type PlanContext, type PlannedPort, portsFor } from './context.ts'
import { clusterIPRecords, headlessRecords, headlessSrv } from './dns-records.ts'
import { draft, type PathDraft } from './draft.ts'
import { targetNumbers } from './endpoint-ports.ts'
import { endpointsCounted } from './endpoints.ts'
import { externalNameOf } from './external-name.ts'
import { clusterIPExcuses, isExternalName, isHeadless } from './service.ts'
import { hasSelector } from './service-endpoints.ts'
import { oneAtLeast, portsCounted } from './size.ts'
import type { Source } from './source.ts'
import { restingOn, unreadText } from './unread.ts'

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
