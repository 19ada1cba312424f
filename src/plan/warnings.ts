/**
 * The warnings that the cluster has given about the objects of a Service, as its events have them: why a pod is not
 * scheduled, not started or not Ready, and why none is made.
 *
 * @module
 */
import type { ObjectIndex } from '../kube/object-index.ts'
import type { Unread } from '../kube/object-source.ts'
import type { KubeEvent } from '../kube/objects.ts'
import { type OwnObject, type OwnRole, ownObjects } from './own-objects.ts'

export type Warning = {
  role: OwnRole
  /** `Pod/toad-1`. */
  object: string
  reason: string
  message: string
  /** It was given so often. */
  count: number
  lastAt: string | null
}

/** So many warnings are kept of one Service, and so much of a message. */
const KEPT = { warnings: 12, characters: 500 }

/**
 * Lists the latest warnings, newest first: of several objects of one kind with the same reason only the latest, since
 * the pods of one workload mostly suffer alike.
 */
export function warningsOf(index: ObjectIndex, namespace: string, service: string): readonly Warning[] {
  const own = ownObjects(index, namespace, service)
  // Nothing follows from the absence of events, so that it does not matter why they were not read.
  unreadEvents(index, namespace)
  if (index.objects.events.length === 0) {
    return []
  }
  const all = own
    .flatMap((each) =>
      index.eventsAbout(namespace, `${each.kind}/${each.name}`).flatMap((event) => warningOf(each, event)),
    )
    .toSorted((a, b) => (b.lastAt ?? '').localeCompare(a.lastAt ?? '') || a.object.localeCompare(b.object))
  const latest = Map.groupBy(all, ({ object, reason }) => `${object.split('/')[0]} ${reason}`)
  return [...latest.values()].flatMap(([first]) => first ?? []).slice(0, KEPT.warnings)
}

/**
 * Asks for the events of the Service's objects, last of all that is asked for: whose events these are follows from the
 * rest.
 *
 * @returns why there may be others; `null`: there are none, or it will be asked again.
 */
export const unreadEvents = (index: ObjectIndex, namespace: string): Unread | null =>
  index.wanted().every(({ kind }) => kind === 'events') ? index.unread('events', namespace, 'own') : null

function warningOf({ role, kind, name }: OwnObject, { type, reason, message, count, lastAt }: KubeEvent): Warning[] {
  if (type !== 'Warning' || reason === null) {
    return []
  }
  const said = message ?? ''
  const short = said.length > KEPT.characters ? `${said.slice(0, KEPT.characters)}…` : said
  return [{ role, object: `${kind}/${name}`, reason, message: short, count, lastAt }]
}
