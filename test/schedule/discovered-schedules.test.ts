import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseManifests } from '../../src/kube/parse.ts'
import { createLog } from '../../src/lib/log.ts'
import { type OpenDatabase, openSqlite } from '../../src/runtime/node/sqlite.ts'
import { keepDiscovered } from '../../src/schedule/keep-discovered.ts'
import { createManualClock } from '../support/manual-clock.ts'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { readProblem, readSchedule, readSchedules } from '../support/read.ts'
import { toadService } from '../support/toad.ts'

const CHECK = '{type: http, name: home, path: /healthz, headers: {authorization: secret}}'
const annotations = {
  'portolan.dev/probe': 'true',
  'portolan.dev/every': '2h',
  'portolan.dev/job': `{checks: [${CHECK}]}`,
}

let api: TestPortolan
let database: OpenDatabase
beforeAll(async () => {
  // It reads no cluster, so that it leaves alone what the test makes.
  api = await startTestPortolan({ PORTOLAN_DISCOVER: 'annotated' })
  database = openSqlite(api.databaseFile)
  const { objects, ignored } = parseManifests(
    [
      { ...toadService(80), metadata: { name: 'toad-svc', namespace: 'default', annotations } },
      {
        ...toadService(80),
        metadata: { name: 'frog-svc', namespace: 'default', annotations: { 'portolan.dev/probe': 'no' } },
      },
    ],
    { pointer: '' },
  )
  const provenance = { source: 'cluster', readAtMs: 0, resourceVersions: {}, stale: false, unread: [] } as const
  await keepDiscovered(
    {
      ...{ store: database.store, clock: createManualClock(Date.now()) },
      ...{ log: createLog('error', () => undefined, Date.now), settings: { scheduleLimit: 10 } },
    },
    { cluster: 'default', mode: 'annotated', everyLeastMs: 1000 },
    { objects, ignored, provenance },
  )
  const job = { target: { manifests: [toadService(80)] } }
  await api.call('/v1/schedules', { json: { name: 'own', cron: '@hourly', enabled: false, job } })
})
afterAll(async () => {
  database.close()
  await api.close()
})

const idOf = async (): Promise<string> => {
  const { items } = await readSchedules(api.call('/v1/schedules?managedBy=discovery'))
  return items[0]?.id ?? ''
}

describe('a schedule that discovery keeps', () => {
  it('is told from others, in the list and by itself', async () => {
    const names = async (query: string) =>
      (await readSchedules(api.call(`/v1/schedules${query}`))).items.map(({ name, managedBy }) => [name, managedBy])
    const [managed, own] = [
      ['default/toad-svc', 'discovery'],
      ['own', null],
    ]
    expect(await names('?managedBy=discovery')).toEqual([managed])
    expect(await names('?managedBy=none')).toEqual([own])
    expect((await names('')).toSorted()).toEqual([managed, own])
    expect((await api.call('/v1/schedules?managedBy=somebody')).status).toBe(400)
    const { job, ...schedule } = await readSchedule(api.call(`/v1/schedules/${await idOf()}`))
    expect(schedule).toMatchObject({ cron: '@every 2h', enabled: true, overlap: 'skip', managedBy: 'discovery' })
    expect(job).toMatchObject({
      objects: null,
      checks: [{ name: 'home', path: '/healthz', headers: {} }],
      writeOnly: {},
    })
    expect(Object.keys({ ...job, ...job?.checks[0] })).not.toEqual(expect.arrayContaining(['madeBy']))
    expect(Object.keys(job?.checks[0] ?? {})).not.toContain('trustsAsDefault')
  })

  it('is neither changed, paused nor deleted here, and says what to change', async () => {
    const id = await idOf()
    for (const init of [
      { method: 'PATCH', json: { enabled: false }, headers: { 'if-match': '"1"' } },
      { method: 'PATCH', json: { cron: '@hourly' } },
      { method: 'DELETE' },
    ]) {
      const response = await api.call(`/v1/schedules/${id}`, init)
      const { code, detail } = await readProblem(response)
      expect([response.status, code]).toEqual([409, 'conflict'])
      expect(detail).toBe(
        `Schedule ${id} is made by discovery from Service/toad-svc in namespace default, and follows it. Change the ` +
          'annotations of the Service or of its Namespace: portolan.dev/every, portolan.dev/job, or portolan.dev/probe: ' +
          '"false" to have it removed.',
      )
    }
    expect((await readSchedule(api.call(`/v1/schedules/${id}`))).enabled).toBe(true)
  })

  it('may be run now, with what is there', async () => {
    const response = await api.call(`/v1/schedules/${await idOf()}/run`, { method: 'POST' })
    expect([response.status, (await readProblem(response)).code]).toEqual([422, 'no_cluster'])
  })

  it('is read by what is refused of its Service, without any value', async () => {
    const response = await api.call('/v1/services/default/toad-svc')
    const text = await response.clone().text()
    expect((await readProblem(response)).errors).toEqual([
      {
        pointer: '/checks/0/headers',
        detail:
          'Service/default/toad-svc, portolan.dev/job: may not be set by an annotation; these may: type, name, port, method, path, scheme, expect',
      },
    ])
    expect(text).not.toContain('secret')
    const { status, errors } = await readProblem(api.call('/v1/services/default/frog-svc'))
    expect([status, errors.length]).toEqual([404, 1])
  })
})
