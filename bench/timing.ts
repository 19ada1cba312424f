/**
 * Tells whether timings are true: what the product records as `firstByteMs`, at 64 tries at once against a server that
 * delays by a known time, is held against what passed the wire between each request and the first byte of its answer,
 * by the kernel's clock. It should be within 2 ms + 2 %. Beside it, in turns, run bare sockets that do nothing else.
 *
 * The build runs whole, its database and its API with it; the wire's clock leaves out what the server itself waits for.
 * The prober's thread has a core, all else has another. What no process can help is that the hypervisor takes that core
 * away: a watch tells when it did, and `own` is what is left of each error without it. It prints the distributions and
 * judges nothing. It needs Linux with two cores, root and tcpdump (Debian). `npm run bench:timing`
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GENEROUS } from '../test/support/generous.ts'
import { service } from '../test/support/manifests.ts'
import { startProgram } from '../test/support/program.ts'
import { readJob } from '../test/support/read.ts'
import { CoreWatch, keepCore, lostMs, onCore, threadOf } from './support/cores.ts'
import { Wire } from './support/wire.ts'

const DELAYS_MS = [0, 5, 20, 100, 500]
const AT_ONCE = 64
const ROUNDS = 4
const PROBER_CORE = 0
const OTHERS_CORE = 1
/** Each address is a path of one Service; `SAMPLES` is as many as the job may then have. */
const ADDRESSES = ['127.0.0.1', '127.0.0.2', '127.0.0.3', '127.0.0.4', '127.0.0.5', '127.0.0.6', '127.0.0.7']
const SAMPLES = 92
const TRIES = ADDRESSES.length * SAMPLES

/** As little as it can be. It names the client's port, by which the wire knows an exchange. */
const SERVER = `
const server = require('node:net').createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => socket.destroy())
  socket.once('data', (request) => {
    const answer = () =>
      socket.end('HTTP/1.1 200 OK\\r\\nx-port: ' + socket.remotePort + '\\r\\ncontent-length: 2\\r\\nconnection: close\\r\\n\\r\\nok')
    const delayMs = Number(request.latin1Slice(5, 12).split(' ')[0])
    if (delayMs === 0) answer()
    else setTimeout(answer, delayMs)
  })
}).listen(0, '0.0.0.0', 1024, () => process.stdout.write(String(server.address().port)))`

const [taskset = '', ...pinned] = onCore(OTHERS_CORE)
const target = spawn(taskset, [...pinned, process.execPath, '-e', SERVER], { stdio: ['ignore', 'pipe', 'inherit'] })
process.on('exit', () => target.kill())
const [chunk] = await once(target.stdout, 'data')
const port = Number(String(chunk))

const folder = mkdtempSync(join(tmpdir(), 'portolan-bench-'))
const portolan = await startProgram(process.execPath, ['dist/portolan.cjs', 'serve'], /"listening","url":"([^"]+)"/, {
  ...GENEROUS,
  PORTOLAN_PORT: '0',
  PORTOLAN_DATABASE: join(folder, 'portolan.db'),
  PORTOLAN_EGRESS_ALLOW: '127.0.0.0/8',
  PORTOLAN_VANTAGE: 'in-cluster',
  PORTOLAN_CONCURRENCY: String(AT_ONCE),
  PORTOLAN_CONCURRENCY_PER_ADDRESS: String(AT_ONCE),
})
process.on('exit', () => {
  portolan.process.kill()
  rmSync(folder, { recursive: true, force: true })
})

/** One try: what it says, and by which addresses and after when to find it on the wire. */
type Timed = { firstByteMs: number; address: string; clientPort: number; afterMs: number }

async function jobTries(delayMs: number): Promise<Timed[]> {
  const [clusterIP = '', ...externalIPs] = ADDRESSES
  const manifests = [service({ clusterIP, clusterIPs: [clusterIP], ports: [{ port }], externalIPs })]
  const answer = fetch(`${portolan.said[1]}/v1/jobs?wait=60`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      target: { manifests },
      paths: { include: ['ClusterIP', 'ExternalIP'] },
      samples: SAMPLES,
      checks: [{ name: 'delayed', type: 'http', path: `/${delayMs}`, responder: { header: 'x-port' } }],
    }),
  })
  const { paths } = await readJob(answer)
  const tries = paths.flatMap(({ address, results }) =>
    results.map(({ timings, responder, startedAt }) => ({
      firstByteMs: timings.firstByteMs ?? Number.NaN,
      address: address ?? '',
      clientPort: Number(responder),
      afterMs: Date.parse(startedAt),
    })),
  )
  if (tries.length !== TRIES) {
    throw new Error(`${tries.length} of ${TRIES} tries`)
  }
  return tries
}

