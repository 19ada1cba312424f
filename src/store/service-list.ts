/**
 * Filters and orders lists of Services, and reads what they tell of each Service besides its head.
 *
 * @module
 */
import { and, eq, type SQL, sql } from 'drizzle-orm'
import type { ServiceHead, ServiceLately } from '../history/types.ts'
import type { Store } from './db.ts'
import { PLACES, services } from './history-schema.ts'
import { readDays } from './service-days.ts'
import { isStanding, STANDINGS, type Standing } from './service-state.ts'
import { p95OfDays } from './tally.ts'
import { dayOf } from './texts.ts'
import { andWithin, ofService, within } from './visible.ts'

export type ServiceFilter = {
  cluster?: string
  namespace?: string
  /** A part of `namespace/name`, in any case. */
  q?: string
  standing?: Standing
}

/** `problems` has failing Services first, then unknown ones, then passing ones; in each the last to change first. */
export type ServiceSort = 'name' | 'problems'

export type ServicePage = {
  limit: number
  sort?: ServiceSort
  /** @param place as {@link placeOf} tells; what is sorted by name has no need of it. */
  after: { namespace: string; service: string; cluster: string; place?: number } | null
}

/** The place of a Service where problems come first; the lower, the sooner. */
export const placeOf = ({ state, sinceMs }: Pick<ServiceHead, 'state' | 'sinceMs'>): number =>
  STANDINGS.indexOf(state ?? 'unknown') * PLACES - (sinceMs ?? 0)

/** Returns the columns that order a list, and the position of the last Service of the previous page. */
export function orderOf({ sort = 'name', after }: Pick<ServicePage, 'sort' | 'after'>) {
  const byName = [services.namespace, services.name, services.cluster]
  const name = after && [after.namespace, after.service, after.cluster]
  return sort === 'name'
    ? { order: byName, position: name ?? undefined }
    : { order: [services.place, ...byName], position: name ? [after?.place ?? 0, ...name] : undefined }
}

/** Keeps Services that match. @param visible keeps those that the principal sees. */
export function matching(
  visible: SQL | undefined,
  { cluster, namespace, q, standing }: ServiceFilter,
): SQL | undefined {
  return and(
    sql`${services.lastJobId} is not null`,
    visible,
    cluster === undefined ? undefined : eq(services.cluster, cluster),
    namespace === undefined ? undefined : eq(services.namespace, namespace),
    q === undefined ? undefined : sql`instr(lower(${services.namespace} || '/' || ${services.name}), lower(${q})) > 0`,
    standing === undefined ? undefined : isStanding(standing, sql`${services.place}`),
  )
}

/** Counts the Services of each standing; the filter's own standing is left out. */
export async function countStandings(store: Store, filter: ServiceFilter): Promise<Record<Standing, number>> {
  const { standing: _any, ...others } = filter
  const count = (standing: Standing) => sql<number>`coalesce(sum(${isStanding(standing, sql`${services.place}`)}), 0)`
  const [row] = await store.db
    .select({ fail: count('fail'), unknown: count('unknown'), pass: count('pass') })
    .from(services)
    .where(matching(within(store, services), others))
  return row ?? { fail: 0, unknown: 0, pass: 0 }
}

/** Reads the last days of each Service and its recent p95, in the order of the targets. */
export async function readLately(
  store: Store,
  targets: readonly ServiceHead['target'][],
  days: { count: number; nowMs: number },
): Promise<Required<ServiceLately>[]> {
  const named = JSON.stringify(targets.map(({ namespace, service, cluster }) => [namespace, service, cluster]))
  const rows = await store.db.all<{ at: number; no: number }>(sql`
    select t.key at, sv.no from json_each(${named}) t cross join services sv
    where sv.namespace = t.value ->> 0 and sv.name = t.value ->> 1 and sv.cluster = t.value ->> 2
      ${andWithin(store, ofService(sql`sv`))}`)
  const numberAt = new Map(rows.map(({ at, no }) => [at, no]))
  const numbers = [...numberAt.values()]
  const today = dayOf(days.nowMs)
  const found = await readDays(store.db, numbers, today - days.count + 1)
  const p95 = await p95OfDays(store.db, numbers, [today - 1, today])
  return targets.map((_, at) => {
    const no = numberAt.get(at) ?? 0
    return { days: found.get(no) ?? [], p95Ms: p95.get(no) ?? null }
  })
}
