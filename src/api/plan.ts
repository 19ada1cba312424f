import { z } from '@hono/zod-openapi'
import { planAsked } from '../job/plan-request.ts'
import { objectsUsed } from '../record/objects-used.ts'
import { describePlan } from '../report/describe-job.ts'
import { JobRequestSchema } from './job-request.ts'
import { ASKED_PROBLEMS, readAsked } from './job-request-body.ts'
import { answerJson } from './json.ts'
import { manifestQuery } from './manifest-query.ts'
import { problems } from './problem.ts'
import { type Api, mount } from './route.ts'
import { PlanSchema } from './schemas.ts'

export function mountPlan(app: Api): void {
  mount(
    app,
    {
      method: 'post',
      path: '/v1/plan',
      operationId: 'createPlan',
      tags: ['Plan'],
      summary: 'Every path of a Service',
      description:
        'The body of a job, or none for a live Service; probes and stores nothing. Each path names the object fields that it came from.',
      query: z.strictObject(manifestQuery),
      body: {
        required: false,
        content: { 'application/json': { schema: JobRequestSchema }, 'application/yaml': { schema: z.string() } },
      },
      responses: {
        200: { description: 'The paths', content: { 'application/json': { schema: PlanSchema } } },
        ...problems(...ASKED_PROBLEMS),
      },
    },
    async (context, { query }) => {
      const { asked } = await readAsked(context, query)
      const { plan, diagnosis, provenance } = await planAsked(context.get('deps'), asked)
      return answerJson(context, describePlan(plan, diagnosis, objectsUsed(provenance, plan)))
    },
  )
}
