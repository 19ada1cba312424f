/**
 * `/v1/schedules`: parse, call, answer.
 *
 * @module
 */
import { z } from '@hono/zod-openapi'
import { narrowed } from '../job/narrowed.ts'
import { defined } from '../lib/defined.ts'
import { isId } from '../lib/id.ts'
import { problemFrom } from '../lib/problem.ts'
import { type AskedWork, acceptSchedule, changeSchedule, noSchedule, runNow } from '../schedule/accept-schedule.ts'
import { withKept } from '../schedule/with-kept.ts'
import { deleteSchedule, listSchedules } from '../store/schedules.ts'
import { answerBatch } from './batch-response.ts'
import { BatchSchema } from './batch-schemas.ts'
import { claimOf, IdempotencyHeaders, tellMade } from './idempotency.ts'
import { checkIfMatch, hasChanged, IfMatchHeaders } from './if-match.ts'
import {
  ASKED_PROBLEMS,
  MAKING_PROBLEMS,
  readAskedSchedule,
  readScheduleChange,
  STORE_PROBLEMS,
} from './job-request-body.ts'
import { answerJob } from './job-response.ts'
import { JobSchema } from './job-schemas.ts'
import { answerJobs, jobPage } from './list-jobs.ts'
import { answerFields, waitAnswers } from './negotiate.ts'
import { answerPage, encodeCursor, newestBefore, pageFields, pageOf } from './pagination.ts'
import { readLabels } from './params.ts'
import { deadlineOf, PreferHeaders, waitOf } from './prefer.ts'
import { problems } from './problem.ts'
import type { AskedFor, Reading } from './reading.ts'
import { type Api, mount } from './route.ts'
import { answerSchedule, describeHeads, loadOwn, loadSchedule } from './schedule-response.ts'
import {
  ScheduleHeadSchema,
  SchedulePatchSchema,
  ScheduleRequestSchema,
  ScheduleSchema,
  scheduleFilter,
} from './schedule-schemas.ts'

const tags = ['Schedules']
const params = z.object({ id: z.string().openapi({ example: 'sch_01KAXW0000EXAMPLE0000000AB' }) })
const content = { 'application/json': { schema: ScheduleSchema } }

