/**
 * A status page → what it tells. Words are fixed, or those of whoever published it. Pure.
 *
 * @module
 */
import { availabilityOf, UNWATCHED_MS } from '../../history/types.ts'
import { toInstant } from '../../lib/clock.ts'
import { hashParts } from '../../lib/hash.ts'
import { type Announcement, type StatusPage, stateOfAnnouncement } from '../../record/status-page.ts'
import type {
  PublicIncident,
  PublicServiceDocument,
  PublicState,
  PublicStatusDocument,
  PublicUpdate,
} from './document.ts'

export const DAY_MS = 86_400_000
/** Days that are shown, today included. */
const SHOWN_DAYS = 90
/** Incidents that are shown of each source. */
export const SHOWN_INCIDENTS = 50

export type ServiceFacts = {
  state: 'pass' | 'fail' | null
  sinceMs: number | null
  isReachable: boolean
  lastAtMs: number
  days: ReadonlyMap<number, { pass: number; fail: number }>
}

/** `service`: its place on the page. */
export type IncidentFacts = { id: string; service: number; startedAtMs: number; endedAtMs: number | null }

export type StatusFacts = {
  page: Pick<StatusPage, 'id' | 'title' | 'description' | 'services'>
  /** By their place on the page; what is absent was never probed, or is known no more. */
  services: ReadonlyMap<number, ServiceFacts>
  /** Newest first, one more than is shown if there are more. */
  incidents: readonly IncidentFacts[]
  announcements: readonly Announcement[]
  /** Further ones were not read. */
  isCut: boolean
  nowMs: number
}

/** The days that a page shows, numbers since 1970. */
export function shownDays(nowMs: number): { from: number; to: number } {
  const to = Math.floor(nowMs / DAY_MS)
  return { from: to - SHOWN_DAYS + 1, to }
}

