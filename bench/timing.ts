/**
 * Whether timings are true: a server in a process of its own delays by a known time and says, in a header, how long it
 * really took; what a try records as `firstByteMs` is held against that, at 64 tries at once, through a whole job. The
 * aim: within 2 ms + 2 %. Beside it, in turns, bare sockets that do nothing else: what they miss is the server's and
 * the machine's doing. Prints the distributions of the error; judges nothing. `npm run bench:timing`
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { performance } from 'node:perf_hooks'
import { createGate } from '../src/check/gate.ts'
import { createPolicy } from '../src/check/policy.ts'
import { runChecks } from '../src/check/schedule.ts'
import { systemClock } from '../src/lib/clock.ts'
import { createNodeNetwork } from '../src/runtime/node/network.ts'
import { aPlan, httpCheck, plannedPath, quietLog } from '../test/support/checks.ts'
import { noAddresses } from '../test/support/request.ts'

const DELAYS_MS = [0, 5, 20, 100, 500]
const AT_ONCE = 64
const SAMPLES = 640

/** As little as it can be, so that what waits in the server itself is no part of the error. */
const SERVER = `
const { performance } = require('node:perf_hooks')
const server = require('node:net').createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => socket.destroy())
  socket.once('data', (request) => {
    const startedAt = performance.now()
    const answer = () =>
      socket.end('HTTP/1.1 200 OK\\r\\nx-took-ms: ' + (performance.now() - startedAt) + '\\r\\ncontent-length: 2\\r\\nconnection: close\\r\\n\\r\\nok')
    const delayMs = Number(request.latin1Slice(5, 12).split(' ')[0])
    if (delayMs === 0) answer()
    else setTimeout(answer, delayMs)
  })
}).listen(0, '127.0.0.1', 1024, () => process.stdout.write(String(server.address().port)))`

const child = spawn(process.execPath, ['-e', SERVER], { stdio: ['ignore', 'pipe', 'inherit'] })
process.on('exit', () => child.kill())
const [chunk] = await once(child.stdout, 'data')
const port = Number(String(chunk))

async function jobErrors(delayMs: number): Promise<number[]> {
  const path = plannedPath({
    addressPort: port,
    checks: [httpCheck({ path: `/${delayMs}`, responder: { header: 'x-took-ms' } })],
  })
  const errors: number[] = []
  await runChecks(
    {
      network: createNodeNetwork(),
      clock: systemClock,
      policy: createPolicy({ allow: ['127.0.0.0/8'], deny: [] }),
      gate: createGate({ total: AT_ONCE, perAddress: AT_ONCE }),
      log: quietLog(),
    },
    {
      jobId: 'job_01KB0000000000000000000000',
      plan: aPlan([path]),
      request: {
        samples: SAMPLES,
        retries: { limit: 0, delayMs: 0 },
        settleMs: 0,
        timeoutMs: 10_000,
        addresses: noAddresses,
        expect: { reachable: [], unreachable: [] },
      },
      deadlineAtMs: Date.now() + 600_000,
      signal: new AbortController().signal,
      recorded: [],
      record({ timings, responder }) {
        errors.push((timings.firstByteMs ?? Number.NaN) - Number(responder))
      },
    },
  )
  return errors
}

async function bareErrors(delayMs: number): Promise<number[]> {
  const errors: number[] = []
  const one = () =>
    new Promise<void>((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port, noDelay: true })
      let sentAt = 0
      socket.on('error', reject)
      socket.once('connect', () => {
        socket.write(`GET /${delayMs} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`)
        sentAt = performance.now()
      })
      socket.once('data', (chunk: Buffer) => {
        const tookMs = performance.now() - sentAt
        errors.push(tookMs - Number(/x-took-ms: (\S+)/.exec(chunk.toString('latin1'))?.[1]))
      })
      socket.once('close', () => resolve())
    })
  let left = SAMPLES
  const lane = async () => {
    while (left-- > 0) await one()
  }
  await Promise.all(Array.from({ length: AT_ONCE }, lane))
  return errors
}

const KINDS = { 'a job': jobErrors, 'bare sockets': bareErrors }
const ROUNDS = 3

/** As in a process that has been running for a while: compiled. */
for (let i = 0; i < 10; i++) for (const errorsOf of Object.values(KINDS)) await errorsOf(1)

console.log(`firstByteMs less what the server took, ms, ${ROUNDS} × ${SAMPLES} tries at ${AT_ONCE} at once`)
for (const delayMs of DELAYS_MS) {
  const allowedMs = 2 + 0.02 * delayMs
  const errors = new Map<string, number[]>()
  for (let i = 0; i < ROUNDS; i++) {
    for (const [kind, errorsOf] of Object.entries(KINDS)) {
      errors.set(kind, [...(errors.get(kind) ?? []), ...(await errorsOf(delayMs))])
    }
  }
  for (const [kind, list] of errors) {
    const sorted = list.toSorted((a, b) => a - b)
    const at = (share: number) =>
      (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN).toFixed(2).padStart(6)
    const within = (sorted.filter((error) => Math.abs(error) <= allowedMs).length / sorted.length) * 100
    console.log(
      `delay ${String(delayMs).padStart(3)} ms, ${kind.padEnd(12)}  p50 ${at(0.5)}  p90 ${at(0.9)}  p99 ${at(0.99)}  max ${at(1)}  within ±${allowedMs.toFixed(1)} ms: ${within.toFixed(1).padStart(5)} %`,
    )
  }
}
process.exit(0)
