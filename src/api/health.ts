import { z } from '@hono/zod-openapi'
import { ProblemError } from '../lib/problem.ts'
import { answerJson } from './json.ts'
import { uncountedProblems } from './problem.ts'
import { type Api, mount } from './route.ts'

const plain = { 'application/json': { schema: z.object({ status: z.literal('ok'), version: z.string() }) } }

/** `/livez` and `/readyz`: Kubernetes' own words; neither needs a token. */
export function mountHealth(app: Api): void {
  mount(
    app,
    {
      method: 'get',
      path: '/livez',
      operationId: 'getLivez',
      scope: 'open',
      tags: ['Health'],
      summary: 'Check that the process answers',
      responses: { 200: { description: 'It answers', content: plain }, ...uncountedProblems() },
    },
    (context) => answerJson(context, { status: 'ok', version: context.get('deps').settings.version }),
  )
  mount(
    app,
    {
      method: 'get',
      path: '/readyz',
      operationId: 'getReadyz',
      scope: 'open',
      tags: ['Health'],
      summary: 'Check that it can take jobs: the database is writable, and it is not draining',
      responses: {
        200: { description: 'It can take jobs', content: plain },
        ...uncountedProblems('unavailable'),
      },
    },
    async (context) => {
      const { notReady, settings } = context.get('deps')
      const problems = Object.entries(await notReady())
      if (problems.length === 0) {
        return answerJson(context, { status: 'ok', version: settings.version })
      }
      throw new ProblemError('unavailable', problems.map(([part, why]) => `${part}: ${why}`).join('; '), {
        headers: { 'retry-after': '1' },
      })
    },
  )
}
