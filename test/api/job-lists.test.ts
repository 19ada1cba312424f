import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JobDocument } from '../../src/report/job-document.ts'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { readJob, readJobs } from '../support/read.ts'
import { type Pod, startPod, toadService } from '../support/toad.ts'

let api: TestPortolan
let pod: Pod
let frog: JobDocument
let toad: JobDocument

const job = (name: string, port: number, more: Record<string, unknown> = {}, target: Record<string, unknown> = {}) =>
  readJob(
    api.call('/v1/jobs?wait=20', {
      json: {
        target: { manifests: [{ ...toadService(port), metadata: { name, namespace: name } }], ...target },
        paths: { include: ['ClusterIP'] },
        ...more,
      },
    }),
  )

beforeAll(async () => {
  ;[api, pod] = await Promise.all([startTestPortolan(), startPod('toad')])
  toad = await job('toad', pod.port, { labels: { app: 'toad', team: 'pond' } })
  frog = await job('frog', 1, { vantage: 'in-cluster', labels: { app: 'frog', team: 'pond' } }, { cluster: 'east' })
})
afterAll(() => Promise.all([api.close(), pod.close()]))

describe('GET /v1/jobs', () => {
  it.each([
    ['', ['frog', 'toad']],
    ['status=finished', ['frog', 'toad']],
    ['status=running', []],
    ['verdict=fail', ['frog']],
    ['verdict=pass', ['toad']],
    ['cluster=east', ['frog']],
    ['cluster=default', ['toad']],
    ['namespace=frog', ['frog']],
    ['service=toad', ['toad']],
    ['label=app=frog', ['frog']],
    ['label=team=pond', ['frog', 'toad']],
    ['label=team=pond&label=app=toad', ['toad']],
    ['label=team=pond&verdict=fail&namespace=toad', []],
  ])('with %s lists %j', async (query, names) => {
    const { items, nextCursor } = await readJobs(api.call(`/v1/jobs?${query}`))
    expect([items.map(({ target }) => target.service), nextCursor]).toEqual([names, null])
  })

  it('takes instants with any offset; from is in, to is out', async () => {
    const listed = async (query: Record<string, string>) =>
      (await readJobs(api.call(`/v1/jobs?${new URLSearchParams(query)}`))).items.map(({ id }) => id)
    const later = new Date(Date.parse(frog.createdAt) + 1).toISOString()
    const berlin = `${new Date(Date.parse(frog.createdAt) + 3_600_000).toISOString().slice(0, -1)}+01:00`
    expect(await listed({ from: frog.createdAt })).toContain(frog.id)
    expect(await listed({ from: berlin, to: later })).toContain(frog.id)
    expect(await listed({ from: later })).toEqual([])
    expect(await listed({ to: toad.createdAt })).toEqual([])
  })

  it('lists heads: without paths, and else as the job itself', async () => {
    const { items } = await readJobs(api.call('/v1/jobs?service=frog'))
    const {
      paths: _paths,
      notApplicable: _reasons,
      ignored: _ignored,
      diagnosis: _diagnosis,
      unmet: _unmet,
      objects: _objects,
      ...head
    } = frog
    expect(items).toEqual([head])
  })
})

describe('history: false', () => {
  it('leaves the job, and no trace in history', async () => {
    const made = await job('newt', pod.port, { history: false })
    expect([made.verdict, (await readJob(api.call(`/v1/jobs/${made.id}`))).verdict]).toEqual(['pass', 'pass'])
    expect((await api.call('/v1/services/newt/newt')).status).toBe(404)
    expect(await (await api.call('/metrics')).text()).not.toContain('newt')
    expect((await api.call('/v1/services/toad/toad')).status).toBe(200)
  })
})
