/**
 * Keeps the current state of each Service in its row. Whatever may change the state writes it, so that a list in the
 * order of problems reads its page and nothing else. The rules are those of `src/history/now.ts`, which works the same
 * out from the whole history.
 *
 * @module
 */
import { type SQL, sql } from 'drizzle-orm'
import { FAILING, isLeftBehind } from './failing.ts'
import { PLACES } from './history-schema.ts'

/** States of the Services as wholes, by vantage, without those that others have left behind. */
const wholes = (which: SQL): SQL => sql`
  select w.service_no, max(w.state = 1) fails, max(w.state = 0) passes,
    min(case w.state when 1 then w.since_ms end) fails_ms, max(case w.state when 0 then w.since_ms end) passes_ms
  from series w
  where w.service_no in (${which}) and w.whole_no is null and w.service_no is not null
    and w.last_at_ms is not null and w.last_outcome is not null and not ${isLeftBehind(sql`w`)}
  group by w.service_no`

/**
 * The statement that works the states of Services out again. Rows that stay as they are are not written.
 *
 * @param which selects the numbers of the Services.
 */
export const keepStates = (which: SQL): SQL => sql`
  update services set state = now.state, since_ms = now.since_ms
  from (
    select no,
      case when failing_ms is not null or fails then 1 when passes then 0 end state,
      case when failing_ms is not null and fails then min(coalesce(fails_ms, failing_ms), failing_ms)
        when failing_ms is not null then failing_ms when fails then fails_ms when passes then passes_ms end since_ms
    from (
      select sv.no, w.fails, w.passes, w.fails_ms, w.passes_ms,
        (select min(m.since_ms) from ${FAILING} and m.service_no = sv.no) failing_ms
      from services sv left join (${wholes(which)}) w on w.service_no = sv.no
      where sv.no in (${which}))
  ) now
  where services.no = now.no and (services.state is not now.state or services.since_ms is not now.since_ms)`

/** The state of a Service now, as a word: `unknown` where it was never tested. */
export const STANDINGS = ['fail', 'unknown', 'pass'] as const
export type Standing = (typeof STANDINGS)[number]

const [FAILS, UNKNOWN] = [sql.raw('0'), sql.raw(String(PLACES))]

/** Holds where a Service, by its place among the problems, is in a state. */
export function isStanding(standing: Standing, place: SQL = sql`place`): SQL {
  if (standing === 'fail') {
    return sql`${place} <= ${FAILS}`
  }
  return standing === 'pass' ? sql`${place} > ${UNKNOWN}` : sql`${place} > ${FAILS} and ${place} <= ${UNKNOWN}`
}
