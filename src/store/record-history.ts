/**
 * The statements by which a job that ends enters history. They belong to the batch that ends it, before the
 * statement that does, and each holds only while the job is still its runner's: so a job is counted once, whoever
 * repeats what, and a crash leaves all of it or nothing.
 *
 * @module
 */
import { type SQL, sql } from 'drizzle-orm'
import { OUTCOMES } from '../check/result.ts'
import type { Job } from '../job/job.ts'
import { jsonChunks } from './json.ts'
import type { Observed, Subject } from './observed.ts'
import { addToRollups, ROLLUP_TABLES } from './rollups.ts'
import { dayOf } from './texts.ts'

/** A path that comes back and fails again within this time has had one incident, not two. */
export const FLAP_MS = 5 * 60_000

const [PASS, FAIL] = [OUTCOMES.indexOf('pass'), OUTCOMES.indexOf('fail')]

export type EndedJob = Pick<Job, 'target' | 'vantage' | 'createdAtMs'> & {
  /** Condition under which the job is still its runner's. */
  held: SQL
  verdict: string
  finishedAtMs: number
  /** Hashes of texts, kept already. */
  unprobed: string
  diagnosis: string | null
}

export function historyWrites(ended: EndedJob, observed: Observed): SQL[] {
  const { target, held } = ended
  const job = sql`(select no from jobs where ${held})`
  const service = sql`(select no from services where namespace = ${target.namespace} and name = ${target.service}
    and cluster = ${target.cluster})`
  const newest = sql`exists (select 1 from services where no = ${service} and coalesce(last_at_ms, 0) <= ${ended.createdAtMs})`
  return [
    sql`insert into services (cluster, namespace, name, first_at_ms)
      select ${target.cluster}, ${target.namespace}, ${target.service}, ${ended.createdAtMs} where ${job} is not null
      on conflict do nothing`,
    ...seriesRows(ended, observed, { job, service }),
    sql`update results set counted = (${isCounted(observed.counted)}) where job_no = ${job} and purpose = 0`,
    sql`update jobs set unprobed = ${ended.unprobed} where ${held}`,
    ...rollupRows(observed, job),
    ...incidentRows(ended, observed, { job, service }),
    ...stateRows(ended, observed, job),
    ...pathRows(ended, observed, { job, service, newest }),
    sql`update services set last_at_ms = ${ended.createdAtMs}, last_ended_at_ms = ${ended.finishedAtMs},
        last_job_id = (select id from jobs where no = ${job}), plan = (select plan from jobs where no = ${job}),
        last_verdict = ${ended.verdict}, diagnosis = ${ended.diagnosis}
      where no = ${service} and ${newest} and ${job} is not null`,
  ]
}

/** What is known to be nothing is not asked for. */
function rollupRows({ unprobed, whole }: Observed, job: SQL): SQL[] {
  const span = { results: sql`r.job_no = ${job}`, jobs: unprobed.length > 0 ? sql`j.no = ${job}` : null }
  const failed = Object.keys(whole.failures).length > 0
  return addToRollups(span, [0, 1], failed ? ROLLUP_TABLES : ROLLUP_TABLES.filter((name) => name !== 'rollup_failures'))
}

const isCounted = (keys: readonly string[]): SQL =>
  keys.length === 0
    ? sql`0`
    : sql.join(
        jsonChunks(keys).map((chunk) => sql`key in (select value from json_each(${chunk}))`),
        sql` or `,
      )

/** The Service as a whole, then the groups, for the others to refer to. */
function seriesRows({ vantage, finishedAtMs }: EndedJob, observed: Observed, at: { job: SQL; service: SQL }): SQL[] {
  const day = dayOf(finishedAtMs)
  const numberOf = (id: SQL, check: SQL) =>
    sql`(select no from series g where g.path_id = ${id} and g.check_name = ${check} and g.vantage = ${vantage})`
  const whole = numberOf(sql`${observed.whole.pathId}`, sql`''`)
  const group = sql`case when value ->> 2 <> value ->> 0 then ${numberOf(sql`value ->> 2`, sql`value ->> 1`)} end`
  const rows = (subjects: readonly Subject[], groupNo: SQL, wholeNo: SQL) =>
    jsonChunks(subjects.map((subject) => [subject.pathId, subject.check, subject.group])).map(
      (chunk) => sql`
        insert into series (path_id, check_name, vantage, used_day, service_no, group_no, whole_no)
        select value ->> 0, value ->> 1, ${vantage}, ${day}, ${at.service}, ${groupNo}, ${wholeNo} from json_each(${chunk})
        where ${at.job} is not null
        on conflict (path_id, check_name, vantage) do update
          set service_no = excluded.service_no, group_no = excluded.group_no, whole_no = excluded.whole_no,
            used_day = max(used_day, excluded.used_day)
          where service_no is null or used_day < excluded.used_day`,
    )
  const none = sql`null`
  return [
    ...rows([observed.whole], none, none),
    ...rows(observed.groups, none, whole),
    ...rows(observed.members, group, whole),
  ]
}

/** `series s` with what each is to be told, as `x.value`; not where the series knows of something newer. */
const told = (subjects: readonly Subject[], { vantage }: EndedJob, job: SQL): SQL[] =>
  jsonChunks(subjects).map(
    (chunk) => sql`
      json_each(${chunk}) x join series s on s.path_id = x.value ->> 'pathId'
        and s.check_name = x.value ->> 'check' and s.vantage = ${vantage}
        and coalesce(s.last_at_ms, 0) <= x.value ->> 'lastAtMs' and ${job} is not null`,
  )

