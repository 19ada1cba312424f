/**
 * `/v1/services`: history, as queries over what jobs recorded.
 *
 * @module
 */
import { z } from '@hono/zod-openapi'
import { OUTCOMES } from '../check/result.ts'
import type { ServiceHead } from '../history/types.ts'
import { toInstant } from '../lib/clock.ts'
import { defined } from '../lib/defined.ts'
import { formatDuration } from '../lib/duration.ts'
import { ProblemError } from '../lib/problem.ts'
import { PATH_KINDS } from '../plan/kinds.ts'
import { isNarrowed } from '../record/principal.ts'
import {
  describeDays,
  describeHistoryResult,
  describeIncident,
  describeService,
  describeServiceHead,
} from '../report/describe-history.ts'
import { listHistory } from '../store/history-results.ts'
import { listIncidents } from '../store/incidents.ts'
import { readObjectsUsed } from '../store/jobs.ts'
import { readDiscovered } from '../store/managed-schedules.ts'
import { readPoints } from '../store/series.ts'
import { countStandings, placeOf, readLately, type ServicePage, type ServiceSort } from '../store/service-list.ts'
import { STANDINGS } from '../store/service-state.ts'
import { listServices, readPaths, readService } from '../store/services.ts'
import type { Deps } from './deps.ts'
import { clusterField, findService, serviceParams } from './find-service.ts'
import {
  HistoryResultSchema,
  IncidentSchema,
  ListedServiceSchema,
  SeriesSchema,
  ServiceSchema,
  TotalsSchema,
} from './history-schemas.ts'
import { answerJson } from './json.ts'
import { answerPage, decodeCursor, encodeCursor, pageFields, pageOf } from './pagination.ts'
import { problems } from './problem.ts'
import { type Api, mount } from './route.ts'
import { VantageNameSchema } from './schemas.ts'
import { DurationSchema, refused, spanFields, spanOf, windowFields, windowOf } from './window.ts'

/** As many as a wall shows. */
const DAYS_LIMIT = 90

/** A plot has at most so many points. */
const POINTS_LIMIT = 2000

const tags = ['History']
const one = <S extends z.ZodType>(schema: S, description: string) => ({
  200: { description, content: { 'application/json': { schema } } },
})

const ByName = z.tuple([z.string(), z.string(), z.string()])
const ByProblems = z.tuple([z.number(), z.string(), z.string(), z.string()])
const NewestSeq = z.tuple([z.number(), z.number()])
const Sealed = z.tuple([z.string()])
const NewestId = z.tuple([z.number(), z.string()])

/** Numbers of rows tell how many others have made, so that who does not reach everything gets them sealed. */
const sealCursor = async ({ store, secrets }: Deps, cursor: string): Promise<string> =>
  isNarrowed(store.principal) && secrets.newest !== null ? encodeCursor([await secrets.seal(cursor)]) : cursor

/** One that is not ours stays as it is, and is refused as such. */
async function openCursor({ store, secrets }: Deps, cursor: string | undefined): Promise<string | undefined> {
  if (cursor === undefined || !isNarrowed(store.principal) || secrets.newest === null) {
    return cursor
  }
  const [sealed] = decodeCursor(cursor, Sealed) ?? ['']
  return (await secrets.open(sealed)) ?? ''
}

/** Reads from the cursor where the previous page ended. */
function positionOf(cursor: string | undefined, sort: ServiceSort): ServicePage['after'] {
  if (sort === 'problems') {
    const position = decodeCursor(cursor, ByProblems)
    return position && { place: position[0], namespace: position[1], service: position[2], cluster: position[3] }
  }
  const position = decodeCursor(cursor, ByName)
  return position && { namespace: position[0], service: position[1], cluster: position[2] }
}

function cursorOf(head: ServiceHead, sort: ServiceSort): string {
  const { namespace, service, cluster } = head.target
  return encodeCursor([...(sort === 'problems' ? [placeOf(head)] : []), namespace, service, cluster])
}

