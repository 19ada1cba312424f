/**
 * Measures what a small job costs beside a large one of somebody else: how long jobs of 5 paths take, one after the other,
 * alone and while jobs of 20,000 tries of another token run to other addresses; and what asked jobs cost while schedules
 * make as many tries as they can. Each figure is the median of three rounds, which take turns with those alone. It prints
 * and judges nothing. `npm run bench:fairness`
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { systemClock } from '../src/lib/clock.ts'
import { type Bundle, startBundle } from '../test/support/bundle.ts'
import { service } from '../test/support/manifests.ts'
import { freePort, startTarget } from './support/target.ts'

const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '3' }, jobs: { type: 'string', default: '200' } },
})
const ROUNDS = Number(options.rounds)
const JOBS = Number(options.jobs)
const ADMIN = 'the-admin-token-of-the-bench'
const SMALL_HOST = '127.0.0.2'
/** Each is one path, tried a hundred times. */
const LARGE_HOSTS = Array.from({ length: 200 }, (_, at) => `127.1.0.${at + 1}`)
const SCHEDULES = 10

const folder = mkdtempSync(join(tmpdir(), 'portolan-fairness-'))
const target = await startTarget(folder, LARGE_HOSTS)
const small = await Promise.all(Array.from({ length: 5 }, listenSmall))
const portolan: Bundle = await startBundle({
  PORTOLAN_ADMIN_TOKEN: ADMIN,
  PORTOLAN_AUTH: 'tokens',
  PORTOLAN_EGRESS_ALLOW: '127.0.0.0/8',
  PORTOLAN_VANTAGE: 'in-cluster',
})

async function listenSmall() {
  const server = createServer((_request, response) => response.end('ok'))
  const port = await freePort()
  await new Promise<void>((resolve) => server.listen(port, SMALL_HOST, resolve))
  return { port, close: () => server.close() }
}

