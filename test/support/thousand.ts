/**
 * A thousand Services that have been looked at for 90 days. Each has one job, which went through the store's own
 * functions; the days before are that day's rollups, moved back and varied.
 *
 * @module
 */
import Database from 'better-sqlite3'
import { sql } from 'drizzle-orm'
import { openSqlite } from '../../src/runtime/node/sqlite.ts'
import { keepStates } from '../../src/store/service-state.ts'
import { aFinding, DAY, HOUR, pathOf, ran } from './history.ts'
import { REFUSED } from './stored.ts'

const SERVICES = 1000
const DAYS = 90
/** Jobs that are open at once share a transaction. */
const AT_ONCE = 50
/** One in so many fails, and one in so many has been broken before. */
export const FAILS = 40
export const FAILED = 7

export const nameOf = (at: number): string => `harbour-${String(at).padStart(4, '0')}`
export const namespaceOf = (at: number): string => `team-${at % 20}`

/** @param ways in addition to the ClusterIP, at which one Service in {@link FAILS} fails. */
export async function seedThousand(file: string, nowMs: number, ways = 1): Promise<void> {
  const { store, close } = openSqlite(file)
  // If this machine fails, the test does too
  await store.db.run(sql`pragma synchronous = off`)
  const one = async (at: number): Promise<void> => {
    const paths = [
      pathOf(`${at}C`),
      ...Array.from({ length: ways }, (_, way) =>
        pathOf(`${at}N${way}`, {
          kind: 'NodePort',
          address: `10.0.0.${11 + way}`,
          addressPort: 30080,
          node: `node-${1 + way}`,
        }),
      ),
    ]
    const [clusterIP, nodePort] = paths
    const isRed = at % FAILS === 0
    await ran(store, {
      atMs: nowMs - HOUR + at,
      paths,
      tries: paths.map((path) => ({ pathId: path.id, ...(isRed && path !== clusterIP && REFUSED) })),
      findings: isRed && nodePort ? [aFinding([nodePort.id])] : [],
      job: { target: { cluster: 'default', namespace: namespaceOf(at), service: nameOf(at) } },
    })
  }
  for (let from = 0; from < SERVICES; from += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, (_, i) => one(from + i)))
  }
  moveBack(file, nowMs)
  await store.atomic([keepStates(sql`select no from services`)])
  close()
}

/** What the store adds up of a row of `rollups`. */
const COUNTS = ['pass', 'fail', 'error', 'skipped']
const PHASES = ['dns', 'connect', 'tls', 'first_byte', 'download'].flatMap((phase) => [`${phase}_n`, `${phase}_us`])

/** One day in about 30 has failures, of each series others. */
const HAS_FAILED = '((series_no * 31 + back * 17) % 31 = 0)'
const BACK = `with recursive days (back) as (select 1 union all select back + 1 from days where back < ${DAYS - 1})`

function moveBack(file: string, nowMs: number): void {
  const client = new Database(file)
  client.pragma('synchronous = OFF')
  const of = (columns: readonly string[], render: (column: string) => string) => columns.map(render).join(', ')
  const all = [...COUNTS, ...PHASES]
  client.exec(`begin;
    ${BACK} insert into rollups (step, at, series_no, ${of(all, (c) => c)})
      select step, at - back, series_no, 96, 8 * ${HAS_FAILED}, error, skipped, ${of(PHASES, (c) => `96 * ${c}`)}
      from rollups, days where step = 1 and pass + fail > 0;
    ${BACK} insert into rollup_latency (step, at, series_no, bucket, n)
      select step, at - back, series_no, bucket + (series_no * 7 + back * 3) % 9, 96 from rollup_latency, days where step = 1;
    ${BACK} insert into rollup_failures (step, at, series_no, code, n)
      select step, at - back, series_no, 'connection_refused', 8 from rollups, days
      where step = 1 and at = (select max(at) from rollups where step = 1) and ${HAS_FAILED};
    delete from rollups where step = 2;
    insert into rollups (step, at, series_no, ${of(all, (c) => c)})
      select 2, at / 16, series_no, ${of(all, (c) => `sum(${c})`)} from rollups where step = 1 group by 2, 3;
    delete from rollup_latency where step = 2;
    insert into rollup_latency select 2, at / 16, series_no, bucket, sum(n) from rollup_latency where step = 1 group by 2, 3, 4;
    delete from rollup_failures where step = 2;
    insert into rollup_failures select 2, at / 16, series_no, code, sum(n) from rollup_failures where step = 1 group by 2, 3, 4;
    insert into service_days (service_no, day, pass, fail, error, failed_jobs)
      select s.service_no, r.at, sum(r.pass), sum(r.fail), sum(r.error), 0
      from rollups r join series s on s.no = r.series_no and s.whole_no is null
      where r.step = 1 group by 1, 2 on conflict do nothing;
    update services set first_at_ms = ${nowMs - DAYS * DAY};
    update series set since_ms = ${nowMs - DAYS * DAY} where state = 0;
    update series set since_ms = ${nowMs} - (1 + no % 50) * ${HOUR} where state = 1;
    update incidents set started_at_ms = (select since_ms from series s where s.no = series_no) where ended_at_ms is null;
    insert into incidents (id, service_no, series_no, started_at_ms, ended_at_ms, failing_ms, cause)
      select 'inc_' || substr('00000000000000000000000000' || no, -26), service_no, no, ${nowMs} - (2 + no % 80) * ${DAY},
        ${nowMs} - (2 + no % 80) * ${DAY} + ${HOUR}, ${HOUR}, null
      from series where state = 0 and group_no is null and no % ${FAILED} = 0;
    commit`)
  client.close()
}
