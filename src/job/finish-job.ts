/** A run ends here: what was found is judged, diagnosed and stored, once. */

import { triedOf } from '../check/compare/asked.ts'
import { judgeComparison } from '../check/compare/judge.ts'
import { verdictOfComparison } from '../check/compare/verdict.ts'
import type { Control } from '../check/control.ts'
import { comparedTries, type JudgedPath, judgeJob, judgePath, summarise, tellingTry } from '../check/outcome.ts'
import { type Result, type Telling, type Tried, tellingOf } from '../check/result.ts'
import type { Verdict } from '../check/verdict.ts'
import { diagnoseJob, wantedControls } from '../diagnose/diagnose.ts'
import { NO_DIAGNOSIS } from '../diagnose/finding.ts'
import type { TestedPath } from '../diagnose/seen.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Comparison } from '../plan/compare/comparison.ts'
import type { Plan } from '../plan/path.ts'
import type { JobProblem } from '../record/job.ts'
import type { Store } from '../store/db.ts'
import { finishJob, type JobEnd, type OnEvents } from '../store/finish.ts'
import type { Lease } from '../store/leases.ts'
import { listResults } from '../store/results.ts'
import type { StoredJob } from '../store/stored-job.ts'
import { listTried, readTelling } from '../store/tried.ts'
import { controlsOf, withMade } from './controls.ts'

export type EndDeps = {
  store: Store
  clock: Clock
  log: Log
  /** Told of what jobs that end change for their Services; left out: nobody listens, which costs nothing. */
  onEvents?: OnEvents
}

/** A path as judged, with the evidence that it is diagnosed by. */
export type EndedPath = JudgedPath & TestedPath

export function judgePaths(plan: Plan, tried: readonly Tried[]): JudgedPath[] {
  const byPath = Map.groupBy(tried, ({ pathId }) => pathId)
  return plan.paths.map((path) => ({ path, ...judgePath(path, byPath.get(path.id) ?? []) }))
}

/**
 * Reads all tries of a job as they are judged. The evidence by which a path is diagnosed is read for a few of them, as
 * that of tens of thousands could not be held.
 *
 * @param made all that was recorded, where it was few and just made here; `null`: it is read.
 */
export const readTries = (
  store: Store,
  jobId: string,
  made: readonly Result[] | null,
): readonly Tried[] | Promise<readonly Tried[]> => made ?? listTried(store, jobId, { purpose: 'check' })

/** The answers of so many tries are compared. */
const COMPARED = { ofPath: 8, ofShare: 100, ofJob: 2000 }

/** @param made as for {@link readTries}. */
export async function withEvidence(
  store: Store,
  jobId: string,
  made: readonly Result[] | null,
  judged: readonly JudgedPath[],
): Promise<EndedPath[]> {
  const asksForShare =
    judged.length * COMPARED.ofShare <= COMPARED.ofJob &&
    judged.some(
      ({ path }) =>
        path.share !== undefined && path.checks.some((each) => each.type === 'http' && each.responder !== null),
    )
  const most = Math.max(1, Math.min(COMPARED.ofPath, Math.floor(COMPARED.ofJob / Math.max(1, judged.length))))
  const chosen = judged.map((each) => ({
    first: tellingTry(each),
    compared: comparedTries(each, asksForShare ? COMPARED.ofShare : most),
  }))
  const asked = chosen.flatMap(({ compared }) => compared)
  const ids = new Set(asked.map(({ id }) => id))
  const telling: ReadonlyMap<string, Telling> = made
    ? new Map(made.filter(({ id }) => ids.has(id)).map((result) => [result.id, tellingOf(result)]))
    : await readTelling(store, jobId, asked)
  return judged.map((each, at) => ({
    ...each,
    telling: telling.get(chosen[at]?.first?.id ?? '') ?? null,
    told: (chosen[at]?.compared ?? []).flatMap(({ id }) => telling.get(id) ?? []),
  }))
}

/** A bug in what is worked out here, which the next runner would meet again. A store that fails is not one. */
export class BugError extends Error {}

/** Does nothing with the store: if that fails, the lease runs out and the job is taken up again. */
export async function bugIfThrown<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw new BugError('what was worked out threw', { cause })
  }
}

