/**
 * `/v1/status-pages`: parse, call, answer.
 *
 * @module
 */
import { z } from '@hono/zod-openapi'
import { orRefuse } from '../job/accept.ts'
import { toInstant } from '../lib/clock.ts'
import { defined } from '../lib/defined.ts'
import { isId, newId } from '../lib/id.ts'
import { ProblemError } from '../lib/problem.ts'
import { newSlug } from '../lib/slug.ts'
import { difference } from '../record/audit.ts'
import { refuseUnlessUnbounded } from '../record/principal.ts'
import { STATUS_PAGES_MAX, type StatusPage, type StatusPageSettings } from '../record/status-page.ts'
import {
  deleteStatusPage,
  findStatusPage,
  getStatusPage,
  insertStatusPage,
  listStatusPages,
  updateStatusPage,
} from '../store/status-pages.ts'
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
import { StatusPagePatchSchema, StatusPageRequestSchema, StatusPageSchema } from './status-schemas.ts'

const tags = ['Status pages']
const scope = 'admin'
const params = z.object({ id: z.string().openapi({ example: 'stp_01KAXW0000EXAMPLE0000000AB' }) })
const content = { 'application/json': { schema: StatusPageSchema } }

export const BODY_PROBLEMS = ['malformed_body', 'body_too_large', 'unsupported_media_type'] as const
export const CHANGE_PROBLEMS = ['precondition_required', 'precondition_failed', 'conflict'] as const

export function mountStatusPages(app: Api): void {
  mount(
    app,
    {
      method: 'post',
      path: '/v1/status-pages',
      operationId: 'createStatusPage',
      scope,
      tags,
      summary: 'Make a status page',
      description:
        'Publishes the state of some Services at `/status/{slug}`, under the titles given here and no other name. Only a ' +
        'token that reaches every namespace of every cluster can make and see status pages.',
      headers: IdempotencyHeaders,
      body: { required: true, content: { 'application/json': { schema: StatusPageRequestSchema } } },
      responses: {
        201: { description: 'Made; its `ETag` is needed to change it', content },
        ...problems('conflict', 'impossible_request', ...BODY_PROBLEMS, ...MAKING_PROBLEMS),
      },
    },
    async (context) => {
      const deps = managing(context)
      const { asked, body } = await withBody(context, ['json'], async ({ text }) => ({
        asked: parseBody(StatusPageRequestSchema, parseJson(text)),
        body: text,
      }))
      const nowMs = deps.clock.now()
      const settings = settingsOf(deps, asked)
      const page: StatusPage = {
        ...settings,
        ...{ id: newId('statusPage', nowMs), version: 1, createdAtMs: nowMs, updatedAtMs: nowMs },
        createdBy: context.get('principal').id,
      }
      const claim = claimOf(context, body)
      const inserted = await insertStatusPage(deps.store, page, claim, STATUS_PAGES_MAX, { ...settings })
      if (inserted.outcome === 'full') {
        throw (await isTaken(deps, settings.slug, null)) ? slugTaken(settings.slug) : tooMany()
      }
      const { id, replayed } = orRefuse(inserted)
      forgetStatus(deps.store, settings.slug)
      tellMade(context, `/v1/status-pages/${id}`, replayed)
      return answerStatusPage(context, await loadStatusPage(deps, id), 201)
    },
  )

  mount(
    app,
    {
      method: 'get',
      path: '/v1/status-pages',
      operationId: 'listStatusPages',
      scope,
      tags,
      summary: 'Status pages, newest first',
      query: z.strictObject(pageFields),
      responses: { ...pageOf(StatusPageSchema), ...problems() },
    },
    async (context, { query: { limit, cursor } }) => {
      const { store } = managing(context)
      const found = await listStatusPages(store, { limit: limit + 1, before: newestBefore(cursor) })
      const page = found.slice(0, limit)
      const last = page.at(-1)
      const next = found.length > limit && last ? encodeCursor([last.createdAtMs, last.id]) : null
      return answerPage(context, page.map(describeStatusPage), next)
    },
  )

  mount(
    app,
    {
      method: 'get',
      path: '/v1/status-pages/{id}',
      operationId: 'getStatusPage',
      scope,
      tags,
      summary: 'The settings of a status page',
      params,
      responses: { 200: { description: 'The status page', content }, ...problems('not_found') },
    },
    async (context, input) => answerStatusPage(context, await loadStatusPage(managing(context), input.params.id), 200),
  )

  mount(
    app,
    {
      method: 'patch',
      path: '/v1/status-pages/{id}',
      operationId: 'changeStatusPage',
      scope,
      tags,
      summary: 'Change a status page',
      description:
        'Fields that are left out stay as they are; `services` is replaced as a whole. Readers see the change within 30 s.',
      params,
      headers: IfMatchHeaders,
      body: { required: true, content: { 'application/json': { schema: StatusPagePatchSchema } } },
      responses: {
        200: { description: 'Changed', content },
        ...problems('not_found', 'impossible_request', ...CHANGE_PROBLEMS, ...BODY_PROBLEMS, ...STORE_PROBLEMS),
      },
    },
    async (context, input) => {
      const deps = managing(context)
      const page = await loadStatusPage(deps, input.params.id)
      checkIfMatch(context, page.version, true)
      const asked = await withBody(context, ['json'], async ({ text }) =>
        parseBody(StatusPagePatchSchema, parseJson(text)),
      )
      const settings = settingsOf(deps, { ...page, ...defined(asked) })
      const told = difference({ ...settingsIn(page) }, { ...settings })
      if (Object.keys(told.after).length > 0 || Object.keys(told.before).length > 0) {
        const change = { settings, updatedAtMs: deps.clock.now(), told }
        if (!(await updateStatusPage(deps.store, page.id, page.version, change))) {
          throw (await isTaken(deps, settings.slug, page.id)) ? slugTaken(settings.slug) : hasChanged()
        }
        forgetStatus(deps.store, page.slug)
        forgetStatus(deps.store, settings.slug)
      }
      return answerStatusPage(context, await loadStatusPage(deps, page.id), 200)
    },
  )

  mount(
    app,
    {
      method: 'delete',
      path: '/v1/status-pages/{id}',
      operationId: 'deleteStatusPage',
      scope,
      tags,
      summary: 'Delete a status page',
      description: 'Deletes its announcements, too. `If-Match` is honoured.',
      params,
      headers: IfMatchHeaders,
      responses: {
        204: { description: 'Deleted' },
        ...problems('not_found', 'precondition_failed', ...STORE_PROBLEMS),
      },
    },
    async (context, input) => {
      const deps = managing(context)
      const page = await loadStatusPage(deps, input.params.id)
      checkIfMatch(context, page.version, false)
      const version = context.req.header('if-match') === undefined ? null : page.version
      if (!(await deleteStatusPage(deps.store, page.id, version))) {
        throw version === null ? noStatusPage(page.id) : hasChanged()
      }
      forgetStatus(deps.store, page.slug)
      return context.body(null, 204)
    },
  )
}

