/** What the statements about jobs have in common. */
import { type SQL, sql } from 'drizzle-orm'
import type { KubeObjects } from '../kube/objects.ts'
import type { NewJob } from './jobs.ts'
import { jobLabels, jobObjects, jobs } from './schema.ts'
import { insertWhere } from './sql.ts'
import { cut, hashOf, keepText } from './texts.ts'

/** Spelled as in the index, which is only used then. */
export const ACTIVE = sql`status in ('queued', 'running')`

/** The statements that insert a job where `guard` holds. */
export function jobRows(job: NewJob, guard: SQL, nowMs: number): SQL[] {
  const request = textOf(job.request)
  const plan = job.plan && textOf(job.plan)
  const diagnosis = job.diagnosis && textOf(job.diagnosis)
  const { id, createdAtMs, owner, vantage, labels, sealed, deadlineAtMs, deadlineMs, history, scheduleId, batchId } =
    job
  const row = insertWhere(
    jobs,
    {
      ...{ id, createdAtMs, owner, vantage, labels, sealed, deadlineAtMs, deadlineMs, history, scheduleId, batchId },
      ...job.target,
      ...{ version: 1, status: 'queued', passed: 0, failed: 0, errors: 0, skipped: 0, leaseToken: 0 },
      ...{ request: request.hash, plan: plan?.hash ?? null, diagnosis: diagnosis?.hash ?? null },
    },
    guard,
  )
  const kept = [request, plan, diagnosis].flatMap((text) => (text ? keepText(text.hash, text.json, nowMs) : []))
  return [...kept, row, ...labelRows(job, guard), ...objectRows(job.objects, sql`id = ${id} and ${guard}`)]
}

export const textOf = (value: unknown): { hash: string; json: string } => {
  const json = JSON.stringify(value)
  return { hash: hashOf(json), json }
}

function labelRows({ id, createdAtMs, labels }: NewJob, guard: SQL): SQL[] {
  if (Object.keys(labels).length === 0) return []
  return [
    sql`insert into ${jobLabels} (name, value, created_at_ms, job_no)
      select label.key, label.value, ${createdAtMs}, jobs.no from jobs, json_each(${JSON.stringify(labels)}) label
      where jobs.id = ${id} and ${guard} on conflict do nothing`,
  ]
}

export const objectRows = (objects: KubeObjects | null, where: SQL): SQL[] =>
  (objects === null ? [] : cut(JSON.stringify(objects))).map(
    (part, i) => sql`insert into ${jobObjects} (job_no, part, text) select no, ${i}, ${part} from jobs where ${where}
      on conflict do nothing`,
  )

export function need<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new Error(`the store has lost a text: ${what}`)
  return value
}
