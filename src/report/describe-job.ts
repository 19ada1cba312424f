import { isDecided } from '../check/decided.ts'
import { judgePath, unmetOf } from '../check/outcome.ts'
import type { Result } from '../check/result.ts'
import { type Diagnosis, NO_DIAGNOSIS } from '../diagnose/finding.ts'
import { toInstant } from '../lib/clock.ts'
import { becauseText, doubtText } from '../plan/because.ts'
import type { Plan, PlannedPath } from '../plan/path.ts'
import type { JobRequest } from '../plan/request.ts'
import { hasEnded, type Job } from '../record/job.ts'
import type { ObjectsUsed } from '../record/objects-used.ts'
import type {
  JobDocument,
  JobPathDocument,
  JobReport,
  JobSummaryDocument,
  ObjectsDocument,
  PathDocument,
  PlanDocument,
  ReportedPath,
  ResultDocument,
} from './job-document.ts'

export type DescribedJob = Job & {
  plan: Plan | null
  diagnosis: Diagnosis | null
  objects: ObjectsUsed
  request: Pick<JobRequest, 'samples' | 'retries' | 'settleMs' | 'expect'>
}

/** A job's row and results → what reports render. */
export function reportJob(job: DescribedJob, results: readonly Result[]): JobReport {
  const byPath = Map.groupBy(results, (result) => result.pathId)
  const plan = job.plan?.paths ?? []
  const paths = plan.map((path) => reportJobPath(job, path, byPath.get(path.id) ?? []))
  return {
    ...describeJobHead(job),
    objects: describeObjects(job.objects),
    unmet: job.status === 'finished' && job.problem === null ? unmetBy(job, plan, paths) : [],
    paths,
    notApplicable: job.plan?.notApplicable ?? [],
    ignored: job.plan?.ignored ?? [],
    diagnosis: job.diagnosis ?? NO_DIAGNOSIS,
  }
}

/** A job as the API shows it, without what only the other formats need. */
export const describeJob = (report: JobReport): JobDocument => ({
  ...report,
  paths: report.paths.map(shownOf),
})

function unmetBy({ request, diagnosis }: DescribedJob, plan: readonly PlannedPath[], paths: JobReport['paths']) {
  const judged = plan.map((path, at) => ({ path, outcome: paths[at]?.outcome ?? null }))
  return unmetOf(
    judged,
    request.expect,
    (diagnosis?.findings ?? []).map(({ code }) => code),
  )
}

/** One path of a job. Its outcome is `null` until no further try can come. */
function reportJobPath(job: DescribedJob, path: PlannedPath, results: readonly Result[]): ReportedPath {
  const decided = hasEnded(job) || isDecided(path, results, job.request)
  const { outcome, flaky, skipped, deciding } = judgePath(path, results, decided)
  const documents = new Map(results.map((result) => [result, describeResult(result)]))
  return {
    ...describePath(path),
    skipped,
    outcome,
    flaky,
    results: [...documents.values()],
    deciding: deciding.flatMap((result) => documents.get(result) ?? []),
    doubt: doubtText(path.because),
    checkNames: path.checks.map(({ name }) => name),
  }
}

const shownOf = ({ deciding: _deciding, doubt: _doubt, checkNames: _names, ...shown }: ReportedPath): JobPathDocument =>
  shown

/** One path of a job as the API shows it. */
export const describeJobPath = (job: DescribedJob, path: PlannedPath, results: readonly Result[]): JobPathDocument =>
  shownOf(reportJobPath(job, path, results))

/** A job without its paths, as in lists. */
export function describeJobHead(job: Job): JobSummaryDocument {
  const { id, status, verdict, problem, target, labels, scheduleId, batchId, summary } = job
  return {
    id,
    status,
    verdict,
    problem,
    createdAt: toInstant(job.createdAtMs),
    startedAt: job.startedAtMs === null ? null : toInstant(job.startedAtMs),
    finishedAt: job.finishedAtMs === null ? null : toInstant(job.finishedAtMs),
    durationMs: job.finishedAtMs === null ? null : job.finishedAtMs - (job.startedAtMs ?? job.createdAtMs),
    target,
    vantage: job.vantage.name,
    labels,
    scheduleId,
    batchId,
    summary,
  }
}

export function describePlan(plan: Plan, diagnosis: Diagnosis, objects: ObjectsUsed): PlanDocument {
  const { target, vantage, notApplicable, ignored } = plan
  return {
    target,
    objects: describeObjects(objects),
    vantage: vantage.name,
    paths: plan.paths.map(describePath),
    notApplicable,
    ignored,
    diagnosis,
  }
}

export const describeObjects = ({ readAtMs, ...rest }: ObjectsUsed): ObjectsDocument => ({
  ...rest,
  readAt: readAtMs === null ? null : toInstant(readAtMs),
})

export function describePath(path: PlannedPath): PathDocument {
  const {
    scheme: _scheme,
    checks: _checks,
    pod = null,
    trafficPolicy = null,
    onlyFrom: _from,
    excused: _excused,
    share: _share,
    ...shown
  } = path
  return { ...shown, pod, trafficPolicy, because: path.because.map(becauseText) }
}

export function describeResult(result: Result): ResultDocument {
  const { jobId: _job, pathId: _path, address: _address, startedAtMs, ...shown } = result
  return { ...shown, startedAt: toInstant(startedAtMs) }
}
