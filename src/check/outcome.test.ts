import { describe, expect, it } from 'vitest'
import { plannedPath } from '../../test/support/checks.ts'
import type { PlannedPath } from '../plan/path.ts'
import { beyondVantage, failure } from './failure.ts'
import { NO_TIMINGS } from './network.ts'
import { type JudgedPath, judgeJob, judgePath, summarise } from './outcome.ts'
import type { Outcome, Result } from './result.ts'

const path = plannedPath()

const result = (outcome: Outcome, over: Partial<Result> = {}): Result => ({
  id: 'res_01KB0000000000000000000000',
  jobId: 'job_01KB0000000000000000000000',
  pathId: path.id,
  check: 'default',
  address: '10.0.0.1',
  sample: 1,
  try: 1,
  round: 1,
  purpose: 'check',
  outcome,
  startedAtMs: 0,
  resolvedAddress: null,
  localAddress: null,
  timings: NO_TIMINGS,
  dns: null,
  http: null,
  tls: null,
  responder: null,
  failure: outcome === 'pass' ? null : failure('connection_refused', 'connect'),
  ...over,
})

const judge = (...results: Result[]) => {
  const { outcome, flaky, deciding } = judgePath(path, results)
  return { outcome, flaky, deciding: deciding.length }
}

describe('judgePath', () => {
  it('is undecided without results, or while more are to come', () => {
    expect(judgePath(path, [])).toEqual({ outcome: null, flaky: false, skipped: null, deciding: [] })
    expect(judgePath(path, [result('pass')], false).outcome).toBeNull()
  })

  it('is skipped as planned, whatever was tried', () => {
    const skipped = { reason: 'pending', detail: 'no address yet' } as const
    expect(judgePath({ ...path, skipped }, [result('pass')])).toEqual({
      outcome: 'skipped',
      flaky: false,
      skipped,
      deciding: [],
    })
  })

  it('counts every sample: one that fails fails the path', () => {
    expect(judge(result('pass'), result('fail', { sample: 2 }))).toEqual({ outcome: 'fail', flaky: false, deciding: 2 })
  })

  it('lets the last try decide, and calls a pass after a failure flaky', () => {
    expect(judge(result('fail'), result('pass', { try: 2 }))).toEqual({ outcome: 'pass', flaky: true, deciding: 1 })
    expect(judge(result('pass', { try: 2 }), result('fail'))).toEqual({ outcome: 'pass', flaky: true, deciding: 1 })
    expect(judge(result('error'), result('pass', { try: 2 })).flaky).toBe(true)
    expect(judge(result('fail'), result('fail', { try: 2 }))).toEqual({ outcome: 'fail', flaky: false, deciding: 1 })
  })

  it('fails if one of several addresses fails', () => {
    expect(judge(result('pass'), result('fail', { address: '10.0.0.2' }))).toEqual({
      outcome: 'fail',
      flaky: false,
      deciding: 2,
    })
  })

  it('lets a name that resolves at last take the place of its failure to resolve', () => {
    const unresolved = result('fail', { address: '' })
    expect(judge(unresolved, result('pass', { try: 2 }))).toEqual({ outcome: 'pass', flaky: true, deciding: 1 })
    expect(judge(unresolved, result('fail', { address: '', try: 2 }))).toEqual({
      outcome: 'fail',
      flaky: false,
      deciding: 1,
    })
  })

  it('lets the last round count, and no other', () => {
    expect(judge(result('fail'), result('pass', { round: 2 }))).toEqual({ outcome: 'pass', flaky: false, deciding: 1 })
    expect(judge(result('pass'), result('fail', { round: 2 })).outcome).toBe('fail')
  })

  it('fails before it errs, errs before it passes, passes before it is skipped', () => {
    const of = (...outcomes: Outcome[]) =>
      judge(...outcomes.map((outcome, index) => result(outcome, { sample: index + 1 }))).outcome
    expect([of('pass', 'error', 'fail'), of('pass', 'error'), of('skipped', 'pass'), of('skipped', 'skipped')]).toEqual(
      ['fail', 'error', 'pass', 'skipped'],
    )
  })

  it('passes by one check where another could not be judged, which is counted as skipped', () => {
    const unseen = beyondVantage('certificate_not_seen', 'expectation')
    const judgement = judgePath(path, [result('pass'), result('skipped', { check: 'expiry', failure: unseen })])
    expect([judgement.outcome, judgement.skipped]).toEqual(['pass', null])
    expect(summarise([{ path, ...judgement }])).toEqual({ pass: 1, fail: 0, error: 0, skipped: 1, leftOut: 0 })
  })

  it('leaves controls out', () => {
    expect(judge(result('pass'), result('fail', { purpose: 'control' }))).toEqual({
      outcome: 'pass',
      flaky: false,
      deciding: 1,
    })
  })

  it.each([
    ['policy', failure('blocked_by_policy', 'connect', 'loopback')],
    ['vantage', { code: 'network_unreachable', phase: 'connect', source: 'internal', message: 'no route' }],
    ['not_expected', failure('network_unreachable', 'connect')],
    ['not_expected', failure('connection_refused', 'connect')],
  ] as const)('says why it was skipped: %s', (reason, failed) => {
    const { skipped } = judgePath(path, [result('skipped', { failure: failed })])
    expect(skipped).toEqual({ reason, detail: failed.message })
  })
})

