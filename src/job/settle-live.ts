/**
 * Settling on live objects: between two rounds the objects are read again and planned again, so that a job follows a
 * rollout. A path that is gone is told so and no more tried, one that has come is tried, and what has passed stays as it
 * was recorded.
 *
 * @module
 */
import { type Tried, triedOf } from '../check/result.ts'
import { planWithoutSecrets } from '../check/secrets.ts'
import { settleDelayMs, unsettledPaths } from '../check/settle.ts'
import type { Chunk, Work } from '../check/work.ts'
import type { Diagnosis } from '../diagnose/finding.ts'
import type { ObjectKind, Provenance, Unread } from '../kube/object-source.ts'
import { RESOURCES } from '../kube/resources.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { ProblemError } from '../lib/problem.ts'
import { KINDS } from '../plan/kinds.ts'
import type { Plan, PlannedPath } from '../plan/path.ts'
import type { JobRequest } from '../plan/request.ts'
import { selects } from '../plan/selector.ts'
import { type ObjectsUsed, objectsUsed } from '../record/objects-used.ts'
import type { Store } from '../store/db.ts'
import type { Lease } from '../store/leases.ts'
import { replacePlan } from '../store/replace-plan.ts'
import type { StoredJob } from '../store/stored-job.ts'
import type { Planned } from './plan-request.ts'
import { workOf } from './prepare.ts'

/** The plan that counts, and what its objects alone show. */
export type Current = { plan: Plan; diagnosis: Diagnosis | null }

/** The plan that counts, with the objects that it was made from. */
type Known = Current & { objects: ObjectsUsed }

export type LiveRounds<Broken> = {
  store: Store
  clock: Clock
  log: Log
  job: StoredJob
  lease: Lease
  /** The request as it was stored, without secrets. */
  plan: Plan
  recorded: readonly Tried[]
  /** Aborted when the job is not this runner's any more, or is to be given back. */
  stopped: AbortSignal
  /** Reads and plans again, with what the cluster has said if tries have failed. Rejects if that cannot be done now. */
  replan(hasFailed: boolean): Promise<Planned>
  /** Makes the tries of a round. @returns what the runner threw; `null`: it came to its end. */
  make(work: Work, record: (result: Tried) => void): Promise<Broken | null>
  /** Called when the plan has changed. */
  changed(): void
}

/** @returns the plan to judge by; `lost`: another runner has the job. */
export async function settleLive<Broken>(
  rounds: LiveRounds<Broken>,
): Promise<(Current & { broken: Broken | null }) | 'lost'> {
  const { clock, job, recorded, stopped } = rounds
  const results: Tried[] = recorded.filter(({ purpose }) => purpose === 'check')
  const startedAtMs = results.reduce((first, result) => Math.min(first, result.startedAtMs), clock.now())
  const untilMs = Math.min(startedAtMs + job.request.settleMs, job.deadlineAtMs ?? Number.POSITIVE_INFINITY)
  let current: Current = { plan: rounds.plan, diagnosis: job.diagnosis }
  for (let round = results.reduce((last, result) => Math.max(last, result.round), 1); ; round++) {
    const broken = await makeRound(rounds, current.plan, round, results)
    const unsettled = unsettledPaths(current.plan.paths, results, round)
    const leftMs = untilMs - clock.now()
    const awaits = current.plan.paths.some((path) => isAwaited(path, job.request.paths))
    const isOver = leftMs <= 0 || (unsettled.size === 0 && !awaits)
    if (broken !== null || stopped.aborted || isOver) {
      return { ...current, broken }
    }
    await clock.sleep(settleDelayMs({ results, round: round + 1, unsettled }, leftMs, 1), stopped)
    const at = { results, round: round + 1, hasFailed: unsettled.size > 0 }
    const next = stopped.aborted ? current : await planAnew(rounds, current, at)
    if (next === 'lost') {
      return 'lost'
    }
    current = next
    if (stopped.aborted) {
      return { ...current, broken: null }
    }
  }
}

/**
 * Tries once what was planned. Where a path fails the objects are read again, and what the cluster has said about them:
 * if they are not what was planned for, a rollout has come between, and what failed is tried once more as it is now, so
 * that the Service is not blamed for it.
 *
 * @returns the plan to judge by; `lost`: another runner has the job.
 */
export async function tryAgainIfChanged<Broken>(
  rounds: LiveRounds<Broken>,
): Promise<(Current & { broken: Broken | null }) | 'lost'> {
  const { clock, job, recorded, stopped, plan } = rounds
  const results: Tried[] = recorded.filter(({ purpose }) => purpose === 'check')
  const current: Current = { plan, diagnosis: job.diagnosis }
  const round = results.reduce((last, result) => Math.max(last, result.round), 1)
  const broken = await makeRound(rounds, plan, round, results)
  const isOver = round > 1 || clock.now() >= (job.deadlineAtMs ?? Number.POSITIVE_INFINITY)
  if (broken !== null || stopped.aborted || isOver || unsettledPaths(plan.paths, results, round).size === 0) {
    return { ...current, broken }
  }
  let isOther = false
  const next = await planAnew(rounds, current, { results, round: round + 1, hasFailed: true }, (before, now) => {
    isOther = hasChanged(before.plan, now.plan)
    return isOther || tellsMore(before, now)
  })
  if (next === 'lost') {
    return 'lost'
  }
  const isTried = !isOther || stopped.aborted
  return { ...next, broken: isTried ? null : await makeRound(rounds, next.plan, round + 1, results) }
}

