/**
 * `/v1/jobs`: parse, call, answer.
 *
 * @module
 */
import { z } from '@hono/zod-openapi'
import { VERDICTS } from '../check/verdict.ts'
import { acceptJob } from '../job/accept.ts'
import { cancelJob } from '../job/cancel.ts'
import { defined } from '../lib/defined.ts'
import { hasEnded, JOB_STATUSES } from '../record/job.ts'
import { describeJob } from '../report/describe-job.ts'
import { JobRequestSchema } from './job-request.ts'
import { readAsked } from './job-request-body.ts'
import { answerJob, JOB_RENDERERS, loadJob, unchangedJob } from './job-response.ts'
import { JobSchema } from './job-schemas.ts'
import { answerJson } from './json.ts'
import { answerJobs, jobPage } from './list-jobs.ts'
import { manifestQuery } from './manifest-query.ts'
import { answerReport, formatWithoutPage, REPORT_FORMATS } from './negotiate.ts'
import { pageFields } from './pagination.ts'
import { jobIdOf, jobParams, readLabels } from './params.ts'
import { waitOf } from './prefer.ts'
import { problems } from './problem.ts'
import { type Api, mount } from './route.ts'
import { cancels, make, makes, reports, shows } from './runs.ts'

export function mountJobs(app: Api): void {
  mount(
    app,
    {
      method: 'post',
      path: '/v1/jobs',
      operationId: 'createJob',
      scope: 'jobs:write',
      tags: ['Jobs'],
      summary: 'Probe every path of a Service',
      description:
        'As `application/json`: a job. As `application/yaml` (or JSON that has `kind`): the manifests themselves, with the options of the query. ' +
        'Without a body: the live Service that the query names, read from its cluster. ' +
        'An unreachable target is a 200 with a failing verdict.',
      ...makes(JobSchema, { query: manifestQuery, body: JobRequestSchema }),
    },
    async (context, { query }) => {
      const { id, wait } = await make(context, query, '/v1/jobs', {
        read: () => readAsked(context, query),
        accept: (deps, asked, making) => acceptJob(deps, asked, { ...making, batchId: null }),
      })
      return answerJob(context, id, { ...query, wait, created: true })
    },
  )

  mount(
    app,
    {
      method: 'get',
      path: '/v1/jobs',
      operationId: 'listJobs',
      scope: 'jobs:read',
      tags: ['Jobs'],
      summary: 'Jobs, newest first',
      query: z.strictObject({
        status: z.enum(JOB_STATUSES).optional(),
        verdict: z.enum(VERDICTS).optional(),
        cluster: z.string().max(253).optional(),
        namespace: z.string().max(63).optional(),
        service: z.string().max(63).optional(),
        label: z
          .array(z.string().max(320))
          .max(16)
          .default([])
          .openapi({ description: '`key=value`; may be given several times' }),
        from: z.iso.datetime({ offset: true }).optional(),
        to: z.iso.datetime({ offset: true }).optional(),
        ...pageFields,
      }),
      responses: {
        ...jobPage,
        ...problems(),
      },
    },
    async (context, { query }) => {
      const { limit, cursor, label, from, to, ...equal } = query
      const filter = defined({
        ...equal,
        labels: readLabels(label),
        fromMs: from === undefined ? undefined : Date.parse(from),
        toMs: to === undefined ? undefined : Date.parse(to),
      })
      return answerJobs(context, filter, { limit, cursor })
    },
  )

  mount(
    app,
    {
      method: 'get',
      path: '/v1/jobs/{id}',
      operationId: 'getJob',
      scope: 'jobs:read',
      tags: ['Jobs'],
      summary: 'One job with its paths and results',
      ...shows(JobSchema, jobParams),
    },
    (context, { params, query }) =>
      answerJob(context, jobIdOf(params.id), { ...query, wait: waitOf(context, query.wait), created: false }),
  )

  mount(
    app,
    {
      method: 'post',
      path: '/v1/jobs/{id}/cancel',
      operationId: 'cancelJob',
      scope: 'jobs:write',
      tags: ['Jobs'],
      summary: 'Cancel a job',
      description: 'Tries under way are cut; what was recorded stays. A job that has ended is a 409.',
      ...cancels(JobSchema, jobParams),
    },
    async (context, { params }) => {
      const deps = context.get('deps')
      const id = jobIdOf(params.id)
      await cancelJob(deps, id)
      return answerJson(context, describeJob((await loadJob(deps, id)).report))
    },
  )

  mount(
    app,
    {
      method: 'get',
      path: '/v1/jobs/{id}/report',
      operationId: 'getJobReport',
      scope: 'jobs:read',
      tags: ['Jobs'],
      summary: 'A job as a report',
      description: `By \`format\` (${REPORT_FORMATS.join(', ')}), else by \`Accept\`. \`text\` begins with PASS, FAIL, ERROR or INCONCLUSIVE.`,
      ...reports(JobSchema, jobParams, 'job'),
    },
    async (context, { params, query }) => {
      const id = jobIdOf(params.id)
      const format = formatWithoutPage(context, query.format)
      const known = await unchangedJob(context, id, format)
      if (known !== null) {
        return known
      }
      const { job, report } = await loadJob(context.get('deps'), id)
      const found = { of: report, renderers: JOB_RENDERERS, ended: hasEnded(job), version: job.version }
      return answerReport(context, found, format)
    },
  )
}
