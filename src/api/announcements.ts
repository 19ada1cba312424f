/**
 * `/v1/status-pages/{id}/announcements`: parse, call, answer.
 *
 * @module
 */
import { z } from '@hono/zod-openapi'
import { orRefuse } from '../job/accept.ts'
import { toInstant } from '../lib/clock.ts'
import { isId, newId } from '../lib/id.ts'
import { ProblemError } from '../lib/problem.ts'
import { difference } from '../record/audit.ts'
import { ANNOUNCEMENTS_MAX, type Announcement, stateOfAnnouncement } from '../record/status-page.ts'
import {
  deleteAnnouncement,
  getAnnouncement,
  insertAnnouncement,
  listAnnouncements,
  updateAnnouncement,
} from '../store/announcements.ts'
import { changedBy, fieldsOf, refuseImpossible, withUpdate } from './announcement-changes.ts'
import { withBody } from './body.ts'
import type { Deps } from './deps.ts'
import { claimOf, IdempotencyHeaders, tellMade } from './idempotency.ts'
import { checkIfMatch, hasChanged, IfMatchHeaders, tagOf } from './if-match.ts'
import { MAKING_PROBLEMS, STORE_PROBLEMS } from './job-request-body.ts'
import { answerJson } from './json.ts'
import { answerPage, encodeCursor, newestBefore, pageFields, pageOf } from './pagination.ts'
import { parseBody, parseJson } from './parse-body.ts'
import { problems } from './problem.ts'
import { type Api, type ApiContext, mount } from './route.ts'
import { forgetStatus } from './status-cache.ts'
import { BODY_PROBLEMS, CHANGE_PROBLEMS, loadStatusPage, managing } from './status-pages.ts'
import { AnnouncementPatchSchema, AnnouncementRequestSchema, AnnouncementSchema } from './status-schemas.ts'

const tags = ['Status pages']
const scope = 'admin'
const ofPage = z.object({ id: z.string().openapi({ example: 'stp_01KAXW0000EXAMPLE0000000AB' }) })
const params = ofPage.extend({ announcement: z.string().openapi({ example: 'ann_01KAXW0000EXAMPLE0000000AB' }) })
const content = { 'application/json': { schema: AnnouncementSchema } }

