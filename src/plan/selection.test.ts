import { describe, expect, it } from 'vitest'
import { ingress, node, service, slice } from '../../test/support/manifests.ts'
import { lineOf, linesOf } from '../../test/support/plan-lines.ts'
import { planOf } from '../../test/support/plan-text.ts'
import { ProblemError } from '../lib/problem.ts'
import type { PathSelector } from './path.ts'

const nodes = (count: number, ready = 'True') =>
  Array.from({ length: count }, (_, at) => node(`node-${at}`, { InternalIP: `10.0.0.${at + 1}` }, { ready }))
const ports = [
  { name: 'http', port: 80, nodePort: 30080 },
  { name: 'db', port: 5432, nodePort: 30543 },
]
const manifests = [service({ type: 'NodePort', ports }), ...nodes(2), ingress([{}])]

const tested = (include: PathSelector[], exclude: PathSelector[] = []): string[] =>
  planOf(manifests, { paths: { include, exclude } })
    .paths.filter(({ skipped }) => skipped === null)
    .map(lineOf)

describe('include and exclude', () => {
  it('choose by kind, port, node and host', () => {
    expect(tested([{ kind: 'ClusterIP' }])).toEqual(['10.96.0.7:80', '10.96.0.7:5432'])
    expect(tested([{ kind: 'ClusterIP', port: 'db' }])).toEqual(['10.96.0.7:5432'])
    expect(tested([{ kind: 'NodePort', port: 80, node: 'node-1' }])).toEqual(['10.0.0.2:30080'])
    expect(tested([{ kind: 'NodePort', port: 80, node: '10.0.0.2' }])).toEqual(['10.0.0.2:30080'])
    expect(tested([{ kind: 'Ingress', host: 'toad.example.com' }])).toEqual([
      'http://toad.example.com/ at 203.0.113.80:80',
    ])
    expect(tested([{ kind: 'ClusterIP' }], [{ kind: 'ClusterIP', port: 80 }])).toEqual(['10.96.0.7:5432'])
  })

  it('leave the rest in the plan, as excluded, with the entry that did it', () => {
    const plan = planOf(manifests, {
      paths: { include: [{ kind: 'ClusterIP' }], exclude: [{ kind: 'ClusterIP', port: 'db' }] },
    })
    expect(
      plan.paths.filter(({ kind }) => kind === 'ClusterIP' || kind === 'Ingress').map(({ skipped }) => skipped),
    ).toEqual([
      null,
      { reason: 'excluded', detail: 'paths.exclude[0]' },
      { reason: 'excluded', detail: 'not in paths.include' },
    ])
  })
})

describe('expect.unreachable', () => {
  it('marks the paths that must not be reachable, promised or not', () => {
    const plan = planOf(manifests, { expect: { unreachable: [{ kind: 'NodePort', port: 'db' }] } })
    expect(linesOf(plan, 'NodePort')).toEqual([
      '10.0.0.1:30080',
      '10.0.0.2:30080',
      '10.0.0.1:30543 unreachable',
      '10.0.0.2:30543 unreachable',
    ])
  })
})