const judged = (outcome: Outcome | null, over: Partial<PlannedPath> = {}): JudgedPath => ({
  path: plannedPath(over),
  outcome,
  flaky: false,
  skipped: null,
  deciding: outcome === null ? [] : [result(outcome)],
})

describe('judgeJob', () => {
  const expected = { reachable: [], unreachable: [] }

  it.each<[string, (Outcome | null)[], string]>([
    ['fail if any path fails', ['pass', 'error', 'fail', 'skipped'], 'fail'],
    ['error if none fails and one errs', ['pass', 'error'], 'error'],
    ['inconclusive if nothing was tested', ['skipped', 'skipped'], 'inconclusive'],
    ['inconclusive without paths', [], 'inconclusive'],
    ['pass otherwise', ['pass', 'skipped'], 'pass'],
  ])('is %s', (_what, outcomes, verdict) => {
    expect(
      judgeJob(
        outcomes.map((outcome) => judged(outcome)),
        expected,
      ),
    ).toBe(verdict)
  })

  it('needs a passing path for each selector of expect.reachable; a pending one is none', () => {
    const reachable = [{ kind: 'LoadBalancer' as const }]
    const withLb = (outcome: Outcome | null) =>
      judgeJob([judged('pass'), judged(outcome, { kind: 'LoadBalancer' })], { ...expected, reachable })
    expect([withLb('pass'), withLb('skipped'), withLb('fail')]).toEqual(['pass', 'fail', 'fail'])
    expect(judgeJob([judged('pass')], { ...expected, reachable })).toBe('fail')
  })

  it('does not blame the target for a path that our own side left undecided', () => {
    const reachable = [{ kind: 'LoadBalancer' as const }]
    expect(judgeJob([judged('error', { kind: 'LoadBalancer' })], { ...expected, reachable })).toBe('error')
  })
})

describe('summarise', () => {
  it('counts paths × checks', () => {
    const two: JudgedPath = {
      ...judged('fail'),
      deciding: [result('pass'), result('fail', { check: 'home' }), result('pass', { check: 'home', sample: 2 })],
    }
    const skipped: JudgedPath = { ...judged('skipped'), deciding: [] }
    expect(summarise([two, judged('error'), skipped, judged(null)])).toEqual({
      pass: 1,
      fail: 1,
      error: 1,
      skipped: 1,
      leftOut: 0,
    })
  })
})
