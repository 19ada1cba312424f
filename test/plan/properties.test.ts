import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { indexObjects } from '../../src/kube/object-index.ts'
import { becauseText } from '../../src/plan/because.ts'
import type { Plan } from '../../src/plan/path.ts'
import { planPaths } from '../../src/plan/plan.ts'
import { ingress, ingressClass, loadBalancerStatus, node, pod, service, slice, workload } from '../support/manifests.ts'
import { planInput, planOf } from '../support/plan-text.ts'

type Manifest = Record<string, unknown>

/** A World is a Service of any kind with all that may stand around it. Numbers come apart, so that they can change. */
type World = {
  type: 'ClusterIP' | 'NodePort' | 'LoadBalancer' | 'headless' | 'ExternalName'
  dual: boolean
  ports: { name: string; port: number; targetPort: number | string; protocol: string }[]
  policy: 'Cluster' | 'Local'
  endpoints: { hostname: boolean; ready: boolean; terminating: boolean; node: number }[]
  nodes: { external: boolean; ready: boolean }[]
  entries: ('ip' | 'hostname' | 'proxy')[]
  rules: { host: string | null; path: string; pathType: string; tls: boolean; status: boolean; to: string }[]
}

type Numbers = { clusterIP: number; nodePort: number; pods: number; nodes: number }
const NUMBERS: Numbers = { clusterIP: 7, nodePort: 30100, pods: 1, nodes: 1 }

const worlds: fc.Arbitrary<World> = fc.record({
  type: fc.constantFrom('ClusterIP', 'NodePort', 'LoadBalancer', 'headless', 'ExternalName'),
  dual: fc.boolean(),
  ports: fc
    .uniqueArray(
      fc.record({
        name: fc.constantFrom('http', 'https', 'db', 'dns'),
        port: fc.constantFrom(80, 443, 5432, 53, 9999),
        targetPort: fc.constantFrom<number | string>(8080, 'web'),
        protocol: fc.constantFrom('TCP', 'TCP', 'UDP'),
      }),
      { minLength: 1, maxLength: 3, selector: ({ name }) => name, comparator: 'IsStrictlyEqual' },
    )
    .map((ports) =>
      ports.filter(
        ({ port, protocol }, at) =>
          ports.findIndex((other) => other.port === port && other.protocol === protocol) === at,
      ),
    ),
  policy: fc.constantFrom('Cluster', 'Local'),
  endpoints: fc.array(
    fc.record({ hostname: fc.boolean(), ready: fc.boolean(), terminating: fc.boolean(), node: fc.nat(2) }),
    { maxLength: 4 },
  ),
  nodes: fc.array(fc.record({ external: fc.boolean(), ready: fc.boolean() }), { maxLength: 3 }),
  entries: fc.array(fc.constantFrom('ip', 'hostname', 'proxy'), { maxLength: 3 }),
  rules: fc.array(
    fc.record({
      host: fc.constantFrom('a.example.com', '*.example.com', 'b.example.com', null),
      path: fc.constantFrom('/', '/a', '/a/b', '/x(/|$)(.*)'),
      pathType: fc.constantFrom('Prefix', 'Exact', 'ImplementationSpecific'),
      tls: fc.boolean(),
      status: fc.boolean(),
      to: fc.constantFrom('toad', 'toad', 'frog'),
    }),
    { maxLength: 4 },
  ),
})

