/**
 * A job as flat rows, one for each path × check: what every report shows, decided once.
 *
 * @module
 */
import type { Outcome } from '../check/result.ts'
import type { JobReport, ReportedPath, ResultDocument } from './job-document.ts'

export type ReportRow = {
  path: ReportedPath
  /** `null`: nothing was tried on this path. */
  check: string | null
  /** `null`: not decided yet. */
  outcome: Outcome | null
  /** The try that decides: the first failing one of those that count, else the last; `null`: nothing was tried. */
  deciding: ResultDocument | null
  /** Recorded tries of this check, all rounds, controls left out; and how many of them passed. */
  tries: number
  passes: number
  /** A pass after a failure. */
  flaky: boolean
}

/** In the order of the job's paths, then of each path's checks. */
export function reportRows(job: JobReport): ReportRow[] {
  return job.paths.flatMap(rowsOfPath)
}

function rowsOfPath(path: ReportedPath): ReportRow[] {
  const tried = path.results.filter((result) => result.purpose === 'check')
  const checks = [...new Set(tried.map((result) => result.check))]
  if (checks.length === 0) {
    return [{ path, check: null, outcome: path.outcome, deciding: null, tries: 0, passes: 0, flaky: false }]
  }
  return checks.map((check) => {
    const results = tried.filter((result) => result.check === check)
    const deciding = decidingTry(results)
    const passes = results.filter((result) => result.outcome === 'pass').length
    // A path's own outcome stands above its tries: one that nothing was promised for is skipped with its results kept.
    const ownOutcome = path.outcome === null || path.outcome === 'skipped' || checks.length === 1
    const outcome = ownOutcome ? path.outcome : (deciding?.outcome ?? null)
    const flaky = outcome === 'pass' && passes < results.length
    return { path, check, outcome, deciding, tries: results.length, passes, flaky }
  })
}

const WORST_FIRST: readonly Outcome[] = ['fail', 'error', 'pass', 'skipped']

/** Of the last round, the last try for each sample and address counts; the worst of those decides. */
function decidingTry(results: readonly ResultDocument[]): ResultDocument | null {
  const round = Math.max(...results.map((result) => result.round))
  const last = new Map<string, ResultDocument>()
  for (const result of results) {
    if (result.round !== round) {
      continue
    }
    const key = `${result.sample} ${result.resolvedAddress}`
    const before = last.get(key)
    if (before === undefined || before.try < result.try) {
      last.set(key, result)
    }
  }
  const counting = [...last.values()].filter((result) => !superseded(result, [...last.values()]))
  const worst = WORST_FIRST.find((outcome) => counting.some((result) => result.outcome === outcome))
  const candidates = counting.filter((result) => result.outcome === worst)
  return (worst === 'pass' ? candidates.at(-1) : candidates[0]) ?? null
}

/** A try that reached no address (its name did not resolve) counts only if no later try of its sample did. */
function superseded(result: ResultDocument, others: readonly ResultDocument[]): boolean {
  return (
    result.resolvedAddress === null &&
    others.some((other) => other.sample === result.sample && other.resolvedAddress !== null && other.try > result.try)
  )
}

/** Whether the rows alone say why the verdict is what it is; else a report must say it. */
export function verdictIsExplained(job: JobReport, rows: readonly ReportRow[]): boolean {
  if (job.status !== 'finished') {
    return false
  }
  if (job.verdict === 'pass') {
    return true
  }
  if (job.verdict === 'inconclusive') {
    return false
  }
  return rows.some((row) => row.outcome === job.verdict)
}
