/** Trials of safety: the example of `dnsServers` was refused by the default policy, and no example had manifests. */
import { readFileSync } from 'node:fs'
import { load } from 'js-yaml'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'

type Schema = { $ref?: string; example?: Record<string, unknown>; properties?: Record<string, Schema> }
type Operation = { requestBody?: { content: Record<string, { schema: Schema }> } }
const document = load(readFileSync(new URL('../../openapi.yaml', import.meta.url), 'utf8')) as {
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Schema> }
}
const named = (name: string): Schema => document.components.schemas[name] ?? {}

let api: TestPortolan
beforeAll(async () => {
  // The server's own defaults: nothing is allowed besides, and what examples name is nobody's to dial
  api = await startTestPortolan({ PORTOLAN_EGRESS_ALLOW: '', PORTOLAN_EGRESS_DENY: '203.0.113.0/24' })
})
afterAll(() => api.close())

it('has an example for every body that makes something', () => {
  const bodies = Object.entries(document.paths).flatMap(([path, { post }]) => {
    const ref = post?.requestBody?.content['application/json']?.schema.$ref
    return ref === undefined ? [] : [[path, ref.replace('#/components/schemas/', '')] as const]
  })
  expect(bodies.map(([path, name]) => [path, name, named(name).example !== undefined])).toEqual(
    bodies.map(([path, name]) => [path, name, true]),
  )
  expect(bodies.length).toBeGreaterThanOrEqual(3)
})

it('accepts the example of a job, of a batch at a schedule, and of a schedule, as they stand', async () => {
  const job = named('JobRequest').example
  const plan = await api.call('/v1/plan', { json: job })
  expect([plan.status, await plan.json()]).toEqual([200, expect.objectContaining({ vantage: expect.any(String) })])
  const schedule = { ...named('ScheduleRequest').example, enabled: false }
  const made = await api.call('/v1/schedules', { json: schedule })
  expect([made.status, (await made.json()) as unknown]).toEqual([201, expect.objectContaining({ enabled: false })])
  const { job: _job, ...when } = { ...schedule, name: 'both', job: null }
  const batch = await api.call('/v1/schedules', { json: { ...when, batch: named('BatchRequest').example } })
  expect(batch.status).toBe(201)
})

it('accepts the example of a comparison', async () => {
  const made = await api.call('/v1/compare?wait=20', { json: named('CompareRequest').example })
  expect([made.status, await made.json()]).toEqual([
    200,
    expect.objectContaining({ verdict: 'inconclusive', summary: expect.objectContaining({ unasked: 1 }) }),
  ])
})

it('accepts the examples of single fields', async () => {
  const job = named('JobRequest').example
  const dnsServers = named('Addresses').properties?.dnsServers?.example
  const include = [named('PathSelector').example]
  const { status } = await api.call('/v1/plan', { json: { ...job, addresses: { dnsServers }, paths: { include } } })
  expect([status, Array.isArray(dnsServers)]).toEqual([200, true])
})

it('reads the example of a login, whose token nobody has', async () => {
  const login = await api.call('/login', { json: named('Login').example, headers: { origin: api.url } })
  expect([login.status, await login.json()]).toEqual([401, expect.objectContaining({ code: 'unauthenticated' })])
})
