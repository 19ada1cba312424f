/**
 * Reads what may be published of Services: a state, the share of tries that passed, and when they failed. Nothing else
 * of history is read, so that nothing else can be told.
 *
 * @module
 */
import { sql } from 'drizzle-orm'
import { OUTCOMES } from '../check/result.ts'
import type { Counts } from '../history/types.ts'
import { kindsThat } from '../plan/kinds.ts'
import type { Store } from './db.ts'
import { isLeftBehind, isOfGroupedKind } from './failing.ts'
import { DAY_MS } from './rollup-steps.ts'
import { readDays } from './service-days.ts'
import { readServices } from './services.ts'
import { andWithin, ofService } from './visible.ts'

/** A Service by its place in the list that was asked for. */
export type Published = {
  /** The state of all its paths. `null`: never tested. */
  state: 'pass' | 'fail' | null
  sinceMs: number | null
  /** True if any way to it passes, though others may fail. */
  isReachable: boolean
  lastAtMs: number
  /** The days that were asked for, by their number since 1970; a day without any try is absent. */
  days: ReadonlyMap<number, Pick<Counts, 'pass' | 'fail'>>
}

export type PublishedIncident = {
  id: string
  /** The place of the Service in the list that was asked for. */
  service: number
  startedAtMs: number
  endedAtMs: number | null
}

export type ServiceName = { cluster: string; namespace: string; name: string }

/** Days since 1970 in UTC, both included. */
export type Days = { from: number; to: number }

type Numbered = ReadonlyMap<number, number>

const [PASS, FAIL] = (['pass', 'fail'] as const).map((outcome) => sql.raw(String(OUTCOMES.indexOf(outcome))))

/**
 * Reads the Services that history knows, by their places in the list, and their incidents, newest first.
 *
 * @param limit of incidents; more than that many are left out.
 */
export async function readPublished(
  store: Store,
  names: readonly ServiceName[],
  days: Days,
  limit: number,
): Promise<{ services: ReadonlyMap<number, Published>; incidents: PublishedIncident[] }> {
  const known = await readServices(store, names)
  const places = new Map(names.map((name, place) => [keyOf(name), place]))
  const placed: Numbered = new Map(
    known.flatMap(({ no, head: { target } }) => {
      const place = places.get(keyOf({ ...target, name: target.service }))
      return place === undefined ? [] : [[no, place] as const]
    }),
  )
  const failing = known.filter(({ head }) => head.state === 'fail').map(({ no }) => no)
  const reachable = await readReachable(store, failing)
  const counted = await readDays(store.db, [...placed.keys()], days.from)
  const services = new Map<number, Published>()
  for (const { no, head } of known) {
    const own = (counted.get(no) ?? []).filter(({ day, pass, fail }) => day <= days.to && pass + fail > 0)
    const { state, sinceMs, lastAtMs } = head
    services.set(placed.get(no) ?? 0, {
      ...{ state, sinceMs, lastAtMs, isReachable: state === 'pass' || reachable.has(no) },
      days: new Map(own.map(({ day, pass, fail }) => [day, { pass, fail }])),
    })
  }
  return { services, incidents: await readIncidents(store, placed, days.from * DAY_MS, limit) }
}

const keyOf = ({ cluster, namespace, name }: ServiceName): string => JSON.stringify([cluster, namespace, name])

const numbersOf = (numbers: readonly number[]) => sql`(select value from json_each(${JSON.stringify(numbers)}))`

const PODS = sql.raw(
  kindsThat(({ role }) => role === 'pod')
    .map((kind) => `'${kind}'`)
    .join(),
)

/**
 * Services of these of which a way passes in every check. A pod itself is no way, nor is a name that is only resolved;
 * where nothing else was tested, they decide: `isAnyWayOpen` in `src/history/now.ts` says the same of what is read
 * whole.
 */
async function readReachable(store: Store, failing: readonly number[]): Promise<ReadonlySet<number>> {
  if (failing.length === 0) {
    return new Set()
  }
  const rows = await store.db.all<{ no: number }>(sql`
    select no from (
      select m.service_no no, min(m.state = ${PASS}) passes,
        p.kind not in (${PODS}) and p.document ->> 'addressPort' is not null is_way
      from series m join paths p on p.id = m.path_id
      where m.service_no in ${numbersOf(failing)} and m.state in (${PASS}, ${FAIL}) and p.retired_at_ms is null
        and p.document ->> 'expected' <> 'unknown' and (m.group_no is not null or not ${isOfGroupedKind(sql`p.kind`)})
        and not ${isLeftBehind(sql`m`)}
      group by m.service_no, p.id)
    group by no having iif(max(is_way), max(is_way and passes), max(passes))`)
  return new Set(rows.map(({ no }) => no))
}

/** Those of Services as a whole that are open, or were after that time. */
async function readIncidents(
  store: Store,
  placed: Numbered,
  sinceMs: number,
  limit: number,
): Promise<PublishedIncident[]> {
  const rows = await store.db.all<Omit<PublishedIncident, 'service'> & { no: number }>(sql`
    select i.id, i.service_no no, i.started_at_ms "startedAtMs", i.ended_at_ms "endedAtMs"
    from incidents i join series s on s.no = i.series_no join services v on v.no = i.service_no
    where i.service_no in ${numbersOf([...placed.keys()])} and s.whole_no is null
      and (i.ended_at_ms is null or i.ended_at_ms > ${sinceMs})${andWithin(store, ofService(sql`v`))}
    order by i.started_at_ms desc, i.id desc limit ${limit}`)
  return rows.map(({ no, ...incident }) => ({ ...incident, service: placed.get(no) ?? 0 }))
}
