/**
 * The statements by which a job that ends enters history. They belong to the batch that ends it, before the
 * statement that does, and each holds only while the job is still its runner's: so a job is counted once, whoever
 * repeats what, and a crash leaves all of it or nothing.
 *
 * @module
 */

import { type SQL, sql } from 'drizzle-orm'
import { OUTCOMES } from '../check/result.ts'
import type { Summary } from '../check/verdict.ts'
import type { Observed, Subject } from '../history/observe.ts'
import { boundedCache } from '../lib/bounded-cache.ts'
import type { Job } from '../record/job.ts'
import { holdsFailure, isOfGroupedKind } from './failing.ts'
import { jsonChunks } from './json.ts'
import type { Lease } from './leases.ts'
import { ALL_STEPS } from './rollup-steps.ts'
import { addToRollups, ROLLUP_TABLES } from './rollups.ts'
import { keepDays } from './service-days.ts'
import { keepStates } from './service-state.ts'
import { compile, type Statement, type Values, value } from './statement.ts'
import { dayOf } from './texts.ts'

/** A path that comes back and fails again within this time has had one incident, not two. */
const FLAP_MS = 5 * 60_000

const [PASS, FAIL] = [OUTCOMES.indexOf('pass'), OUTCOMES.indexOf('fail')]

export type EndedJob = Pick<Job, 'target' | 'createdAtMs'> & {
  vantageName: string
  lease: Lease
  verdict: string
  summary: Summary
  finishedAtMs: number
  /** Hashes of texts, kept already. */
  unprobed: string
  diagnosis: string | null
  /** JSON of a `Cause`. */
  cause: string | null
}

/** The statements, for the lists of this job as JSON and the values of this job. */
export function historyWrites(ended: EndedJob, observed: Observed): Statement[] {
  const lists = listsOf(observed)
  const shape = Object.fromEntries(Object.entries(lists).map(([name, chunks]) => [name, chunks.length])) as Shape
  const values: Record<string, string | number | null> = {
    jobId: ended.lease.jobId,
    token: ended.lease.token,
    cluster: ended.target.cluster,
    namespace: ended.target.namespace,
    service: ended.target.service,
    vantage: ended.vantageName,
    wholeId: observed.whole.pathId,
    createdAtMs: ended.createdAtMs,
    finishedAtMs: ended.finishedAtMs,
    day: dayOf(ended.finishedAtMs),
    verdict: ended.verdict,
    summary: JSON.stringify(ended.summary),
    unprobed: ended.unprobed,
    diagnosis: ended.diagnosis,
    cause: ended.cause,
    failedDay: ended.verdict === 'fail' ? dayOf(ended.createdAtMs) : null,
  }
  for (const [name, chunks] of Object.entries(lists)) {
    for (const [i, chunk] of chunks.entries()) {
      values[`${name}${i}`] = chunk
    }
  }
  return compiledFor(shape).map((fill) => fill(values))
}

/** The lists that the statements go through, in chunks. How many chunks each has decides which statements there are. */
function listsOf(observed: Observed) {
  const { whole, groups, members, unprobed, paths } = observed
  const keyOf = ({ pathId, check, group }: Subject) => [pathId, check, group]
  const alone = members.filter(({ pathId, group }) => pathId === group)
  const holders = [whole, ...groups]
  const passes = (subjects: readonly Subject[]) => subjects.filter(({ state }) => state === PASS)
  const backOf = (subjects: readonly Subject[]) =>
    jsonChunks(passes(subjects).map(({ pathId, check, lastAtMs }) => [pathId, check, lastAtMs]))
  return {
    whole: jsonChunks([keyOf(whole)]),
    groups: jsonChunks(groups.map(keyOf)),
    members: jsonChunks(members.map(keyOf)),
    counted: jsonChunks(observed.counted),
    states: jsonChunks(members.map(stateOf)),
    holderStates: jsonChunks(holders.map(stateOf)),
    failing: jsonChunks([...holders, ...alone].filter(({ state }) => state === FAIL)),
    passing: backOf(alone),
    holdersPassing: backOf(holders),
    days: [JSON.stringify(observed.days)],
    planned: [JSON.stringify(paths.map(({ id }) => id))],
    paths: jsonChunks(paths),
    // These only tell that there are any; what they are is read from the job
    unprobed: unprobed.length > 0 ? [''] : [],
    failures: Object.keys(whole.failures).length > 0 ? [''] : [],
  }
}

