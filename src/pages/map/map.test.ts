import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ingress, node, service, slice } from '../../../test/support/manifests.ts'
import {
  aFinding,
  jobDocument,
  manifestsOf,
  planDocument,
  serviceDocument,
} from '../../../test/support/map-documents.ts'
import { localSource, manyManifests, manySource } from '../../../test/support/map-many.ts'
import { layoutOf } from './layout.ts'
import { ANY_ENDPOINT, ANY_NODE, type Hop, type MapModel, type MapSource, mapModel } from './model.ts'
import { summaryOf, tally } from './words.ts'

const OUTCOMES = ['pass', 'fail', 'error', 'skipped', null] as const

/** Services of every size and type, with outcomes of every kind. */
const anySource = fc
  .record({
    nodes: fc.integer({ min: 0, max: 14 }),
    endpoints: fc.integer({ min: 0, max: 20 }),
    type: fc.constantFrom('ClusterIP', 'NodePort', 'LoadBalancer'),
    policy: fc.constantFrom('Cluster', 'Local'),
    entries: fc.integer({ min: 0, max: 10 }),
    hosts: fc.integer({ min: 0, max: 11 }),
    outcomes: fc.array(fc.constantFrom(...OUTCOMES), { minLength: 1, maxLength: 40 }),
    of: fc.constantFrom('plan', 'job', 'service'),
  })
  .map(({ nodes, endpoints, type, policy, entries, hosts, outcomes, of }): MapSource => {
    const isOutside = type !== 'ClusterIP'
    const [first, ...rest] = manyManifests(Math.max(nodes, 1), endpoints, {
      ...{ type, ports: [{ name: 'http', port: 80, ...(isOutside ? { nodePort: 30080 } : {}) }] },
      ...(isOutside ? { externalTrafficPolicy: policy } : {}),
    }) as [Record<string, unknown>, ...Record<string, unknown>[]]
    const status = {
      loadBalancer: { ingress: Array.from({ length: entries }, (_, at) => ({ ip: `203.0.113.${at}` })) },
    }
    const plan = planDocument([
      type === 'LoadBalancer' ? { ...first, status } : first,
      ...rest.filter(({ kind }) => kind !== 'Node' || nodes > 0),
      ...Array.from({ length: hosts }, (_, at) =>
        ingress([{}], { host: at === 5 ? null : `host-${at}.example.com` }, { name: `in-${at}` }),
      ),
    ])
    const outcomeOf = (at: number) => outcomes[at % outcomes.length] ?? null
    if (of === 'plan') {
      return { plan }
    }
    if (of === 'job') {
      return { job: jobDocument(plan, (_, at) => outcomeOf(at)) }
    }
    const stateOf = (at: number) => {
      const outcome = outcomeOf(at)
      return outcome === 'pass' || outcome === 'fail' ? outcome : null
    }
    return { service: serviceDocument(plan, (_, at) => ({ inside: stateOf(at), outside: stateOf(at + 1) })) }
  })

const pathsOf = (source: MapSource) => Object.values(source)[0].paths as readonly { id: string }[]
const idsOf = (of: readonly { id: string }[]): string[] => of.map(({ id }) => id).toSorted()
const singles = ({ members, ...hop }: Hop): readonly Pick<Hop, 'ways'>[] =>
  members.length === 0 ? [hop] : members.flatMap(singles)

/** Points along a line of the drawing, a few units apart. */
function pointsOf(path: string): [number, number][] {
  const points: [number, number][] = []
  let [x, y] = [0, 0]
  const line = (toX: number, toY: number): void => {
    const steps = Math.max(1, Math.ceil(Math.hypot(toX - x, toY - y) / 5))
    for (let at = 1; at <= steps; at++) {
      points.push([x + ((toX - x) * at) / steps, y + ((toY - y) * at) / steps])
    }
    ;[x, y] = [toX, toY]
  }
  for (const [, command, text = ''] of path.matchAll(/([MCHV])([^MCHV]*)/g)) {
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = text.trim().split(' ').map(Number)
    if (command === 'M') {
      ;[x, y] = [a, b]
    } else if (command === 'H') {
      line(a, y)
    } else if (command === 'V') {
      line(x, a)
    } else {
      const [x0, y0] = [x, y]
      for (let at = 1; at <= 20; at++) {
        const [t, s] = [at / 20, 1 - at / 20]
        const mix = (p: number, q: number, r: number, u: number): number =>
          s ** 3 * p + 3 * s * s * t * q + 3 * s * t * t * r + t ** 3 * u
        line(mix(x0, a, c, e), mix(y0, b, d, f))
      }
    }
  }
  return points
}

