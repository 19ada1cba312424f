/**
 * A Service with everything a Service can have, on loopback addresses of its own: three pods, three nodes, a ClusterIP,
 * a load balancer, an Ingress with TLS, and a DNS server. Each part can be left out, or be another.
 *
 * @module
 */
import type { RequestListener } from 'node:http'
import { startDnsServer } from '../../../src/runtime/cli/demo/dns-server.ts'
import { startIngressController } from '../../../src/runtime/cli/demo/ingress-controller.ts'
import { startTcpProxy } from '../../../src/runtime/cli/demo/tcp-proxy.ts'
import type { Authority, LeafOptions } from '../../support/certificates.ts'
import { serveHttp } from '../../support/servers.ts'

const PORTS = { service: 9080, pod: 9376, node: 30376, http: 9081, https: 9443, dns: 9053 }
const PODS = [1, 2, 3] as const
const DOMAIN = 'cluster.local'
export const NAMESPACE = 'shop'

/** How one is built. What is left out is as it should be. */
export type Plan = {
  /** These parts are not there: `pod-3`, `node-2`, `clusterIP`, `balancer`, `http`, `https`. */
  without?: readonly string[]
  /** What pods answer. */
  answer?: RequestListener
  /** Where pods listen. */
  podPort?: number
  /** The certificate of the Ingress controller. */
  leaf?: LeafOptions
  /** The hosts that the Ingress controller knows. */
  routes?: readonly string[]
  /** The DNS server knows no name. */
  isUnnamed?: boolean
  /** No pod is ready, so that nothing leads to them. */
  isUnready?: boolean
  /** The labels that the Service selects. */
  selects?: string
}

type Part = { close(): Promise<unknown> }

export type Harbour = {
  name: string
  /** Starts the parts as they are planned, in place of those that are there. */
  build(plan: Plan): Promise<void>
  /** What there is to say to Portolan, of what was built last. */
  job(): Record<string, unknown>
  close(): Promise<void>
}

/** @param number from 0; each has a network of its own. */
export function createHarbour(number: number, authority: Authority): Harbour {
  const name = `harbour-${number}`
  const host = `${name}.example.com`
  const at = (third: number, fourth: number): string => `127.${100 + number}.${third}.${fourth}`
  const dns = { address: at(0, 10), port: PORTS.dns }
  const parts: Part[] = []
  let plan: Plan = {}
  const close = async (): Promise<void> => {
    await Promise.all(parts.splice(0).map((part) => part.close()))
  }
  const objects = () => objectsOf({ name, host, at }, plan)
  return {
    ...{ name, close },
    async build(next) {
      await close()
      plan = next
      const targets = hasEndpoints(plan) ? PODS.map((pod) => ({ address: at(1, pod), port: PORTS.pod })) : []
      const routes = (plan.routes ?? [host]).map((known) => ({ host: known, pathPrefix: '/', endpoints: targets }))
      const certificate = await authority.issue({ altNames: [host], ...plan.leaf })
      const forwards = (role: string, address: string, port: number) =>
        startTcpProxy(role, { address, port }, () => targets)
      const inDns = `${name}.${NAMESPACE}.svc.${DOMAIN}`
      const zone = {
        [inDns]: { A: [at(0, 1)] },
        [`_http._tcp.${inDns}`]: { SRV: [{ port: PORTS.service, target: inDns }] },
      }
      const all: Record<string, () => Promise<Part>> = {
        ...Object.fromEntries(PODS.map((pod) => [`pod-${pod}`, () => startPod(at(1, pod), `${name}-${pod}`, plan)])),
        ...Object.fromEntries(
          PODS.map((node) => [`node-${node}`, () => forwards('node port', at(2, node), PORTS.node)]),
        ),
        clusterIP: () => forwards('ClusterIP', at(0, 1), PORTS.service),
        balancer: () => forwards('load balancer', at(0, 7), PORTS.service),
        http: () => startIngressController({ address: at(0, 80), port: PORTS.http }, routes, null),
        https: () => startIngressController({ address: at(0, 80), port: PORTS.https }, routes, certificate),
        dns: () => startDnsServer(plan.isUnnamed ? {} : zone, dns),
      }
      const without = [...(plan.without ?? []), ...(hasEndpoints(plan) ? [] : UNPROXIED)]
      for (const [part, start] of Object.entries(all)) {
        if (!without.includes(part)) {
          parts.push(await start())
        }
      }
    },
    job: () => ({
      target: { manifests: objects(), namespace: NAMESPACE, service: name },
      vantage: 'in-cluster',
      timeoutMs: 1000,
      addresses: {
        ...{ dnsServers: [`${dns.address}:${dns.port}`], clusterDomain: DOMAIN },
        controllerPorts: { http: PORTS.http, https: PORTS.https },
      },
      checks: [{ name: 'web', type: 'http', tls: { caPem: authority.caPem }, responder: { header: 'x-pod-name' } }],
    }),
  }
}

