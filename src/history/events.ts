/**
 * Tells what happens to a Service when a job of it ends, from its state before and its state after. Pure.
 *
 * @module
 */
import type { Cause, Incident, ServiceHistory } from './types.ts'

/** A finding, as far as somebody who is told of it needs to know it again. */
export type OpenFinding = Cause & {
  /** Ids of paths, in order. */
  explains: readonly string[]
}

export type OpenIncident = Pick<Incident, 'id' | 'pathId' | 'check' | 'vantage' | 'startedAtMs' | 'cause'>

/** A Service at one moment, as far as events tell of it. */
export type ServiceAt = {
  isFailing: boolean
  findings: readonly OpenFinding[]
  /** The incidents that are open. */
  incidents: readonly OpenIncident[]
}

export type ServiceEvent =
  | { type: 'finding.opened' | 'finding.closed'; finding: OpenFinding }
  | { type: 'finding.changed'; finding: OpenFinding; was: OpenFinding }
  /** All incidents that one cause opens or closes at once: of each of its paths, and of the Service as a whole. */
  | { type: 'incident.opened' | 'incident.closed'; cause: Cause | null; incidents: readonly OpenIncident[] }
  | { type: 'service.failing' | 'service.recovered' }

/** A Service of which nothing is known yet. */
export const UNKNOWN_SERVICE: ServiceAt = { isFailing: false, findings: [], incidents: [] }

/** The state that events are about, out of what history tells. */
export const serviceAt = ({ state, diagnosis }: ServiceHistory, incidents: readonly Incident[]): ServiceAt => ({
  isFailing: state === 'fail',
  findings: (diagnosis?.findings ?? []).map(({ code, layer, confidence, title, explains }) => ({
    code,
    layer,
    confidence,
    title,
    explains: explains.toSorted(),
  })),
  incidents: incidents
    .filter(({ endedAtMs }) => endedAtMs === null)
    .map(({ id, pathId, check, vantage, startedAtMs, cause }) => ({ id, pathId, check, vantage, startedAtMs, cause })),
})

/**
 * Compares a Service before and after: causes first, then what they did to paths, then what that means for the Service.
 * Endings come before beginnings. Equal states give nothing.
 */
export function eventsOf(before: ServiceAt, after: ServiceAt): ServiceEvent[] {
  const { pairs, closed, opened } = matched(before.findings, after.findings)
  return [
    ...closed.map((finding): ServiceEvent => ({ type: 'finding.closed', finding })),
    ...pairs
      .filter(([was, finding]) => !isSame(was, finding))
      .map(([was, finding]): ServiceEvent => ({ type: 'finding.changed', finding, was })),
    ...opened.map((finding): ServiceEvent => ({ type: 'finding.opened', finding })),
    ...incidentEvents('incident.closed', before.incidents, after.incidents),
    ...incidentEvents('incident.opened', after.incidents, before.incidents),
    ...serviceEvents(before, after),
  ]
}

/**
 * From the strictest to the loosest: how two findings are known to be of one cause. Titles may name what changes, like
 * how many endpoints fail, so that a shared path is enough where the code is the same.
 */
const LIKENESS: readonly ((a: OpenFinding, b: OpenFinding) => boolean)[] = [
  isSame,
  (a, b) => a.code === b.code && a.title === b.title,
  (a, b) => a.code === b.code && a.explains.some((id) => b.explains.includes(id)),
]

function isSame(a: OpenFinding, b: OpenFinding): boolean {
  return (
    a.code === b.code &&
    a.title === b.title &&
    a.layer === b.layer &&
    a.confidence === b.confidence &&
    a.explains.join() === b.explains.join()
  )
}

/** Each finding before with the one after that is of the same cause, and those that have none. */
function matched(before: readonly OpenFinding[], after: readonly OpenFinding[]) {
  let [closed, opened] = [before, after]
  const pairs: [was: OpenFinding, finding: OpenFinding][] = []
  for (const isLike of LIKENESS) {
    for (const finding of opened) {
      const was = closed.find((each) => isLike(each, finding))
      if (was !== undefined) {
        pairs.push([was, finding])
        closed = closed.filter((each) => each !== was)
      }
    }
    opened = opened.filter((each) => !pairs.some(([, finding]) => finding === each))
  }
  return { pairs, closed, opened }
}

/** Gives one event for each cause of the incidents that are open in one state and not in the other. */
function incidentEvents(
  type: 'incident.opened' | 'incident.closed',
  incidents: readonly OpenIncident[],
  others: readonly OpenIncident[],
): ServiceEvent[] {
  const known = new Set(others.map(({ id }) => id))
  const byCause = Map.groupBy(
    incidents.filter(({ id }) => !known.has(id)),
    ({ cause }) => cause && `${cause.code}\n${cause.title}`,
  )
  return [...byCause.values()].map((list) => ({ type, cause: list[0]?.cause ?? null, incidents: list }))
}

function serviceEvents(before: ServiceAt, after: ServiceAt): ServiceEvent[] {
  if (before.isFailing === after.isFailing) {
    return []
  }
  return [{ type: after.isFailing ? 'service.failing' : 'service.recovered' }]
}