type Shape = Readonly<Record<keyof ReturnType<typeof listsOf>, number>>

/** Jobs are of a few shapes; those of thousands of paths are rare. */
const SHAPES = 50
const compiled = boundedCache<((values: Values) => Statement)[]>(SHAPES)

function compiledFor(shape: Shape) {
  return compiled.getOrMake(Object.values(shape).join(), () => templates(shape).map(compile))
}

const HELD = sql`id = ${value('jobId')} and lease_token = ${value('token')} and status = 'running'`
const JOB = sql`(select no from jobs where ${HELD})`
const SERVICE = sql`(select no from services where namespace = ${value('namespace')} and name = ${value('service')}
  and cluster = ${value('cluster')})`
/** A sight this much later than the end of this job came from a clock that ran ahead, and no longer counts. */
const AHEAD_MS = 3_600_000

/** Holds where what was last seen, in this column, is no newer than an instant. */
const isNewer = (atMs: SQL, last: SQL): SQL =>
  sql`(coalesce(${last}, 0) <= ${atMs} or ${last} > ${value('finishedAtMs')} + ${sql.raw(String(AHEAD_MS))})`

const NEWEST = sql`exists (select 1 from services
  where no = ${SERVICE} and ${isNewer(value('createdAtMs'), sql`last_at_ms`)})`

/** A statement for each chunk of a list. */
const each = <T>(shape: Shape, list: keyof Shape, make: (chunk: SQL) => T): T[] =>
  Array.from({ length: shape[list] }, (_, i) => make(value(`${list}${i}`)))

const templates = (shape: Shape): SQL[] => [
  sql`insert into services (cluster, namespace, name, first_at_ms)
    select ${value('cluster')}, ${value('namespace')}, ${value('service')}, ${value('createdAtMs')}
    where ${JOB} is not null on conflict do nothing`,
  ...seriesRows(shape),
  sql`update results set counted = (${isCounted(shape)}), service_no = ${SERVICE}
    where job_no = ${JOB} and purpose = 0`,
  sql`update jobs set unprobed = ${value('unprobed')} where ${HELD}`,
  ...rollupRows(shape),
  keepDays({
    serviceNo: SERVICE,
    wholeId: value('wholeId'),
    days: value('days0'),
    failedDay: value('failedDay'),
    guard: sql`${JOB} is not null`,
  }),
  ...each(shape, 'failing', beginIncidents).flat(),
  ...each(shape, 'passing', endIncidents),
  ...each(shape, 'states', (states) => stateRows(states, NEVER)),
  ...pathRows(shape),
  // Last, as what they hold must have been told before: paths of this job, and those that retired with it.
  ...each(shape, 'holdersPassing', (passing) => endIncidents(passing, sql`not ${HOLDS_FAILURE}`)),
  ...each(shape, 'holderStates', (states) => stateRows(states, HOLDS_FAILURE)),
  ...renewedGroups(),
  sql`update services set last_at_ms = ${value('createdAtMs')}, last_ended_at_ms = ${value('finishedAtMs')},
      last_job_id = ${value('jobId')}, plan = (select plan from jobs where ${HELD}),
      last_verdict = ${value('verdict')}, last_summary = ${value('summary')}, diagnosis = ${value('diagnosis')}, cause = ${value('cause')}
    where no = ${SERVICE} and ${NEWEST} and ${JOB} is not null`,
  keepStates(sql`select no from services where no = ${SERVICE} and ${JOB} is not null`),
]

function isCounted(shape: Shape): SQL {
  const within = each(shape, 'counted', (chunk) => sql`key in (select value from json_each(${chunk}))`)
  return within.length === 0 ? sql`0` : sql.join(within, sql` or `)
}

