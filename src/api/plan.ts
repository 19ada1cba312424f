import { z } from '@hono/zod-openapi'
import { planAsked } from '../job/plan-request.ts'
import { unmarkedValue } from '../lib/marked.ts'
import { ProblemError } from '../lib/problem.ts'
import { objectsUsed } from '../record/objects-used.ts'
import { refuseOthers } from '../record/principal.ts'
import { describePlan } from '../report/describe-job.ts'
import { linksTo } from '../report/links.ts'
import { renderSarif } from '../report/sarif.ts'
import { JobRequestSchema } from './job-request.ts'
import { ASKED_PROBLEMS, readAsked } from './job-request-body.ts'
import { PlanSchema } from './job-schemas.ts'
import { answerJson } from './json.ts'
import { manifestQuery } from './manifest-query.ts'
import { problems } from './problem.ts'
import { LARGE_CHARS } from './reading.ts'
import { type Api, type ApiContext, mount } from './route.ts'

export function mountPlan(app: Api): void {
  mount(
    app,
    {
      method: 'post',
      path: '/v1/plan',
      operationId: 'createPlan',
      scope: 'plan',
      tags: ['Plan'],
      summary: 'Plan every path of a Service',
      description:
        'Takes the body of a job, or none for a live Service. Probes and stores nothing. Each path names the object fields that it came from.',
      query: z.strictObject({ ...manifestQuery, ...sarifQuery }),
      body: {
        required: false,
        content: { 'application/json': { schema: JobRequestSchema }, 'application/yaml': { schema: z.string() } },
      },
      responses: {
        200: {
          description: 'The paths',
          content: { 'application/json': { schema: PlanSchema }, [SARIF]: { schema: z.string() } },
        },
        ...problems(...ASKED_PROBLEMS),
      },
    },
    async (context, { query }) => {
      const { asked, body } = await readAsked(context, query)
      const text = query.format === 'sarif' ? manifestsOf(context, body) : null
      const { plan, diagnosis, provenance } = await planAsked(context.get('deps'), asked)
      refuseOthers(context.get('principal'), plan.target)
      const { namespaces } = context.get('principal')
      const document = unmarkedValue(describePlan(plan, diagnosis, objectsUsed(provenance, plan)), namespaces)
      if (text === null) {
        return answerJson(context, document)
      }
      const { publicUrl, version } = context.get('deps').settings
      const options = { links: linksTo(publicUrl), version }
      const file = { path: query.path ?? 'manifests.yaml', text }
      return context.body(renderSarif([document], [file], options), 200, { 'content-type': SARIF })
    },
  )
}

/** RFC 6838's name of it, as IANA has it. */
const SARIF = 'application/sarif+json'

const sarifQuery = {
  format: z.enum(['json', 'sarif']).optional().openapi({
    description: '`sarif`: what the manifests alone show to be broken, as SARIF 2.1.0, with lines. Default `json`',
  }),
  path: z.string().min(1).max(1024).optional().openapi({
    description: 'With `format=sarif`: the file of the manifests, from the folder of the repository',
    example: 'deploy/toad.yaml',
  }),
}

/** The manifests of a request, as they were written. */
function manifestsOf(context: ApiContext, body: string): string {
  const given: unknown = context.get('optionsInQuery') ? body : JSON.parse(body)?.target?.manifests
  if (typeof given !== 'string' || given.trim() === '') {
    const detail =
      'SARIF tells lines of manifests, and none came as a text. Send them as the body (content-type: application/yaml), or as a text in target.manifests.'
    throw new ProblemError('impossible_request', detail, { errors: [{ pointer: '?format', detail }] })
  }
  // Places are looked for on the thread that answers
  if (given.length > LARGE_CHARS) {
    const detail = `With format=sarif manifests may have ${LARGE_CHARS} characters. Send a file at a time.`
    throw new ProblemError('body_too_large', detail)
  }
  return given
}
