/**
 * `/v1/batches`: many Services in one request.
 *
 * @module
 */
import { z } from '@hono/zod-openapi'
import { acceptBatch } from '../job/accept-batch.ts'
import { cancelBatch } from '../job/cancel.ts'
import { BATCH_LIMIT } from '../record/batch.ts'
import { describeBatch } from '../report/describe-batch.ts'
import { listBatches } from '../store/batches.ts'
import { answerBatch, answerBatchReport, loadBatch } from './batch-response.ts'
import { BatchSchema } from './batch-schemas.ts'
import { BatchRequestSchema } from './job-request.ts'
import { readAskedBatch } from './job-request-body.ts'
import { answerJson } from './json.ts'
import { batchManifestQuery } from './manifest-query.ts'
import { formatWithoutPage, REPORT_FORMATS } from './negotiate.ts'
import { answerPage, encodeCursor, newestBefore, pageFields, pageOf } from './pagination.ts'
import { waitOf } from './prefer.ts'
import { problems } from './problem.ts'
import { type Api, mount } from './route.ts'
import { cancels, make, makes, reports, shows } from './runs.ts'

const tags = ['Batches']
const params = z.object({ id: z.string().openapi({ example: 'bat_01KAXW0000EXAMPLE0000000AB' }) })

export function mountBatches(app: Api): void {
  mount(
    app,
    {
      method: 'post',
      path: '/v1/batches',
      operationId: 'createBatch',
      scope: 'jobs:write',
      tags,
      summary: 'Probe every path of many Services',
      description:
        `Makes a job for each Service that the target selects, at most ${BATCH_LIMIT}. ` +
        'The body is that of a job, or the manifests themselves with the options of the query. ' +
        'Without manifests the live Services are read from the cluster: name the namespaces, or ask for all. ' +
        'A Service that cannot be planned has a job that ends with the problem and the verdict `error`; the others are probed.',
      ...makes(BatchSchema, { query: batchManifestQuery, body: BatchRequestSchema }),
    },
    async (context, { query }) => {
      const { id, wait } = await make(context, query, '/v1/batches', {
        read: () => readAskedBatch(context, query),
        accept: acceptBatch,
      })
      return answerBatch(context, id, { ...query, wait, created: true })
    },
  )

  mount(
    app,
    {
      method: 'get',
      path: '/v1/batches',
      operationId: 'listBatches',
      scope: 'jobs:read',
      tags,
      summary: 'Batches, newest first',
      query: z.strictObject(pageFields),
      responses: { ...pageOf(BatchSchema), ...problems() },
    },
    async (context, { query: { limit, cursor } }) => {
      const before = newestBefore(cursor)
      const found = await listBatches(context.get('deps').store, { limit: limit + 1, before })
      const page = found.slice(0, limit)
      const last = page.at(-1)?.batch
      const next = found.length > limit && last ? encodeCursor([last.createdAtMs, last.id]) : null
      return answerPage(
        context,
        page.map(({ batch, jobs }) => describeBatch(batch, jobs)),
        next,
      )
    },
  )

  mount(
    app,
    {
      method: 'get',
      path: '/v1/batches/{id}',
      operationId: 'getBatch',
      scope: 'jobs:read',
      tags,
      summary: 'One batch with its jobs',
      ...shows(BatchSchema, params),
    },
    (context, input) =>
      answerBatch(context, input.params.id, {
        ...input.query,
        wait: waitOf(context, input.query.wait),
        created: false,
      }),
  )

  mount(
    app,
    {
      method: 'post',
      path: '/v1/batches/{id}/cancel',
      operationId: 'cancelBatch',
      scope: 'jobs:write',
      tags,
      summary: 'Cancel a batch',
      description:
        'Cancels its jobs that have not ended; the others stay as they are. A batch that has ended is a 409.',
      ...cancels(BatchSchema, params),
    },
    async (context, input) => {
      const deps = context.get('deps')
      const { id } = (await loadBatch(deps, input.params.id)).document
      await cancelBatch(deps, id)
      return answerJson(context, (await loadBatch(deps, id)).document)
    },
  )

  mount(
    app,
    {
      method: 'get',
      path: '/v1/batches/{id}/report',
      operationId: 'getBatchReport',
      scope: 'jobs:read',
      tags,
      summary: 'A batch as one report',
      description:
        `By \`format\` (${REPORT_FORMATS.join(', ')}), else by \`Accept\`. A line for each Service, then the whole report of each ` +
        'that does not work; JUnit: a suite for each Service; JSON: the batch.',
      ...reports(BatchSchema, params, 'batch'),
    },
    (context, input) => answerBatchReport(context, input.params.id, formatWithoutPage(context, input.query.format)),
  )
}