/** Leaves out the statements that are known to find nothing. */
function rollupRows(shape: Shape): SQL[] {
  const span = { results: sql`r.job_no = ${JOB}`, jobs: shape.unprobed > 0 ? sql`j.no = ${JOB}` : null }
  const tables = ROLLUP_TABLES.filter((table) => table !== 'rollup_failures' || shape.failures > 0)
  return addToRollups(span, ALL_STEPS, tables)
}

/** The Service as a whole, then the groups, for the others to refer to. */
function seriesRows(shape: Shape): SQL[] {
  const numberOf = (id: SQL, check: SQL) =>
    sql`(select no from series g where g.path_id = ${id} and g.check_name = ${check} and g.vantage = ${value('vantage')})`
  const whole = numberOf(value('wholeId'), sql`''`)
  const group = sql`case when value ->> 2 <> value ->> 0 then ${numberOf(sql`value ->> 2`, sql`value ->> 1`)} end`
  const rows = (list: 'whole' | 'groups' | 'members', groupNo: SQL, wholeNo: SQL) =>
    each(
      shape,
      list,
      (chunk) => sql`
        insert into series (path_id, check_name, vantage, used_day, service_no, group_no, whole_no)
        select value ->> 0, value ->> 1, ${value('vantage')}, ${value('day')}, ${SERVICE}, ${groupNo}, ${wholeNo}
        from json_each(${chunk}) where ${JOB} is not null
        on conflict (path_id, check_name, vantage) do update
          set service_no = excluded.service_no, group_no = excluded.group_no, whole_no = excluded.whole_no,
            used_day = max(used_day, excluded.used_day)
          where service_no is null or used_day < excluded.used_day`,
    )
  const none = sql`null`
  return [...rows('whole', none, none), ...rows('groups', none, whole), ...rows('members', group, whole)]
}

const NEVER = sql`0`

/** A path that was left out is not gone: while it fails, its group and its Service do not pass. */
const HOLDS_FAILURE = holdsFailure(sql`series`)

/**
 * Ends an incident at a time: the last stretch of failing is added to those before it.
 *
 * @param atMs of the end, in terms of the row that is updated.
 */
export const ended = (atMs: SQL): SQL => sql`ended_at_ms = ${atMs},
  failing_ms = failing_ms + max(0, ${atMs} - coalesce(resumed_at_ms, started_at_ms))`

/** From what is open to what passes: most often nothing is open. */
const endIncidents = (passing: SQL, which: SQL = sql`1`): SQL => sql`
  update incidents set ${ended(sql`back.at_ms`)}
  from (
    select i.no, x.value ->> 2 at_ms
    from incidents i cross join series on series.no = i.series_no
      cross join json_each(${passing}) x on x.value ->> 0 = series.path_id and x.value ->> 1 = series.check_name
    where i.service_no = ${SERVICE} and i.ended_at_ms is null and series.vantage = ${value('vantage')}
      and ${isNewer(sql`x.value ->> 2`, sql`series.last_at_ms`)} and ${JOB} is not null and ${which}
  ) back
  where incidents.no = back.no`

/** One that ended a moment ago goes on, else one begins; either is told what failed. */
function beginIncidents(failing: SQL): SQL[] {
  // Not where the series knows of something newer than this job.
  const told = sql`json_each(${failing}) x join series s on s.path_id = x.value ->> 'pathId'
    and s.check_name = x.value ->> 'check' and s.vantage = ${value('vantage')}
    and ${isNewer(sql`x.value ->> 'lastAtMs'`, sql`s.last_at_ms`)} and ${JOB} is not null`
  const open = sql`select no from incidents i where i.series_no = s.no and i.ended_at_ms is null`
  return [
    sql`update incidents set ended_at_ms = null, resumed_at_ms = again.at_ms from (
      select i.no, x.value ->> 'firstFailureAtMs' at_ms from ${told} join incidents i on i.no =
        (select no from incidents where series_no = s.no order by started_at_ms desc limit 1)
      where i.ended_at_ms >= (x.value ->> 'firstFailureAtMs') - ${sql.raw(String(FLAP_MS))}) again
      where incidents.no = again.no`,
    sql`insert into incidents (id, service_no, series_no, started_at_ms, cause)
      select x.value ->> 'incidentId', s.service_no, s.no, x.value ->> 'firstFailureAtMs', nullif(x.value -> 'cause', 'null')
      from ${told} where not exists (${open}) on conflict do nothing`,
    sql`insert into incident_failures (incident_no, code, n)
      select (${open}), code.key, code.value from ${told}, json_each(x.value -> 'failures') code where true
      on conflict (incident_no, code) do update set n = n + excluded.n`,
  ]
}