describe('any map', () => {
  it('has each path at one hop, and groups count what they stand for', () => {
    void fc.assert(
      fc.property(anySource, fc.boolean(), (source, isUnfolded) => {
        const { hops } = mapModel(source, { isUnfolded })
        expect(idsOf(hops.flatMap(({ ways }) => ways))).toEqual(idsOf(pathsOf(source)))
        for (const hop of hops) {
          const inMembers = singles(hop).flatMap(({ ways }) => ways)
          expect(idsOf(hop.lines.flatMap(({ ways }) => ways))).toEqual(idsOf(hop.ways))
          expect(idsOf(inMembers)).toEqual(idsOf(hop.ways))
          expect(tally(inMembers)).toBe(tally(hop.ways))
          expect(hop.state === 'fail').toBe(hop.over.some(({ state }) => state === 'fail'))
          expect(hop.over.slice(0, hop.ways.length)).toEqual(hop.ways)
        }
      }),
      { numRuns: 60 },
    )
  })

  it('puts no hop over another, and all within the drawing', () => {
    void fc.assert(
      fc.property(anySource, fc.boolean(), (source, isUnfolded) => {
        const { boxes, width, height } = layoutOf(mapModel(source, { isUnfolded }))
        for (const [at, a] of boxes.entries()) {
          expect(a.x >= 0 && a.y >= 0 && a.x + a.width <= width && a.y + a.height <= height).toBe(true)
          for (const b of boxes.slice(at + 1)) {
            const isApart =
              a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y
            expect(isApart, `${a.hop.key} and ${b.hop.key}`).toBe(true)
          }
        }
      }),
      { numRuns: 60 },
    )
  })

  it('runs no line over a hop', () => {
    void fc.assert(
      fc.property(anySource, fc.boolean(), (source, isUnfolded) => {
        const { boxes, wires } = layoutOf(mapModel(source, { isUnfolded }))
        for (const { path, edge } of wires) {
          const crossed = boxes.filter(({ x, y, width, height }) =>
            pointsOf(path).some(([px, py]) => px > x + 1 && px < x + width - 1 && py > y + 1 && py < y + height - 1),
          )
          expect(crossed.map(({ hop }) => `${edge.from} to ${edge.to} over ${hop.key}`)).toEqual([])
        }
      }),
      { numRuns: 60 },
    )
  })

  it('gives an edge a state only from ways that were measured over it, and joins what is drawn', () => {
    void fc.assert(
      fc.property(anySource, (source) => {
        const { hops, edges } = mapModel(source)
        const known = new Set([...hops.map(({ key }) => key), ANY_ENDPOINT, ANY_NODE])
        for (const { from, to, ways, state } of edges) {
          expect(known.has(from) && known.has(to)).toBe(true)
          expect(ways.length > 0 || state === 'open').toBe(true)
          expect(
            ways.length === 0 ||
              ways.some(({ seen }) => seen.length === 0 || seen.some((each) => each.state === state)),
          ).toBe(true)
        }
        const behind = edges.filter(({ from }) => hops.find(({ key }) => key === from)?.column === 'node')
        expect(behind.every(({ ways }) => ways.length === 0)).toBe(true)
      }),
      { numRuns: 60 },
    )
  })
})

