/**
 * Accepts and changes schedules, and runs them out of turn. Work that could never be run is refused at once.
 *
 * @module
 */
import { type CheckSecrets, hiddenFields, withoutSecrets } from '../check/secrets.ts'
import { type AcceptDeps, type AskDeps, acceptJob, madeBefore, orRefuse } from '../job/accept.ts'
import { acceptBatch, readSelected } from '../job/accept-batch.ts'
import { narrowed } from '../job/narrowed.ts'
import { type Given, planAsked, READ_ANEW, sourceOf } from '../job/plan-request.ts'
import { openSecrets, sealSecrets } from '../job/secrets.ts'
import { newId } from '../lib/id.ts'
import { type ProblemCode, ProblemError, together } from '../lib/problem.ts'
import { narrowTo } from '../plan/egress-only.ts'
import type { JobRequest } from '../plan/request.ts'
import { type Change, difference } from '../record/audit.ts'
import type { BatchSelection } from '../record/batch.ts'
import type { NextRun, Schedule, ScheduledWork, ScheduleSettings } from '../record/schedule.ts'
import type { IdempotencyClaim } from '../store/idempotency.ts'
import { getScheduledRequest, getScheduledWork, insertSchedule, updateSchedule } from '../store/schedules.ts'
import { readTiming, refuseImpossibleTiming } from './cron.ts'
import { nextRun } from './next-run.ts'
import { readWork } from './read-work.ts'
import { secretsSet, secretsSetAnew, settingsTold, workTold } from './told.ts'

export type ScheduleDeps = AcceptDeps & {
  settings: AcceptDeps['settings'] & {
    /** The shortest `@every` of this runtime. */
    everyLeastMs: number
    /** Schedules that there may be. */
    scheduleLimit: number
  }
}

/** A job, or (with a selection) a batch. */
export type AskedWork = Given & { selection: BatchSelection | null }

/**
 * @param asked reads what is asked for; refusals of it are told with those of the timing.
 * @throws ProblemError with pointers into the schedule, those of what it asks for as in the job's own body.
 */
export async function acceptSchedule(
  deps: ScheduleDeps,
  settings: ScheduleSettings,
  asked: () => AskedWork,
  made: { owner: string; claim: IdempotencyClaim | null },
): Promise<{ id: string; replayed: boolean }> {
  const before = await madeBefore(deps, made.claim)
  if (before !== null) {
    return before
  }
  const createdAtMs = deps.clock.now()
  const id = newId('schedule', createdAtMs)
  const [timing, { work, sealed, isBatch }] = await together(
    () => planTiming(deps, { ...settings, id, anchorAtMs: anchor(createdAtMs) }, createdAtMs),
    () => takeIn(deps, asked()),
  )
  const { target } = work.request
  const schedule = { ...settings, ...timing, id, createdAtMs, owner: made.owner, target, isBatch, sealed }
  const { scheduleLimit } = deps.settings
  const told = { ...settingsTold(settings), ...workTold(work, secretsSet(work)) }
  const inserted = await insertSchedule(deps.store, schedule, work, made.claim, scheduleLimit, told)
  if (inserted.outcome !== 'full') {
    return orRefuse(inserted)
  }
  throw new ProblemError(
    'conflict',
    `The limit of ${scheduleLimit} schedules is reached (PORTOLAN_SCHEDULE_LIMIT). Delete one, or raise the limit.`,
  )
}

/**
 * @param asked reads what is asked for; `null`: as it is.
 * @returns `false`: the schedule has changed since it was read, or is gone.
 */
export async function changeSchedule(
  deps: ScheduleDeps,
  schedule: Schedule,
  settings: ScheduleSettings,
  asked: () => Promise<AskedWork | null> | AskedWork | null,
): Promise<boolean> {
  const nowMs = deps.clock.now()
  const isSame = (name: 'cron' | 'timeZone' | 'jitterMs' | 'enabled') => settings[name] === schedule[name]
  const anchorAtMs = isSame('cron') ? schedule.anchorAtMs : anchor(nowMs)
  const sameTiming = isSame('cron') && isSame('timeZone') && isSame('jitterMs') && isSame('enabled')
  const [timing, work] = await together(
    () => (sameTiming ? null : planTiming(deps, { ...settings, id: schedule.id, anchorAtMs }, nowMs)),
    async () => {
      const work = await asked()
      return work && takeIn(deps, work)
    },
  )
  const sameSettings = sameTiming && settings.name === schedule.name && settings.overlap === schedule.overlap
  if (sameSettings && (work === null || (await isSameWork(deps, schedule, work)))) {
    // Whoever says the same again changes nothing: not the version, nor what the audit log tells
    return true
  }
  const told = await toldOf(deps, schedule, settings, work)
  return updateSchedule(deps.store, schedule.id, schedule.version, { settings, timing, updatedAtMs: nowMs, work, told })
}

/**
 * Tells whether a schedule asks for the same as before, with the same values of secrets. Secrets that cannot be opened
 * any more count as changed.
 */
async function isSameWork({ store, secrets: box }: ScheduleDeps, schedule: Schedule, now: TakenIn): Promise<boolean> {
  const before = await getScheduledWork(store, schedule.id)
  if (before === null || asText(before) !== asText(now.work)) {
    return false
  }
  const opened = await openSecrets(box, schedule.sealed)
  return opened !== undefined && JSON.stringify(opened) === JSON.stringify(now.secrets)
}

