/**
 * Finds what stands beside the paths of a Service, in its objects. Pure.
 *
 * @module
 */
import { matchesLabels } from '../kube/object-index.ts'
import type { PodSpec, Service } from '../kube/objects.ts'
import { addressOfServer, familyOf } from '../lib/address.ts'
import type { At, Beside, BesidePod } from './beside.ts'
import type { PlanContext } from './context.ts'
import { CLUSTER_DNS } from './dns-question.ts'
import { backendTlsOf } from './gateway/backend-tls.ts'
import { asksForTls } from './ingress-backends.ts'
import { endpointsOf, hasSelector, type ServiceEndpoint } from './service-endpoints.ts'

const DNS_PORT = 53
const HTTPS_PORT = 443
/** So many pods and ports are remembered, since no more could be asked. */
const KEPT = { pods: 50, ports: 4, dnsPods: 2 }

export function besideOf(context: PlanContext): Beside {
  const { service, endpoints, position } = context
  const inside = position === 'in-cluster'
  return {
    kubernetes: inside ? apiServer(context) : [],
    ...(inside ? dnsOf(context) : { dns: [], dnsPods: [] }),
    pods: Object.fromEntries(
      endpoints.all.slice(0, KEPT.pods).flatMap((endpoint) => {
        const pod = podOf(context, endpoint)
        return pod === null ? [] : [[endpoint.address, pod]]
      }),
    ),
    healthCheckNodePort: service.healthCheckNodePort,
    sessionAffinity: service.sessionAffinity,
    backendsByTls:
      asksForTls(context.index, context.target.namespace, service) ||
      service.ports.some((port) =>
        backendTlsOf({ index: context.index, home: context.target.namespace }, service, port),
      ),
  }
}

/** Every pod is told the API server's cluster IP (pkg/kubelet/envvars). */
function apiServer({ index, place }: PlanContext): At[] {
  const [service] = index.servicesAt('default', 'kubernetes')
  if (service !== undefined) {
    return addressesOf(service, service.ports[0]?.port ?? HTTPS_PORT)
  }
  const address = place.namespace === null ? undefined : place.environment?.KUBERNETES_SERVICE_HOST
  const port = Number(place.environment?.KUBERNETES_SERVICE_PORT ?? HTTPS_PORT)
  return address !== undefined && familyOf(address) !== null && port > 0 && port < 65_536 ? [{ address, port }] : []
}

/** The addon is `kube-system/kube-dns` whatever serves it (its manifests in kubernetes/cluster/addons/dns). */
function dnsOf({ index, addresses }: PlanContext): Pick<Beside, 'dns' | 'dnsPods'> {
  const marked = index.servicesMarked(CLUSTER_DNS.labels).filter(({ meta }) => meta.namespace === CLUSTER_DNS.namespace)
  const service = marked.find(({ clusterIPs }) => clusterIPs.some((address) => familyOf(address) !== null))
  const asked = addresses.dnsServers.flatMap((server): At[] => {
    const address = addressOfServer(server)
    const [, port = String(DNS_PORT)] = /(?:\]|^[^:]+):(\d+)$/.exec(server) ?? []
    return address === null ? [] : [{ address, port: Number(port) }]
  })
  if (service === undefined) {
    return { dns: asked.slice(0, 2), dnsPods: [] }
  }
  const pods = endpointsOf(index, 'kube-system', service).all.filter(({ ready, isName }) => ready && !isName)
  return {
    dns: addressesOf(service, DNS_PORT),
    dnsPods: pods.slice(0, KEPT.dnsPods).map(({ address, ports }) => ({
      address,
      port: ports.find(({ name, protocol }) => protocol === 'UDP' || name === 'dns')?.number ?? DNS_PORT,
    })),
  }
}

const addressesOf = ({ clusterIPs }: Service, port: number): At[] =>
  clusterIPs.filter((address) => familyOf(address) !== null).map((address) => ({ address, port }))

function podOf(context: PlanContext, { address, pod }: ServiceEndpoint): BesidePod | null {
  const spec = pod?.spec ?? templateOf(context)
  if (spec === null) {
    return null
  }
  const declared = spec.containers.flatMap(({ ports }) => ports)
  const ports = declared.filter(({ protocol }) => protocol === 'TCP').map(({ containerPort }) => containerPort)
  return {
    name: pod?.meta.name ?? null,
    ports: [...new Set(ports)].slice(0, KEPT.ports),
    others: (pod?.podIPs ?? []).filter((other) => familyOf(other) !== null && familyOf(other) !== familyOf(address)),
  }
}

/** Reads the workloads that make the pods, where no pods were sent. */
function templateOf({ index, service, target }: PlanContext): PodSpec | null {
  if (!hasSelector(service)) {
    return null
  }
  const { selector } = service
  return (
    index.workloadsIn(target.namespace).find(({ template }) => matchesLabels(template.labels, selector))?.template
      .spec ?? null
  )
}