export function mountAnnouncements(app: Api): void {
  mount(
    app,
    {
      method: 'post',
      path: '/v1/status-pages/{id}/announcements',
      operationId: 'createAnnouncement',
      scope,
      tags,
      summary: 'Announce an incident',
      description:
        'Adds an incident in your own words to the measured ones, whose words are fixed. It changes no state of a Service.',
      params: ofPage,
      headers: IdempotencyHeaders,
      body: { required: true, content: { 'application/json': { schema: AnnouncementRequestSchema } } },
      responses: {
        201: { description: 'Made; its `ETag` is needed to change it', content },
        ...problems('not_found', 'conflict', 'impossible_request', ...BODY_PROBLEMS, ...MAKING_PROBLEMS),
      },
    },
    async (context, input) => {
      const deps = managing(context)
      const page = await loadStatusPage(deps, input.params.id)
      const { asked, body } = await withBody(context, ['json'], async ({ text }) => ({
        asked: parseBody(AnnouncementRequestSchema, parseJson(text)),
        body: text,
      }))
      const nowMs = deps.clock.now()
      const { title, services, startedAt = nowMs, state, body: words } = asked
      refuseImpossible(page, { services, startedAtMs: startedAt }, nowMs)
      const announcement: Announcement = {
        ...{ id: newId('announcement', nowMs), version: 1, createdAtMs: nowMs, updatedAtMs: nowMs, title, services },
        ...{ startedAtMs: startedAt, ...withUpdate([], { atMs: nowMs, state, body: words }) },
      }
      const told = fieldsOf(announcement)
      const claim = claimOf(context, body)
      const inserted = await insertAnnouncement(deps.store, page.id, announcement, claim, ANNOUNCEMENTS_MAX, told)
      if (inserted.outcome === 'full') {
        await loadStatusPage(deps, page.id)
        throw new ProblemError(
          'conflict',
          `The status page has ${ANNOUNCEMENTS_MAX} announcements, which is the limit. Delete old ones first.`,
        )
      }
      const { id, replayed } = orRefuse(inserted)
      forgetStatus(deps.store, page.slug)
      tellMade(context, `/v1/status-pages/${page.id}/announcements/${id}`, replayed)
      return answerAnnouncement(context, await load(deps, page.id, id), 201)
    },
  )

  mount(
    app,
    {
      method: 'get',
      path: '/v1/status-pages/{id}/announcements',
      operationId: 'listAnnouncements',
      scope,
      tags,
      summary: 'Announcements of a status page, the latest to begin first',
      params: ofPage,
      query: z.strictObject(pageFields),
      responses: { ...pageOf(AnnouncementSchema), ...problems('not_found') },
    },
    async (context, { params: { id }, query: { limit, cursor } }) => {
      const deps = managing(context)
      const page = await loadStatusPage(deps, id)
      const position = newestBefore(cursor)
      const before = position && { startedAtMs: position.createdAtMs, id: position.id }
      const found = await listAnnouncements(deps.store, page.id, { limit: limit + 1, before })
      const items = found.slice(0, limit)
      const last = items.at(-1)
      const next = found.length > limit && last ? encodeCursor([last.startedAtMs, last.id]) : null
      return answerPage(context, items.map(describeAnnouncement), next)
    },
  )

  mount(
    app,
    {
      method: 'get',
      path: '/v1/status-pages/{id}/announcements/{announcement}',
      operationId: 'getAnnouncement',
      scope,
      tags,
      summary: 'One announcement',
      params,
      responses: { 200: { description: 'The announcement', content }, ...problems('not_found') },
    },
    async (context, { params: { id, announcement } }) =>
      answerAnnouncement(context, await load(managing(context), id, announcement), 200),
  )

  mount(
    app,
    {
      method: 'patch',
      path: '/v1/status-pages/{id}/announcements/{announcement}',
      operationId: 'changeAnnouncement',
      scope,
      tags,
      summary: 'Change an announcement, or add an update',
      description: 'Fields that are left out stay as they are. `state` or `body` adds an update with the current time.',
      params,
      headers: IfMatchHeaders,
      body: { required: true, content: { 'application/json': { schema: AnnouncementPatchSchema } } },
      responses: {
        200: { description: 'Changed', content },
        ...problems('not_found', 'impossible_request', ...CHANGE_PROBLEMS, ...BODY_PROBLEMS, ...STORE_PROBLEMS),
      },
    },
    async (context, { params: { id, announcement } }) => {
      const deps = managing(context)
      const page = await loadStatusPage(deps, id)
      const found = await load(deps, id, announcement)
      checkIfMatch(context, found.version, true)
      const asked = await withBody(context, ['json'], async ({ text }) =>
        parseBody(AnnouncementPatchSchema, parseJson(text)),
      )
      const changed = changedBy(page, found, asked, deps.clock.now())
      const told = difference(fieldsOf(found), fieldsOf(changed))
      const change = { announcement: changed, updatedAtMs: deps.clock.now(), told }
      if (!(await updateAnnouncement(deps.store, page.id, found, change))) {
        throw hasChanged()
      }
      forgetStatus(deps.store, page.slug)
      return answerAnnouncement(context, await load(deps, page.id, found.id), 200)
    },
  )

  mount(
    app,
    {
      method: 'delete',
      path: '/v1/status-pages/{id}/announcements/{announcement}',
      operationId: 'deleteAnnouncement',
      scope,
      tags,
      summary: 'Delete an announcement',
      description: 'Pages and feeds no longer show it. `If-Match` is honoured.',
      params,
      headers: IfMatchHeaders,
      responses: {
        204: { description: 'Deleted' },
        ...problems('not_found', 'precondition_failed', ...STORE_PROBLEMS),
      },
    },
    async (context, { params: { id, announcement } }) => {
      const deps = managing(context)
      const page = await loadStatusPage(deps, id)
      const found = await load(deps, id, announcement)
      checkIfMatch(context, found.version, false)
      const version = context.req.header('if-match') === undefined ? null : found.version
      if (!(await deleteAnnouncement(deps.store, page.id, { id: found.id, version }))) {
        throw version === null ? noAnnouncement(announcement) : hasChanged()
      }
      forgetStatus(deps.store, page.slug)
      return context.body(null, 204)
    },
  )
}

async function load({ store }: Deps, pageId: string, id: string): Promise<Announcement> {
  const found = isId('announcement', id) && isId('statusPage', pageId) ? await getAnnouncement(store, pageId, id) : null
  if (found === null) {
    throw noAnnouncement(id)
  }
  return found
}

const noAnnouncement = (id: string): ProblemError =>
  new ProblemError('not_found', `The status page has no announcement "${id.slice(0, 60)}".`)

function describeAnnouncement(announcement: Announcement): z.output<typeof AnnouncementSchema> {
  const { id, title, services, startedAtMs, resolvedAtMs, createdAtMs, updatedAtMs, updates } = announcement
  return {
    ...{ id, title, state: stateOfAnnouncement(announcement), services: [...services] },
    ...{ startedAt: toInstant(startedAtMs), resolvedAt: resolvedAtMs === null ? null : toInstant(resolvedAtMs) },
    ...{ createdAt: toInstant(createdAtMs), updatedAt: toInstant(updatedAtMs) },
    updates: updates.map(({ atMs, state, body }) => ({ at: toInstant(atMs), state, body })),
  }
}

function answerAnnouncement(context: ApiContext, announcement: Announcement, status: 200 | 201): Response {
  context.header('etag', tagOf(announcement.version))
  context.header('cache-control', 'no-cache')
  return answerJson(context, describeAnnouncement(announcement), status)
}
