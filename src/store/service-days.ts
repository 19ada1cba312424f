/**
 * The days of Services: for each day one row, which is the sum of that day's rollups over all vantages.
 *
 * @module
 */
import { type SQL, sql } from 'drizzle-orm'
import type { ServiceDay } from '../history/types.ts'
import type { Db } from './db.ts'
import { DAY_MS } from './rollup-steps.ts'

const SUMS = sql.raw(['pass', 'fail', 'error'].map((column) => `coalesce(sum(r.${column}), 0)`).join())
const COLUMNS = sql.raw('service_no, day, pass, fail, error, failed_jobs')
const SET_SUMS = sql.raw(['pass', 'fail', 'error'].map((column) => `${column} = excluded.${column}`).join())

/** Parts of the statement about a job that ends. */
export type DayOfJob = {
  serviceNo: SQL
  wholeId: SQL
  /** JSON: the days on which something of it was counted, and the day on which it was made. */
  days: SQL
  /** The day on which it was made, if its verdict is `fail`; else null. */
  failedDay: SQL
  guard: SQL
}

/** The statement that keeps the days of a Service when a job ends. Its rollups must have been added before. */
export const keepDays = ({ serviceNo, wholeId, days, failedDay, guard }: DayOfJob): SQL => sql`
  insert into service_days (${COLUMNS})
  select ${serviceNo}, d.value, ${SUMS}, d.value is ${failedDay}
  from json_each(${days}) d
    left join series w on w.path_id = ${wholeId} and w.check_name = ''
    left join rollups r on r.step = 1 and r.at = d.value and r.series_no = w.no
  where ${guard} group by d.value
  on conflict (service_no, day) do update set ${SET_SUMS}, failed_jobs = failed_jobs + excluded.failed_jobs`

/**
 * The statements that make a day's rows again, from rollups that were made again before.
 *
 * @param isWhole holds where all jobs of that day are still there, to be counted again.
 * @param guard holds where anything is to be changed at all.
 */
export function rebuildDay(day: number, isWhole: SQL, guard: SQL): SQL[] {
  const [fromMs, toMs] = [day * DAY_MS, (day + 1) * DAY_MS]
  const failed = sql`select count(*) from jobs j where j.verdict = 'fail' and j.history = 1
      and j.created_at_ms >= ${fromMs} and j.created_at_ms < ${toMs}
      and (j.namespace, j.service, j.cluster) = (select namespace, name, cluster from services where no = w.service_no)`
  return [
    sql`update service_days set pass = 0, fail = 0, error = 0 where day = ${day} and ${guard}`,
    sql`insert into service_days (${COLUMNS})
      select w.service_no, ${day}, ${SUMS}, case when ${isWhole} then (${failed}) else 0 end
      from series w cross join rollups r on r.step = 1 and r.at = ${day} and r.series_no = w.no
      where w.whole_no is null and w.service_no is not null and ${guard} group by w.service_no
      on conflict (service_no, day) do update set ${SET_SUMS},
        failed_jobs = case when ${isWhole} then excluded.failed_jobs else failed_jobs end`,
  ]
}

/** The days of Services from one on, by number of the Service; those without anything are absent. */
export async function readDays(
  db: Db,
  services: readonly number[],
  fromDay: number,
): Promise<Map<number, ServiceDay[]>> {
  const rows = await db.all<ServiceDay & { no: number }>(sql`
    select d.service_no no, d.day, d.pass, d.fail, d.error, d.failed_jobs "failedJobs"
    from json_each(${JSON.stringify(services)}) s cross join service_days d
    where d.service_no = s.value and d.day >= ${fromDay}`)
  // Sorted here: there each row would be read twice, and paid for twice.
  const sorted = rows.toSorted((a, b) => a.day - b.day)
  return new Map(
    [...Map.groupBy(sorted, ({ no }) => no)].map(([no, days]) => [no, days.map(({ no: _no, ...day }) => day)] as const),
  )
}
