import { describe, expect, it } from 'vitest'
import { ingress, loadBalancerStatus, node, pod, service, slice } from '../../test/support/manifests.ts'
import { planOf } from '../../test/support/plan-text.ts'
import { ProblemError } from '../lib/problem.ts'
import { LISTED_LIMIT } from './size.ts'

const upTo = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at))
const ip = (at: number, net = 10): string => `${net}.${(at >> 16) & 255}.${(at >> 8) & 255}.${at & 255}`
const ports = (count: number) => upTo(count, (at) => ({ name: `p${at}`, port: at + 1, targetPort: 'web' }))
const nodePorts = (count: number) => ports(count).map((each) => ({ ...each, nodePort: each.port }))
const balanced = (portCount: number, entries: number) =>
  service(
    { type: 'LoadBalancer', ports: nodePorts(portCount) },
    {},
    loadBalancerStatus(...upTo(entries, (at) => ({ ip: ip(at, 203) }))),
  )
/** As many endpoints with as many ports: more of both than a slice may hold. */
const endpoints = (size: number, make: (at: number) => { ip: string; hostname?: string }) => ({
  apiVersion: 'v1',
  kind: 'Endpoints',
  metadata: { name: 'toad', namespace: 'pond' },
  subsets: [{ addresses: upTo(size, make), ports: ports(size).map(({ name }) => ({ name, port: 8080 })) }],
})
const toad = { target: { namespace: 'pond', service: 'toad' } } as const

function refusalOf(manifests: readonly unknown[], asked: Parameters<typeof planOf>[1] = toad): ProblemError {
  try {
    planOf(manifests, asked)
  } catch (error) {
    if (error instanceof ProblemError) {
      return error
    }
    throw error
  }
  throw new Error('not refused')
}

describe('a product beyond all use is refused before it is made (trials/security D3)', () => {
  it('names the factors and their product', () => {
    const refusal = refusalOf([balanced(65_535, 100)])
    expect(refusal).toMatchObject({
      code: 'impossible_request',
      detail:
        'Service/toad would have 7274385 paths, more than the 1000000 of one plan. Most are of kind LoadBalancer: ' +
        '65535 ports × 100 addresses = 6553500. Send fewer of these, or name those to test in addresses.',
      errors: [
        { pointer: '/target/manifests', detail: 'Service/toad spec.ports: 65535 ports' },
        { pointer: '/target/manifests', detail: 'Service/toad status.loadBalancer.ingress: 100 addresses' },
      ],
    })
  })

  it.each([
    [
      'addresses that the request names',
      [service({ type: 'LoadBalancer', ports: nodePorts(40_000) })],
      { addresses: { loadBalancer: upTo(50, (at) => ip(at, 203)) } },
      '40000 ports × 50 addresses',
    ],
    [
      'nodes',
      [
        service({ type: 'NodePort', ports: nodePorts(2_000) }),
        ...upTo(1_000, (at) => node(`n${at}`, { InternalIP: ip(at) })),
      ],
      {},
      '2000 ports × 1000 nodes',
    ],
    [
      'endpoints',
      [service({ ports: ports(2_000) }), slice(upTo(1_000, (at) => ({ at: ip(at) })))],
      {},
      '2000 ports × 1000 endpoints',
    ],
    [
      'pods',
      [service({ ports: ports(2_000) }), ...upTo(1_000, (at) => pod(`toad-${at}`, {}, { ip: ip(at) }))],
      {},
      '2000 ports × 1000 endpoints',
    ],
    [
      'external IPs',
      [service({ ports: ports(2_000), externalIPs: upTo(1_000, (at) => ip(at, 203)) })],
      {},
      '2000 ports × 1000 addresses',
    ],
    [
      'rules of an Ingress',
      [
        service(),
        ingress(
          upTo(2_000, (at) => ({ path: `/p${at}` })),
          {},
          {},
          loadBalancerStatus(...upTo(500, (at) => ({ ip: ip(at, 203) }))),
        ),
      ],
      {},
      '2000 rules × 500 addresses × 2 each',
    ],
  ])('%s', (_what, manifests, asked, factors) => {
    expect(refusalOf(manifests, { ...toad, ...asked }).detail).toContain(factors)
  })
})

