/**
 * What a try costs: CPU time of this process and wall time per HTTP and TCP try, at 1, 64 and 256 at once, beside bare
 * undici (and bare sockets) with a fresh connection each, in the same run. The target is nginx where it is installed,
 * else a Node server, in a process of its own. blackbox_exporter, where it is installed, is asked over its own /probe.
 * Prints; judges nothing. `npm run bench:probe`
 */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, get } from 'node:http'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { Client } from 'undici'
import { createGate } from '../src/check/gate.ts'
import type { Network } from '../src/check/network.ts'
import { createPolicy } from '../src/check/policy.ts'
import type { Result } from '../src/check/result.ts'
import { runChecks } from '../src/check/schedule.ts'
import { createRecorder } from '../src/job/recorder.ts'
import { systemClock } from '../src/lib/clock.ts'
import { createNodeNetwork } from '../src/runtime/node/network.ts'
import { openSqlite } from '../src/runtime/node/sqlite.ts'
import { insertJob } from '../src/store/jobs.ts'
import { claimJob } from '../src/store/leases.ts'
import { aPlan, httpCheck, plannedPath, quietLog, tcpCheck } from '../test/support/checks.ts'
import { noAddresses } from '../test/support/request.ts'
import { aJob } from '../test/support/stored.ts'

const { values: options } = parseArgs({
  options: {
    tries: { type: 'string', default: '3000' },
    rounds: { type: 'string', default: '5' },
    blackbox: { type: 'string', default: '/usr/bin/prometheus-blackbox-exporter' },
  },
})
const TRIES = Number(options.tries)
const ROUNDS = Number(options.rounds)
const BLACKBOX = options.blackbox
const AT_ONCE = [1, 64, 256]
const HOST = '127.0.0.1'
const NGINX = '/usr/sbin/nginx'

const folder = mkdtempSync(join(tmpdir(), 'portolan-bench-'))
const children: { kill(): void }[] = []
process.on('exit', () => {
  for (const child of children) child.kill()
  rmSync(folder, { recursive: true, force: true })
})

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, HOST)
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

async function untilItListens(port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const socket = connect({ port, host: HOST })
    const [up] = await Promise.race([
      once(socket, 'connect').then(() => [true]),
      once(socket, 'error').then(() => [false]),
    ]).catch(() => [false])
    socket.destroy()
    if (up) return
    await systemClock.sleep(25)
  }
  throw new Error(`nothing listens on ${port}`)
}

async function startTarget(): Promise<{ port: number; what: string }> {
  const port = await freePort()
  if (existsSync(NGINX)) {
    const conf = `daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log ${folder}/error.log;
      events { worker_connections 4096; }
      http { access_log off; client_body_temp_path ${folder}/a; proxy_temp_path ${folder}/b; fastcgi_temp_path ${folder}/c;
        uwsgi_temp_path ${folder}/d; scgi_temp_path ${folder}/e;
        server { listen ${HOST}:${port} backlog=4096; default_type text/plain; return 200 "You've hit toad-xueq1\\n"; } }`
    writeFileSync(join(folder, 'nginx.conf'), conf)
    children.push(spawn(NGINX, ['-p', folder, '-c', join(folder, 'nginx.conf')], { stdio: 'ignore' }))
    await untilItListens(port)
    return { port, what: 'nginx' }
  }
  const script = `require('node:http').createServer((q, r) => r.end("You've hit toad-xueq1\\n")).listen(${port}, '${HOST}', 4096)`
  children.push(spawn(process.execPath, ['-e', script], { stdio: 'ignore' }))
  await untilItListens(port)
  return { port, what: 'a Node server' }
}

/** Runs `one` so often, so many at once. */
async function pool(tries: number, atOnce: number, one: () => Promise<unknown>): Promise<void> {
  let left = tries
  const work = async () => {
    while (left-- > 0) await one()
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, tries) }, work))
}

type Contender = { name: string; run(tries: number, atOnce: number): Promise<void> }
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

const bareUndici = (port: number): Contender => ({
  name: 'bare undici (Client.dispatch)',
  run: (tries, atOnce) =>
    pool(
      tries,
      atOnce,
      () =>
        new Promise<void>((resolve, reject) => {
          const client = new Client(`http://${HOST}:${port}`)
          const chunks: Buffer[] = []
          client.dispatch(
            { path: '/', method: 'GET', reset: true },
            {
              onRequestStart: () => undefined,
              onResponseStart: () => undefined,
              onResponseData: (_controller, chunk) => void chunks.push(chunk),
              onResponseEnd: () => resolve(),
              onResponseError: (_controller, error) => reject(error),
            },
          )
        }),
    ),
})

const bareUndiciRequest = (port: number): Contender => ({
  name: 'bare undici (Client.request)',
  run: (tries, atOnce) =>
    pool(tries, atOnce, async () => {
      const client = new Client(`http://${HOST}:${port}`)
      const { body } = await client.request({ path: '/', method: 'GET', reset: true })
      await body.text()
    }),
})

