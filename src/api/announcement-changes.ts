/**
 * Rules of what an announcement may become. Pure.
 *
 * @module
 */
import type { z } from '@hono/zod-openapi'
import { toInstant } from '../lib/clock.ts'
import { defined } from '../lib/defined.ts'
import { ProblemError } from '../lib/problem.ts'
import {
  type Announcement,
  type AnnouncementState,
  type AnnouncementUpdate,
  type StatusPage,
  stateOfAnnouncement,
  UPDATES_MAX,
} from '../record/status-page.ts'
import type { AnnouncementPatchSchema } from './status-schemas.ts'

type Patch = z.output<typeof AnnouncementPatchSchema>

/** @throws ProblemError `impossible_request`, `conflict` */
export function changedBy(page: StatusPage, found: Announcement, asked: Patch, nowMs: number): Announcement {
  const { state, body, startedAt: startedAtMs, title, services } = asked
  const changed = { ...found, ...defined({ title, services, startedAtMs }) }
  // Those that it has already may be of Services that the page has no more
  refuseImpossible(page, { services: services ?? [], startedAtMs: changed.startedAtMs }, nowMs)
  if (state === undefined && body === undefined) {
    return changed
  }
  if (found.updates.length >= UPDATES_MAX) {
    throw new ProblemError(
      'conflict',
      `The announcement has ${UPDATES_MAX} updates, which is the limit. Make another announcement.`,
    )
  }
  const update = { atMs: nowMs, state: state ?? stateOfAnnouncement(found), body: body ?? '' }
  return { ...changed, ...withUpdate(found.updates, update, found.resolvedAtMs) }
}

export function withUpdate(
  updates: readonly AnnouncementUpdate[],
  update: AnnouncementUpdate,
  resolvedAtMs: number | null = null,
): Pick<Announcement, 'updates' | 'resolvedAtMs'> {
  const isOver = update.state === ('resolved' satisfies AnnouncementState)
  return { updates: [...updates, update], resolvedAtMs: isOver ? (resolvedAtMs ?? update.atMs) : null }
}

/** @throws ProblemError `impossible_request` */
export function refuseImpossible(
  page: StatusPage,
  { services, startedAtMs }: Pick<Announcement, 'services' | 'startedAtMs'>,
  nowMs: number,
): void {
  const titles = page.services.map(({ title }) => title)
  const errors = [
    ...services.flatMap((title, at) =>
      titles.includes(title)
        ? []
        : [
            {
              pointer: `/services/${at}`,
              detail: `Is no title of a Service of the page: ${titles.join(', ')}`.slice(0, 1000),
            },
          ],
    ),
    ...(startedAtMs > nowMs
      ? [{ pointer: '/startedAt', detail: `Is in the future: it is ${toInstant(nowMs)} here` }]
      : []),
  ]
  if (errors.length > 0) {
    throw new ProblemError('impossible_request', 'Such an announcement cannot be; see errors.', { errors })
  }
}

/** Gives the fields for the audit log, of the updates only the last. */
export function fieldsOf({ title, services, startedAtMs, updates }: Announcement) {
  return {
    title,
    services,
    startedAt: toInstant(startedAtMs),
    state: updates.at(-1)?.state,
    body: updates.at(-1)?.body,
  }
}
