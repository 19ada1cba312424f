/**
 * LoadBalancer paths: each port at each entry of `status.loadBalancer.ingress`.
 *
 * @module
 */
import type { LoadBalancerIngress, ServicePort } from '../kube/objects.ts'
import { type PlanContext, portsFor } from './context.ts'
import { draft, type PathDraft } from './draft.ts'
import { familyOf } from './ip.ts'
import { otherProxyDoubts } from './service.ts'

type Entry = {
  address: string
  because: string
  given: boolean
  /** kube-proxy answers for it on every node: an IP whose `ipMode` is VIP (KEP-1860); never a hostname. */
  isVip: boolean
  ports: LoadBalancerIngress['ports']
}

export function loadBalancerPaths(context: PlanContext): PathDraft[] {
  const { service } = context
  if (service.type !== 'LoadBalancer') return []
  const entries = context.take('LoadBalancer', 'addresses', entriesOf(context), ({ address }) => address)
  return portsFor(context, 'LoadBalancer').flatMap(({ port, at: position }) => {
    const field = `Service/${service.meta.name} spec.ports[${position}].port`
    return entries.length === 0
      ? [notYet(context, port, field)]
      : entries.map((entry) => at(context, port, field, entry))
  })
}

function entriesOf({ service, addresses }: PlanContext): Entry[] {
  const reported = service.loadBalancerIngress.flatMap((entry, position) => {
    const address = entry.ip ?? entry.hostname
    if (address === null) return []
    const because = `Service/${service.meta.name} status.loadBalancer.ingress[${position}].${entry.ip === null ? 'hostname' : 'ip'}`
    return [
      { address, because, given: false, isVip: entry.ip !== null && entry.ipMode !== 'Proxy', ports: entry.ports },
    ]
  })
  if (addresses.loadBalancer.length === 0) return reported
  return [...new Set(addresses.loadBalancer)].map((address) => ({
    address,
    because: `addresses.loadBalancer[${addresses.loadBalancer.indexOf(address)}]`,
    given: true,
    // kube-proxy knows only what the status says.
    isVip: reported.some((entry) => entry.isVip && entry.address === address),
    ports: [],
  }))
}

function notYet({ service, serviceName }: PlanContext, port: ServicePort, field: string): PathDraft {
  const by = service.loadBalancerClass === null ? 'a load balancer' : `loadBalancerClass ${service.loadBalancerClass}`
  return draft({
    kind: 'LoadBalancer',
    port,
    addressPort: port.port,
    because: [`Service/${service.meta.name} status.loadBalancer.ingress=[]`, field],
    discriminator: [null],
    reach: 'anywhere',
    sni: serviceName,
    pending: `no address yet: ${by} has to give one (or name it in addresses.loadBalancer)`,
  })
}

function at(context: PlanContext, port: ServicePort, field: string, entry: Entry): PathDraft {
  const isName = familyOf(entry.address) === null
  const refused = entry.ports.find((status) => status.port === port.port && status.protocol === port.protocol)?.error
  const told = refused ? [`${entry.because.replace(/\.(ip|hostname)$/, '')}.ports[${port.port}].error=${refused}`] : []
  return draft({
    kind: 'LoadBalancer',
    port,
    address: entry.address,
    addressPort: port.port,
    because: [entry.because, field, ...told],
    discriminator: [entry.address],
    reach: entry.given ? 'given' : 'anywhere',
    sni: isName ? entry.address : context.serviceName,
    judgesCertificate: isName,
    shortCut: entry.isVip && context.vantage === 'in-cluster',
    doubts: [
      ...(entry.isVip ? otherProxyDoubts(context) : []),
      ...sourceRangeDoubts(context),
      ...(entry.given ? [] : internalDoubts(context)),
    ],
  })
}

const EVERYONE = new Set(['0.0.0.0/0', '::/0'])

/** Whether the prober's address is among them is not known before the load balancer sees it. */
function sourceRangeDoubts({ service }: PlanContext): string[] {
  const ranges = service.loadBalancerSourceRanges
  if (ranges.length === 0 || ranges.some((range) => EVERYONE.has(range))) return []
  return [
    `Service/${service.meta.name} spec.loadBalancerSourceRanges: only clients from ${ranges.join(', ')} are let in`,
  ]
}

/** How clouds are asked for a load balancer of their own network (Kubernetes' documentation, "Internal load balancer"). */
const INTERNAL: readonly (readonly [annotation: string, value: RegExp])[] = [
  ['networking.gke.io/load-balancer-type', /^internal$/i],
  ['cloud.google.com/load-balancer-type', /^internal$/i],
  ['service.beta.kubernetes.io/aws-load-balancer-scheme', /^internal$/],
  ['service.beta.kubernetes.io/aws-load-balancer-internal', /^(true|0\.0\.0\.0\/0)$/],
  ['service.beta.kubernetes.io/azure-load-balancer-internal', /^true$/],
  ['service.beta.kubernetes.io/openstack-internal-load-balancer', /^true$/],
  ['service.beta.kubernetes.io/oci-load-balancer-internal', /^true$/],
  ['service.beta.kubernetes.io/cce-load-balancer-internal-vpc', /^true$/],
  ['service.beta.kubernetes.io/alibaba-cloud-loadbalancer-address-type', /^intranet$/],
  ['service.kubernetes.io/ibm-load-balancer-cloud-provider-ip-type', /^private$/],
  ['service.kubernetes.io/qcloud-loadbalancer-internal-subnetid', /./],
]

function internalDoubts({ service, vantage }: PlanContext): string[] {
  if (vantage === 'in-cluster') return []
  const found = INTERNAL.find(([name, value]) => value.test(service.meta.annotations[name] ?? ''))
  if (found === undefined) return []
  const [name] = found
  const told = `metadata.annotations["${name}"]=${service.meta.annotations[name]}`
  return [`Service/${service.meta.name} ${told}: an internal load balancer, and the prober stands outside`]
}
