import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { readJob } from '../support/read.ts'

let api: TestPortolan
const TOKEN = 'a-token-of-the-test-0123456789'
beforeAll(async () => {
  api = await startTestPortolan({ PORTOLAN_AUTH: 'tokens', PORTOLAN_ADMIN_TOKEN: TOKEN })
})
afterAll(() => api.close())

const authorization = { authorization: `Bearer ${TOKEN}` }

const SERVICE = `apiVersion: v1
kind: Service
metadata: {name: marker-of-the-test, namespace: pond}
spec: {type: ExternalName, externalName: frog.invalid, ports: [{port: 80}]}
`

/** As a browser sends the form of `/try`: test/pages/try.test.ts tells what the page says. */
function post(path: string, fields: Readonly<Record<string, string | Blob>>): Promise<Response> {
  const body = new FormData()
  for (const [name, value] of Object.entries(fields)) {
    body.set(name, value)
  }
  const headers = { ...authorization, accept: 'text/html' }
  return fetch(api.url + path, { method: 'POST', body, headers, redirect: 'manual' })
}

it('an example is planned at one click', async () => {
  const page = await fetch(`${api.url}/try?example=toad`, { headers: { ...authorization, accept: 'text/html' } })
  expect([page.status, (await page.text()).includes('<h2 id="plan">')]).toEqual([200, true])
})

it('what is pasted, or a file, is planned and not kept; what is run is a job', async () => {
  const planned = await (await post('/try', { manifests: SERVICE })).text()
  const ofFile = await (
    await post('/try', { manifests: '', file: new Blob([SERVICE.replaceAll('\n', '\r\n')]) })
  ).text()
  const marks = [planned, ofFile].map((html) => /name="planned" value="(\w+)"/.exec(html)?.[1])
  expect(marks).toEqual([expect.stringMatching(/^\w{32}$/), marks[0]])
  const broken = await post('/try', { manifests: `${SERVICE}x: [` })
  expect([broken.status, broken.headers.get('cache-control')]).toEqual([400, 'no-store'])
  expect((await (await api.call('/v1/jobs', { headers: authorization })).json()) as object).toMatchObject({ items: [] })
  expect(api.lines.filter((line) => line.includes('marker-of-the-test'))).toEqual([])
  const run = await post('/try/run', { manifests: SERVICE, planned: marks[0] ?? '' })
  const to = run.headers.get('location') ?? ''
  expect([run.status, to]).toEqual([303, expect.stringMatching(/^\/jobs\/job_/)])
  const job = await readJob(api.call(`/v1${to}`, { headers: authorization }))
  expect(job.target.service).toBe('marker-of-the-test')
})