function serviceOf(world: World, numbers: Numbers): Manifest {
  const { type, dual, policy, entries } = world
  if (type === 'ExternalName') {
    return service({ type, externalName: 'api.example.com', ports: world.ports })
  }
  const clusterIPs =
    type === 'headless'
      ? ['None']
      : [`10.96.0.${numbers.clusterIP}`, ...(dual ? [`fd00:96::${numbers.clusterIP}`] : [])]
  const balanced = entries.map((kind, at) =>
    kind === 'hostname'
      ? { hostname: `lb-${at}.example.com` }
      : { ip: `203.0.113.${at + 1}`, ipMode: kind === 'proxy' ? 'Proxy' : 'VIP' },
  )
  const external = type === 'NodePort' || type === 'LoadBalancer'
  return service(
    {
      type: type === 'headless' ? 'ClusterIP' : type,
      clusterIP: clusterIPs[0],
      clusterIPs,
      ipFamilies: dual ? ['IPv4', 'IPv6'] : ['IPv4'],
      internalTrafficPolicy: policy,
      ...(external ? { externalTrafficPolicy: policy } : {}),
      ports: world.ports.map((port, at) => (external ? { ...port, nodePort: numbers.nodePort + at } : port)),
    },
    {},
    type === 'LoadBalancer' ? loadBalancerStatus(...balanced) : {},
  )
}

function manifestsOf(world: World, numbers: Numbers = NUMBERS): Manifest[] {
  const of = (at: number): string => `10.244.${numbers.pods}.${at + 1}`
  const endpoints = world.endpoints.map(({ hostname, ready, terminating, node: on }, at) => ({
    at: of(at),
    node: `node-${on}`,
    ready: ready && !terminating,
    serving: ready,
    terminating,
    pod: `toad-${at}`,
    ...(hostname ? { hostname: `toad-${at}` } : {}),
  }))
  const ports = world.ports.map(({ name, protocol }) => ({ name, port: 8080, protocol }))
  const half = Math.ceil(endpoints.length / 2)
  return [
    serviceOf(world, numbers),
    ...(endpoints.length === 0
      ? []
      : [
          slice(endpoints.slice(0, half), { name: 'toad-a', ports }),
          slice(endpoints.slice(half), { name: 'toad-b', ports }),
        ]),
    ...endpoints.map(({ at, pod: name, ready }) => pod(name, {}, { ip: at, ready })),
    ...world.nodes.map(({ external, ready }, at) =>
      node(
        `node-${at}`,
        {
          InternalIP: `10.0.${numbers.nodes}.${at + 1}`,
          ...(external ? { ExternalIP: `198.51.${numbers.nodes}.${at + 1}` } : {}),
        },
        { ready: ready ? 'True' : 'False' },
      ),
    ),
    ...world.rules.map(({ host, path, pathType, tls, status, to }, at) =>
      ingress(
        [{ path, pathType, to }],
        { host, ...(tls ? { tls: [{ hosts: host === null ? [] : [host] }] } : {}) },
        { name: `ingress-${at}` },
        loadBalancerStatus(...(status ? [{ ip: '203.0.113.80' }] : [])),
      ),
    ),
    ingressClass('nginx', 'k8s.io/ingress-nginx'),
  ]
}

const toad = {
  target: { namespace: 'pond', service: 'toad' },
  addresses: { environment: 'TOAD_SERVICE_HOST=10.96.0.7' },
} as const
const planFor = (manifests: readonly unknown[]): Plan => planOf(manifests, toad)

/** As another namespace and another Service have them. */
const UNRELATED: Manifest[] = [
  service({ clusterIP: '10.96.9.9' }, { name: 'newt' }),
  service({ clusterIP: '10.96.9.8' }, { namespace: 'lake' }),
  slice([{ at: '10.244.9.9' }], { name: 'newt-x', service: 'newt' }),
  slice([{ at: '10.244.9.8' }], { name: 'toad-x', namespace: 'lake' }),
  pod('newt-1', {}, { labels: { app: 'newt' }, ip: '10.244.9.9' }),
  pod('toad-0', {}, { namespace: 'lake', ip: '10.244.9.8' }),
  ingress([{ to: 'newt' }], { host: 'newt.example.org' }, { name: 'newt' }),
  ingress([{}], { host: 'lake.example.org' }, { name: 'toad', namespace: 'lake' }),
  ingressClass('traefik', 'traefik.io/ingress-controller'),
  workload('Deployment', 'newt', { app: 'newt' }),
]