describe('a large product is cut before it is made (trials/security D3)', () => {
  it('tests what the limits allow, lists a bounded part of the rest, and tells how many there are', () => {
    const plan = planOf([balanced(500, 500)], toad)
    expect(plan.paths.length).toBeLessThan(LISTED_LIMIT)
    expect(plan.paths.filter(({ skipped }) => skipped === null)).toHaveLength(500)
    expect(plan.notApplicable).toContainEqual({
      kind: 'LoadBalancer',
      reason:
        '500 ports × 500 addresses make up to 250000 paths, too many to list: some of each are chosen by a hash, ' +
        'always the same, those that the request names first',
    })
  })

  const SHAPES: readonly [string, (size: number) => unknown[]][] = [
    ['ports × load balancer addresses', (size) => [balanced(size, size)]],
    [
      'ports × nodes',
      (size) => [
        service({ type: 'NodePort', ports: nodePorts(size) }),
        ...upTo(size, (at) => node(`n${at}`, { InternalIP: ip(at) })),
      ],
    ],
    ['ports × endpoints', (size) => [service({ ports: ports(size) }), endpoints(size, (at) => ({ ip: ip(at) }))]],
    [
      'headless ports × named endpoints',
      (size) => [
        service({ clusterIP: 'None', ports: ports(size) }),
        endpoints(size, (at) => ({ ip: ip(at), hostname: `toad-${at}` })),
      ],
    ],
    [
      'ports × pods',
      (size) => [service({ ports: ports(size) }), ...upTo(size, (at) => pod(`toad-${at}`, {}, { ip: ip(at) }))],
    ],
    [
      'rules × addresses',
      (size) => [
        service(),
        ingress(
          upTo(size, (at) => ({ path: `/p${at}` })),
          { tls: [{}] },
          {},
          loadBalancerStatus(...upTo(size, (at) => ({ ip: ip(at, 203) }))),
        ),
      ],
    ],
  ]

  it.each(SHAPES)('%s: what is answered does not grow with the product', (_what, of) => {
    const bytesOf = (size: number): number => JSON.stringify(planOf(of(size), toad)).length
    const [small, large] = [bytesOf(150), bytesOf(600)]
    // The product grows sixteenfold, the lists of names and values fourfold.
    expect(large / small).toBeLessThan(4.2)
  })

  it('counts the listeners and hosts that annotations name', () => {
    const listenPorts = JSON.stringify(upTo(50, (at) => ({ HTTPS: 8000 + at })))
    const many = ingress(
      upTo(200, (at) => ({ path: `/p${at}` })),
      { ingressClassName: 'alb' },
      { annotations: { 'alb.ingress.kubernetes.io/listen-ports': listenPorts } },
    )
    const plan = planOf([service(), many], toad)
    expect(plan.paths.filter(({ kind }) => kind === 'Ingress').length).toBeLessThanOrEqual(500)
    expect(plan.notApplicable.at(-1)?.reason).toContain('200 rules × 1 address × 50 each make up to 10000 paths')
  })

  it('is the same whatever the order of the objects, and keeps its choice when others are added', () => {
    const chosen = (nodes: number): Set<string> => {
      const manifests = [
        service({ type: 'NodePort', ports: nodePorts(40) }),
        ...upTo(nodes, (at) => node(`n${at}`, { InternalIP: ip(at) })),
      ]
      const ids = (of: readonly unknown[]) =>
        planOf(of, toad).paths.flatMap(({ id, kind }) => (kind === 'NodePort' ? [id] : []))
      expect(ids(manifests.toReversed())).toEqual(ids(manifests))
      return new Set(ids(manifests))
    }
    const [before, after] = [chosen(400), chosen(401)]
    expect(before.intersection(after).size / before.size).toBeGreaterThan(0.9)
  })

  it('keeps what the request names, whatever the hash says', () => {
    const asked = {
      ...toad,
      paths: { include: [], exclude: [] },
      expect: { reachable: [{ kind: 'NodePort', port: 'p299', node: 'n299' }] },
    } as const
    const manifests = [
      service({ type: 'NodePort', ports: nodePorts(300) }),
      ...upTo(300, (at) => node(`n${at}`, { InternalIP: ip(at) })),
    ]
    const found = planOf(manifests, asked).paths.find(
      ({ kind, node: on, port }) => kind === 'NodePort' && on === 'n299' && port?.name === 'p299',
    )
    expect(found?.addressPort).toBe(300)
  })

  it('keeps whole nodes that work before others', () => {
    const manifests = [
      service({ type: 'NodePort', ports: nodePorts(30) }),
      ...upTo(300, (at) =>
        node(`n${at}`, { InternalIP: ip(at), ExternalIP: ip(at, 198) }, { ready: at < 5 ? 'True' : 'False' }),
      ),
    ]
    const paths = planOf(manifests, { ...toad, limits: { nodes: 5 } }).paths.filter(({ kind }) => kind === 'NodePort')
    expect([...new Set(paths.map((path) => path.node))].toSorted()).toEqual(['n0', 'n1', 'n2', 'n3', 'n4'])
  })

  it('lists everything where that is no burden', () => {
    const manifests = [
      service({ type: 'NodePort', ports: nodePorts(10) }),
      ...upTo(150, (at) => node(`n${at}`, { InternalIP: ip(at) })),
    ]
    const plan = planOf(manifests, toad)
    expect(plan.paths.filter(({ kind }) => kind === 'NodePort')).toHaveLength(1_500)
    expect(plan.notApplicable.map(({ kind }) => kind)).not.toContain('NodePort')
  })
})
