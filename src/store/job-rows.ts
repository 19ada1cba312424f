/** The parts that statements about jobs have in common. */
import { type SQL, sql } from 'drizzle-orm'
import type { Plan } from '../plan/path.ts'
import type { ObjectsUsed } from '../record/objects-used.ts'
import type { Store } from './db.ts'
import { jsonChunks } from './json.ts'
import { jobLabels, jobs } from './schema.ts'
import { ALWAYS, insertWhere } from './sql.ts'
import type { MadeJob, NewJob } from './stored-job.ts'
import { hashOf, keepText, keepTexts } from './texts.ts'

/** Spelled as in the index, which is only used then. */
export const ACTIVE = sql`status in ('queued', 'running')`

/**
 * Holds where an owner may have this many more jobs under way. Runs of schedules do not count.
 *
 * @param most null for any number.
 */
export const roomUnderWay = (owner: string, jobs: number, most: number | null): SQL =>
  most === null
    ? ALWAYS
    : sql`(select count(*) from jobs where ${ACTIVE} and owner = ${owner} and schedule_id is null) + ${jobs} <= ${most}`

/** The statements that insert jobs where `guard` holds. Equal texts are kept once, short ones many in a statement. */
export function jobRows(list: readonly NewJob[], guard: SQL, nowMs: number): SQL[] {
  const texts = new Map<string, string>()
  const keep = (value: unknown): string | null => {
    if (value === null) {
      return null
    }
    const { hash, json } = textOf(value)
    texts.set(hash, json)
    return hash
  }
  const rows = list.flatMap((job) => {
    const { id, createdAtMs, owner, labels, sealed, deadlineAtMs, deadlineMs, history } = job
    const row = {
      ...{
        id,
        createdAtMs,
        owner,
        vantage: job.vantage.name,
        position: job.vantage.position,
        labels,
        sealed,
        deadlineAtMs,
        deadlineMs,
        history,
      },
      scheduleId: job.scheduleId,
      batchId: job.batchId,
      ...job.target,
      alsoNamespace: job.alsoNamespace ?? null,
      ...{
        version: 1,
        status: 'queued' as const,
        passed: 0,
        failed: 0,
        errors: 0,
        skipped: 0,
        leftOut: 0,
        leaseToken: 0,
      },
      ...{
        request: need(keep(job.request), id),
        plan: keep(job.plan && storedPlan(job.plan)),
        diagnosis: keep(job.diagnosis),
        comparison: keep(job.comparison),
        ...objectsRow(job.objects, keep),
      },
    }
    return [insertWhere(jobs, row, guard), ...labelRows(job, guard)]
  })
  return [...textRows([...texts], nowMs), ...rows]
}

/** The same for jobs of which some have ended as they were made. */
export const madeRows = (list: readonly MadeJob[], guard: SQL, nowMs: number): SQL[] => [
  ...jobRows(
    list.map(({ job }) => job),
    guard,
    nowMs,
  ),
  ...list.flatMap(({ job, refusal }) =>
    refusal === null
      ? []
      : [
          sql`update jobs set status = 'finished', verdict = ${refusal.verdict},
              problem = ${JSON.stringify(refusal.problem)}, finished_at_ms = ${nowMs}, sealed = null
            where id = ${job.id} and status = 'queued'`,
        ],
  ),
]

/** The columns of the objects that were used. @param keep keeps a text, and returns its hash. */
export function objectsRow(
  { source, readAtMs, resourceVersions, stale, forbidden }: ObjectsUsed,
  keep: (value: KeptObjects | null) => string | null,
) {
  return source === 'manifests'
    ? { objects: null, objectsReadAtMs: null, resourceVersions: null }
    : { objects: keep({ source, stale, forbidden }), objectsReadAtMs: readAtMs, resourceVersions }
}

/** The part of the objects used that repeats from job to job. */
export type KeptObjects = Pick<ObjectsUsed, 'source' | 'stale' | 'forbidden'>

/** Shorter than this, a text shares its statement with others. */
const SHORT_UNITS = 20_000

function textRows(texts: readonly [hash: string, json: string][], nowMs: number): SQL[] {
  const isShort = ([, json]: readonly [string, string]): boolean => json.length <= SHORT_UNITS
  return [
    ...jsonChunks(texts.filter(isShort)).map((pairs) => keepTexts(pairs, nowMs)),
    ...texts.filter((text) => !isShort(text)).flatMap(([hash, json]) => keepText(hash, json, nowMs)),
  ]
}

/** A plan as it is kept: the vantage is that of the job's row, which readers put back. */
export type StoredPlan = Omit<Plan, 'vantage'>

export function storedPlan({ vantage: _vantage, ...plan }: Plan): StoredPlan {
  return plan
}

export const textOf = (value: unknown): { hash: string; json: string } => {
  const json = JSON.stringify(value)
  return { hash: hashOf(json), json }
}

function labelRows({ id, createdAtMs, labels }: NewJob, guard: SQL): SQL[] {
  if (Object.keys(labels).length === 0) {
    return []
  }
  return [
    sql`insert into ${jobLabels} (name, value, created_at_ms, job_no)
      select label.key, label.value, ${createdAtMs}, jobs.no from jobs, json_each(${JSON.stringify(labels)}) label
      where jobs.id = ${id} and ${guard} on conflict do nothing`,
  ]
}

export function need<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) {
    throw new Error(`the store has lost a text: ${what}`)
  }
  return value
}

/** The statements that end the jobs of a condition which have not ended, at their caller's wish. */
export const cancelling = (which: SQL, nowMs: number): SQL[] => [
  sql`delete from job_chunks where job_no in (select no from jobs where ${which} and ${ACTIVE})`,
  sql`update jobs set status = 'cancelled', finished_at_ms = ${nowMs}, sealed = null, lease_owner = null,
      lease_until_ms = null, version = version + 1 where ${which} and ${ACTIVE} returning id`,
]

/** The ids of the jobs that {@link cancelling} has ended. */
export const cancelledIn = ([, cancelled = []]: Awaited<ReturnType<Store['atomic']>>): string[] =>
  cancelled.map(({ id }) => String(id))
