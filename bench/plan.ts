/**
 * Measures what planning costs: a cluster of 5,000 Services, 20,000 endpoints and 500 Ingress rules is indexed once and
 * planned Service by Service, as a batch is. It prints CPU time of the thread and judges nothing. `npm run bench:plan`
 */
import { diagnoseObjects } from '../src/diagnose/diagnose.ts'
import { indexObjects } from '../src/kube/object-index.ts'
import type { KubeObjects } from '../src/kube/objects.ts'
import { parseManifests } from '../src/kube/parse.ts'
import { type PlanInput, planPaths } from '../src/plan/plan.ts'
import { aPlace } from '../test/support/place.ts'
import { aRequest } from '../test/support/request.ts'

const SERVICES = 5000
const ENDPOINTS_EACH = 4
const RULES = 500
const NODES = 20
const NAMESPACES = 50
const ROUNDS = 5
const STEP = 100

const ip = (base: number, number: number): string =>
  `${base}.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`
const namespaceOf = (number: number): string => `team-${number % NAMESPACES}`
const typeOf = (number: number): string =>
  number % 10 === 0 ? 'NodePort' : number % 25 === 1 ? 'LoadBalancer' : 'ClusterIP'

function serviceManifests(number: number): unknown[] {
  const name = `service-${number}`
  const namespace = namespaceOf(number)
  const type = typeOf(number)
  const address = ip(10, (96 << 16) + number + 1)
  const nodePort = type === 'ClusterIP' ? {} : { nodePort: 30000 + (number % 2700) }
  const pods = Array.from({ length: ENDPOINTS_EACH }, (_, at) => number * ENDPOINTS_EACH + at)
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace },
      spec: {
        type,
        clusterIP: address,
        clusterIPs: [address],
        ipFamilies: ['IPv4'],
        selector: { app: name },
        ports: [{ name: 'http', port: 80, targetPort: 'web', ...nodePort }],
      },
      status: type === 'LoadBalancer' ? { loadBalancer: { ingress: [{ ip: ip(203, number) }] } } : {},
    },
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: `${name}-x`, namespace, labels: { 'kubernetes.io/service-name': name } },
      addressType: 'IPv4',
      ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
      endpoints: pods.map((pod) => ({
        addresses: [ip(10, (100 << 16) + pod)],
        conditions: { ready: true },
        nodeName: `node-${pod % NODES}`,
        targetRef: { kind: 'Pod', name: `${name}-${pod}`, namespace },
      })),
    },
    ...pods.map((pod) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: `${name}-${pod}`, namespace, labels: { app: name } },
      spec: {
        containers: [{ name: 'web', ports: [{ name: 'web', containerPort: 8080 }] }],
        nodeName: `node-${pod % NODES}`,
      },
      status: {
        phase: 'Running',
        podIPs: [{ ip: ip(10, (100 << 16) + pod) }],
        conditions: [{ type: 'Ready', status: 'True' }],
      },
    })),
  ]
}

const nodeManifest = (number: number): unknown => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: `node-${number}` },
  status: {
    addresses: [{ type: 'InternalIP', address: `10.0.0.${number + 1}` }],
    conditions: [{ type: 'Ready', status: 'True' }],
  },
})

const ingressManifest = (number: number): unknown => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: `ingress-${number}`, namespace: namespaceOf(number) },
  spec: {
    ingressClassName: 'nginx',
    tls: [{ hosts: [`host-${number}.example.com`] }],
    rules: [
      {
        host: `host-${number}.example.com`,
        http: {
          paths: [
            {
              path: '/',
              pathType: 'Prefix',
              backend: { service: { name: `service-${number}`, port: { number: 80 } } },
            },
          ],
        },
      },
    ],
  },
  status: { loadBalancer: { ingress: [{ ip: '203.0.113.80' }] } },
})

function inputFor(objects: KubeObjects, number: number): PlanInput {
  return {
    request: aRequest({
      target: { cluster: 'bench', namespace: namespaceOf(number), service: `service-${number}` },
    }),
    objects,
    ignored: [],
    place: aPlace(),
  }
}

/** CPU time of this thread, so that what else the machine does is not counted. */
const cpuMs = (): number => {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}
const timed = <T>(work: () => T): [T, number] => {
  const startMs = cpuMs()
  const result = work()
  return [result, cpuMs() - startMs]
}
const ms = (value: number): string => `${value.toFixed(1)} ms`

const manifests = [
  ...Array.from({ length: SERVICES }, (_, number) => serviceManifests(number)).flat(),
  ...Array.from({ length: NODES }, (_, number) => nodeManifest(number)),
  ...Array.from({ length: RULES }, (_, number) => ingressManifest(number)),
]
const [{ objects }, parseMs] = timed(() => {
  const parts = Array.from({ length: Math.ceil(manifests.length / 10_000) }, (_, at) =>
    manifests.slice(at * 10_000, (at + 1) * 10_000),
  )
  const parsed = parts.map((part) => parseManifests(part, { pointer: '' }).objects)
  const all = <K extends keyof KubeObjects>(kind: K) => parsed.flatMap((each) => [...each[kind]])
  return {
    objects: {
      services: all('services'),
      endpoints: all('endpoints'),
      endpointSlices: all('endpointSlices'),
      ingresses: all('ingresses'),
      ingressClasses: all('ingressClasses'),
      nodes: all('nodes'),
      pods: all('pods'),
      workloads: all('workloads'),
      networkPolicies: all('networkPolicies'),
      events: all('events'),
      gatewayClasses: all('gatewayClasses'),
      gateways: all('gateways'),
      listenerSets: all('listenerSets'),
      gatewayRoutes: all('gatewayRoutes'),
      referenceGrants: all('referenceGrants'),
      backendTlsPolicies: all('backendTlsPolicies'),
      openShiftRoutes: all('openShiftRoutes'),
      namespaces: all('namespaces'),
    } satisfies KubeObjects,
  }
})
console.log(
  `${SERVICES} Services, ${SERVICES * ENDPOINTS_EACH} endpoints and pods, ${RULES} Ingress rules, ${NODES} nodes`,
)
console.log(`parse     ${ms(parseMs)}  (${((parseMs * 1000) / manifests.length).toFixed(0)} µs an object)`)

for (let round = 1; round <= ROUNDS; round++) {
  const [index, indexMs] = timed(() => indexObjects(objects))
  let planMs = 0
  let diagnoseMs = 0
  let paths = 0
  // In steps, so that reading the clock costs nothing and no more plans are alive than a batch would keep.
  for (let first = 0; first < SERVICES; first += STEP) {
    const numbers = Array.from({ length: STEP }, (_, at) => first + at)
    const [plans, plannedMs] = timed(() => numbers.map((number) => planPaths(inputFor(objects, number), index)))
    const [, diagnosedMs] = timed(() => plans.map((plan) => diagnoseObjects(plan, objects, index)))
    planMs += plannedMs
    diagnoseMs += diagnosedMs
    paths += plans.reduce((sum, plan) => sum + plan.paths.length, 0)
  }
  console.log(
    `round ${round}: index ${ms(indexMs)}, plan ${ms(planMs)}, diagnose ${ms(diagnoseMs)}; ` +
      `${((indexMs + planMs) / SERVICES).toFixed(3)} ms a Service with its share of the index, ` +
      `${((planMs * 1000) / paths).toFixed(1)} µs a path (${paths} paths)`,
  )
}
