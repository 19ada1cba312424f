/**
 * A schedule: what makes jobs, and when.
 *
 * @module
 */

import type { Ignored } from '../kube/objects.ts'
import type { JobRequest } from '../plan/request.ts'
import type { BatchSelection } from './batch.ts'
import type { JobProblem } from './job.ts'

export const OVERLAPS = ['skip', 'queue'] as const
/** What a run does that is due while the one before has not ended: it is left out, or it waits; at most one waits. */
export type Overlap = (typeof OVERLAPS)[number]

export const RUN_OUTCOMES = ['started', 'skipped', 'failed'] as const
/** Of an occurrence: it made its jobs; it was left out (overlap); it could not be started. */
export type RunOutcome = (typeof RUN_OUTCOMES)[number]

/** What a schedule is, as its owner wants it. */
export type ScheduleSettings = {
  name: string
  cron: string
  timeZone: string
  jitterMs: number
  overlap: Overlap
  enabled: boolean
}

/** What a schedule asks for at each run. Its checks are without secrets, which are sealed apart. */
export type ScheduledWork = {
  request: JobRequest
  ignored: readonly Ignored[]
  /** Set: it makes a batch, of the Services that this selects. */
  batch: BatchSelection | null
  /** Which fields of which check are set and hidden. */
  hidden: Readonly<Record<string, readonly string[]>>
}

/** What readers want of it: all but the objects, which are counted by kind. */
export type ScheduledRequest = Omit<ScheduledWork, 'request'> & {
  request: Omit<JobRequest, 'objects'>
  objects: Readonly<Record<string, number>> | null
}

/** The next run: the occurrence, which names it, and when it is due. */
export type NextRun = { atMs: number; dueAtMs: number }

export type Schedule = ScheduleSettings & {
  id: string
  version: number
  createdAtMs: number
  updatedAtMs: number
  owner: string
  target: JobRequest['target']
  isBatch: boolean
  anchorAtMs: number
  sealed: string | null
  /** `null`: paused, or none will come. */
  next: NextRun | null
  last: { atMs: number; outcome: RunOutcome; problem: JobProblem | null } | null
  failures: number
  failingSinceMs: number | null
}