/** `in-cluster fail node-1`, and with `..` what objects alone tell. */
function edgesOf({ hops, edges }: MapModel): string[] {
  const nameOf = (key: string): string => hops.find((hop) => hop.key === key)?.title ?? key
  return edges.map(({ from, to, ways, state }) => `${nameOf(from)} ${ways.length === 0 ? '..' : state} ${nameOf(to)}`)
}

const NODES = [node('node-a', { InternalIP: '10.0.0.11' }), node('node-b', { InternalIP: '10.0.0.12' })]
const nodePort = service({
  type: 'NodePort',
  clusterIP: '10.96.0.7',
  ports: [{ name: 'http', port: 80, nodePort: 30080 }],
})
const endpoints = slice([{ at: '10.244.1.5', node: 'node-a', pod: 'toad-1' }])

describe('a node port that fails', () => {
  const plan = planDocument([nodePort, ...NODES, endpoints])
  const job = jobDocument(
    plan,
    ({ node: name, kind }) => (kind === 'NodePort' && name === 'node-b' ? 'fail' : 'pass'),
    [
      aFinding({ explains: plan.paths.filter(({ node: name }) => name === 'node-b').map(({ id }) => id) }),
      aFinding({
        confidence: 'possible',
        evidence: [{ object: 'Pod/toad-1', field: 'status.phase', value: 'Running' }],
      }),
    ],
  )
  const model = mapModel({ job })

  it('colours the way to the node, and leaves what is behind it as the objects tell', () => {
    expect(edgesOf(model)).toEqual([
      'in-cluster pass toad.pond.svc.cluster.local',
      'toad.pond.svc.cluster.local pass 10.96.0.7',
      'in-cluster pass 10.96.0.7',
      'in-cluster pass node-a',
      'in-cluster fail node-b',
      'in-cluster pass toad-1',
      'in-cluster skipped Environment',
      'Environment .. 10.96.0.7',
      '10.96.0.7 .. any endpoint',
      'node-a .. any endpoint',
      'node-b .. any endpoint',
    ])
  })

  it('is told in words', () => {
    expect(summaryOf(model)).toBe(
      '8 of 9 ways work; the node port of node-b fails; 2 cannot be tested from here, or were left out.',
    )
  })

  it('is marked by the finding that explains it, and an object by the finding that names it', () => {
    const marked = [...model.marks].map(([key, marks]) => [model.hops.find((hop) => hop.key === key)?.title, marks])
    expect(marked).toEqual([
      ['node-b', [{ nth: 1, confidence: 'likely' }]],
      ['toad-1', [{ nth: 2, confidence: 'possible' }]],
    ])
  })
})

it('tells a way that fails from one place apart from the same seen from another', () => {
  const plan = planDocument([nodePort, ...NODES, endpoints])
  const states = ({ node: name, kind }: { node: string | null; kind: string }) =>
    ({ inside: 'pass', outside: kind === 'NodePort' && name === 'node-b' ? 'fail' : 'pass' }) as const
  const edges = edgesOf(mapModel({ service: serviceDocument(plan, states) }))
  expect(edges.filter((edge) => edge.endsWith('node-b'))).toEqual(['inside pass node-b', 'outside fail node-b'])
})

it('marks no way that works, and keeps apart what findings tell apart', () => {
  const plan = planDocument(manyManifests(12, 12))
  const blamed = plan.paths.filter(({ kind, node: name }) => kind === 'NodePort' && Number(name?.slice(5)) < 4)
  const findings = [aFinding({ explains: blamed.map(({ id }) => id) })]
  const nodesOf = (state: 'pass' | 'fail') => {
    const job = jobDocument(plan, ({ kind }) => (kind === 'NodePort' ? state : 'pass'), findings)
    const { hops, marks } = mapModel({ job })
    const nodes = hops.filter(({ column }) => column === 'node')
    return nodes.map(({ key, members }) => [members.length, marks.get(key)?.length ?? 0])
  }
  expect(nodesOf('fail')).toEqual([
    [4, 1],
    [8, 0],
  ])
  expect(nodesOf('pass')).toEqual([[12, 0]])
})

