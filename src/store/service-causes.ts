/**
 * Why Services are not fine, in a few words each: the first finding of the diagnosis of now, for a page of them at
 * once.
 *
 * @module
 */
import { sql } from 'drizzle-orm'
import { OUTCOMES } from '../check/result.ts'
import type { Diagnosis, Finding } from '../diagnose/finding.ts'
import { causeOf } from '../history/observe.ts'
import type { Cause } from '../history/types.ts'
import type { Db } from './db.ts'
import { FAILING } from './failing.ts'
import { readTexts } from './texts.ts'

/** Gives a stored text as the principal may be told it. */
type Shown = (text: string) => string

type Row = { no: number; state: number | null; cause: string | null; diagnosis: string | null }

const [PASS, FAIL, SKIPPED] = (['pass', 'fail', 'skipped'] as const).map((name) => OUTCOMES.indexOf(name))

/** The most jobs of a Service whose diagnoses are read: paths that fail mostly have one cause. */
export const EARLIER_JOBS = 5

/**
 * By number of the Service; absent: it passes, or nothing is told of it.
 *
 * @param rows of Services that the principal sees.
 */
export async function causesOf(db: Db, rows: readonly Row[], shown: Shown): Promise<Map<number, Cause>> {
  const causes = new Map<number, Cause>()
  const untold = []
  for (const row of rows) {
    if (row.state !== PASS && row.cause !== null) {
      causes.set(row.no, JSON.parse(shown(row.cause)))
    } else if (row.state !== PASS) {
      untold.push(row)
    }
  }
  // Those that an older build has written last, of which the row tells nothing yet.
  const findings = await findingsOf(
    db,
    shown,
    untold.flatMap(({ diagnosis }) => diagnosis ?? []),
  )
  for (const { no, diagnosis } of untold) {
    const [first] = findings.get(diagnosis ?? '') ?? []
    if (first) {
      causes.set(no, causeOf(first))
    }
  }
  const unseen = untold.flatMap(({ no, state }) => (state === FAIL && !causes.has(no) ? [no] : []))
  return new Map([...causes, ...(await earlierCauses(db, shown, unseen))])
}

/** Reads causes for Services that fail at a path which their last job left out, from the last job that tested it. */
async function earlierCauses(db: Db, shown: Shown, services: readonly number[]): Promise<Map<number, Cause>> {
  const causes = new Map<number, Cause>()
  if (services.length === 0) {
    return causes
  }
  const rows = await db.all<{ no: number; pathId: string; diagnosis: string }>(sql`
    select f.no, f.path_id "pathId", j.diagnosis
    from (
      select m.service_no no, m.path_id, m.last_seq from ${FAILING}
        and m.service_no in (select value from json_each(${JSON.stringify(services)}))
        and (m.last_outcome = ${SKIPPED} or m.last_at_ms < (select last_at_ms from services where no = m.service_no))
    ) f join results r on r.seq = f.last_seq join jobs j on j.no = r.job_no
    where j.diagnosis is not null order by f.no, j.created_at_ms desc, j.no`)
  const chosen = [...Map.groupBy(rows, ({ no }) => no)].map(([no, told]) => ({
    no,
    ids: new Set(told.map(({ pathId }) => pathId)),
    hashes: [...new Set(told.map(({ diagnosis }) => diagnosis))].slice(0, EARLIER_JOBS),
  }))
  const findings = await findingsOf(
    db,
    shown,
    chosen.flatMap(({ hashes }) => hashes),
  )
  for (const { no, ids, hashes } of chosen) {
    const told = hashes.flatMap((hash) => findings.get(hash) ?? [])
    const first = told.find(({ explains }) => explains.some((id) => ids.has(id)))
    if (first) {
      causes.set(no, causeOf(first))
    }
  }
  return causes
}

/** @param hashes of diagnoses. */
async function findingsOf(db: Db, shown: Shown, hashes: readonly string[]): Promise<Map<string, readonly Finding[]>> {
  const texts = await readTexts(db, [...new Set(hashes)])
  return new Map([...texts].map(([hash, text]) => [hash, (JSON.parse(shown(text)) as Diagnosis).findings] as const))
}