export function mountSchedules(app: Api): void {
  mount(
    app,
    {
      method: 'post',
      path: '/v1/schedules',
      operationId: 'createSchedule',
      scope: 'schedules:write',
      tags,
      summary: 'Run a job or a batch again and again',
      description:
        'The request is planned at once, so that one that could never run is refused, and again at each run. ' +
        'Values of secret-bearing fields of checks are kept encrypted and never shown.',
      headers: IdempotencyHeaders,
      body: { required: true, content: { 'application/json': { schema: ScheduleRequestSchema } } },
      responses: {
        201: { description: 'Made; its `ETag` is needed to change it', content },
        ...problems('conflict', ...ASKED_PROBLEMS, ...MAKING_PROBLEMS),
      },
    },
    async (context) => {
      const deps = context.get('deps')
      const owner = context.get('principal').id
      const { asked, body } = await readAskedSchedule(context)
      const { settings, work } = asked
      if (work === null) {
        throw new Error('the schema asks for one of the two')
      }
      const claim = claimOf(context, body)
      const { id, replayed } = await acceptSchedule(deps, settings, () => workOf(work), { owner, claim })
      deps.schedulesChanged()
      tellMade(context, `/v1/schedules/${id}`, replayed)
      return answerSchedule(context, await loadSchedule(deps, id), 201)
    },
  )

  mount(
    app,
    {
      method: 'get',
      path: '/v1/schedules',
      operationId: 'listSchedules',
      scope: 'schedules:read',
      tags,
      summary: 'Schedules, newest first',
      query: z.strictObject({ ...scheduleFilter, ...pageFields }),
      responses: { ...pageOf(ScheduleHeadSchema), ...problems() },
    },
    async (context, { query: { limit, cursor, managedBy, label } }) => {
      const deps = context.get('deps')
      const before = newestBefore(cursor)
      const schedules = await listSchedules(
        deps.store,
        { limit: limit + 1, before },
        { managedBy, labels: readLabels(label) },
      )
      const page = schedules.slice(0, limit)
      const last = page.at(-1)
      const next = schedules.length > limit && last ? encodeCursor([last.createdAtMs, last.id]) : null
      return answerPage(context, await describeHeads(deps, page), next)
    },
  )

  mount(
    app,
    {
      method: 'get',
      path: '/v1/schedules/{id}',
      operationId: 'getSchedule',
      scope: 'schedules:read',
      tags,
      summary: 'One schedule, with what it asks for',
      description: 'The `ETag` changes when the schedule is changed, not when it runs.',
      params,
      responses: { 200: { description: 'The schedule', content }, ...problems('not_found') },
    },
    async (context, input) => answerSchedule(context, await loadSchedule(context.get('deps'), input.params.id), 200),
  )

  mount(
    app,
    {
      method: 'patch',
      path: '/v1/schedules/{id}',
      operationId: 'changeSchedule',
      scope: 'schedules:write',
      tags,
      summary: 'Change or pause a schedule',
      description:
        'Fields that are left out stay as they are, and a run under way goes on as it was. A request that changes ' +
        'nothing, secrets included, keeps the `ETag`. A `job` or `batch` is replaced as a whole; `keep` names hidden ' +
        'parts that stay, so that nobody has to know a secret to change the rest.',
      params,
      headers: IfMatchHeaders,
      body: { required: true, content: { 'application/json': { schema: SchedulePatchSchema } } },
      responses: {
        200: { description: 'Changed', content },
        ...problems(
          ...(['not_found', 'conflict', 'precondition_required', 'precondition_failed'] as const),
          ...ASKED_PROBLEMS,
          ...STORE_PROBLEMS,
        ),
      },
    },
    async (context, input) => {
      const deps = context.get('deps')
      const schedule = await loadOwn(deps, input.params.id)
      checkIfMatch(context, schedule.version, true)
      const { asked: change } = await readScheduleChange(context)
      const { settings: given, keep, work } = change
      const settings = { ...schedule, ...defined(given) }
      const asked = async () => {
        const asked = work === null ? null : workOf(work)
        return asked === null || keep === undefined
          ? asked
          : narrowed(context.get('principal'), await withKept(deps, schedule, keep, asked))
      }
      if (!(await changeSchedule(deps, schedule, settings, asked))) {
        throw hasChanged()
      }
      deps.schedulesChanged()
      return answerSchedule(context, await loadSchedule(deps, schedule.id), 200)
    },
  )

  mount(
    app,
    {
      method: 'delete',
      path: '/v1/schedules/{id}',
      operationId: 'deleteSchedule',
      scope: 'schedules:write',
      tags,
      summary: 'Delete a schedule',
      description:
        'Deletes the secrets of its checks, too. Its jobs stay, and a run under way goes on. `If-Match` is honoured.',
      params,
      headers: IfMatchHeaders,
      responses: {
        204: { description: 'Deleted' },
        ...problems('not_found', 'conflict', 'precondition_failed', ...STORE_PROBLEMS),
      },
    },
    async (context, input) => {
      const { store } = context.get('deps')
      const schedule = await loadOwn(context.get('deps'), input.params.id)
      checkIfMatch(context, schedule.version, false)
      const version = context.req.header('if-match') === undefined ? null : schedule.version
      if (!(await deleteSchedule(store, schedule.id, version))) {
        // Without a version to match, it can only be gone: another request deleted it meanwhile
        throw version === null ? noSchedule(schedule.id) : hasChanged()
      }
      return context.body(null, 204)
    },
  )

  mount(
    app,
    {
      method: 'post',
      path: '/v1/schedules/{id}/run',
      operationId: 'runSchedule',
      scope: 'jobs:write',
      tags,
      summary: 'Run a schedule now',
      description:
        'Runs even if it is paused, or its previous run has not ended. The answer is the job, or the batch, that it makes.',
      params,
      headers: IdempotencyHeaders.extend(PreferHeaders.shape),
      query: z.strictObject(answerFields),
      responses: {
        ...waitAnswers(z.union([JobSchema, BatchSchema])),
        ...problems('not_found', 'conflict', ...ASKED_PROBLEMS, ...MAKING_PROBLEMS),
      },
    },
    async (context, input) => {
      const deps = context.get('deps')
      const schedule = await loadSchedule(deps, input.params.id)
      const wait = waitOf(context, input.query.wait)
      const receivedAtMs = deps.clock.now()
      const { id, replayed } = await runNow(deps, schedule, {
        owner: context.get('principal').id,
        claim: claimOf(context, ''),
        deadlineOf: (deadlineMs) => deadlineOf(wait, deadlineMs, receivedAtMs),
      })
      const isBatch = isId('batch', id)
      tellMade(context, `/v1/${isBatch ? 'batches' : 'jobs'}/${id}`, replayed)
      return (isBatch ? answerBatch : answerJob)(context, id, { ...input.query, wait, created: true })
    },
  )

  mount(
    app,
    {
      method: 'get',
      path: '/v1/schedules/{id}/jobs',
      operationId: 'listScheduleJobs',
      scope: 'jobs:read',
      tags,
      summary: 'Jobs that a schedule has made, newest first',
      params,
      query: z.strictObject(pageFields),
      responses: {
        ...jobPage,
        ...problems('not_found'),
      },
    },
    async (context, input) => {
      const { id } = await loadSchedule(context.get('deps'), input.params.id)
      return answerJobs(context, { scheduleId: id }, input.query)
    },
  )
}

/** @throws ProblemError if the work was refused; the caller tells it together with whatever else is wrong. */
function workOf(work: NonNullable<AskedFor<Reading & { what: 'schedule' }>['work']>): AskedWork {
  if ('refused' in work) {
    throw problemFrom(work.refused)
  }
  return work
}