describe('a plan', () => {
  it('does not depend on the order of the objects', () => {
    const shuffled = worlds.chain((world) => {
      const manifests = manifestsOf(world)
      return fc.record({
        manifests: fc.constant(manifests),
        other: fc.shuffledSubarray(manifests, { minLength: manifests.length }),
      })
    })
    fc.assert(
      fc.property(shuffled, ({ manifests, other }) => {
        expect(planFor(other)).toEqual(planFor(manifests))
      }),
    )
  })

  it('is the same of a List as of its items', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const items = manifestsOf(world)
        expect(planFor([{ apiVersion: 'v1', kind: 'List', items }])).toEqual(planFor(items))
      }),
    )
  })

  it('does not change with an object that has nothing to do with the Service', () => {
    fc.assert(
      fc.property(worlds, fc.subarray(UNRELATED, { minLength: 1 }), (world, unrelated) => {
        const manifests = manifestsOf(world)
        expect(planFor([...unrelated, ...manifests])).toEqual(planFor(manifests))
      }),
    )
  })

  it('has unique ids', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const ids = planFor(manifestsOf(world)).paths.map(({ id }) => id)
        expect(new Set(ids).size).toBe(ids.length)
      }),
    )
  })

  it('keeps ids when cluster IPs, node ports and the addresses of nodes and named pods change', () => {
    const steady = worlds.map((world) => ({
      ...world,
      endpoints: world.endpoints.map((endpoint) => ({ ...endpoint, hostname: true })),
    }))
    const numbers = fc.record({
      clusterIP: fc.integer({ min: 8, max: 99 }),
      nodePort: fc.integer({ min: 30200, max: 32000 }),
      pods: fc.integer({ min: 2, max: 99 }),
      nodes: fc.integer({ min: 2, max: 99 }),
    })
    fc.assert(
      fc.property(steady, numbers, (world, changed) => {
        const ids = (manifests: Manifest[]) =>
          planFor(manifests)
            .paths.map(({ id }) => id)
            .toSorted()
        expect(ids(manifestsOf(world, changed))).toEqual(ids(manifestsOf(world)))
      }),
    )
  })

  it('says of every kind either which paths it has or why it has none', () => {
    const kinds = [
      'ClusterIP',
      'DNS',
      'Endpoint',
      'Environment',
      'ExternalIP',
      'ExternalName',
      'GRPCRoute',
      'HTTPRoute',
      'Ingress',
      'LoadBalancer',
      'NodePort',
      'Route',
      'TCPRoute',
      'TLSRoute',
      'UDPRoute',
    ]
    fc.assert(
      fc.property(worlds, (world) => {
        const { paths, notApplicable } = planFor(manifestsOf(world))
        const told = [...new Set(paths.map(({ kind }) => kind)), ...notApplicable.map(({ kind }) => kind)]
        expect(told.toSorted()).toEqual(kinds)
      }),
    )
  })

  it('says of every path why it is there, and why where it is not promised', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        for (const { because, expected, skipped, checks, variable } of planFor(manifestsOf(world)).paths) {
          expect(because.length).toBeGreaterThan(0)
          if (expected === 'unknown') {
            expect(because.map(becauseText).at(-1)).toContain(': ')
            expect(because.at(-1)?.doubt).toBeDefined()
          }
          if (skipped !== null) {
            expect(skipped.detail).not.toBe('')
          }
          if (variable === null) {
            expect(checks.length).toBeGreaterThan(0)
          }
        }
      }),
    )
  })

  it('names in its reasons no object but those that were handed in', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const manifests = manifestsOf(world) as { kind: string; metadata: { name: string } }[]
        const objects = manifests.map(({ kind, metadata }) => `${kind}/${metadata.name}`)
        const named = planFor(manifests).paths.flatMap(({ because }) => because.flatMap(({ ref }) => ref ?? []))
        expect(objects).toEqual(expect.arrayContaining([...new Set(named)]))
      }),
    )
  })

  it('is the same with an index that was made before', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const input = planInput(manifestsOf(world), toad)
        const index = indexObjects(input.objects)
        const again = planPaths(input, index)
        expect(planPaths(input, index)).toEqual(again)
        expect(planPaths(input)).toEqual(again)
      }),
    )
  })
})
