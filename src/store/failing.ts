/**
 * Finds in SQL what fails as far as is known, whichever job looked at it last: a Service does not pass while a path of
 * it fails (ADR 0018). `src/history/now.ts` has the same rules for what is read whole.
 *
 * @module
 */
import { type SQL, sql } from 'drizzle-orm'
import { OUTCOMES } from '../check/result.ts'
import { UNWATCHED_MS } from '../history/types.ts'
import { kindsThat } from '../plan/kinds.ts'

const numberOf = (outcome: (typeof OUTCOMES)[number]): SQL => sql.raw(String(OUTCOMES.indexOf(outcome)))

const GROUPED = sql.raw(
  kindsThat(({ grouped }) => grouped)
    .map((kind) => `'${kind}'`)
    .join(),
)

/** Holds where the column has a kind of which history keeps one series for all paths. */
export const isOfGroupedKind = (kind: SQL): SQL => sql`${kind} in (${GROUPED})`

/** The first moment at which the series `row` was not yet left behind: others of its path have told of it since. */
const watchedFrom = (row: SQL): SQL => sql`(
  select coalesce(max(others.last_at_ms), 0) - ${sql.raw(String(UNWATCHED_MS))} from series others
  where others.path_id = ${row}.path_id and others.last_outcome in (${numberOf('pass')}, ${numberOf('fail')}))`

/** Holds where the check or the vantage of the series `row` is looked at no more, while others of its path are. */
export const isLeftBehind = (row: SQL): SQL => sql`${row}.last_at_ms < ${watchedFrom(row)}`

/**
 * Series `m` of paths `p` that fail: as `from … where …`, to which conditions may be added. Paths that retired, that
 * nothing promises any more, or whose check or vantage others have left behind, do not count. Groups are
 * told by their members.
 */
export const FAILING = sql`series m join paths p on p.id = m.path_id
  where m.state = ${numberOf('fail')} and p.retired_at_ms is null and p.document ->> 'expected' <> 'unknown'
    and (m.group_no is not null or not ${isOfGroupedKind(sql`p.kind`)}) and not ${isLeftBehind(sql`m`)}`

/** Holds where the series `row`, of a Service as a whole or of a group, has a path that fails. */
export const holdsFailure = (row: SQL): SQL => sql`exists (
  select 1 from ${FAILING} and m.service_no = ${row}.service_no and (m.group_no = ${row}.no or m.whole_no = ${row}.no))`
