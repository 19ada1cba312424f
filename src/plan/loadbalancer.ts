/**
 * LoadBalancer paths: each port at each entry of `status.loadBalancer.ingress`.
 *
 * @module
 */
import type { LoadBalancerIngress, ServicePort } from '../kube/objects.ts'
import type { PlanContext } from './context.ts'
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
  const entries = entriesOf(context)
  return service.ports.flatMap((port, position) => {
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
    doubts: [...(entry.isVip ? otherProxyDoubts(context) : []), ...sourceRangeDoubts(context)],
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
