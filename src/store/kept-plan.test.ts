import { expect, it } from 'vitest'
import { aPlannedPath } from '../../test/support/stored.ts'
import { becauseText, doubtText } from '../plan/because.ts'
import { historyPathFrom, type KeptPlan, planFrom } from './kept-plan.ts'

const planned = (path: Partial<KeptPlan['paths'][number]>): KeptPlan => ({
  target: { cluster: 'default', namespace: 'pond', service: 'toad' },
  paths: [{ ...aPlannedPath(), ...path }],
  notApplicable: [],
  ignored: [],
})

it('reads a plan with reasons as it was kept', () => {
  const kept = planned({ expected: 'unknown', because: [{ ref: 'Service/toad', field: null, doubt: 'excused' }] })
  expect(planFrom(kept)).toEqual(kept)
})

it.each([
  ['reachable', null],
  ['unknown', 'Pod/toad-1: not ready'],
] as const)('shows the texts of an older plan as they were, of a path that is %s', (expected, doubt) => {
  const texts = ['Service/toad spec.ports[0].port', 'Pod/toad-1: not ready']
  const plan = planFrom(planned({ expected, because: texts }))
  expect(plan.paths.map(({ because }) => because.map(becauseText))).toEqual([texts])
  expect(plan.paths.map(({ because }) => doubtText(because))).toEqual([doubt])
})

it('knows the variable that an older path of history is named by', () => {
  const none = { parent: null, match: null, pod: null, trafficPolicy: null }
  const kept = { kind: 'Environment', because: ['variable TOAD_PORT', 'Service/toad spec.clusterIP'] }
  expect(historyPathFrom(JSON.stringify(kept))).toEqual({ ...kept, ...none, variable: { name: 'TOAD_PORT' } })
  const other = { kind: 'ClusterIP', because: ['Service/toad spec.clusterIP'] }
  expect(historyPathFrom(JSON.stringify(other))).toEqual({ ...other, ...none })
})
