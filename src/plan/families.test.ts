import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { node, pod, service } from '../../test/support/manifests.ts'
import { planOf } from '../../test/support/plan-text.ts'
import type { PathKind } from './kinds.ts'
import type { Plan } from './path.ts'

const trial = readFileSync(new URL('../../test/fixtures/trials/12-require-dual-stack.yaml', import.meta.url), 'utf8')
const familiesIn = (plan: Plan, kind: PathKind): string[] =>
  plan.paths.flatMap((path) =>
    path.kind === kind && path.family !== null && (kind !== 'DNS' || path.dns?.how === 'resolve')
      ? [`${path.family} ${path.expected}`]
      : [],
  )
const of = (spec: Record<string, unknown>, more: readonly unknown[] = []) =>
  planOf([service({ clusterIP: null, ...spec }), ...more])
const BOTH = ['IPv4 reachable', 'IPv6 reachable']

describe('the families of a Service that the cluster has given no address yet', () => {
  it('are both under RequireDualStack (row 12)', () => {
    const plan = planOf(trial)
    expect([familiesIn(plan, 'ClusterIP'), familiesIn(plan, 'DNS')]).toEqual([BOTH, BOTH])
  })

  it.each<[string, Record<string, unknown>, string[]]>([
    ['RequireDualStack, one family named', { ipFamilyPolicy: 'RequireDualStack', ipFamilies: ['IPv4'] }, BOTH],
    [
      'RequireDualStack, the other named',
      { ipFamilyPolicy: 'RequireDualStack', ipFamilies: ['IPv6'] },
      ['IPv6 reachable', 'IPv4 reachable'],
    ],
    [
      'RequireDualStack, both named',
      { ipFamilyPolicy: 'RequireDualStack', ipFamilies: ['IPv6', 'IPv4'] },
      ['IPv6 reachable', 'IPv4 reachable'],
    ],
    ['PreferDualStack', { ipFamilyPolicy: 'PreferDualStack' }, ['IPv4 unknown', 'IPv6 unknown']],
    [
      'PreferDualStack, one family named',
      { ipFamilyPolicy: 'PreferDualStack', ipFamilies: ['IPv6'] },
      ['IPv6 reachable', 'IPv4 unknown'],
    ],
    ['SingleStack', { ipFamilyPolicy: 'SingleStack', ipFamilies: ['IPv6'] }, ['IPv6 reachable']],
    ['nothing', {}, ['IPv4 reachable']],
  ])('%s', (_policy, spec, families) => {
    expect(familiesIn(of(spec), 'ClusterIP')).toEqual(families)
  })

  it('with one cluster IP given by hand is promised the other too', () => {
    const plan = planOf([service({ clusterIP: '10.96.0.7', clusterIPs: null, ipFamilyPolicy: 'RequireDualStack' })])
    expect(
      plan.paths
        .filter(({ kind }) => kind === 'ClusterIP')
        .map(({ address, family, skipped }) => [address, family, skipped?.reason]),
    ).toEqual([
      ['10.96.0.7', 'IPv4', undefined],
      [null, 'IPv6', 'pending'],
    ])
  })

  it('are those of its cluster IPs where the cluster has decided', () => {
    const plan = planOf([service({ ipFamilyPolicy: 'PreferDualStack' })])
    expect(familiesIn(plan, 'ClusterIP')).toEqual(['IPv4 reachable'])
  })

  it.each<[string, Record<string, unknown>, string[]]>([
    ['RequireDualStack', { ipFamilyPolicy: 'RequireDualStack' }, BOTH],
    [
      'PreferDualStack, as the cluster wrote it',
      { ipFamilyPolicy: 'PreferDualStack', ipFamilies: ['IPv4'] },
      ['IPv4 reachable'],
    ],
  ])('headless, %s', (_policy, spec, families) => {
    expect(familiesIn(of({ clusterIP: 'None', ...spec }), 'DNS')).toEqual(families)
  })

  it('decide which addresses of nodes and pods are its', () => {
    const dual = {
      ...pod('toad-1'),
      status: {
        phase: 'Running',
        podIPs: [{ ip: '10.244.0.9' }, { ip: 'fd00:244::9' }],
        conditions: [{ type: 'Ready', status: 'True' }],
      },
    }
    const nodes = node('node-1', [
      ['InternalIP', '10.0.0.11'],
      ['InternalIP', 'fd00::11'],
    ])
    const spec = {
      type: 'NodePort',
      ipFamilyPolicy: 'RequireDualStack',
      ipFamilies: ['IPv4'],
      ports: [{ port: 80, nodePort: 30080 }],
    }
    const plan = of(spec, [dual, nodes])
    expect([familiesIn(plan, 'NodePort'), familiesIn(plan, 'Endpoint')]).toEqual([BOTH, BOTH])
  })
})
