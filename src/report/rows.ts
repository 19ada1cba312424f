/**
 * A job as flat rows, one for each path × check: what every report shows, decided once.
 *
 * @module
 */
import { worst } from '../check/outcome.ts'
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
    const deciding = decidingTry(path.deciding.filter((result) => result.check === check))
    const passes = results.filter((result) => result.outcome === 'pass').length
    // A path's own outcome stands above its tries: one that nothing was promised for is skipped with its results kept.
    const ownOutcome = path.outcome === null || path.outcome === 'skipped' || checks.length === 1
    const outcome = ownOutcome ? path.outcome : (deciding?.outcome ?? null)
    const flaky = outcome === 'pass' && passes < results.length
    return { path, check, outcome, deciding, tries: results.length, passes, flaky }
  })
}

/** The try that stands for all that decide: the first with their worst outcome, or the last if all pass. */
function decidingTry(results: readonly ResultDocument[]): ResultDocument | null {
  const outcome = worst(results)
  const candidates = results.filter((result) => result.outcome === outcome)
  return (outcome === 'pass' ? candidates.at(-1) : candidates[0]) ?? null
}

/** Tells whether the rows alone explain the verdict; if not, a report must say why. */
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