async function bareTries(delayMs: number): Promise<Timed[]> {
  const tries: Timed[] = []
  const one = (address: string) =>
    new Promise<void>((resolve, reject) => {
      const socket = connect({ host: address, port, noDelay: true })
      const afterMs = Date.now()
      let sentAt = 0
      socket.on('error', reject)
      socket.once('connect', () => {
        socket.write(`GET /${delayMs} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`)
        sentAt = performance.now()
      })
      socket.once('data', () => {
        const firstByteMs = performance.now() - sentAt
        tries.push({ firstByteMs, address, clientPort: socket.localPort ?? 0, afterMs })
      })
      socket.once('close', () => resolve())
    })
  let begun = 0
  const lane = async () => {
    while (begun < TRIES) {
      await one(ADDRESSES[begun++ % ADDRESSES.length] ?? '')
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, lane))
  return tries
}

const KINDS = { 'a job': jobTries, 'bare sockets': bareTries }
type Kind = keyof typeof KINDS
const kinds = Object.keys(KINDS) as Kind[]

/** As in a process that has been running for a while: compiled. */
for (let i = 0; i < 10; i++) {
  for (const kind of kinds) {
    await KINDS[kind](1)
  }
}

// This thread has the bare sockets; while a job runs it waits for the answer
keepCore(PROBER_CORE, process.pid)
keepCore(PROBER_CORE, threadOf(portolan.process.pid, 'prober'))
keepCore(OTHERS_CORE, threadOf(portolan.process.pid, 'MainThread'))
const watch = new CoreWatch(PROBER_CORE)
const wire = await Wire.listen(port, onCore(OTHERS_CORE))
const rounds: { kind: Kind; delayMs: number; tries: Timed[] }[] = []
for (const delayMs of DELAYS_MS) {
  for (let i = 0; i < ROUNDS; i++) {
    for (const kind of kinds) {
      rounds.push({ kind, delayMs, tries: await KINDS[kind](delayMs) })
    }
  }
}
const passed = await wire.end()
const gaps = watch.end()

/** By how much a try's time is off, and by how much if what it lost with its core is left out, ms. */
type Off = { recorded: number; own: number }

/** Returns an entry for each try, except where the capture has lost the exchange. */
function offOf(tries: readonly Timed[]): Off[] {
  return tries.flatMap(({ firstByteMs, address, clientPort, afterMs }) => {
    const exchange = passed.get(`${address} ${clientPort}`)?.find(({ requestAtMs }) => requestAtMs >= afterMs - 1)
    if (!exchange?.answerAtMs) {
      return []
    }
    const { requestAtMs, answerAtMs } = exchange
    const recorded = firstByteMs - (answerAtMs - requestAtMs)
    const heardAtMs = answerAtMs + recorded
    const lost = lostMs(gaps, Math.min(answerAtMs, heardAtMs), Math.max(answerAtMs, heardAtMs))
    return [{ recorded, own: recorded - Math.sign(recorded) * lost }]
  })
}

console.log(`firstByteMs less what the wire says, ms; ${ROUNDS} × ${TRIES} tries at ${AT_ONCE} at once`)
for (const delayMs of DELAYS_MS) {
  const allowedMs = 2 + 0.02 * delayMs
  for (const kind of kinds) {
    const tries = rounds
      .filter((round) => round.kind === kind && round.delayMs === delayMs)
      .flatMap(({ tries }) => tries)
    const off = offOf(tries)
    for (const which of ['recorded', 'own'] as const) {
      const sorted = off.map((each) => each[which]).toSorted((a, b) => a - b)
      const at = (share: number) =>
        (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN).toFixed(2).padStart(6)
      const within = (sorted.filter((error) => Math.abs(error) <= allowedMs).length / sorted.length) * 100
      console.log(
        `delay ${String(delayMs).padStart(3)} ms, ${kind.padEnd(12)} ${which.padEnd(8)}  p1 ${at(0.01)}  p50 ${at(0.5)}  p90 ${at(0.9)}  p99 ${at(0.99)}  max ${at(1)}  within ±${allowedMs.toFixed(1)} ms: ${within.toFixed(1).padStart(5)} % of ${sorted.length}`,
      )
    }
  }
}
const lost = gaps.map(({ fromMs, toMs }) => toMs - fromMs)
const sum = lost.reduce((total, ms) => total + ms, 0)
console.log(
  `the core was taken away ${lost.length} times, for ${sum.toFixed(0)} ms together, ${Math.max(0, ...lost).toFixed(1)} at most`,
)
process.exit(0)
