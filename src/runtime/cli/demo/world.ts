/**
 * The demonstration's cluster: what its manifests describe, brought to life with real sockets on loopback addresses.
 * The manifests are the only source of addresses, so that what Portolan is told and what is there cannot drift apart.
 *
 * @module
 */
import type { Ingress, IngressBackend, KubeObjects, Node, Service, ServicePort } from '../../../kube/objects.ts'
import { startDnsServer, type Zone } from './dns-server.ts'
import { type Route, type ServerCertificate, startIngressController } from './ingress-controller.ts'
import { DemoError, type Listener, type Place, refusal } from './listen.ts'
import { startPod } from './pod.ts'
import { startTcpProxy } from './tcp-proxy.ts'

export type WorldOptions = {
  dns: Place
  clusterDomain: string
  /** The Ingress controller listens on these, at the address that the Ingress's status names. */
  controllerPorts: { http: number; https: number }
  /** It is valid for the hosts under `tls`. */
  certificate: ServerCertificate
}

export type World = Listener & {
  /** Closes the node ports of these nodes, as if kube-proxy did not run there, and opens those of all others. */
  breakNodes(names: readonly string[]): Promise<void>
}

/** Starts everything, or nothing. No node is broken at first. */
export async function startWorld(objects: KubeObjects, options: WorldOptions): Promise<World> {
  const started: Listener[] = []
  const open = new Map<NodePort, Listener>()
  const nodePorts = objects.services.flatMap((service) => nodePortsOf(objects, service))
  const close = async (): Promise<void> => {
    await Promise.all([...started, ...open.values()].map((listener) => listener.close()))
  }
  const breakNodes = async (names: readonly string[]): Promise<void> => {
    for (const at of nodePorts) {
      const isBroken = names.includes(at.node)
      if (isBroken) {
        await open.get(at)?.close()
        open.delete(at)
      } else if (!open.has(at)) {
        open.set(at, await startTcpProxy(`node port of ${at.node}`, at, () => at.endpoints))
      }
    }
  }
  try {
    await breakNodes([])
    for (const start of listeners(objects, options, () => [...open.keys()])) {
      started.push(await start())
    }
  } catch (cause) {
    await close()
    throw cause
  }
  return { breakNodes, close }
}

function listeners(
  objects: KubeObjects,
  options: WorldOptions,
  openNodePorts: () => readonly Place[],
): (() => Promise<Listener>)[] {
  return [
    ...objects.services.flatMap((service) => [
      ...pods(objects, service),
      ...service.ports.flatMap((port) => servicePort(objects, service, port, openNodePorts)),
    ]),
    ...objects.ingresses.flatMap((ingress) => controller(objects, ingress, options)),
    () => startDns(objects, options),
  ]
}

function pods(objects: KubeObjects, service: Service): (() => Promise<Listener>)[] {
  return service.ports.flatMap((port) => endpointsOf(objects, service, port).map((at) => () => startPod(at.pod, at)))
}

function servicePort(
  objects: KubeObjects,
  service: Service,
  port: ServicePort,
  openNodePorts: () => readonly Place[],
): (() => Promise<Listener>)[] {
  const endpoints = endpointsOf(objects, service, port)
  return [
    ...service.clusterIPs.map(
      (address) => () =>
        startTcpProxy(`ClusterIP of ${service.meta.name}`, { address, port: port.port }, () => endpoints),
    ),
    ...service.loadBalancerIngress.flatMap(({ ip }) =>
      // As load balancers do, it leaves out nodes that fail its health check.
      ip === null ? [] : [() => startTcpProxy('load balancer', { address: ip, port: port.port }, openNodePorts)],
    ),
  ]
}

type NodePort = Place & { node: string; endpoints: readonly Place[] }

const nodePortsOf = (objects: KubeObjects, service: Service): NodePort[] =>
  service.ports.flatMap((port) => {
    const { nodePort } = port
    const endpoints = endpointsOf(objects, service, port)
    return nodePort === null
      ? []
      : objects.nodes.map((node) => ({
          ...{ address: internalAddress(node), port: nodePort, node: node.meta.name },
          endpoints,
        }))
  })

function controller(objects: KubeObjects, ingress: Ingress, options: WorldOptions): (() => Promise<Listener>)[] {
  const routes = ingress.rules.flatMap(({ host, paths }): Route[] =>
    paths.map(({ path, backend }) => ({
      host: host ?? '',
      pathPrefix: path ?? '/',
      endpoints: endpointsOfBackend(objects, backend),
    })),
  )
  return ingress.loadBalancerIngress.flatMap(({ ip: address }) => {
    if (address === null) {
      return []
    }
    const { http, https } = options.controllerPorts
    return [
      () => startIngressController({ address, port: http }, routes, null),
      () => startIngressController({ address, port: https }, routes, options.certificate),
    ]
  })
}

type PodPlace = Place & { pod: string }

function endpointsOf(objects: KubeObjects, service: Service, port: ServicePort): PodPlace[] {
  return objects.endpointSlices
    .filter((slice) => slice.serviceName === service.meta.name)
    .flatMap((slice) => {
      const number = slice.ports.find(({ name }) => name === port.name)?.port ?? null
      if (number === null) {
        return []
      }
      return slice.endpoints.flatMap(({ addresses: [address], targetRef }) =>
        address === undefined ? [] : [{ address, port: number, pod: targetRef?.name ?? address }],
      )
    })
}

function endpointsOfBackend(objects: KubeObjects, { service: backend }: IngressBackend): PodPlace[] {
  const service = objects.services.find(({ meta }) => meta.name === backend?.name)
  const port = service?.ports.find(({ name, port: number }) => name === backend?.port || number === backend?.port)
  return service === undefined || port === undefined ? [] : endpointsOf(objects, service, port)
}

function internalAddress(node: Node): string {
  const found = node.addresses.find(({ type }) => type === 'InternalIP')
  if (found === undefined) {
    throw new DemoError(`Node/${node.meta.name} has no InternalIP in the manifests`)
  }
  return found.address
}

/** The records that CoreDNS serves for Services (kubernetes/dns, docs/specification.md). */
async function startDns(objects: KubeObjects, { dns, clusterDomain }: WorldOptions): Promise<Listener> {
  const zone = Object.fromEntries(
    objects.services.flatMap((service): [string, Zone[string]][] => {
      const name = `${service.meta.name}.${service.meta.namespace ?? 'default'}.svc.${clusterDomain}`
      const ports = service.ports.flatMap(({ name: portName, protocol, port }): [string, Zone[string]][] =>
        portName === null
          ? []
          : [[`_${portName}._${protocol.toLowerCase()}.${name}`, { SRV: [{ port, target: name }] }]],
      )
      return [[name, { A: service.clusterIPs }], ...ports]
    }),
  )
  try {
    return await startDnsServer(zone, dns)
  } catch (cause) {
    throw refusal(cause, 'DNS server', dns)
  }
}