/** A subject in the order in which it is read; a series without results has no last one. */
const stateOf = (subject: Subject) => [
  ...[subject.pathId, subject.check, subject.lastAtMs, subject.outcome, subject.state],
  subject.firstFailureAtMs ?? subject.lastAtMs,
  ...[subject.lastFailureAtMs, subject.lastFailureCode, subject.lastKey],
]

/** @param holds whether what would pass is kept as it is. */
const stateRows = (states: SQL, holds: SQL): SQL => sql`
  update series set last_at_ms = x.value ->> 2, last_outcome = x.value ->> 3,
    since_ms = case when x.value ->> 4 is null or x.value ->> 4 is state or (x.value ->> 4 = 0 and ${holds})
      then since_ms else x.value ->> 5 end,
    state = case when x.value ->> 4 = 0 and ${holds} then state else coalesce(x.value ->> 4, state) end,
    last_failure_at_ms = coalesce(x.value ->> 6, last_failure_at_ms),
    last_failure_code = case when x.value ->> 6 is null then last_failure_code else x.value ->> 7 end,
    last_seq = coalesce((select seq from results where job_no = ${JOB} and results.key = x.value ->> 8), last_seq)
  from json_each(${states}) x
  where path_id = x.value ->> 0 and check_name = x.value ->> 1 and vantage = ${value('vantage')}
    and ${isNewer(sql`x.value ->> 2`, sql`last_at_ms`)} and ${JOB} is not null`

/** Holds where the plan differs from the one before: most often it does not, and paths stay as they are. */
const REPLANNED = sql`${NEWEST} and exists (select 1 from services sv join jobs j on j.no = ${JOB}
  where sv.no = ${SERVICE} and sv.plan is not j.plan)`

function pathRows(shape: Shape): SQL[] {
  const retired = sql`service_no = ${SERVICE} and retired_at_ms is null and ${REPLANNED}
    and id not in (select value from json_each(${value('planned0')}))`
  return [
    // A path that is no longer planned cannot recover: its incidents end with it.
    sql`update incidents set ${ended(value('finishedAtMs'))} where ended_at_ms is null and service_no = ${SERVICE}
      and series_no in (select no from series where path_id in (select id from paths where ${retired}))`,
    sql`update paths set retired_at_ms = (select last_ended_at_ms from services where no = ${SERVICE}) where ${retired}`,
    ...each(
      shape,
      'paths',
      (chunk) => sql`insert into paths (id, service_no, kind, document)
        select value ->> 'id', ${SERVICE}, value ->> 'kind', value from json_each(${chunk}) where ${REPLANNED}
        on conflict (id) do update set document = excluded.document, retired_at_ms = null
          where document is not excluded.document or retired_at_ms is not null`,
    ),
  ]
}

/** A group whose failing members are all gone, and whose present ones this job left out, is as good as new. */
function renewedGroups(): SQL[] {
  const renewed = sql`select no from series where service_no = ${SERVICE} and state = 1 and group_no is null
    and ${REPLANNED} and path_id in (select id from paths where service_no = ${SERVICE} and ${isOfGroupedKind(sql`kind`)})
    and not ${HOLDS_FAILURE}`
  return [
    sql`update incidents set ${ended(value('finishedAtMs'))} where ended_at_ms is null and service_no = ${SERVICE}
      and series_no in (${renewed})`,
    sql`update series set state = null, since_ms = null where no in (${renewed})`,
  ]
}