describe('limits', () => {
  const many = [service({ type: 'NodePort', ports }), ...nodes(30)]
  const nodesOf = (plan: ReturnType<typeof planOf>): string[] => [
    ...new Set(
      plan.paths
        .filter(({ kind, skipped }) => kind === 'NodePort' && skipped === null)
        .map((path) => String(path.node)),
    ),
  ]

  it('keep whole nodes, the same ones every time', () => {
    const plan = planOf(many, { limits: { nodes: 5 } })
    expect(nodesOf(plan)).toHaveLength(5)
    expect(plan.paths.filter(({ kind, skipped }) => kind === 'NodePort' && skipped === null)).toHaveLength(10)
    expect(nodesOf(planOf(many.toReversed(), { limits: { nodes: 5 } }))).toEqual(nodesOf(plan))
    expect(plan.paths.find(({ skipped }) => skipped?.reason === 'sampled')?.skipped).toEqual({
      reason: 'sampled',
      detail: 'more than limits.nodes=5',
    })
  })

  it('keep nodes that must work before others', () => {
    const mixed = [service({ type: 'NodePort', ports }), ...nodes(30, 'False').slice(3), ...nodes(3)]
    expect(nodesOf(planOf(mixed, { limits: { nodes: 3 } })).sort()).toEqual(['node-0', 'node-1', 'node-2'])
  })

  it('cut endpoints, ready ones last', () => {
    const endpoints = Array.from({ length: 20 }, (_, at) => ({ at: `10.244.0.${at + 1}`, ready: at < 2 }))
    const plan = planOf([service(), slice(endpoints)], { limits: { endpoints: 2 } })
    expect(
      plan.paths.filter(({ kind, skipped }) => kind === 'Endpoint' && skipped === null).map(({ address }) => address),
    ).toEqual(['10.244.0.1', '10.244.0.2'])
  })

  it('cut what grows with the cluster before anything else', () => {
    const plan = planOf(many, { limits: { nodes: 30, paths: 12 } })
    const left = plan.paths.filter(({ skipped }) => skipped === null)
    expect(left).toHaveLength(12)
    expect(left.filter(({ kind }) => kind === 'DNS' || kind === 'ClusterIP')).toHaveLength(9)
  })
})

describe('requests that name what is not there', () => {
  function pointersOf(asked: Parameters<typeof planOf>[1]): [string, string][] {
    try {
      planOf(manifests, asked)
    } catch (error) {
      if (error instanceof ProblemError && error.code === 'impossible_request') {
        return error.errors.map(({ pointer, detail }) => [pointer, detail])
      }
      throw error
    }
    return []
  }

  it('are refused, every mistake at once', () => {
    const check = { type: 'dns', name: 'x', isDefault: false, port: 'htpp' } as const
    expect(
      pointersOf({
        checks: [check],
        paths: {
          include: [{ kind: 'NodePort', node: 'nod-1' }],
          exclude: [{ kind: 'Ingress', host: 'toad.exmaple.com' }],
        },
        expect: { reachable: [{ kind: 'ClusterIP', port: 81 }] },
      }),
    ).toEqual([
      ['/checks/0/port', 'Service/toad has no port htpp. It has: http, 80, db, 5432.'],
      ['/paths/include/0/node', 'There is no Node nod-1. Did you mean node-1?'],
      ['/paths/exclude/0/host', 'No path has the host toad.exmaple.com. Did you mean toad.example.com?'],
      ['/expect/reachable/0/port', 'Service/toad has no port 81. It has: http, 80, db, 5432.'],
    ])
  })

  it('are refused where nothing at all is included', () => {
    expect(pointersOf({ paths: { include: [{ kind: 'LoadBalancer' }], exclude: [] } })).toEqual([
      [
        '/paths/include',
        'No path of Service/toad is among these. It has: DNS, ClusterIP, NodePort, Ingress, Environment.',
      ],
    ])
  })

  it('are not those with a kind that does not apply: a Service may change its type', () => {
    expect(
      pointersOf({
        paths: { include: [], exclude: [{ kind: 'LoadBalancer' }] },
        expect: { reachable: [{ kind: 'LoadBalancer' }] },
      }),
    ).toEqual([])
  })

  it('are those with a check of a UDP port', () => {
    const udp = [service({ ports: [{ name: 'dns', port: 53, protocol: 'UDP' }] })]
    const check = {
      type: 'tcp',
      name: 'x',
      isDefault: false,
      port: 53,
      tls: null,
      queryResponse: [],
      maxDurationMs: null,
    } as const
    expect(() => planOf(udp, { checks: [check] })).toThrow('Port 53 is UDP: this tcp check is for TCP.')
    const both = [
      service({
        ports: [
          { name: 'dns', port: 53, protocol: 'UDP' },
          { name: 'dns-tcp', port: 53, protocol: 'TCP' },
        ],
      }),
    ]
    const names = planOf(both, { checks: [check] }).paths.flatMap(({ kind, port, skipped, checks }) =>
      kind === 'ClusterIP' ? [[port?.name, skipped?.reason ?? checks.map(({ name }) => name)]] : [],
    )
    expect(names).toEqual([
      ['dns', ['default']],
      ['dns-tcp', ['x']],
    ])
  })
})
