import { describe, expect, it } from 'vitest'
import { aHistoryPath } from '../../test/fixtures/history-report.ts'
import { type SeriesState, UNWATCHED_MS } from '../history/types.ts'
import { describeService } from './describe-history.ts'

const NOW = Date.UTC(2026, 10, 23)
const aState = (over: Partial<SeriesState>): SeriesState => ({
  ...{ check: 'home', vantage: 'in-cluster', state: 'pass', sinceMs: NOW - 1000, lastOutcome: 'pass', lastAtMs: NOW },
  lastFailure: null,
  ...over,
})
const failed = { state: 'fail', lastOutcome: 'fail', sinceMs: NOW - 9000 } as const

function stateOf(states: readonly SeriesState[]) {
  const [path] = describeService(
    {
      ...{
        target: { cluster: 'c', namespace: 'n', service: 's' },
        firstAtMs: 0,
        lastVerdict: 'pass',
        lastJobId: 'job_1',
        ...{ state: null, sinceMs: null, lastSummary: null },
      },
      ...{
        lastAtMs: NOW,
        counts: { pass: 0, fail: 0, error: 0, skipped: 0 },
        openIncidents: 0,
        cause: null,
        diagnosis: null,
      },
      paths: [{ path: aHistoryPath(), retiredAtMs: null, states }],
    },
    null,
    null,
  ).paths
  return [path?.state, path?.sinceAt === null ? null : NOW - Date.parse(path?.sinceAt ?? ''), path?.states.length]
}

describe('the state of a path', () => {
  it('is that of its checks and vantages: fails since the first that does, passes since the last', () => {
    expect(stateOf([])).toEqual([null, null, 0])
    expect(stateOf([aState({}), aState({ check: 'other', sinceMs: NOW - 5 })])).toEqual(['pass', 5, 2])
    const outside = aState({ ...failed, vantage: 'outside', sinceMs: NOW - 10_000 })
    expect(stateOf([aState({}), aState({ ...failed, check: 'other' }), outside])).toEqual(['fail', 10_000, 3])
    expect(stateOf([aState({ state: null, sinceMs: null }), aState({})])).toEqual(['pass', 1000, 2])
  })

  it('leaves out a check that is looked at no more, and shows what it found last', () => {
    const renamed = (agoMs: number) => aState({ ...failed, check: 'renamed', lastAtMs: NOW - agoMs })
    expect(stateOf([aState({}), renamed(UNWATCHED_MS)])).toEqual(['fail', 9000, 2])
    expect(stateOf([aState({}), renamed(UNWATCHED_MS + 1)])).toEqual(['pass', 1000, 2])
    expect(stateOf([renamed(UNWATCHED_MS + 1)])).toEqual(['fail', 9000, 1])
  })
})
