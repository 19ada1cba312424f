import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/lib/clock.ts'
import { node, slice } from '../support/manifests.ts'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { readBatch, readJob } from '../support/read.ts'
import { historyOf } from '../support/read-history.ts'
import { type Pod, startPod, toadService } from '../support/toad.ts'
import { HOUR, NOW } from '../support/two-days.ts'

const MINUTE = 60_000
const DAY = 24 * HOUR
const CLUSTER_IP = '127.0.0.1'
const NODES = ['127.0.0.2', '127.0.0.3', '127.0.0.4']
const ENDPOINTS = ['127.0.0.11', '127.0.0.12']

let api: TestPortolan
let history: ReturnType<typeof historyOf>
let pod: Pod
let atMs = NOW
let setAtMs = systemClock.monotonic()
/** Addresses, and paths of a URL, that answer 503. */
let failing: readonly string[] = []
let service = ''

beforeAll(async () => {
  const now = () => Math.floor(atMs + systemClock.monotonic() - setAtMs)
  ;[api, pod] = await Promise.all([
    startTestPortolan({}, { clock: { ...systemClock, now } }),
    startPod('toad', '0.0.0.0', ({ socket, url }, response) => {
      const fails = failing.includes(socket.localAddress ?? '') || failing.includes(url ?? '')
      response.writeHead(fails ? 503 : 200)
      response.end('hello')
    }),
  ])
  history = historyOf(api)
})
afterAll(() => Promise.all([api.close(), pod.close()]))

let made = 0
beforeEach(() => {
  failing = []
  service = `toad-${++made}`
  setClock(NOW)
})

function setClock(ms: number): void {
  ;[atMs, setAtMs] = [ms, systemClock.monotonic()]
}

/** A Service with a cluster IP, a node port on three nodes and two endpoints; all of them are one server's. */
function manifests(): Record<string, unknown>[] {
  const ports = [{ name: 'http', port: pod.port, targetPort: pod.port, nodePort: pod.port }]
  return [
    { ...toadService(pod.port, { type: 'NodePort', ports }), metadata: { name: service, namespace: 'default' } },
    ...NODES.map((address, at) => node(`node-${at + 1}`, { InternalIP: address })),
    slice(
      ENDPOINTS.map((at) => ({ at })),
      { service, namespace: 'default', ports: [{ name: 'http', port: pod.port, protocol: 'TCP' }] },
    ),
  ]
}

const WAYS = { include: ['ClusterIP', 'NodePort', 'Endpoint'] }
const body = (extra: Record<string, unknown>) => ({
  ...{ target: { manifests: manifests() }, paths: WAYS, vantage: 'in-cluster' },
  ...extra,
})

/** Runs a job so many minutes after the first; some addresses fail then. */
async function run(minute: number, fails: readonly string[], extra: Record<string, unknown> = {}) {
  setClock(NOW + minute * MINUTE)
  failing = fails
  const job = await readJob(api.call('/v1/jobs?wait=20', { json: body(extra) }))
  expect(job.status).toBe('finished')
  return job
}

/** Returns what everything that tells of now says of the Service. */
async function now() {
  const [{ state, lastVerdict, diagnosis, paths }, { items }, report, text, open] = await Promise.all([
    history.service(`default/${service}`),
    history.services('?limit=200'),
    history.report(`default/${service}/report`),
    api.call(`/v1/services/default/${service}/report?format=text`).then((response) => response.text()),
    history.incidents(`default/${service}/incidents`),
  ])
  const head = items.find(({ target }) => target.service === service)
  const failingPaths = paths.filter((path) => path.state === 'fail' && path.retiredAt === null)
  return {
    states: [state, head?.state, report.now.state, /^Now: (\w+)/m.exec(text)?.[1]],
    lastVerdict,
    failing: failingPaths.map(({ kind, address }) => `${kind} ${address ?? '*'}`).sort(),
    openForWhole: open.items.some(({ path, endedAt }) => path === null && endedAt === null),
    looksWell: diagnosis?.status === 'healthy',
  }
}
const all = (state: string) => [state, state, state, state]

