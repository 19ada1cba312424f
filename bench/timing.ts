/**
 * Whether timings are true: a server in a process of its own delays by a known time and says, in a header, how long it
 * really took; what a try records as `firstByteMs` is held against that, at 64 tries at once, through a whole job. The
 * aim: within 2 ms + 2 %. Prints the distribution of the error; judges nothing. `npm run bench:timing`
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
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

async function errorsAt(delayMs: number): Promise<number[]> {
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
  return errors.toSorted((a, b) => a - b)
}

await errorsAt(1)
console.log(`firstByteMs less what the server took, ms, ${SAMPLES} tries at ${AT_ONCE} at once`)
for (const delayMs of DELAYS_MS) {
  const errors = await errorsAt(delayMs)
  const at = (share: number) =>
    (errors[Math.min(errors.length - 1, Math.floor(share * errors.length))] ?? Number.NaN).toFixed(2)
  const allowed = 2 + 0.02 * delayMs
  const within = errors.filter((error) => Math.abs(error) <= allowed).length / errors.length
  console.log(
    `delay ${String(delayMs).padStart(4)} ms: min ${at(0)}  p50 ${at(0.5)}  p90 ${at(0.9)}  p99 ${at(0.99)}  max ${at(1)}  within ±${allowed.toFixed(1)} ms: ${(within * 100).toFixed(1)} %`,
  )
}
process.exit(0)
