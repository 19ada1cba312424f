/** Describes schedules as the API shows them. Pure. */

import { toInstant } from '../lib/clock.ts'
import type { Check } from '../plan/check.ts'
import type { JobRequest } from '../plan/request.ts'
import type { Job, JobProblem } from '../record/job.ts'
import {
  type ManagedBy,
  type RunOutcome,
  type Schedule,
  type ScheduledRequest,
  type ScheduleSettings,
  STALLED_AFTER,
} from '../record/schedule.ts'
import type { BatchDocument, SelectionDocument } from '../report/batch-document.ts'
import { describeSelection } from '../report/describe-batch.ts'
import { describeJobHead } from '../report/describe-job.ts'
import type { JobSummaryDocument } from '../report/job-document.ts'
import { comingRuns } from './next-run.ts'

const NEXT_RUNS_SHOWN = 3

export type ScheduleHeadDocument = { id: string } & ScheduleSettings & {
    managedBy: ManagedBy | null
    target: JobRequest['target']
    createdAt: string
    updatedAt: string
    /** Its jitter included. */
    nextRunAt: string | null
    /** The first of them is {@link nextRunAt}. */
    nextRuns: string[]
    lastRun: { at: string; outcome: RunOutcome; problem: JobProblem | null } | null
    leftOut: { runs: number; lastAt: string } | null
    missed: { times: number; from: string; to: string } | null
    failing: { runs: number; since: string } | null
    stalled: { since: string; problem: JobProblem | null } | null
    lastJob: JobSummaryDocument | null
    lastBatch: BatchDocument | null
  }

/** Exactly one of the two is set. */
export type ScheduleDocument = ScheduleHeadDocument & {
  job: ScheduledRequestDocument | null
  batch: ScheduledRequestDocument | null
}

export type ScheduledRequestDocument = Omit<JobRequest, 'target' | 'checks' | 'madeBy' | 'reaches'> & {
  target: JobRequest['target'] & Partial<SelectionDocument>
  objects: Readonly<Record<string, number>> | null
  checks: readonly Omit<Check, 'isDefault'>[]
  writeOnly: Readonly<Record<string, readonly string[]>>
}

export function describeScheduleHead(
  schedule: Schedule,
  last: { job: Job | null; batch: BatchDocument | null },
): ScheduleHeadDocument {
  const { id, name, cron, timeZone, jitterMs, overlap, enabled, target, next, last: run } = schedule
  const { failures, failingSinceMs, leftOut, missed } = schedule
  const since = failingSinceMs === null ? null : toInstant(failingSinceMs)
  return {
    id,
    name,
    cron,
    timeZone,
    jitterMs,
    overlap,
    enabled,
    managedBy: schedule.managedBy,
    target,
    createdAt: toInstant(schedule.createdAtMs),
    updatedAt: toInstant(schedule.updatedAtMs),
    nextRunAt: next && toInstant(next.dueAtMs),
    nextRuns: comingRuns(schedule, NEXT_RUNS_SHOWN).map(({ dueAtMs }) => toInstant(dueAtMs)),
    lastRun: run && { at: toInstant(run.atMs), outcome: run.outcome, problem: run.problem },
    leftOut: leftOut && { runs: leftOut.runs, lastAt: toInstant(leftOut.lastAtMs) },
    missed: missed && { times: missed.times, from: toInstant(missed.fromMs), to: toInstant(missed.toMs) },
    failing: since === null ? null : { runs: failures, since },
    stalled: since === null || failures < STALLED_AFTER ? null : { since, problem: run?.problem ?? null },
    lastJob: last.job && describeJobHead(last.job),
    lastBatch: last.batch,
  }
}

/** Shows what it asks for: values of secret-bearing fields are blank, and named under `writeOnly`. */
export function describeWork({
  request,
  objects,
  batch,
  hidden,
}: ScheduledRequest): Pick<ScheduleDocument, 'job' | 'batch'> {
  const { target, checks, madeBy: _madeBy, egressOnly: _egressOnly, reaches: _reaches, ...rest } = request
  const shown: ScheduledRequestDocument = {
    ...rest,
    target: batch === null ? target : { ...target, ...describeSelection(batch) },
    objects,
    checks: checks.map(shownCheck),
    writeOnly: hidden,
  }
  return batch === null ? { job: shown, batch: null } : { job: null, batch: shown }
}

function shownCheck({ isDefault: _isDefault, ...check }: Check): ScheduledRequestDocument['checks'][number] {
  if (check.type === 'grpc') {
    const { call: _call, mayBeTls: _mayBeTls, ruleHeaders: _ruleHeaders, ...shown } = check
    return shown
  }
  if (check.type !== 'http') {
    return check
  }
  const { trustsAsDefault: _trustsAsDefault, ruleHeaders: _ruleHeaders, ...shown } = check
  return shown
}
