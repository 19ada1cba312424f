import { describe, expect, it } from 'vitest'
import { aFailure, aJob, aPath, aResult } from '../../test/fixtures/job-document.ts'
import type { ReportedPath } from './job-document.ts'
import { reportRows, verdictIsExplained } from './rows.ts'

const refused = aFailure('connection_refused', 'connect', 'refused')
const rowsOf = (path: ReportedPath) => reportRows(aJob({ paths: [path] }))
const brief = (path: ReportedPath) =>
  rowsOf(path).map(({ check, outcome, deciding, tries, passes, flaky }) => ({
    check,
    outcome,
    deciding: deciding?.id ?? null,
    tries,
    passes,
    flaky,
  }))

describe('reportRows', () => {
  it('makes one row of a path on which nothing was tried', () => {
    expect(brief(aPath({ outcome: 'skipped', skipped: { reason: 'pending', detail: 'no address yet' } }))).toEqual([
      { check: null, outcome: 'skipped', deciding: null, tries: 0, passes: 0, flaky: false },
    ])
  })

  it('makes one row for each check and counts controls in none', () => {
    const results = [
      aResult({ id: 'res_a', check: 'home', ...refused }),
      aResult({ id: 'res_b', check: 'icon' }),
      aResult({ id: 'res_c', check: 'home', purpose: 'control' }),
    ]
    expect(brief(aPath({ outcome: 'fail', results }))).toEqual([
      { check: 'home', outcome: 'fail', deciding: 'res_a', tries: 1, passes: 0, flaky: false },
      { check: 'icon', outcome: 'pass', deciding: 'res_b', tries: 1, passes: 1, flaky: false },
    ])
  })

  it('lets the last try decide, and says that it was flaky', () => {
    const results = [aResult({ id: 'res_a', ...refused }), aResult({ id: 'res_b', try: 2 })]
    expect(brief(aPath({ outcome: 'pass', results }))).toEqual([
      { check: 'default', outcome: 'pass', deciding: 'res_b', tries: 2, passes: 1, flaky: true },
    ])
  })

  it('shows the failing one of several samples', () => {
    const results = [1, 2, 3].map((sample) =>
      aResult({ id: `res_${sample}`, sample, ...(sample === 2 ? refused : {}) }),
    )
    expect(brief(aPath({ outcome: 'fail', results }))).toEqual([
      { check: 'default', outcome: 'fail', deciding: 'res_2', tries: 3, passes: 2, flaky: false },
    ])
  })

  it('shows the failing one of several addresses of a hostname', () => {
    const results = ['192.0.2.1', '192.0.2.2'].map((resolvedAddress) =>
      aResult({ id: resolvedAddress, resolvedAddress, ...(resolvedAddress === '192.0.2.1' ? refused : {}) }),
    )
    expect(brief(aPath({ outcome: 'fail', results }))[0]).toMatchObject({ deciding: '192.0.2.1' })
  })

  it('forgets a try whose name did not resolve once a later try reached an address', () => {
    const unresolved = aFailure('dns_timeout', 'dns', 'no answer')
    const results = [aResult({ id: 'res_a', ...unresolved, resolvedAddress: null }), aResult({ id: 'res_b', try: 2 })]
    expect(brief(aPath({ outcome: 'pass', results }))[0]).toMatchObject({ deciding: 'res_b', flaky: true })
  })

  it('counts the last round alone', () => {
    const results = [aResult({ id: 'res_a', ...refused }), aResult({ id: 'res_b', round: 2 })]
    expect(brief(aPath({ outcome: 'pass', results }))[0]).toMatchObject({ deciding: 'res_b', outcome: 'pass' })
  })

  it('keeps a path that nothing was promised for skipped, with the try that failed', () => {
    const path = aPath({
      outcome: 'skipped',
      skipped: { reason: 'not_expected', detail: 'not ready' },
      results: [aResult({ id: 'res_a', ...refused })],
    })
    expect(brief(path)[0]).toMatchObject({ outcome: 'skipped', deciding: 'res_a' })
  })

  it('leaves a path open that is not decided', () => {
    expect(brief(aPath({ outcome: null, results: [aResult({ id: 'res_a' })] }))[0]).toMatchObject({ outcome: null })
  })
})

describe('verdictIsExplained', () => {
  const explainedBy = (over: Parameters<typeof aJob>[0]) => {
    const job = aJob(over)
    return verdictIsExplained(job, reportRows(job))
  }

  it('holds for a pass, and for a failure that a row shows', () => {
    expect(explainedBy({ verdict: 'fail' })).toBe(true)
    expect(explainedBy({ verdict: 'pass', paths: [aPath()] })).toBe(true)
  })

  it('does not hold when every row passes and the verdict is a failure, nor before the end', () => {
    expect(explainedBy({ verdict: 'fail', paths: [aPath()] })).toBe(false)
    expect(explainedBy({ verdict: 'inconclusive', paths: [] })).toBe(false)
    expect(explainedBy({ verdict: null, status: 'running' })).toBe(false)
  })
})