function asText({ request, objects, batch, hidden }: ScheduledWork): string {
  const { objects: held = null, ignored = [] } = objects.source === 'manifests' ? objects.manifests : {}
  return JSON.stringify([request, objects.source, held, ignored, batch, hidden])
}

async function toldOf(
  { store, secrets: box }: ScheduleDeps,
  schedule: Schedule,
  settings: ScheduleSettings,
  change: TakenIn | null,
): Promise<Change> {
  if (change === null) {
    return difference(settingsTold(schedule), settingsTold(settings))
  }
  const before = await getScheduledRequest(store, schedule.id)
  if (before === null) {
    throw noSchedule(schedule.id)
  }
  const { work, secrets } = change
  const now = await secretsSetAnew(box, schedule, { hidden: work.hidden, secrets })
  return difference(
    { ...settingsTold(schedule), ...workTold(before, secretsSet(before)) },
    { ...settingsTold(settings), ...workTold(work, now) },
  )
}

/** Makes `@every` count from whole seconds, which are easier to read. */
const anchor = (ms: number): number => Math.floor(ms / 1000) * 1000

function planTiming(
  { settings }: ScheduleDeps,
  schedule: ScheduleSettings & { id: string; anchorAtMs: number },
  nowMs: number,
): { anchorAtMs: number; next: NextRun | null } {
  const occurrences = readTiming(schedule)
  refuseImpossibleTiming(occurrences, schedule.jitterMs, nowMs, settings.everyLeastMs)
  const { anchorAtMs } = schedule
  // Runs that were missed while it was paused are not made up for.
  return { anchorAtMs, next: schedule.enabled ? nextRun(schedule, occurrences, nowMs) : null }
}

type TakenIn = { work: ScheduledWork; sealed: string | null; isBatch: boolean; secrets: CheckSecrets | null }

/** Checks what is asked for by planning it once, and makes it ready to be stored. */
async function takeIn(deps: ScheduleDeps, asked: AskedWork): Promise<TakenIn> {
  const { objects, selection } = asked
  const target = await targetOf(deps, asked)
  const { checks, secrets } = withoutSecrets(asked.request.checks)
  return {
    work: { request: { ...asked.request, target, checks }, objects, batch: selection, hidden: hiddenFields(secrets) },
    sealed: await sealSecrets(deps.secrets, secrets),
    isBatch: selection !== null,
    secrets,
  }
}

/**
 * Plans once what is asked for. What is then to be run is the Service that was found, where it is a live one: a job that
 * ends because it is gone has to name it.
 *
 * A live cluster that is out of reach refuses no schedule, so that one can be made while an API server restarts; a
 * misspelt name is then told at the first run. A Service that is not there is refused, because its name is misspelt more
 * often than it comes later.
 */
async function targetOf(deps: ScheduleDeps, asked: AskedWork): Promise<JobRequest['target']> {
  const { request, objects, selection } = asked
  const isLive = objects.source === 'cluster'
  try {
    if (selection !== null) {
      await within('/batch', () => readSelected(request, selection, sourceOf(deps, objects), READ_ANEW, () => null))
      return request.target
    }
    const { plan } = await within('/job', () => planAsked(deps, asked))
    return isLive ? plan.target : request.target
  } catch (error) {
    if (isLive && error instanceof ProblemError && OUT_OF_REACH.has(error.code)) {
      return request.target
    }
    throw error
  }
}

const OUT_OF_REACH: ReadonlySet<ProblemCode> = new Set(['cluster_unreachable', 'unavailable'])

/** A refusal of a part points into that part; this makes it point into the whole. */
async function within<T>(part: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    if (!(error instanceof ProblemError)) {
      throw error
    }
    const { code, detail, headers, status } = error
    const errors = error.errors.map((each) => ({ ...each, pointer: part + each.pointer }))
    throw new ProblemError(code, detail, { errors, headers, status, cause: error })
  }
}

/** The refusal of an id that there is not, or not any more. */
export const noSchedule = (id: string): ProblemError =>
  new ProblemError('not_found', `There is no schedule "${id.slice(0, 60)}".`)

/** Runs it now, whether it is paused, due or under way. @returns the id of a job, or of a batch. */
export async function runNow(
  deps: ScheduleDeps & AskDeps,
  schedule: Schedule,
  made: { owner: string; claim: IdempotencyClaim | null; deadlineOf(deadlineMs: number | null): number | null },
): Promise<{ id: string; replayed: boolean }> {
  const before = await madeBefore(deps, made.claim)
  if (before !== null) {
    return before
  }
  const read = await readWork(deps, schedule)
  if (read === null) {
    throw noSchedule(schedule.id)
  }
  if ('problem' in read) {
    throw new ProblemError('conflict', read.problem.detail)
  }
  // Under what the schedule is narrowed to, and under what narrows whoever runs it now
  const { principal } = deps.store
  const work = narrowed(principal, { ...read, request: narrowTo(read.request, principal.egressOnly) })
  const { owner, claim } = made
  const deadlineAtMs = made.deadlineOf(work.request.deadlineMs)
  const rest = { owner, claim, deadlineAtMs, scheduleId: schedule.id }
  const { selection } = work
  return selection === null
    ? acceptJob(deps, work, { ...rest, batchId: null })
    : acceptBatch(deps, { ...work, selection }, rest)
}