// trials, "History and words"
describe('what a job leaves out is not gone', () => {
  it('when limits sample out the one failing node', async () => {
    const kept = (await run(0, [], { limits: { nodes: 1 } })).paths.find(
      ({ kind, skipped }) => kind === 'NodePort' && skipped === null,
    )?.address
    const down = String(NODES.find((address) => address !== kept))
    await run(1, [down])
    await run(2, [down], { limits: { nodes: 1 } })
    expect(await now()).toMatchObject({
      states: all('fail'),
      lastVerdict: 'pass',
      failing: [`NodePort ${down}`],
      openForWhole: true,
      looksWell: false,
    })
    await run(3, [])
    expect(await now()).toMatchObject({ states: all('pass'), failing: [], openForWhole: false, looksWell: true })
  })

  it('when another vantage looks at other paths', async () => {
    await run(0, [CLUSTER_IP])
    await run(1, [CLUSTER_IP], { vantage: 'outside', paths: { include: ['NodePort'] } })
    expect(await now()).toMatchObject({
      states: all('fail'),
      lastVerdict: 'pass',
      failing: [`ClusterIP ${CLUSTER_IP}`],
      openForWhole: true,
    })
    const days = (3 * DAY) / MINUTE
    await run(days, [CLUSTER_IP], { vantage: 'outside', paths: { include: ['NodePort'] } })
    expect(await now()).toMatchObject({
      states: all('fail'),
      lastVerdict: 'pass',
      failing: [`ClusterIP ${CLUSTER_IP}`],
    })
    await run(days + 1, [])
    expect(await now()).toMatchObject({ states: all('pass'), failing: [], openForWhole: false })
  })

  it('when only one of two checks is asked for', async () => {
    const [home, health] = ['/', '/healthz'].map((path) => ({
      type: 'http',
      name: path === '/' ? 'home' : 'health',
      path,
    }))
    const paths = { include: ['ClusterIP', 'Endpoint'] }
    await run(0, ['/healthz'], { paths, checks: [home, health] })
    await run(1, ['/healthz'], { paths, checks: [home] })
    const stillFailing = [`ClusterIP ${CLUSTER_IP}`, ...['*', ...ENDPOINTS].map((address) => `Endpoint ${address}`)]
    expect(await now()).toMatchObject({
      states: all('fail'),
      lastVerdict: 'pass',
      failing: stillFailing,
      openForWhole: true,
      looksWell: false,
    })
    await run(2, [], { paths, checks: [health] })
    expect(await now()).toMatchObject({ states: all('pass'), failing: [], openForWhole: false })
  })

  it('when a batch covers the Service partly', async () => {
    const [down] = NODES
    await run(0, [String(down)])
    setClock(NOW + MINUTE)
    const batch = await readBatch(
      api.call('/v1/batches?wait=20', { json: body({ paths: { include: ['ClusterIP', 'Endpoint'] } }) }),
    )
    expect(batch.verdict).toBe('pass')
    expect(await now()).toMatchObject({
      states: all('fail'),
      lastVerdict: 'pass',
      failing: [`NodePort ${down}`],
      openForWhole: true,
      looksWell: false,
    })
  })

  it('when nobody looked at the failing path within the window of a report', async () => {
    const [down] = NODES
    await run(0, [String(down)])
    await run(180, [String(down)], { paths: { include: ['ClusterIP'] } })
    const report = await history.report(`default/${service}/report?window=1h`)
    expect(report).toMatchObject({
      verdict: 'pass',
      counts: { pass: 1, fail: 0 },
      now: { state: 'fail', lastVerdict: 'pass' },
    })
    expect(report.paths.filter(({ state }) => state === 'fail')).toMatchObject([
      { address: down, counts: { pass: 0, fail: 0 }, availability: null, lastOutcome: 'fail' },
    ])
  })
})
