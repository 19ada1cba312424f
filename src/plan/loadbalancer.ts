/**
 * LoadBalancer paths: each port at each entry of `status.loadBalancer.ingress`.
 *
 * @module
 */
import type { LoadBalancerIngress, Service, ServicePort } from '../kube/objects.ts'
import { familyOf } from '../lib/address.ts'
import { listOf } from './annotations.ts'
import { type Because, excused, fieldOf } from './because.ts'
import { internalOf, proxyProtocolOf } from './clouds.ts'
import { type PlanContext, type PlannedPort, portsFor } from './context.ts'
import { draft, type PathDraft } from './draft.ts'
import { privateExcuses } from './ingress-listeners.ts'
import { schemesOf } from './scheme.ts'
import { otherProxyExcuses } from './service.ts'
import { counted, given, oneAtLeast, portsCounted } from './size.ts'
import type { Source } from './source.ts'

type Entry = {
  address: string
  because: Because
  /** The entry of the status; `null`: the caller names the address. */
  field: string | null
  given: boolean
  /** kube-proxy answers for it on every node: an IP whose `ipMode` is VIP (KEP-1860); never a hostname. */
  isVip: boolean
  ports: LoadBalancerIngress['ports']
}

export const loadBalancerSource: Source = {
  paths: loadBalancerPaths,
  absent: ({ service }) => `Service type is ${service.type}`,
  sizes(sized) {
    const { service, request } = sized
    if (service.type !== 'LoadBalancer') {
      return []
    }
    const entries =
      given(request.addresses.loadBalancer, '/addresses/loadBalancer', 'addresses') ??
      counted(
        'addresses',
        oneAtLeast(service.loadBalancerIngress.length),
        `Service/${service.meta.name} status.loadBalancer.ingress`,
      )
    return [{ kind: 'LoadBalancer', counted: [portsCounted(sized), entries], each: 1 }]
  },
}

function loadBalancerPaths(context: PlanContext): PathDraft[] {
  const { service } = context
  if (service.type !== 'LoadBalancer') {
    return []
  }
  const entries = context.take('LoadBalancer', 'addresses', entriesOf(context), ({ address }) => address)
  return portsFor(context, 'LoadBalancer').flatMap((planned) => {
    const field = fieldOf(`Service/${service.meta.name}`, `spec.ports[${planned.at}].port`)
    return entries.length === 0
      ? [notYet(context, planned.port, field)]
      : entries.map((entry) => at(context, planned, field, entry))
  })
}

function entriesOf({ service, addresses }: PlanContext): Entry[] {
  const reported = service.loadBalancerIngress.flatMap((entry, position) => {
    const address = entry.ip ?? entry.hostname
    if (address === null) {
      return []
    }
    const field = `status.loadBalancer.ingress[${position}]`
    const because = fieldOf(`Service/${service.meta.name}`, `${field}.${entry.ip === null ? 'hostname' : 'ip'}`)
    const isVip = entry.ip !== null && entry.ipMode !== 'Proxy'
    return [{ address, because, field, given: false, isVip, ports: entry.ports }]
  })
  if (addresses.loadBalancer.length === 0) {
    return reported
  }
  return [...new Set(addresses.loadBalancer)].map((address) => ({
    address,
    because: fieldOf(null, `addresses.loadBalancer[${addresses.loadBalancer.indexOf(address)}]`),
    field: null,
    given: true,
    // kube-proxy knows the status alone.
    isVip: reported.some((entry) => entry.isVip && entry.address === address),
    ports: [],
  }))
}

function notYet({ service, serviceName, byIngress }: PlanContext, port: ServicePort, field: Because): PathDraft {
  const by = service.loadBalancerClass === null ? 'a load balancer' : `loadBalancerClass ${service.loadBalancerClass}`
  return draft({
    kind: 'LoadBalancer',
    port,
    trafficPolicy: service.externalTrafficPolicy,
    scheme: schemesOf(service, port, byIngress.get(port)?.scheme ?? null).atBalancer,
    addressPort: port.port,
    because: [fieldOf(`Service/${service.meta.name}`, 'status.loadBalancer.ingress', '=[]'), field],
    discriminator: [null],
    reach: 'anywhere',
    sni: serviceName,
    pending: `no address yet: ${by} has to give one (or name it in addresses.loadBalancer)`,
  })
}