export function mountServices(app: Api): void {
  mount(
    app,
    {
      method: 'get',
      path: '/v1/services',
      operationId: 'listServices',
      scope: 'reports:read',
      tags,
      summary: 'Every Service ever probed',
      description:
        'Sorted by namespace, name and cluster, or problems first. `counts` and `availability` are over the whole hours of the window.',
      query: z.strictObject({
        cluster: z.string().max(253).optional(),
        namespace: z.string().max(63).optional(),
        q: z
          .string()
          .max(128)
          .optional()
          .openapi({ description: 'A part of `namespace/name`, in upper or lower case' }),
        verdict: z.enum(STANDINGS).optional().openapi({
          description: 'The current state, as in `state`. unknown: never tested, so that `state` is null',
        }),
        sort: z.enum(['name', 'problems']).default('name').openapi({
          description:
            'problems: failing ones first, then unknown, then passing ones; within each, the last to change first',
        }),
        days: z.coerce.number().int().min(1).max(DAYS_LIMIT).optional().openapi({
          description: 'Adds this many days of each Service, today included, and its `p95Ms`',
          example: 90,
        }),
        totals: z.literal('true').optional().openapi({ description: 'Adds `totals`' }),
        ...windowFields,
        ...pageFields,
      }),
      responses: { ...pageOf(ListedServiceSchema, { totals: TotalsSchema.optional() }), ...problems() },
    },
    async (context, { query }) => {
      const { store, clock } = context.get('deps')
      const { limit, cursor, sort, days, totals, cluster, namespace, q, verdict, ...asked } = query
      const filter = defined({ cluster, namespace, q: q || undefined, standing: verdict })
      const nowMs = clock.now()
      const page = { limit: limit + 1, sort, after: positionOf(cursor, sort) }
      const found = await listServices(store, filter, windowOf(asked, nowMs), page)
      const heads = found.slice(0, limit)
      const lately =
        days === undefined
          ? []
          : await readLately(
              store,
              heads.map(({ target }) => target),
              { count: days, nowMs },
            )
      const items = heads.map((head, at) => {
        const more = lately[at]
        return {
          ...describeServiceHead(head),
          ...(days && more && { days: describeDays(more.days, days, nowMs), p95Ms: more.p95Ms }),
        }
      })
      const last = heads.at(-1)
      const next = found.length > limit && last ? cursorOf(last, sort) : null
      return answerPage(context, items, next, totals && { totals: await countStandings(store, filter) })
    },
  )

  mount(
    app,
    {
      method: 'get',
      path: '/v1/services/{namespace}/{name}',
      operationId: 'getService',
      scope: 'reports:read',
      tags,
      summary: 'One Service: the state of each path, since when, and the current diagnosis',
      description: 'Paths that are no longer planned are included, with `retiredAt`.',
      params: serviceParams,
      query: z.strictObject({ ...clusterField, ...windowFields }),
      responses: { ...one(ServiceSchema, 'The Service'), ...problems('not_found') },
    },
    async (context, { params, query }) => {
      const { store, clock } = context.get('deps')
      const window = windowOf(query, clock.now())
      const known = await findService(context, params, query.cluster)
      const history = await readService(store, known, window)
      if (history === null) {
        throw new ProblemError('not_found', 'The Service is gone.')
      }
      const discovered = await readDiscovered(store, history.target.cluster, params.namespace, params.name)
      const objects = await readObjectsUsed(store, history.lastJobId)
      return answerJson(context, describeService(history, discovered, objects))
    },
  )

  mount(
    app,
    {
      method: 'get',
      path: '/v1/services/{namespace}/{name}/results',
      operationId: 'listServiceResults',
      scope: 'reports:read',
      tags,
      summary: 'Recorded tries, newest first',
      params: serviceParams,
      query: z.strictObject({
        ...clusterField,
        path: z.string().max(64).optional().openapi({ description: 'Id of a path, or of all endpoints of a port' }),
        kind: z.enum(PATH_KINDS).optional(),
        outcome: z.enum(OUTCOMES).optional(),
        check: z.string().max(63).optional(),
        vantage: VantageNameSchema.optional(),
        ...spanFields,
        ...pageFields,
      }),
      responses: { ...pageOf(HistoryResultSchema), ...problems('not_found') },
    },
    async (context, { params, query }) => {
      const { limit, cursor, cluster, from, to, path, ...equal } = query
      const deps = context.get('deps')
      const position = decodeCursor(await openCursor(deps, cursor), NewestSeq)
      const before = position && { startedAtMs: position[0], seq: position[1] }
      const filter = { ...defined({ ...equal, pathId: path }), ...spanOf({ from, to }) }
      const known = await findService(context, params, cluster)
      const found = await listHistory(deps.store, known, filter, { limit: limit + 1, before })
      const items = found.slice(0, limit)
      const last = items.at(-1)
      const next = found.length > limit && last ? encodeCursor([last.result.startedAtMs, last.seq]) : null
      return answerPage(context, items.map(describeHistoryResult), next && (await sealCursor(deps, next)))
    },
  )

  mount(
    app,
    {
      method: 'get',
      path: '/v1/services/{namespace}/{name}/series',
      operationId: 'getServiceSeries',
      scope: 'reports:read',
      tags,
      summary: 'Points for a plot',
      description: `One for each step, empty ones too; at most ${POINTS_LIMIT}. Steps of whole hours or days come from rollups, finer ones from raw results.`,
      params: serviceParams,
      query: z.strictObject({
        ...clusterField,
        path: z.string().max(64).optional().openapi({ description: 'Left out: the Service as a whole' }),
        ...windowFields,
        step: DurationSchema.default(3_600_000).openapi({ type: 'string', default: '1h' }),
      }),
      responses: { ...one(SeriesSchema, 'The points'), ...problems('not_found') },
    },
    async (context, { params, query }) => {
      const { store, clock } = context.get('deps')
      const nowMs = clock.now()
      const { fromMs, toMs } = windowOf(query, nowMs)
      const span = { fromMs, toMs: toMs ?? nowMs }
      const points = Math.ceil((span.toMs - span.fromMs) / query.step)
      if (points > POINTS_LIMIT) {
        throw refused('?step', `${points} points, at most ${POINTS_LIMIT}: a longer step`)
      }
      const known = await findService(context, params, query.cluster)
      const pathId = query.path ?? null
      if (pathId !== null && !(await readPaths(store, known)).some(({ path }) => path.id === pathId)) {
        throw new ProblemError('not_found', `${params.namespace}/${params.name} has had no path ${pathId}.`)
      }
      const found = await readPoints(store, known, { pathId, ...span, stepMs: query.step })
      return answerJson(context, {
        step: formatDuration(found.stepMs),
        points: found.points.map(({ atMs, ...point }) => ({ at: toInstant(atMs), ...point })),
      })
    },
  )

  mount(
    app,
    {
      method: 'get',
      path: '/v1/services/{namespace}/{name}/incidents',
      operationId: 'listServiceIncidents',
      scope: 'reports:read',
      tags,
      summary: 'Incidents of a Service, newest first',
      description:
        'An incident lasts from the first failure until everything passes again; failing again within five minutes continues it. Lists those that were open at any time in the span.',
      params: serviceParams,
      query: z.strictObject({ ...clusterField, ...windowFields, ...pageFields }),
      responses: { ...pageOf(IncidentSchema), ...problems('not_found') },
    },
    async (context, { params, query }) => {
      const { store, clock } = context.get('deps')
      const { limit, cursor, cluster, ...asked } = query
      const position = decodeCursor(cursor, NewestId)
      const before = position && { startedAtMs: position[0], id: position[1] }
      const nowMs = clock.now()
      // All there are, unless the query says otherwise.
      const window = windowOf(asked, nowMs, asked.to ?? nowMs)
      const known = await findService(context, params, cluster)
      const found = await listIncidents(store, known, window, { limit: limit + 1, before })
      const items = found.slice(0, limit)
      const last = items.at(-1)
      const next = found.length > limit && last ? encodeCursor([last.startedAtMs, last.id]) : null
      return answerPage(context, items.map(describeIncident), next)
    },
  )
}