/** Makes control probes and records what they say. A text tells why nothing is concluded here and now. */
export type AskControls<Stop extends string> = (controls: readonly Control[]) => Promise<readonly Result[] | Stop>

/**
 * Judges and diagnoses a job whose tries are all recorded, after asking what the diagnosis wants to know besides.
 *
 * @param few all its results, where they were just made here and are few; else `null`.
 * @param before what was recorded of the job before this run; asked only where it may hold answers to controls.
 * @throws BugError
 */
export async function concludeByTries<Stop extends string>(
  store: Store,
  job: StoredJob,
  plan: Plan,
  { few, before, ask }: Concluding<Stop>,
): Promise<Conclusion | Stop> {
  const { comparison } = job
  if (comparison !== null) {
    const results = few ?? (await listResults(store, job.id)).map(({ result }) => result)
    return bugIfThrown(() => concludeComparison(comparison, plan, results))
  }
  const tries = await readTries(store, job.id, few)
  const judged = await bugIfThrown(() => judgePaths(plan, tries))
  const tested = await withEvidence(store, job.id, few, judged)
  const controls = await bugIfThrown(() => wantedControls(tested, plan))
  const recorded = controls.length === 0 || few !== null ? [] : await before()
  const wanted = await controlsOf(store, job.id, controls, recorded)
  const answers = wanted.missing.length === 0 ? [] : await ask(wanted.missing)
  if (typeof answers === 'string') {
    return answers
  }
  return bugIfThrown(() => conclude(job, plan, tested, withMade(wanted, answers)))
}

/** Judges a comparison by what its two sides have answered. */
function concludeComparison(comparison: Comparison, plan: Plan, results: readonly Result[]): Conclusion {
  const judged = judgeComparison(triedOf(comparison, plan.paths, results))
  return { ...verdictOfComparison(judged, comparison), diagnosis: null, problem: null, judged: [] }
}

type Concluding<Stop extends string> = {
  few: readonly Result[] | null
  before(): Promise<readonly Tried[]>
  ask: AskControls<Stop>
}

/** A job ended so; the time is added when it is stored. */
export type Conclusion = Omit<JobEnd, 'finishedAtMs'>

/** Judges and diagnoses a job whose tries are all recorded. */
export function conclude(
  job: StoredJob,
  plan: Plan,
  judged: readonly EndedPath[],
  controls: readonly Telling[] = [],
): Conclusion {
  const diagnosis = diagnoseJob(job.diagnosis ?? NO_DIAGNOSIS, judged, plan, controls, job.objects.source)
  const found = diagnosis.findings.map(({ code }) => code)
  return {
    verdict: judgeJob(judged, job.request.expect, found),
    summary: summarise(judged),
    diagnosis,
    problem: null,
    judged,
  }
}

/** @returns `false`: the lease is lost, and nothing has changed. */
export async function endJob(deps: EndDeps, job: StoredJob, lease: Lease, end: Conclusion): Promise<boolean> {
  const startedAtMs = job.startedAtMs ?? job.createdAtMs
  // Another process may have begun it by a clock that was ahead.
  const finishedAtMs = Math.max(deps.clock.now(), startedAtMs)
  if (!(await finishJob(deps.store, lease, { ...end, finishedAtMs }, deps.onEvents))) {
    return false
  }
  deps.log.info('job_finished', {
    jobId: job.id,
    ...job.target,
    verdict: end.verdict,
    ...end.summary,
    durationMs: finishedAtMs - startedAtMs,
  })
  return true
}

/**
 * Ends a job that as a whole could not be done.
 *
 * @param cause of a bug, for the log.
 */
export function endWithProblem(
  deps: EndDeps,
  job: StoredJob,
  lease: Lease,
  problem: JobProblem,
  cause?: unknown,
): Promise<boolean> {
  const verdict: Verdict = 'error'
  deps.log.error('job_impossible', { jobId: job.id, code: problem.code, ...(cause !== undefined && { cause }) })
  return endJob(deps, job, lease, { verdict, summary: job.summary, diagnosis: job.diagnosis, problem, judged: [] })
}