function at(context: PlanContext, planned: PlannedPort, field: Because, entry: Entry): PathDraft {
  const { service, position } = context
  const { port } = planned
  const isName = familyOf(entry.address) === null
  const refused = entry.ports.find((status) => status.port === port.port && status.protocol === port.protocol)?.error
  const told = refused
    ? [fieldOf(`Service/${service.meta.name}`, `${entry.field}.ports[${port.port}].error`, `=${refused}`)]
    : []
  const shortCut = entry.isVip && position === 'in-cluster'
  const schemes = schemesOf(service, port, context.byIngress.get(port)?.scheme ?? null)
  // No certificate of a customer names the cloud's own host.
  const known = schemes.endsTls ? publicName(service) : isName ? entry.address : null
  return draft({
    kind: 'LoadBalancer',
    port,
    trafficPolicy: service.externalTrafficPolicy,
    scheme: shortCut ? schemes.behind : schemes.atBalancer,
    address: entry.address,
    addressPort: port.port,
    because: [
      entry.because,
      field,
      ...(shortCut ? planned.schemeBecause : schemes.because),
      ...told,
      ...(entry.isVip ? otherProxyExcuses(context) : []),
      ...sourceRangeExcuses(context),
      ...(entry.given ? [] : internalExcuses(context, entry.address)),
      ...pastProxyExcuses(context, entry),
    ],
    discriminator: [entry.address],
    reach: entry.given ? 'given' : 'anywhere',
    sni: known ?? (isName ? entry.address : context.serviceName),
    judgesCertificate: known !== null,
    shortCut,
    onlyFrom: rangesOf(context),
  })
}

const EVERYONE = new Set(['0.0.0.0/0', '::/0'])

const rangesOf = ({ service: { loadBalancerSourceRanges: ranges } }: PlanContext): readonly string[] =>
  ranges.some((range) => EVERYONE.has(range)) ? [] : ranges

/** Excuses a refusal: nobody but the load balancer can tell whether the prober's address is among the ranges. */
function sourceRangeExcuses(context: PlanContext): Because[] {
  const { service } = context
  const ranges = rangesOf(context)
  if (ranges.length === 0) {
    return []
  }
  const field = fieldOf(`Service/${service.meta.name}`, 'spec.loadBalancerSourceRanges')
  const told = `${ranges.slice(0, 20).join(', ')}${ranges.length > 20 ? ' …' : ''}`
  return [excused(field, `only clients from ${told} are let in`)]
}

/** From outside, a load balancer of the cloud's own network, or at a private address, is not promised. */
function internalExcuses({ service, position, place: { reaches = [] } }: PlanContext, address: string): Because[] {
  if (position === 'in-cluster') {
    return []
  }
  const told = internalOf(service) ?? internalByName(service, address)
  if (told !== null) {
    return [excused(told, 'an internal load balancer, and the prober stands outside')]
  }
  return position === 'edge' ? [] : privateExcuses(address, reaches)
}

/** AWS names an internal load balancer of the classic kind so. */
const internalByName = ({ meta }: Service, address: string): Because | null =>
  /^internal-.*\.elb\..*amazonaws\.com/.test(address)
    ? fieldOf(`Service/${meta.name}`, 'status.loadBalancer.ingress[].hostname', `=${address}`)
    : null

/**
 * kube-proxy sends connections to the address straight to the pods, past the load balancer, and so without the header of
 * the PROXY protocol that the pods wait for.
 */
function pastProxyExcuses({ service, position }: PlanContext, { isVip }: Entry): Because[] {
  const told = isVip && position === 'in-cluster' ? proxyProtocolOf(service) : null
  return told === null ? [] : [excused(told, 'the short cut past the load balancer has no PROXY protocol')]
}

const EXTERNAL_DNS = 'external-dns.alpha.kubernetes.io/hostname'

/** The name by which clients know the load balancer, where its DNS is made from an annotation. */
function publicName({ meta: { annotations } }: Service): string | null {
  const [first] = listOf(annotations[EXTERNAL_DNS] ?? null)
  return first === undefined || first.startsWith('*') ? null : first
}