async function call(token: string, path: string, json?: unknown, method = json === undefined ? 'GET' : 'POST') {
  const ask = () =>
    fetch(portolan.url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(json !== undefined && { body: JSON.stringify(json) }),
    })
  // A connection that the server has just closed for being idle is no answer
  const response = await ask().catch(ask)
  const text = await response.text()
  if (!response.ok) {
    throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 500)}`)
  }
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)
}

async function makeToken(name: string): Promise<string> {
  const { token } = await call(ADMIN, '/v1/tokens', {
    name,
    scopes: ['jobs:read', 'jobs:write', 'schedules:read', 'schedules:write'],
  })
  return String(token)
}

const SMALL = {
  target: {
    manifests: [
      service({
        clusterIP: SMALL_HOST,
        clusterIPs: [SMALL_HOST],
        ports: small.map(({ port }) => ({ name: `p${port}`, port, targetPort: port })),
      }),
    ],
  },
  paths: { include: ['ClusterIP'] },
  history: false,
}

const LARGE = {
  target: {
    manifests: [
      service(
        {
          clusterIP: '10.0.0.1',
          clusterIPs: ['10.0.0.1'],
          externalIPs: LARGE_HOSTS,
          ports: [{ name: 'http', port: target.port, targetPort: target.port }],
        },
        { name: 'large' },
      ),
    ],
  },
  paths: { include: ['ExternalIP'] },
  limits: { paths: 500 },
  samples: 100,
  deadlineMs: 600_000,
  labels: { bench: 'large' },
  history: false,
}

/** How long each of the small jobs takes, from the request to the answer with its verdict. */
async function timesOf(token: string): Promise<number[]> {
  const times: number[] = []
  for (let job = 0; job < JOBS; job++) {
    const startedMs = systemClock.monotonic()
    const { verdict, summary } = await call(token, '/v1/jobs?wait=60', SMALL)
    times.push(systemClock.monotonic() - startedMs)
    const { pass } = summary as { pass: number }
    if (verdict !== 'pass' || pass !== 5) {
      throw new Error(`the small job ended otherwise: ${verdict}, ${pass} passed`)
    }
  }
  return times.sort((a, b) => a - b)
}

const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * q) - 1)] ?? 0
const median = (values: readonly number[]): number =>
  quantile(
    values.toSorted((a, b) => a - b),
    0.5,
  )

/** Keeps one large job running until it is stopped. @returns how many have ended meanwhile. */
function keepLarge(token: string): () => Promise<number> {
  const ids: string[] = []
  let stopped = false
  const loop = async (): Promise<number> => {
    let ended = 0
    while (!stopped) {
      const { id } = await call(token, '/v1/jobs', LARGE)
      ids.push(String(id))
      let status = ''
      while (!stopped && status !== 'finished') {
        const { items } = await call(token, '/v1/jobs?label=bench%3Dlarge&limit=1')
        status = (items as { status: string }[])[0]?.status ?? ''
        await systemClock.sleep(100)
      }
      ended += status === 'finished' ? 1 : 0
    }
    await call(token, `/v1/jobs/${ids.at(-1)}/cancel`, {}).catch(() => undefined)
    return ended
  }
  const running = loop()
  return () => {
    stopped = true
    return running
  }
}

type Row = { alone: number[]; beside: number[] }
function tell(what: string, p99: Row, p50: Row): void {
  const ms = (value: number) => `${value.toFixed(1)} ms`
  const [alone, beside] = [median(p99.alone), median(p99.beside)]
  console.log(`${what}`)
  console.log(`  p99  alone ${ms(alone)}  beside ${ms(beside)}  ratio ${(beside / alone).toFixed(2)}`)
  console.log(`  p50  alone ${ms(median(p50.alone))}  beside ${ms(median(p50.beside))}`)
  console.log(`  p99 by round: alone ${p99.alone.map(ms).join(', ')}; beside ${p99.beside.map(ms).join(', ')}`)
}

const empty = (): Row => ({ alone: [], beside: [] })
const note = (times: readonly number[], kind: keyof Row, p99: Row, p50: Row): void => {
  p99[kind].push(quantile(times, 0.99))
  p50[kind].push(quantile(times, 0.5))
}

console.log(`${JOBS} jobs of 5 paths, one after the other, median of ${ROUNDS}; the large target is ${target.what}`)
const [large, asking] = [await makeToken('large'), await makeToken('small')]
await timesOf(asking)

const tokens = [empty(), empty()] as const
let largeEnded = 0
for (let round = 0; round < ROUNDS; round++) {
  note(await timesOf(asking), 'alone', ...tokens)
  const stop = keepLarge(large)
  await systemClock.sleep(500)
  note(await timesOf(asking), 'beside', ...tokens)
  largeEnded += await stop()
  await systemClock.sleep(500)
}
tell('Beside a job of 20,000 tries of another token', ...tokens)
console.log(`  large jobs that ended meanwhile: ${largeEnded}`)

const asked = [empty(), empty()] as const
let runs = 0
for (let round = 0; round < ROUNDS; round++) {
  note(await timesOf(asking), 'alone', ...asked)
  const ids: string[] = []
  for (let schedule = 0; schedule < SCHEDULES; schedule++) {
    const job = { ...LARGE, samples: 5 }
    const { id } = await call(asking, '/v1/schedules', { name: `s${round}-${schedule}`, cron: '@every 1s', job })
    ids.push(String(id))
  }
  await systemClock.sleep(2000)
  note(await timesOf(asking), 'beside', ...asked)
  for (const id of ids) {
    const { items } = await call(asking, `/v1/schedules/${id}/jobs?limit=200`)
    runs += (items as { status: string }[]).filter(({ status }) => status === 'finished').length
    await call(ADMIN, `/v1/schedules/${id}`, undefined, 'DELETE')
  }
  await systemClock.sleep(3000)
}
tell(`Beside ${SCHEDULES} schedules of the same token, each a job of 1,000 tries every second`, ...asked)
console.log(`  runs of schedules that ended meanwhile: ${runs}`)

await portolan.stop()
target.child.kill()
for (const { close } of small) {
  close()
}
rmSync(folder, { recursive: true, force: true })
process.exit(0)
