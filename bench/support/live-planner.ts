/**
 * Plans live Services as schedules do, over and over, and dials nothing. A process of its own, so that its memory and CPU
 * time are those of reading and planning. Its one argument is an {@link Order}; it answers `report` with a {@link Report}.
 */
import { planRequest } from '../../src/job/plan-request.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { createLog } from '../../src/lib/log.ts'
import { createApiClient } from '../../src/runtime/node/cluster/api-client.ts'
import { createHeld } from '../../src/runtime/node/cluster/held.ts'
import { createClusterSource } from '../../src/runtime/node/cluster/source.ts'
import { keepHeapsSmall } from '../../src/runtime/node/heaps.ts'
import { accessTo, PLAN_DEPS } from '../../test/support/live-cluster.ts'
import { aRequest } from '../../test/support/request.ts'

export type Order = {
  server: { url: string; port: number; caPem: string }
  token: string
  services: number
  namespaces: number
  /** Each Service is read once in so long. */
  everyMs: number
  /** `false`: they are read, and nothing is made of them. */
  plans: boolean
}

export type Report = { done: number; failed: number; oldestMs: number; kinds: string[]; heapBytes: number }

const order: Order = JSON.parse(process.argv[2] ?? '{}')
keepHeapsSmall()
const clock = systemClock
const client = createApiClient(accessTo({ ...order.server }, order.token))
const log = createLog('warn', (line) => process.stderr.write(`${line}\n`), clock.now)
const held = createHeld({
  ...{ client, clock, log, cluster: 'default', namespaces: [], staleAfterMs: 300_000 },
  random: Math.random,
})
const source = createClusterSource(client, { clock, namespace: null, namespaces: [], held })
let [done, failed, oldestMs, running] = [0, 0, 0, false]

async function once(at: number): Promise<void> {
  const target = { cluster: 'default', namespace: `team-${at % order.namespaces}`, service: `app-${at}` }
  try {
    const how = { held: true }
    const { provenance } = order.plans
      ? await planRequest(PLAN_DEPS, aRequest({ target }), source, how)
      : await source.read(target, how)
    oldestMs = Math.max(oldestMs, clock.now() - (provenance.readAtMs ?? 0))
    done++
  } catch {
    // Services are deleted all the time.
    failed++
  }
}

/** Begins one after another, evenly over the interval. */
async function run(): Promise<void> {
  const begunMs = clock.monotonic()
  for (let count = 0; running; count++) {
    await clock.sleep(Math.max(0, begunMs + (count * order.everyMs) / order.services - clock.monotonic()))
    void once(count % order.services)
  }
}

process.on('message', (message) => {
  if (message === 'begin') {
    running = true
    void run()
  } else if (message === 'forget') {
    ;[done, failed, oldestMs] = [0, 0, 0]
    process.send?.(null)
  } else if (message === 'collect' || message === 'tell') {
    if (message === 'collect') {
      globalThis.gc?.()
    }
    const kinds = held.states().map(({ resource, count, state }) => `${resource} ${count} ${state}`)
    const report: Report = { done, failed, oldestMs, kinds, heapBytes: process.memoryUsage().heapUsed }
    process.send?.(report)
  }
})
process.stderr.write('ready\n')
