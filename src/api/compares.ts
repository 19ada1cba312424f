/**
 * `/v1/compare` and `/v1/compares`: two sides are asked the same, and compared.
 *
 * @module
 */
import { z } from '@hono/zod-openapi'
import { acceptCompare } from '../job/accept-compare.ts'
import { cancelJob } from '../job/cancel.ts'
import { isId } from '../lib/id.ts'
import { ProblemError } from '../lib/problem.ts'
import { hasEnded } from '../record/job.ts'
import { renderCompareCsv } from '../report/compare/csv.ts'
import { describeCompare } from '../report/compare/describe.ts'
import type { CompareDocument } from '../report/compare/document.ts'
import { renderCompareJunit } from '../report/compare/junit.ts'
import { renderCompareMarkdown } from '../report/compare/markdown.ts'
import { renderCompareTap } from '../report/compare/tap.ts'
import { renderCompareText } from '../report/compare/text.ts'
import { getComparison } from '../store/jobs.ts'
import { listResults } from '../store/results.ts'
import { compareQuery } from './compare-reading.ts'
import { CompareRequestSchema } from './compare-request.ts'
import { CompareSchema } from './compare-schemas.ts'
import type { Deps } from './deps.ts'
import { readAskedCompare } from './job-request-body.ts'
import { unchangedJob, waitForEnd } from './job-response.ts'
import { answerJson, toJson } from './json.ts'
import {
  type Answer,
  type AnswerAsked,
  answer,
  answerReport,
  formatWithoutPage,
  REPORT_FORMATS,
  type Renderers,
} from './negotiate.ts'
import { waitOf } from './prefer.ts'
import { type Api, type ApiContext, mount } from './route.ts'
import { cancels, make, makes, reports, shows } from './runs.ts'

const tags = ['Compares']
const params = z.object({ id: z.string().openapi({ example: 'cmp_01KAXW0000EXAMPLE0000000AB' }) })

const RENDERERS: Renderers<CompareDocument> = {
  json: toJson,
  text: renderCompareText,
  markdown: renderCompareMarkdown,
  junit: renderCompareJunit,
  csv: renderCompareCsv,
  tap: renderCompareTap,
}

/** Returns the id, or throws a 404 without a look-up for a text that cannot be one. */
function idOf(text: string): string {
  if (isId('compare', text)) {
    return text
  }
  throw new ProblemError('not_found', `There is no comparison "${text.slice(0, 60)}". Its id looks like cmp_01KAXW….`)
}

async function load(deps: Deps, id: string): Promise<Answer<CompareDocument>> {
  const job = await getComparison(deps.store, id)
  if (job === null) {
    throw new ProblemError('not_found', `There is no comparison ${id}.`)
  }
  const results = await listResults(deps.store, id)
  return {
    of: describeCompare(
      job,
      results.map(({ result }) => result),
    ),
    renderers: RENDERERS,
    ended: hasEnded(job),
    verdict: job.verdict,
    version: job.version,
  }
}

async function answerCompare(context: ApiContext, id: string, asked: AnswerAsked): Promise<Response> {
  const deps = context.get('deps')
  if (asked.wait !== null) {
    await waitForEnd(deps, id, asked.wait * 1000, context.req.raw.signal)
  }
  const asIs = !asked.created && asked.failStatus === undefined
  const known = asIs ? await unchangedJob(context, id, asked.format ?? 'json') : null
  return known ?? answer(context, asked, await load(deps, id))
}

export function mountCompares(app: Api): void {
  mount(
    app,
    {
      method: 'post',
      path: '/v1/compare',
      operationId: 'createCompare',
      scope: 'jobs:write',
      tags,
      summary: 'Send two sides the same requests, and compare the answers',
      description:
        'As `application/json`: a comparison. As `application/yaml` (or JSON that has `kind`): the manifests themselves, with `left`, `right` and the rest in the query. ' +
        'Without a body: the live objects of the namespace that the query names. ' +
        'Every request that the rules of either side promise is sent to both, each dialled at its own address, three times. ' +
        'Only what differs between the two sides counts; what differs within one is reported, and does not count. ' +
        'Differences are a 200 with the verdict `fail`. History keeps nothing of it.',
      ...makes(CompareSchema, { query: compareQuery, body: CompareRequestSchema }),
    },
    async (context, { query }) => {
      const { id, wait } = await make(context, query, '/v1/compares', {
        read: () => readAskedCompare(context, query),
        accept: (deps, asked, making) => acceptCompare(deps, asked, { ...making, batchId: null }),
      })
      return answerCompare(context, id, { ...query, wait, created: true })
    },
  )

  mount(
    app,
    {
      method: 'get',
      path: '/v1/compares/{id}',
      operationId: 'getCompare',
      scope: 'jobs:read',
      tags,
      summary: 'One comparison with its requests',
      ...shows(CompareSchema, params),
    },
    (context, input) =>
      answerCompare(context, idOf(input.params.id), {
        ...input.query,
        wait: waitOf(context, input.query.wait),
        created: false,
      }),
  )

  mount(
    app,
    {
      method: 'post',
      path: '/v1/compares/{id}/cancel',
      operationId: 'cancelCompare',
      scope: 'jobs:write',
      tags,
      summary: 'Cancel a comparison',
      description: 'Tries under way are cut; what was recorded stays. A comparison that has ended is a 409.',
      ...cancels(CompareSchema, params),
    },
    async (context, input) => {
      const deps = context.get('deps')
      const id = idOf(input.params.id)
      await load(deps, id)
      await cancelJob(deps, id)
      return answerJson(context, (await load(deps, id)).of)
    },
  )

  mount(
    app,
    {
      method: 'get',
      path: '/v1/compares/{id}/report',
      operationId: 'getCompareReport',
      scope: 'jobs:read',
      tags,
      summary: 'A comparison as a report',
      description: `By \`format\` (${REPORT_FORMATS.join(', ')}), else by \`Accept\`. \`text\` begins with PASS, FAIL, ERROR or INCONCLUSIVE.`,
      ...reports(CompareSchema, params, 'comparison'),
    },
    async (context, input) => {
      const format = formatWithoutPage(context, input.query.format)
      return answerReport(context, await load(context.get('deps'), idOf(input.params.id)), format)
    },
  )
}