export function describeStatus(facts: StatusFacts): PublicStatusDocument {
  const { page, nowMs } = facts
  const { from, to } = shownDays(nowMs)
  const services = page.services.map(({ title }, place) => describeService(title, facts.services.get(place), nowMs))
  const measured = merged(facts).map((incident) => describeMeasured(page, incident))
  const announced = facts.announcements.map(describeAnnounced)
  const kept = [measured, announced].flatMap((incidents) => incidents.slice(0, SHOWN_INCIDENTS))
  return {
    title: page.title,
    description: page.description,
    ...overall(services.map(({ state }) => state)),
    days: { from: dayOf(from), to: dayOf(to) },
    services,
    incidents: kept.toSorted((a, b) => compare(b.startedAt, a.startedAt) || compare(a.id, b.id)),
    incidentsLeftOut: facts.isCut || kept.length < measured.length + announced.length,
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const dayOf = (day: number): string => toInstant(day * DAY_MS).slice(0, 10)

function describeService(title: string, facts: ServiceFacts | undefined, nowMs: number): PublicServiceDocument {
  const { from } = shownDays(nowMs)
  const counts = Array.from({ length: SHOWN_DAYS }, (_, i) => facts?.days.get(from + i) ?? { pass: 0, fail: 0 })
  const total = counts.reduce((sum, { pass, fail }) => ({ pass: sum.pass + pass, fail: sum.fail + fail }))
  const state = stateOf(facts, nowMs)
  return {
    title,
    state,
    sinceAt: state === 'unknown' || facts?.sinceMs == null ? null : toInstant(facts.sinceMs),
    lastAt: facts === undefined ? null : toInstant(facts.lastAtMs),
    availability: share(total),
    days: counts.map(share),
  }
}

/** Tells the public state of a Service: unknown if nothing has looked at it for more than {@link UNWATCHED_MS}. */
function stateOf(facts: ServiceFacts | undefined, nowMs: number): PublicState {
  if (facts === undefined || facts.state === null || nowMs - facts.lastAtMs > UNWATCHED_MS) {
    return 'unknown'
  }
  return facts.state === 'pass' ? 'operational' : facts.isReachable ? 'degraded' : 'outage'
}

/** To five places, and never 1 where something failed, nor 0 where something passed. */
function share({ pass, fail }: { pass: number; fail: number }): number | null {
  const exact = availabilityOf({ pass, fail, error: 0, skipped: 0 })
  if (exact === null || exact === 0 || exact === 1) {
    return exact
  }
  return Math.min(0.99999, Math.max(0.00001, Math.round(exact * 1e5) / 1e5))
}

function overall(states: readonly PublicState[]): { state: PublicState; summary: string } {
  const count = (state: PublicState) => states.filter((each) => each === state).length
  const [total, fine, degraded, out, unknown] = [
    ...[states.length, count('operational'), count('degraded'), count('outage'), count('unknown')],
  ] as [number, number, number, number, number]
  const one = total === 1
  const rest = unknown === 0 ? '' : `, and of ${unknown} nothing is known now`
  if (unknown === total) {
    return { state: 'unknown', summary: one ? 'Nothing is known of it now' : 'Nothing is known of any service now' }
  }
  if (out === total - unknown) {
    return {
      state: 'outage',
      summary: one ? 'There is an outage' : `There is an outage of ${allOf(out, total)}${rest}`,
    }
  }
  if (out + degraded > 0) {
    const parts = [
      ...(out === 0 ? [] : [`${out} of ${total} services ${out === 1 ? 'has' : 'have'} an outage`]),
      ...(degraded === 0 ? [] : [`${degraded} of ${total} services ${degraded === 1 ? 'is' : 'are'} degraded`]),
    ]
    return { state: 'degraded', summary: one ? 'It is degraded: some ways to it fail' : parts.join(', ') + rest }
  }
  return {
    state: 'operational',
    summary: one ? 'It is operational' : `${capital(allOf(fine, total))} are operational${rest}`,
  }
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

const allOf = (n: number, total: number): string => (n === total ? 'all services' : `${n} of ${total} services`)

/**
 * From several places the same failure is seen at about the same time: what overlaps is one incident, by its beginning.
 */
function merged({ incidents }: StatusFacts): IncidentFacts[] {
  const all: IncidentFacts[] = []
  for (const own of Map.groupBy(incidents, ({ service }) => service).values()) {
    const joined: IncidentFacts[] = []
    for (const each of own.toSorted((a, b) => a.startedAtMs - b.startedAtMs || compare(a.id, b.id))) {
      const last = joined.at(-1)
      if (last === undefined || (last.endedAtMs !== null && last.endedAtMs < each.startedAtMs)) {
        joined.push(each)
        continue
      }
      joined[joined.length - 1] = { ...last, endedAtMs: laterEnd(last.endedAtMs, each.endedAtMs) }
    }
    all.push(...joined)
  }
  return all.toSorted((a, b) => b.startedAtMs - a.startedAtMs || compare(a.id, b.id))
}

/** `null`: it is not over. */
const laterEnd = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? null : Math.max(a, b)

function describeMeasured(page: StatusFacts['page'], incident: IncidentFacts): PublicIncident {
  const title = page.services[incident.service]?.title ?? ''
  const startedAt = toInstant(incident.startedAtMs)
  const endedAt = incident.endedAtMs === null ? null : toInstant(incident.endedAtMs)
  const began: PublicUpdate = { at: startedAt, state: 'ongoing', text: `Some or all ways to ${title} fail.` }
  const updates: PublicUpdate[] =
    endedAt === null ? [began] : [{ at: endedAt, state: 'resolved', text: `Every way to ${title} works again.` }, began]
  return {
    // The page is part of the hash, so that ids of two pages cannot be compared
    id: `inc_${hashParts([page.id, incident.id], 20)}`,
    source: 'measured',
    title: `Disruption of ${title}`,
    state: endedAt === null ? 'ongoing' : 'resolved',
    services: [title],
    startedAt,
    endedAt,
    updatedAt: endedAt ?? startedAt,
    updates,
  }
}

function describeAnnounced(announcement: Announcement): PublicIncident {
  const { id, title, services, startedAtMs, resolvedAtMs, updatedAtMs, updates } = announcement
  return {
    id,
    source: 'announced',
    title,
    state: stateOfAnnouncement(announcement),
    services,
    startedAt: toInstant(startedAtMs),
    endedAt: resolvedAtMs === null ? null : toInstant(resolvedAtMs),
    updatedAt: toInstant(updatedAtMs),
    updates: updates
      .map(({ atMs, state, body }): PublicUpdate => ({ at: toInstant(atMs), state, text: body }))
      .toReversed(),
  }
}