/** Tells whether paths, or what is known of the pods behind them, are others. */
const hasChanged = (before: Plan, now: Plan): boolean =>
  JSON.stringify([before.paths, before.beside?.pods]) !== JSON.stringify([now.paths, now.beside?.pods])

/** Tells whether more is known of why tries fail, or of why that is not known. */
const tellsMore = (before: Known, now: Known): boolean => JSON.stringify(saidBy(before)) !== JSON.stringify(saidBy(now))

const saidBy = ({ plan, diagnosis, objects }: Known) => [plan.beside?.warnings, diagnosis?.findings, objects.forbidden]

/** A controller has not given it an address yet, and the job would try it. All else that is pending is not waited for. */
function isAwaited(path: PlannedPath, { include, exclude }: JobRequest['paths']): boolean {
  const isChosen = include.length === 0 || include.some((selector) => selects(selector, path))
  return (
    path.skipped?.reason === 'pending' &&
    KINDS[path.kind].addressBy === 'status' &&
    isChosen &&
    !exclude.some((selector) => selects(selector, path))
  )
}

async function makeRound<Broken>(
  { job, clock, make }: LiveRounds<Broken>,
  plan: Plan,
  round: number,
  results: Tried[],
): Promise<Broken | null> {
  const last = job.request.samples
  const only: Chunk = Object.fromEntries(pathsOf(plan, results, round).map(({ id }) => [id, { first: 1, last }]))
  if (Object.keys(only).length === 0) {
    return null
  }
  const work = workOf(job, plan, clock.now(), { recorded: [...results], only, round })
  return make(work, (result) => results.push(triedOf(result)))
}

/** The first round tries every path; the others those that fail, and those that nobody has tried before. */
function pathsOf({ paths }: Plan, results: readonly Tried[], round: number): readonly PlannedPath[] {
  const earlier = results.filter((result) => result.round < round)
  const known = new Set(earlier.map(({ pathId }) => pathId))
  const unsettled = unsettledPaths(paths, earlier, round - 1)
  return paths.filter(({ id, skipped }) => skipped === null && (!known.has(id) || unsettled.has(id)))
}

/** If planning fails now (the API server is away for a moment) the plan so far goes on. */
async function planAnew<Broken>(
  { store, clock, log, job, lease, replan, changed }: LiveRounds<Broken>,
  current: Current,
  { results, round, hasFailed }: { results: readonly Tried[]; round: number; hasFailed: boolean },
  isWanted: (before: Known, now: Known) => boolean = () => true,
): Promise<Current | 'lost'> {
  let planned: Planned
  try {
    planned = await replan(hasFailed)
  } catch (cause) {
    const why = cause instanceof ProblemError ? { code: cause.code } : { cause }
    log.warn('job_not_planned_anew', { jobId: job.id, round, ...why })
    return current
  }
  const lost = lostSight(job.objects, planned.provenance)
  if (lost !== null) {
    log.warn('job_not_planned_anew', { jobId: job.id, round, code: lost.reason, kind: lost.kind })
    return current
  }
  const { diagnosis } = planned
  const now = {
    plan: planWithoutSecrets(planned.plan),
    diagnosis,
    objects: objectsUsed(planned.provenance, planned.plan),
  }
  if (!isWanted({ ...current, objects: job.objects }, now)) {
    return current
  }
  const next = { ...now, plan: followPlan(current.plan, now.plan, results) }
  if (!(await replacePlan(store, lease, next, clock.now()))) {
    return 'lost'
  }
  changed()
  return next
}

/** Paths are made of these. */
const MAKES_PATHS: ReadonlySet<ObjectKind> = new Set([
  'services',
  'endpointSlices',
  'endpoints',
  'pods',
  'nodes',
  'ingresses',
])

/**
 * Finds objects that could not be read this time: a path that is missing for it is not gone. What was forbidden from the
 * beginning is missing from the plan before as well.
 */
function lostSight({ forbidden }: ObjectsUsed, { unread }: Pick<Provenance, 'unread'>): Unread | null {
  const wasForbidden = (resource: string | undefined): boolean => forbidden.some((each) => each.resource === resource)
  return (
    unread.find(
      ({ kind, reason, part, refused }) =>
        MAKES_PATHS.has(kind) &&
        (reason === 'failed' ||
          (reason === 'cut_short' && part === 'all') ||
          (reason === 'forbidden' && !wasForbidden(refused?.resource ?? RESOURCES[kind][0]?.resource))),
    ) ?? null
  )
}

/**
 * Joins the plan of the objects as they are now with what was tried by the plan before. A path that passed stays as it
 * was planned then; one that did not and is gone says so.
 */
function followPlan(before: Plan, now: Plan, results: readonly Tried[]): Plan {
  const tried = new Set(results.map(({ pathId }) => pathId))
  const unsettled = unsettledPaths(before.paths, results, Number.POSITIVE_INFINITY)
  const hasPassed = ({ id, skipped }: PlannedPath) => skipped === null && tried.has(id) && !unsettled.has(id)
  const settled = new Map(before.paths.filter(hasPassed).map((path) => [path.id, path]))
  const there = new Set(now.paths.map(({ id }) => id))
  const left = before.paths.flatMap((path): PlannedPath[] => {
    if (there.has(path.id) || (!tried.has(path.id) && path.skipped?.reason !== 'gone')) {
      return []
    }
    return [settled.get(path.id) ?? { ...path, skipped: GONE }]
  })
  const { target, vantage } = before
  return { ...now, target, vantage, paths: [...now.paths.map((path) => settled.get(path.id) ?? path), ...left] }
}

const GONE = { reason: 'gone', detail: 'the objects no longer lead here: they changed while the job ran' } as const
