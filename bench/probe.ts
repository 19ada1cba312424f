/**
 * Measures what a try costs: CPU time of this process and wall time per HTTP and TCP try, at 1, 64 and 256 at once,
 * beside bare undici (and bare sockets) with a fresh connection each, in the same run. The target is nginx where it is
 * installed, else a Node server, in a process of its own. blackbox_exporter, where it is installed, is asked over its
 * own /probe. It prints aims beside the figures and judges nothing. `npm run bench:probe`
 */
import type { ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import type { Result } from '../src/check/result.ts'
import { createRecorder, PROMPT } from '../src/job/recorder.ts'
import { systemClock } from '../src/lib/clock.ts'
import { createNodeNetwork } from '../src/runtime/node/network.ts'
import { createProber, type Prober } from '../src/runtime/node/prober.ts'
import { openSqlite } from '../src/runtime/node/sqlite.ts'
import { insertJob } from '../src/store/jobs.ts'
import { claimJob } from '../src/store/leases.ts'
import { recordResults } from '../src/store/results.ts'
import { aPlan, aWork, handed, httpCheck, plannedPath, quietLog, tcpCheck } from '../test/support/checks.ts'
import { noAddresses } from '../test/support/request.ts'
import { aJob } from '../test/support/stored.ts'
import { bareSocket, bareUndici, type Contender, keptUndici, pool } from './support/bare.ts'
import { startBlackbox } from './support/blackbox.ts'
import { HOST, startTarget } from './support/target.ts'

const { values: options } = parseArgs({
  options: {
    tries: { type: 'string', default: '3000' },
    rounds: { type: 'string', default: '5' },
    blackbox: { type: 'string', default: '/usr/bin/prometheus-blackbox-exporter' },
  },
})
const TRIES = Number(options.tries)
const ROUNDS = Number(options.rounds)
const AT_ONCE = [1, 64, 256]
/** The most that a try with its row may cost, × bare undici; the least that blackbox_exporter costs, × that try. */
const AIMS = { bare: 1.1, http: 2, tcp: 4 }

const folder = mkdtempSync(join(tmpdir(), 'portolan-bench-'))
const children: ChildProcess[] = []
process.on('exit', () => {
  for (const child of children) {
    child.kill()
  }
  rmSync(folder, { recursive: true, force: true })
})

type Cost = { cpuMs: number; wallMs: number }

async function measure({ run }: Contender, tries: number, atOnce: number): Promise<Cost> {
  const cpu = process.cpuUsage()
  const startedAt = performance.now()
  await run(tries, atOnce)
  const wallMs = performance.now() - startedAt
  const { user, system } = process.cpuUsage(cpu)
  return { cpuMs: (user + system) / 1000 / tries, wallMs: wallMs / tries }
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN

const network = createNodeNetwork()
const never = new AbortController().signal

const ourHttp = (port: number): Contender => ({
  name: 'Network.http',
  run: (tries, atOnce) =>
    pool(tries, atOnce, () =>
      network.http({
        address: HOST,
        port,
        timeoutMs: 5000,
        signal: never,
        tls: null,
        method: 'GET',
        target: '/',
        headers: { host: `${HOST}:${port}`, 'user-agent': 'portolan', accept: '*/*' },
        body: null,
        httpVersion: '1.1',
        streamMs: 1000,
        bodyLimitBytes: 1_048_576,
      }),
    ),
})

const ourTcp = (port: number): Contender => ({
  name: 'Network.tcp',
  run: (tries, atOnce) =>
    pool(tries, atOnce, () =>
      network.tcp({
        address: HOST,
        port,
        timeoutMs: 5000,
        signal: never,
        tls: null,
        steps: [],
        readLimitBytes: 65_536,
      }),
    ),
})

const probers = new Map<number, Prober>()

/** The thread that probes so many at once. */
function proberOf(atOnce: number): Prober {
  const settings = { egressAllow: ['127.0.0.0/8'], egressDeny: [], concurrency: atOnce, concurrencyPerAddress: atOnce }
  const prober = probers.get(atOnce) ?? createProber(settings, quietLog())
  probers.set(atOnce, prober)
  return prober
}

const database = openSqlite(join(folder, 'bench.db'))

/** A job of one path and as many samples: everything that a try costs, with or without its stored row. */
const job = (type: 'http' | 'tcp', port: number, stored: boolean): Contender => ({
  name: stored ? 'a job, its rows stored' : 'a job, its rows dropped',
  async run(tries, atOnce) {
    const path = plannedPath({ addressPort: port, checks: [type === 'http' ? httpCheck() : tcpCheck()] })
    const plan = aPlan([path])
    const { id, sink, flush } = stored
      ? await openJob(plan.paths)
      : { id: 'job_01KB0000000000000000000000', sink: () => undefined, flush: async () => undefined }
    let count = 0
    const work = aWork(plan, {
      jobId: id,
      request: {
        samples: tries,
        retries: { limit: 0, delayMs: 0 },
        settleMs: 0,
        timeoutMs: 5000,
        addresses: noAddresses,
      },
      deadlineAtMs: Date.now() + 600_000,
    })
    await proberOf(atOnce).runChecks(handed(work), {
      signal: never,
      record(result) {
        if (result.outcome !== 'pass') {
          throw new Error(`${result.failure?.code}: ${result.failure?.message}`)
        }
        count++
        sink(result)
      },
    })
    await flush()
    if (count !== tries) {
      throw new Error(`${count} of ${tries} results`)
    }
  },
})

async function openJob(
  paths: readonly ReturnType<typeof plannedPath>[],
): Promise<{ id: string; sink(result: Result): void; flush(): Promise<void> }> {
  const nowMs = Date.now()
  const planned = aJob({ createdAtMs: nowMs })
  const row = { ...planned, plan: planned.plan && { ...planned.plan, paths } }
  await insertJob(database.store, row, null, 1_000_000)
  const claimed = await claimJob(database.store, { id: row.id }, 'bench', nowMs, 600_000)
  if (claimed === null) {
    throw new Error('the job was not claimed')
  }
  const recorder = createRecorder(systemClock, PROMPT, (results) =>
    recordResults(database.store, claimed.lease, results),
  )
  return { id: row.id, sink: (result) => recorder.add(result), flush: () => recorder.flush() }
}

/** CPU time of the last of them, by how many were under way at once. */
async function table(title: string, contenders: readonly Contender[]): Promise<Map<number, number>> {
  console.log(`\n${title}: CPU ms a try (wall ms a try), medians of ${ROUNDS} rounds of ${TRIES}, × the first`)
  const last = new Map<number, number>()
  for (const atOnce of AT_ONCE) {
    const costs = contenders.map(() => [] as Cost[])
    for (const contender of contenders) {
      await measure(contender, Math.min(TRIES, 1000), atOnce)
    }
    for (let round = 0; round < ROUNDS; round++) {
      for (const [index, contender] of contenders.entries()) {
        costs[index]?.push(await measure(contender, TRIES, atOnce))
      }
    }
    const base = median(costs[0]?.map(({ cpuMs }) => cpuMs) ?? [])
    for (const [index, { name }] of contenders.entries()) {
      const cpuMs = median(costs[index]?.map((cost) => cost.cpuMs) ?? [])
      const wallMs = median(costs[index]?.map((cost) => cost.wallMs) ?? [])
      last.set(atOnce, cpuMs)
      print(atOnce, name, { cpuMs, wallMs }, `× ${(cpuMs / base).toFixed(2)}`)
    }
    if (title === 'HTTP') {
      const ratio = (last.get(atOnce) ?? Number.NaN) / base
      console.log(`${''.padEnd(16)}aim ${AIMS.bare} × bare undici: ${ratio <= AIMS.bare ? 'met' : 'missed'}`)
    }
  }
  return last
}

function print(atOnce: number, name: string, { cpuMs, wallMs }: Cost, more: string): void {
  const cost = `${cpuMs.toFixed(3)} (${wallMs.toFixed(3)})`
  console.log(`${String(atOnce).padStart(4)} at once  ${name.padEnd(32)} ${cost}  ${more}`)
}

async function compareBlackbox(port: number, ours: Record<'http' | 'tcp', Map<number, number>>): Promise<void> {
  if (!existsSync(options.blackbox)) {
    return console.log('\nblackbox_exporter: not installed, not asked')
  }
  const blackbox = await startBlackbox(options.blackbox, folder)
  children.push(blackbox.child)
  console.log('\nblackbox_exporter over /probe: CPU ms a try of its own process, × a try of ours with its row')
  for (const [type, module, target] of [
    ['http', 'http_2xx', `http://${HOST}:${port}/`],
    ['tcp', 'tcp_connect', `${HOST}:${port}`],
  ] as const) {
    for (const atOnce of AT_ONCE.filter((each) => each <= 64)) {
      await blackbox.run(module, target, 300, atOnce)
      const beforeMs = blackbox.cpuMs()
      const startedAt = performance.now()
      await blackbox.run(module, target, TRIES, atOnce)
      const cpuMs = (blackbox.cpuMs() - beforeMs) / TRIES
      const ratio = cpuMs / (ours[type].get(atOnce) ?? Number.NaN)
      const aim = `× ${ratio.toFixed(2)}, aim ${AIMS[type]}: ${ratio >= AIMS[type] ? 'met' : 'missed'}`
      print(atOnce, module, { cpuMs, wallMs: (performance.now() - startedAt) / TRIES }, aim)
    }
  }
}

const { port, what, child } = await startTarget(folder)
children.push(child)
console.log(`Node ${process.version}, target: ${what} on loopback, the answer 23 bytes`)
const http = await table('HTTP', [
  bareUndici(port),
  keptUndici(port),
  ourHttp(port),
  job('http', port, false),
  job('http', port, true),
])
const tcp = await table('TCP', [bareSocket(port), ourTcp(port), job('tcp', port, false), job('tcp', port, true)])
await compareBlackbox(port, { http, tcp })
database.close()
process.exit(0)
