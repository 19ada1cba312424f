/**
 * LoadBalancer paths: each port at each entry of `status.loadBalancer.ingress`.
 *
 * @module
 */
import type { LoadBalancerIngress, Service, ServicePort } from '../kube/objects.ts'
import { familyOf } from '../lib/address.ts'
import { listOf } from './annotations.ts'
import { internalOf, proxyProtocolOf } from './clouds.ts'
import { type PlanContext, type PlannedPort, portsFor } from './context.ts'
import { draft, type PathDraft } from './draft.ts'
import { privateDoubts } from './ingress-listeners.ts'
import { schemesOf } from './scheme.ts'
import { otherProxyExcuses } from './service.ts'
import { counted, given, oneAtLeast, portsCounted } from './size.ts'
import type { Source } from './source.ts'

type Entry = {
  address: string
  because: string
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
    const field = `Service/${service.meta.name} spec.ports[${planned.at}].port`
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
    const because = `Service/${service.meta.name} status.loadBalancer.ingress[${position}].${entry.ip === null ? 'hostname' : 'ip'}`
    return [
      { address, because, given: false, isVip: entry.ip !== null && entry.ipMode !== 'Proxy', ports: entry.ports },
    ]
  })
  if (addresses.loadBalancer.length === 0) {
    return reported
  }
  return [...new Set(addresses.loadBalancer)].map((address) => ({
    address,
    because: `addresses.loadBalancer[${addresses.loadBalancer.indexOf(address)}]`,
    given: true,
    // kube-proxy knows only what the status says.
    isVip: reported.some((entry) => entry.isVip && entry.address === address),
    ports: [],
  }))
}

function notYet({ service, serviceName, byIngress }: PlanContext, port: ServicePort, field: string): PathDraft {
  const by = service.loadBalancerClass === null ? 'a load balancer' : `loadBalancerClass ${service.loadBalancerClass}`
  return draft({
    kind: 'LoadBalancer',
    port,
    scheme: schemesOf(service, port, byIngress.get(port)?.scheme ?? null).atBalancer,
    addressPort: port.port,
    because: [`Service/${service.meta.name} status.loadBalancer.ingress=[]`, field],
    discriminator: [null],
    reach: 'anywhere',
    sni: serviceName,
    pending: `no address yet: ${by} has to give one (or name it in addresses.loadBalancer)`,
  })
}

function at(context: PlanContext, planned: PlannedPort, field: string, entry: Entry): PathDraft {
  const { service, position } = context
  const { port } = planned
  const isName = familyOf(entry.address) === null
  const refused = entry.ports.find((status) => status.port === port.port && status.protocol === port.protocol)?.error
  const told = refused ? [`${entry.because.replace(/\.(ip|hostname)$/, '')}.ports[${port.port}].error=${refused}`] : []
  const shortCut = entry.isVip && position === 'in-cluster'
  const schemes = schemesOf(service, port, context.byIngress.get(port)?.scheme ?? null)
  // The name of the cloud's is in no certificate of its customer's.
  const known = schemes.endsTls ? publicName(service) : isName ? entry.address : null
  return draft({
    kind: 'LoadBalancer',
    port,
    scheme: shortCut ? schemes.behind : schemes.atBalancer,
    address: entry.address,
    addressPort: port.port,
    because: [entry.because, field, ...(shortCut ? planned.schemeBecause : schemes.because), ...told],
    discriminator: [entry.address],
    reach: entry.given ? 'given' : 'anywhere',
    sni: known ?? (isName ? entry.address : context.serviceName),
    judgesCertificate: known !== null,
    shortCut,
    onlyFrom: rangesOf(context),
    excuses: [
      ...(entry.isVip ? otherProxyExcuses(context) : []),
      ...sourceRangeDoubts(context),
      ...(entry.given ? [] : internalDoubts(context, entry.address)),
      ...pastProxyDoubts(context, entry),
    ],
  })
}

const EVERYONE = new Set(['0.0.0.0/0', '::/0'])

const rangesOf = ({ service: { loadBalancerSourceRanges: ranges } }: PlanContext): readonly string[] =>
  ranges.some((range) => EVERYONE.has(range)) ? [] : ranges

/** Whether the prober's address is among them is not known before the load balancer sees it. */
function sourceRangeDoubts(context: PlanContext): string[] {
  const { service } = context
  const ranges = rangesOf(context)
  if (ranges.length === 0) {
    return []
  }
  return [
    `Service/${service.meta.name} spec.loadBalancerSourceRanges: only clients from ${ranges.slice(0, 20).join(', ')}${ranges.length > 20 ? ' …' : ''} are let in`,
  ]
}

/** Seen from outside: a load balancer of the cloud's own network, or at an address of one. */
function internalDoubts({ service, position, place: { reaches = [] } }: PlanContext, address: string): string[] {
  if (position === 'in-cluster') {
    return []
  }
  const told = internalOf(service) ?? internalByName(service, address)
  if (told !== null) {
    return [`${told}: an internal load balancer, and the prober stands outside`]
  }
  return position === 'edge' ? [] : privateDoubts(address, reaches)
}

/** AWS names an internal load balancer of the classic kind so. */
const internalByName = ({ meta }: Service, address: string): string | null =>
  /^internal-.*\.elb\..*amazonaws\.com/.test(address)
    ? `Service/${meta.name} status.loadBalancer.ingress[].hostname=${address}`
    : null

/**
 * kube-proxy sends what is for the address straight to the pods, past the load balancer: without the PROXY protocol that
 * it would speak, and which they then wait for.
 */
function pastProxyDoubts({ service, position }: PlanContext, { isVip }: Entry): string[] {
  const told = isVip && position === 'in-cluster' ? proxyProtocolOf(service) : null
  return told === null ? [] : [`${told}: the short cut past the load balancer has no PROXY protocol`]
}

const EXTERNAL_DNS = 'external-dns.alpha.kubernetes.io/hostname'

/** The name by which clients know the load balancer, where its DNS is made from an annotation. */
function publicName({ meta: { annotations } }: Service): string | null {
  const [first] = listOf(annotations[EXTERNAL_DNS] ?? null)
  return first === undefined || first.startsWith('*') ? null : first
}