function incidentRows(ended: EndedJob, observed: Observed, { job, service }: { job: SQL; service: SQL }): SQL[] {
  const { whole, groups, members } = observed
  const subjects = [whole, ...groups, ...members.filter((member) => member.pathId === member.group)]
  const failing = subjects.filter(({ state }) => state === FAIL)
  const passing = subjects.filter(({ state }) => state === PASS)
  return [...told(failing, ended, job).flatMap(beginIncidents), ...endIncidents(passing, ended, { job, service })]
}

/** From what is open to what passes: most often nothing is open. */
const endIncidents = (passing: readonly Subject[], { vantage }: EndedJob, at: { job: SQL; service: SQL }): SQL[] =>
  jsonChunks(passing.map(({ pathId, check, lastAtMs }) => [pathId, check, lastAtMs])).map(
    (chunk) => sql`update incidents set ended_at_ms = back.at_ms
      from (
        select i.no, x.value ->> 2 at_ms
        from incidents i cross join series s on s.no = i.series_no
          cross join json_each(${chunk}) x on x.value ->> 0 = s.path_id and x.value ->> 1 = s.check_name
        where i.service_no = ${at.service} and i.ended_at_ms is null and s.vantage = ${vantage}
          and coalesce(s.last_at_ms, 0) <= x.value ->> 2 and ${at.job} is not null
      ) back
      where incidents.no = back.no`,
  )

/** One that ended a moment ago goes on, else one begins; either is told what failed. */
function beginIncidents(failing: SQL): SQL[] {
  const open = sql`select no from incidents i where i.series_no = s.no and i.ended_at_ms is null`
  return [
    sql`update incidents set ended_at_ms = null where no in (
      select i.no from ${failing} join incidents i on i.no =
        (select no from incidents where series_no = s.no order by started_at_ms desc limit 1)
      where i.ended_at_ms >= (x.value ->> 'firstFailureAtMs') - ${FLAP_MS})`,
    sql`insert into incidents (id, service_no, series_no, started_at_ms, cause)
      select x.value ->> 'incidentId', s.service_no, s.no, x.value ->> 'firstFailureAtMs', nullif(x.value -> 'cause', 'null')
      from ${failing} where not exists (${open}) on conflict do nothing`,
    sql`insert into incident_failures (incident_no, code, n)
      select (${open}), code.key, code.value from ${failing}, json_each(x.value -> 'failures') code where true
      on conflict (incident_no, code) do update set n = n + excluded.n`,
  ]
}

/** Of a subject, in the order in which it is read; a series that no results are of has no last one. */
const stateOf = (subject: Subject) => [
  ...[subject.pathId, subject.check, subject.lastAtMs, subject.outcome, subject.state],
  subject.firstFailureAtMs ?? subject.lastAtMs,
  ...[subject.lastFailureAtMs, subject.lastFailureCode, subject.lastKey],
]

const stateRows = (ended: EndedJob, { whole, groups, members }: Observed, job: SQL): SQL[] =>
  jsonChunks([whole, ...groups, ...members].map(stateOf)).map(
    (chunk) => sql`
      update series set last_at_ms = x.value ->> 2, last_outcome = x.value ->> 3,
        since_ms = case when x.value ->> 4 is null or x.value ->> 4 is state then since_ms else x.value ->> 5 end,
        state = coalesce(x.value ->> 4, state),
        last_failure_at_ms = coalesce(x.value ->> 6, last_failure_at_ms),
        last_failure_code = case when x.value ->> 6 is null then last_failure_code else x.value ->> 7 end,
        last_seq = coalesce((select seq from results where job_no = ${job} and results.key = x.value ->> 8), last_seq)
      from json_each(${chunk}) x
      where path_id = x.value ->> 0 and check_name = x.value ->> 1 and vantage = ${ended.vantage}
        and coalesce(last_at_ms, 0) <= x.value ->> 2 and ${job} is not null`,
  )

/** Only where the plan differs from the one before: most often there is nothing to do. */
function pathRows(ended: EndedJob, { paths }: Observed, at: { job: SQL; service: SQL; newest: SQL }): SQL[] {
  const { job, service } = at
  const replanned = sql`${at.newest} and exists (select 1 from services sv join jobs j on j.no = ${job}
    where sv.no = ${service} and sv.plan is not j.plan)`
  const planned = JSON.stringify(paths.map(({ id }) => id))
  const retired = sql`service_no = ${service} and retired_at_ms is null and ${replanned}
    and id not in (select value from json_each(${planned}))`
  return [
    // What is no longer planned cannot come back: its incidents end with it.
    sql`update incidents set ended_at_ms = ${ended.finishedAtMs} where ended_at_ms is null and service_no = ${service}
      and series_no in (select no from series where path_id in (select id from paths where ${retired}))`,
    sql`update paths set retired_at_ms = (select last_ended_at_ms from services where no = ${service}) where ${retired}`,
    ...jsonChunks(paths).map(
      (chunk) => sql`insert into paths (id, service_no, kind, document)
        select value ->> 'id', ${service}, value ->> 'kind', value from json_each(${chunk}) where ${replanned}
        on conflict (id) do update set document = excluded.document, retired_at_ms = null
          where document is not excluded.document or retired_at_ms is not null`,
    ),
  ]
}