const bareSocket = (port: number): Contender => ({
  name: 'bare socket (connect, destroy)',
  run: (tries, atOnce) =>
    pool(
      tries,
      atOnce,
      () =>
        new Promise<void>((resolve, reject) => {
          const socket = connect({ port, host: HOST, autoSelectFamily: false })
          socket.on('error', reject)
          socket.once('connect', () => {
            socket.destroy()
            resolve()
          })
        }),
    ),
})

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
    await runChecks(
      {
        network: network satisfies Network,
        clock: systemClock,
        policy: createPolicy({ allow: ['127.0.0.0/8'], deny: [] }),
        gate: createGate({ total: atOnce, perAddress: atOnce }),
        log: quietLog(),
      },
      {
        jobId: id,
        plan,
        request: {
          samples: tries,
          retries: { limit: 0, delayMs: 0 },
          settleMs: 0,
          timeoutMs: 5000,
          addresses: noAddresses,
          expect: { reachable: [], unreachable: [] },
        },
        deadlineAtMs: Date.now() + 600_000,
        signal: never,
        recorded: [],
        record(result) {
          if (result.outcome !== 'pass') throw new Error(`${result.failure?.code}: ${result.failure?.message}`)
          count++
          sink(result)
        },
      },
    )
    await flush()
    if (count !== tries) throw new Error(`${count} of ${tries} results`)
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
  if (claimed === null) throw new Error('the job was not claimed')
  const recorder = createRecorder(database.store, claimed.lease, () => undefined, systemClock)
  return { id: row.id, sink: (result) => recorder.add(result), flush: () => recorder.flush() }
}

async function table(title: string, contenders: readonly Contender[]): Promise<void> {
  console.log(`\n${title}: CPU ms a try (wall ms a try), medians of ${ROUNDS} rounds of ${TRIES}, × the first`)
  for (const atOnce of AT_ONCE) {
    const costs = contenders.map(() => [] as Cost[])
    for (const contender of contenders) await measure(contender, Math.min(TRIES, 1000), atOnce)
    for (let round = 0; round < ROUNDS; round++) {
      for (const [index, contender] of contenders.entries()) costs[index]?.push(await measure(contender, TRIES, atOnce))
    }
    const base = median(costs[0]?.map(({ cpuMs }) => cpuMs) ?? [])
    for (const [index, { name }] of contenders.entries()) {
      const cpuMs = median(costs[index]?.map((cost) => cost.cpuMs) ?? [])
      const wallMs = median(costs[index]?.map((cost) => cost.wallMs) ?? [])
      console.log(
        `${String(atOnce).padStart(4)} at once  ${name.padEnd(32)} ${cpuMs.toFixed(3)} (${wallMs.toFixed(3)})  × ${(cpuMs / base).toFixed(2)}`,
      )
    }
  }
}

/** blackbox_exporter's CPU time, from /proc: its own process does the probing. */
async function blackbox(target: number): Promise<void> {
  if (!existsSync(BLACKBOX)) {
    console.log('\nblackbox_exporter: not installed, not asked')
    return
  }
  const port = await freePort()
  const config = join(folder, 'blackbox.yml')
  writeFileSync(config, 'modules:\n  http_2xx: {prober: http}\n  tcp_connect: {prober: tcp}\n')
  const child = spawn(BLACKBOX, [`--config.file=${config}`, `--web.listen-address=${HOST}:${port}`], {
    stdio: 'ignore',
  })
  children.push(child)
  await untilItListens(port)
  const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))
  const cpuMs = () => {
    const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    return ((Number(fields[11]) + Number(fields[12])) * 1000) / ticksPerSecond
  }
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  const ask = (path: string) =>
    new Promise<void>((resolve, reject) => {
      get({ host: HOST, port, path, agent }, (response) => response.resume().on('end', () => resolve())).on(
        'error',
        reject,
      )
    })
  console.log('\nblackbox_exporter over /probe: CPU ms a try of its own process')
  for (const [module, to] of [
    ['http_2xx', `http://${HOST}:${target}/`],
    ['tcp_connect', `${HOST}:${target}`],
  ] as const) {
    for (const atOnce of AT_ONCE.filter((each) => each <= 64)) {
      const path = `/probe?module=${module}&target=${encodeURIComponent(to)}`
      await pool(300, atOnce, () => ask(path))
      const before = cpuMs()
      const startedAt = performance.now()
      await pool(TRIES, atOnce, () => ask(path))
      console.log(
        `${String(atOnce).padStart(4)} at once  ${module.padEnd(32)} ${((cpuMs() - before) / TRIES).toFixed(3)} (${((performance.now() - startedAt) / TRIES).toFixed(3)})`,
      )
    }
  }
  agent.destroy()
}

const { port, what } = await startTarget()
console.log(`Node ${process.version}, target: ${what} on loopback, the answer 23 bytes`)
await table('HTTP', [
  bareUndici(port),
  bareUndiciRequest(port),
  ourHttp(port),
  job('http', port, false),
  job('http', port, true),
])
await table('TCP', [bareSocket(port), ourTcp(port), job('tcp', port, false), job('tcp', port, true)])
await blackbox(port)
database.close()
process.exit(0)
