import { afterEach, expect, it } from 'vitest'
import { startOnWorkers, WORKERS_TOKEN, type WorkersPortolan } from '../support/portolan-on-workers.ts'
import { readProblem } from '../support/read.ts'

let worker: WorkersPortolan | null = null
afterEach(async () => {
  await worker?.close()
})

it('is ready with its token and its schema', async () => {
  worker = await startOnWorkers({})
  expect((await fetch(`${worker.url}/readyz`)).status).toBe(200)
})

it('says on /readyz what a deployment lacks, and how to mend it', async () => {
  worker = await startOnWorkers({ PORTOLAN_ADMIN_TOKEN: '' }, { migrated: false })
  const { status, code, detail } = await readProblem(fetch(`${worker.url}/readyz`))
  expect({ status, code, detail }).toEqual({
    status: 503,
    code: 'unavailable',
    detail:
      'token: PORTOLAN_ADMIN_TOKEN is not set, so no request can be let in: npx wrangler secret put PORTOLAN_ADMIN_TOKEN; ' +
      'schema: the database has not been migrated: run npm run deploy:workers, or npx wrangler d1 migrations apply DB --remote',
  })
  const refused = await readProblem(
    fetch(`${worker.url}/v1/jobs`, { headers: { authorization: `Bearer ${WORKERS_TOKEN}` } }),
  )
  expect({ status: refused.status, detail: refused.detail }).toEqual({
    status: 401,
    detail:
      'This token is not known here: it may be mistyped, expired or revoked. ' +
      'Send one that POST /v1/tokens made; if there is none yet, set PORTOLAN_ADMIN_TOKEN.',
  })
})