/** Of a Service without endpoints kube-proxy refuses what comes. */
const UNPROXIED = ['node-1', 'node-2', 'node-3', 'clusterIP', 'balancer']

const hasEndpoints = ({ isUnready = false, selects = 'web' }: Plan): boolean => !isUnready && selects === 'web'

const startPod = (address: string, name: string, { answer, podPort = PORTS.pod }: Plan): Promise<Part> =>
  serveHttp(
    (request, response) => {
      response.setHeader('x-pod-name', name)
      if (answer === undefined) {
        response.end(`${name} is well\n`)
      } else {
        answer(request, response)
      }
    },
    { address, port: podPort },
  )

type Place = { name: string; host: string; at(third: number, fourth: number): string }

function objectsOf({ name, host, at }: Place, plan: Plan): Record<string, unknown>[] {
  const { isUnready = false, selects = 'web' } = plan
  const meta = { name, namespace: NAMESPACE }
  const conditions = { ready: !isUnready, serving: !isUnready, terminating: false }
  const pods = selects === 'web' ? PODS : []
  return [
    {
      ...{ apiVersion: 'v1', kind: 'Service', metadata: meta },
      spec: {
        ...{ type: 'LoadBalancer', clusterIP: at(0, 1), clusterIPs: [at(0, 1)], ipFamilies: ['IPv4'] },
        selector: { app: selects },
        ports: [{ name: 'http', port: PORTS.service, targetPort: PORTS.pod, nodePort: PORTS.node, protocol: 'TCP' }],
      },
      status: { loadBalancer: { ingress: [{ ip: at(0, 7), ipMode: 'Proxy' }] } },
    },
    {
      ...{ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', addressType: 'IPv4' },
      metadata: {
        ...{ name: `${name}-x2k4p`, namespace: NAMESPACE, labels: { 'kubernetes.io/service-name': name } },
      },
      ports: [{ name: 'http', port: PORTS.pod, protocol: 'TCP' }],
      endpoints: pods.map((pod) => ({
        ...{ addresses: [at(1, pod)], nodeName: `node-${pod}`, conditions },
        targetRef: { kind: 'Pod', name: `${name}-${pod}`, namespace: NAMESPACE },
      })),
    },
    {
      ...{ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: meta },
      spec: {
        ...{ ingressClassName: 'nginx', tls: [{ hosts: [host], secretName: 'tls' }] },
        rules: [
          {
            host,
            http: {
              paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name, port: { name: 'http' } } } }],
            },
          },
        ],
      },
      status: { loadBalancer: { ingress: [{ ip: at(0, 80) }] } },
    },
    {
      ...{ apiVersion: 'networking.k8s.io/v1', kind: 'IngressClass', metadata: { name: 'nginx' } },
      spec: { controller: 'k8s.io/ingress-nginx' },
    },
    ...PODS.map((node) => ({
      ...{ apiVersion: 'v1', kind: 'Node', metadata: { name: `node-${node}` } },
      status: {
        addresses: [{ type: 'InternalIP', address: at(2, node) }],
        conditions: [{ type: 'Ready', status: 'True' }],
      },
    })),
    ...PODS.map((pod) => ({
      ...{ apiVersion: 'v1', kind: 'Pod' },
      metadata: { name: `${name}-${pod}`, namespace: NAMESPACE, labels: { app: 'web' } },
      spec: {
        nodeName: `node-${pod}`,
        containers: [{ name: 'web', image: 'example.com/web:1', ports: [{ containerPort: PORTS.pod }] }],
      },
      status: {
        ...{ phase: 'Running', podIP: at(1, pod), podIPs: [{ ip: at(1, pod) }] },
        conditions: [{ type: 'Ready', status: isUnready ? 'False' : 'True' }],
      },
    })),
  ]
}