/** @throws ProblemError `forbidden` for whoever does not reach everything: a page may tell of any Service. */
export function managing(context: ApiContext): Deps {
  refuseUnlessUnbounded(context.get('principal'))
  return context.get('deps')
}

type Asked = Omit<StatusPageSettings, 'slug' | 'services'> & {
  slug: string | null
  services: readonly { cluster?: string | undefined; namespace: string; name: string; title: string }[]
}

/** @throws ProblemError `impossible_request` where a Service is named twice. */
function settingsOf(deps: Deps, asked: Asked): StatusPageSettings {
  const { title, description, indexed, slug } = asked
  const services = asked.services.map(({ cluster = deps.settings.cluster, namespace, name, title: own }) => ({
    ...{ cluster, namespace, name, title: own },
  }))
  const keys = services.map(({ cluster, namespace, name }) => `${cluster} ${namespace}/${name}`)
  const errors = keys.flatMap((key, at) =>
    keys.indexOf(key) === at
      ? []
      : [
          {
            pointer: `/services/${at}`,
            detail: `Is the Service of /services/${keys.indexOf(key)} again: leave it out`,
          },
        ],
  )
  if (errors.length > 0) {
    throw new ProblemError('impossible_request', 'Such a status page cannot be; see errors.', { errors })
  }
  return { slug: slug ?? newSlug(), title, description, public: asked.public, indexed, services }
}

const settingsIn = (page: StatusPage): StatusPageSettings => {
  const { slug, title, description, public: isPublic, indexed, services } = page
  return { slug, title, description, public: isPublic, indexed, services }
}

async function isTaken({ store }: Deps, slug: string, id: string | null): Promise<boolean> {
  const other = await findStatusPage(store, slug)
  return other !== null && other.id !== id
}

const slugTaken = (slug: string): ProblemError =>
  new ProblemError(
    'conflict',
    `Another status page has the slug "${slug}". Choose another, or give that one another.`,
    {
      errors: [{ pointer: '/slug', detail: 'Is that of another status page: choose another' }],
    },
  )

const tooMany = (): ProblemError =>
  new ProblemError('conflict', `There are ${STATUS_PAGES_MAX} status pages, which is the limit. Delete one first.`)

export async function loadStatusPage({ store }: Deps, id: string): Promise<StatusPage> {
  const page = isId('statusPage', id) ? await getStatusPage(store, id) : null
  if (page === null) {
    throw noStatusPage(id)
  }
  return page
}

const noStatusPage = (id: string): ProblemError =>
  new ProblemError('not_found', `There is no status page "${id.slice(0, 60)}".`)

function describeStatusPage(page: StatusPage): z.output<typeof StatusPageSchema> {
  const { id, slug, createdAtMs, updatedAtMs, createdBy } = page
  const { services, ...settings } = settingsIn(page)
  return {
    ...{ id, ...settings, path: `/status/${slug}`, services: [...services] },
    ...{ createdAt: toInstant(createdAtMs), createdBy, updatedAt: toInstant(updatedAtMs) },
  }
}

function answerStatusPage(context: ApiContext, page: StatusPage, status: 200 | 201): Response {
  context.header('etag', tagOf(page.version))
  context.header('cache-control', 'no-cache')
  return answerJson(context, describeStatusPage(page), status)
}