it('goes by the host that is asked for, which has the state of what goes by it', () => {
  const hosts = ['one', 'two'].map((name) => ingress([{}], { host: `${name}.example.com` }, { name }))
  const plan = planDocument([service({ clusterIP: '10.96.0.7', ports: [{ name: 'http', port: 80 }] }), ...hosts])
  const model = mapModel({ job: jobDocument(plan, ({ host }) => (host === 'two.example.com' ? 'fail' : 'pass')) })
  expect(edgesOf(model).filter((edge) => edge.includes('example.com'))).toEqual([
    'in-cluster pass one.example.com',
    'one.example.com pass 203.0.113.80',
    'in-cluster fail two.example.com',
    'two.example.com fail 203.0.113.80',
  ])
  const found = model.hops.filter(({ kind }) => kind === 'Host')
  expect(found.map(({ state, ways, over }) => [state, ways.length, over.length])).toEqual([
    ['pass', 0, 1],
    ['fail', 0, 1],
  ])
  // It is told once, at the hop where it ends.
  expect(summaryOf(model)).toMatch(/^\d+ of \d+ ways work; 1 of 2 Ingress routes of 203\.0\.113\.80 fails; /)
})

it('says that there is no endpoint, and marks it with what is found about endpoints', () => {
  const model = mapModel({ plan: planDocument([nodePort, ...NODES, slice([])]) })
  const none = model.hops.filter(({ column }) => column === 'endpoint')
  expect(none.map(({ title, key }) => [title, model.marks.get(key)])).toEqual([
    ['none is known', [{ nth: 1, confidence: 'certain' }]],
  ])
  expect(summaryOf(model)).toContain('the Service has no endpoint')
})

it('leads from a node to its own endpoints alone under a policy of Local', () => {
  const edges = edgesOf(mapModel(localSource()))
  expect(edges.filter((edge) => edge.startsWith('node-'))).toEqual([
    'node-00 .. toad-6c9d7f-xxxx0',
    'node-00 .. toad-6c9d7f-xxxx2',
    'node-01 .. toad-6c9d7f-xxxx1',
  ])
  expect(edges).toContain('203.0.113.7 .. any node')
})

it('tells what is alike once where there is much of it', () => {
  const { hops } = mapModel(manySource())
  const shown = hops.filter(({ column }) => column === 'node' || column === 'endpoint')
  expect(shown.map(({ title, members, ways }) => [members.length, title, tally(ways)])).toEqual([
    [0, 'node-07', '1 of 2 fail'],
    [0, 'node-31', '1 of 2 fail'],
    [48, 'node-00, node-01, node-02 and 45 more', 'all 96 work'],
    [3, 'toad-6c9d7f-xxxxv, toad-6c9d7f-xxxx7, toad-6c9d7f-xxx1n', 'all 6 fail'],
    [197, expect.stringMatching(/ and 194 more$/), 'all 394 work'],
  ])
})

describe('a Service of each kind', () => {
  const of = (name: string, service?: string): string[] =>
    edgesOf(mapModel({ plan: planDocument(manifestsOf(name), service) }))

  it('ExternalName: leads to a name, and to no endpoint', () => {
    expect(of('external-name')).toEqual([
      'in-cluster open weather-api.harbour.svc.cluster.local',
      'weather-api.harbour.svc.cluster.local open api.weather.example.com',
      'in-cluster open api.weather.example.com',
    ])
  })

  it('headless: its name leads to the endpoints', () => {
    expect(of('headless')).toEqual([
      'in-cluster open logbook.harbour.svc.cluster.local',
      'logbook.harbour.svc.cluster.local open any endpoint',
      'in-cluster open Names of pods',
      'in-cluster open logbook-0',
      'in-cluster open logbook-1',
      'Names of pods .. any endpoint',
    ])
  })

  it('dual stack: the name leads to both, and it is not known which was taken', () => {
    expect(of('dual-stack').filter((edge) => edge.startsWith('signal'))).toEqual([
      'signal.harbour.svc.cluster.local .. 10.96.20.18',
      'signal.harbour.svc.cluster.local .. 2001:db8:96::18',
    ])
  })
})
