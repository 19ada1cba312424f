/**
 * The demonstration's cluster: what its manifests describe, brought to life with real sockets on loopback addresses.
 * The manifests are the only source of addresses, so that what Portolan is told and what is there cannot drift apart.
 *
 * @module
 */
import type { Ingress, IngressBackend, KubeObjects, Node, Service, ServicePort } from '../../src/kube/objects.ts'
import { startDnsServer, type Zone } from '../../test/support/dns-server.ts'
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
  /** Nodes on which nothing listens on the node port, as if kube-proxy did not run there. */
  brokenNodes: readonly string[]
}

/** Starts everything, or nothing. */
export async function startWorld(objects: KubeObjects, options: WorldOptions): Promise<Listener> {
  const started: Listener[] = []
  const close = async (): Promise<void> => {
    await Promise.all(started.map((listener) => listener.close()))
  }
  try {
    for (const start of listeners(objects, options)) {
      started.push(await start())
    }
  } catch (cause) {
    await close()
    throw cause
  }
  return { close }
}

function listeners(objects: KubeObjects, options: WorldOptions): (() => Promise<Listener>)[] {
  return [
    ...objects.services.flatMap((service) => [
      ...pods(objects, service),
      ...service.ports.flatMap((port) => servicePort(objects, service, port, options)),
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
  { brokenNodes }: WorldOptions,
): (() => Promise<Listener>)[] {
  const endpoints = endpointsOf(objects, service, port)
  const { nodePort } = port
  const nodes = objects.nodes.filter((node) => !brokenNodes.includes(node.meta.name))
  const nodePorts =
    nodePort === null ? [] : nodes.map((node) => ({ address: internalAddress(node), port: nodePort, node }))
  return [
    ...service.clusterIPs.map(
      (address) => () => startTcpProxy(`ClusterIP of ${service.meta.name}`, { address, port: port.port }, endpoints),
    ),
    ...nodePorts.map((at) => () => startTcpProxy(`node port of ${at.node.meta.name}`, at, endpoints)),
    ...service.loadBalancerIngress.flatMap(({ ip }) =>
      // As load balancers do, it leaves out nodes that fail its health check.
      ip === null ? [] : [() => startTcpProxy('load balancer', { address: ip, port: port.port }, nodePorts)],
    ),
  ]
}

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
