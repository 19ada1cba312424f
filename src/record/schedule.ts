/**
 * A schedule: what makes jobs, and when.
 *
 * @module
 */

import type { ObjectsAsked } from '../kube/object-source.ts'
import type { Ignored } from '../kube/objects.ts'
import type { JobRequest } from '../plan/request.ts'
import type { BatchSelection } from './batch.ts'
import type { JobProblem } from './job.ts'

export const OVERLAPS = ['skip', 'queue'] as const
/** A run that is due while the one before has not ended is left out, or it waits; at most one waits. */
export type Overlap = (typeof OVERLAPS)[number]

export const RUN_OUTCOMES = ['started', 'skipped', 'failed'] as const
/** An occurrence made its jobs, was left out (overlap), or could not be started. */
export type RunOutcome = (typeof RUN_OUTCOMES)[number]

export const MANAGED_BY = ['discovery'] as const
/** A schedule may be made, changed and deleted by the server itself; the API only shows it then. */
export type ManagedBy = (typeof MANAGED_BY)[number]

/**
 * A schedule has stalled when so many of its runs in a row could not be started: one or two may fall into a rollout, or
 * the restart of an API server. It goes on being run, and recovers by itself.
 */
export const STALLED_AFTER = 3

/** The owner of a schedule decides these. */
export type ScheduleSettings = {
  name: string
  cron: string
  timeZone: string
  jitterMs: number
  overlap: Overlap
  enabled: boolean
}

/** A schedule asks for this at each run. Its checks are without secrets, which are sealed apart. */
export type ScheduledWork = {
  request: JobRequest
  objects: ObjectsAsked
  /** Set: it makes a batch, of the Services that this selects. */
  batch: BatchSelection | null
  /** Names the fields of each check that are set and hidden. */
  hidden: Readonly<Record<string, readonly string[]>>
}

/** The part that readers want: manifests are counted by kind. */
export type ScheduledRequest = Omit<ScheduledWork, 'objects'> & {
  /** `null`: they are read from the cluster at each run. */
  objects: Readonly<Record<string, number>> | null
  ignored: readonly Ignored[]
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
  /** Runs that were left out, since it was made, as the one before had not ended; `null`: none. */
  leftOut: { runs: number; lastAtMs: number } | null
  /**
   * How often, since it was made, occurrences passed and no run could begin, as no process was up or the queue was full;
   * of the last time the first of them, and the one whose run made up for all. `null`: never.
   */
  missed: { times: number; fromMs: number; toMs: number } | null
  failures: number
  failingSinceMs: number | null
  /** `null`: its owner made it. */
  managedBy: ManagedBy | null
}
