import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { LARGE_CHARS, type Reading, readAndPlan } from '../../../src/api/reading.ts'
import { createPolicy } from '../../../src/check/policy.ts'
import { createReader, READER_LIMITS, type Reader } from '../../../src/runtime/node/reader.ts'
import type { ReaderData } from '../../../src/runtime/node/reader-messages.ts'
import { aPlace } from '../../support/place.ts'
import { startTestPortolan, type TestPortolan } from '../../support/portolan.ts'
import { readProblem } from '../../support/read.ts'

const DATA: ReaderData = {
  place: aPlace(),
  settings: { cluster: 'default', queueLimit: 10, dnsServers: [] },
  ...{ egressAllow: [], egressDeny: [] },
}
const PLAN_DEPS = { ...DATA, policy: createPolicy({ allow: [], deny: [] }) }

const service = (name: string) => `
apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: pond}
spec: {clusterIP: 10.96.0.20, selector: {app: toad}, ports: [{port: 80}]}
`
/** Larger than what is read at once: pods that the Service has nothing to do with. */
const pods = (chars: number) => {
  const pod = (i: number) =>
    `---\napiVersion: v1\nkind: Pod\nmetadata: {name: pod-${i}, labels: {app: newt}}\nspec: {containers: [{name: c}]}\n`
  return Array.from({ length: Math.ceil(chars / pod(0).length) }, (_, i) => pod(i)).join('')
}
const LARGE = service('toad') + pods(2 * LARGE_CHARS)
const yaml = (text: string, over = {}): Reading => ({
  what: 'job',
  body: { text, type: 'yaml' },
  query: { label: [], ...over },
  egressOnly: null,
})

const readers: Reader[] = []
const reader = (limits = {}, module?: string) => {
  const made = createReader(DATA, { ...READER_LIMITS, ...limits }, module)
  readers.push(made)
  return made
}
afterEach(() => Promise.all(readers.splice(0).map((each) => each.close())))

describe('reading large bodies beside', () => {
  it('makes of a body what reading and planning it at once does', async () => {
    const readings: Reading[] = [
      yaml(LARGE),
      yaml(LARGE, { service: 'tod' }),
      yaml(`${LARGE}---\nkind: [`),
      {
        what: 'job',
        body: { text: `{"target": {"manifests": ${JSON.stringify(LARGE)}}, "tmeoutMs": 1}`, type: 'json' },
        query: { label: [] },
        egressOnly: ['10.0.0.0/8'],
      },
      {
        what: 'batch',
        body: { text: `${LARGE}---${service('frog')}`, type: 'yaml' },
        query: { label: [], selector: [], namespaces: [] },
        egressOnly: ['10.0.0.0/8'],
      },
      {
        what: 'schedule',
        body: {
          text: JSON.stringify({ name: 'n', cron: '@hourly', job: { target: { manifests: LARGE } } }),
          type: 'json',
        },
        egressOnly: ['10.0.0.0/8'],
      },
    ]
    const one = reader()
    for (const reading of readings) {
      expect(await one.read(reading)).toEqual(await readAndPlan(reading, PLAN_DEPS))
    }
  })

  it('does not carry the objects of a job to the thread that asked', async () => {
    const outcome = await reader().read(yaml(LARGE))
    expect(outcome).toMatchObject({ optionsInQuery: true, asked: { objects: { source: 'manifests', planned: {} } } })
    expect(outcome).not.toHaveProperty('asked.objects.manifests')
  })

  it('tells those to come again whom it could only keep waiting', async () => {
    const one = reader({ waiting: 1 })
    const outcomes = await Promise.allSettled([1, 2, 3].map(() => one.read(yaml(LARGE))))
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected'])
    expect(outcomes[2]).toMatchObject({ reason: { code: 'unavailable', headers: { 'retry-after': '2' } } })
    expect(await one.read(yaml(LARGE))).toHaveProperty('asked')
  })

  it('ends what takes too much memory or time, says so, and reads the next', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'portolan-test-'))
    const program = (name: string, work: string) => {
      const file = join(folder, `${name}.mjs`)
      writeFileSync(file, `process.on('message', ({ reading }) => { if (reading) { ${work} } })`)
      return file
    }
    const first = (act: string) =>
      `if (reading.query.service === 'x') { ${act} } else process.send({ outcome: 'read' })`
    const hog = reader(
      { heapMb: 32 },
      program('hog', first('const all = []; for (;;) all.push(new Array(1000).fill({}))')),
    )
    const hung = reader({ timeoutMs: 100 }, program('hung', first('for (;;);')))
    const bug = reader({}, program('bug', first('process.send({ bug: "a bug of ours" })')))
    await expect(hog.read(yaml('', { service: 'x' }))).rejects.toMatchObject({
      ...{ code: 'body_too_large', detail: expect.stringContaining('more memory than 32 MB') },
    })
    await expect(hung.read(yaml('', { service: 'x' }))).rejects.toMatchObject({
      ...{ code: 'body_too_large', detail: expect.stringContaining('longer than 0.1 s') },
    })
    await expect(bug.read(yaml('', { service: 'x' }))).rejects.toThrow('a bug of ours')
    for (const each of [hog, bug]) {
      expect(await each.read(yaml(''))).toBe('read')
    }
    rmSync(folder, { recursive: true })
  })

  it('tells who still waits when the process ends to try again', async () => {
    const one = reader()
    const waiting = [1, 2].map(() => one.read(yaml(LARGE)).catch((error: unknown) => error))
    await one.close()
    expect(await Promise.all(waiting)).toMatchObject([{ code: 'unavailable' }, { code: 'unavailable' }])
  })
})

describe('a large body sent to the API', () => {
  let api: TestPortolan
  beforeAll(async () => {
    api = await startTestPortolan()
  })
  afterAll(() => api.close())

  it('is planned as a small one is', async () => {
    const planned = async (text: string) => (await api.call('/v1/plan?service=toad', { yaml: text })).json()
    const { ignored: _, ...large } = (await planned(LARGE)) as Record<string, unknown>
    const { ignored: _ignored, ...small } = (await planned(service('toad') + pods(1))) as Record<string, unknown>
    expect(large).toEqual(small)
  })

  it('is refused as a small one is, with pointers into the query', async () => {
    const refused = await api.call('/v1/plan?service=tod', { yaml: LARGE })
    expect([refused.status, (await readProblem(refused)).code]).toEqual([422, 'service_not_found'])
  })

  it('makes one job of two requests with one key, however the plan would be refused by then', async () => {
    const post = () => api.call('/v1/jobs?service=toad', { yaml: LARGE, headers: { 'idempotency-key': 'large' } })
    const [first, second] = [await post(), await post()]
    expect([first.status, second.headers.get('idempotent-replayed')]).toEqual([202, 'true'])
    expect(second.headers.get('location')).toBe(first.headers.get('location'))
  })
})
