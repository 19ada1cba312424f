import { expect, it } from 'vitest'
import { worstOutcome, worstVerdict } from './verdict.ts'

it.each([
  [['pass', 'skipped', 'error', 'fail'], 'fail'],
  [['pass', 'error', 'skipped'], 'error'],
  [['skipped', 'pass', null], 'pass'],
  [['skipped', null], 'skipped'],
  [[], 'skipped'],
] as const)('%o come to %s', (outcomes, together) => {
  expect(worstOutcome(outcomes)).toBe(together)
})

it.each([
  [['pass', 'inconclusive', 'error', 'fail'], 'fail'],
  [['pass', 'error', null], 'error'],
  [['inconclusive', 'pass'], 'pass'],
  [['inconclusive', null], 'inconclusive'],
  [[], 'inconclusive'],
] as const)('verdicts %o come to %s', (verdicts, together) => {
  expect(worstVerdict(verdicts)).toBe(together)
})
