/**
 * The Worker as it is, with what tests need to hold: its clock, where it stands, and a fault in what it calls. Set by
 * `POST /test`; local workerd runs all events in one isolate, so that it holds for consumers and triggers too.
 *
 * @module
 */

import { systemClock } from '../../../src/lib/clock.ts'
import { POSITIONS } from '../../../src/plan/path.ts'
import { type Calls, QUERIES_MAX } from '../../../src/runtime/workers/call-budget.ts'
import type { Env } from '../../../src/runtime/workers/config.ts'
import { openD1 } from '../../../src/runtime/workers/d1.ts'
import { createQueue, type Message } from '../../../src/runtime/workers/queue.ts'
import { createWorker, type Delivery } from '../../../src/runtime/workers/worker.ts'
import { insertJob } from '../../../src/store/jobs.ts'
import type { WorkerControl } from '../../support/worker-control.ts'

let aheadMs = 0
let failing: ReadonlySet<number> = new Set()
let made = 0
let mostQueries = 0
let withheld = 0
let elapsedMs = 0
let poisoned: WorkerControl['poisoned'] = 'none'
let losing: WorkerControl['losing'] = 'none'

const faulty = (calls: Calls, event: Delivery | 'request' | 'cron'): Calls => ({
  async make(kind, call, queries) {
    if (typeof event === 'object' && isPoisoned(event)) {
      throw new Error('this message fails, as the test wants')
    }
    mostQueries = Math.max(mostQueries, QUERIES_MAX - calls.queriesLeft + (queries ?? (kind === 'd1' ? 1 : 0)))
    // A try that throws is an error of ours that is recorded; what is failed here is the consumer
    if (kind === 'connect' || kind === 'dns' || event === 'request') {
      return calls.make(kind, call, queries)
    }
    const number = made++
    const fails = (when: number) => {
      if (failing.has(number * 2 + when)) {
        throw new Error(`call ${number} (${kind}) fails, as the test wants`)
      }
    }
    return calls.make(
      kind,
      async () => {
        fails(0)
        const answer = await call()
        fails(1)
        return answer
      },
      queries,
    )
  },
  get left() {
    return calls.left
  },
  get queriesLeft() {
    return event === 'request' ? calls.queriesLeft - withheld : calls.queriesLeft
  },
  get probesLeft() {
    return calls.probesLeft
  },
})

function isPoisoned({ queue, body }: Delivery): boolean {
  if (poisoned === 'none' || poisoned === undefined || queue.endsWith('-dead') || 'tick' in body) {
    return false
  }
  return (body.chunk ?? null) === poisoned.chunk
}

/** A batch is one message, as in `wrangler.toml`. */
const isLost = (body: Message): boolean => losing === 'all' || (losing === 'chunks' && 'chunk' in body)

const workers = new Map<string, ReturnType<typeof createWorker>>()

/** One for each place that a test stands in. */
function workerOf(env: Env & { TEST_VANTAGE?: string }): ReturnType<typeof createWorker> {
  const vantage = POSITIONS.find((known) => known === env.TEST_VANTAGE)
  const worker =
    workers.get(vantage ?? '') ??
    createWorker({
      clock: {
        ...systemClock,
        now: () => Math.floor(systemClock.now() + aheadMs),
        monotonic: () => systemClock.monotonic() + elapsedMs,
      },
      calls: faulty,
      backoff: () => 0,
      ...(vantage && { position: vantage }),
    })
  workers.set(vantage ?? '', worker)
  return worker
}

/** Local workerd cuts the connection where a body was not read to its end, and with it the answer; the platform does not. */
async function drain({ body, bodyUsed }: Request): Promise<void> {
  if (body !== null && !bodyUsed) {
    await body.pipeTo(new WritableStream())
  }
}

export default {
  async fetch(request, env, context) {
    if (new URL(request.url).pathname !== '/test') {
      const response = await workerOf(env).fetch(request, env, context)
      await drain(request)
      return response
    }
    const control = await request.json<WorkerControl>()
    aheadMs = control.aheadMs ?? aheadMs
    poisoned = control.poisoned ?? poisoned
    losing = control.losing ?? losing
    withheld = control.withheld ?? withheld
    elapsedMs = control.elapsedMs ?? elapsedMs
    if (control.insert) {
      await insertJob(openD1(env.DB), control.insert, null, control.insert.createdAtMs)
    }
    if (control.enqueue) {
      await createQueue(env).enqueue(control.enqueue.map((id) => ({ id, owner: 'a-test', scheduled: false })))
    }
    if (control.failing) {
      failing = new Set(control.failing)
      made = 0
    }
    return Response.json({ made, mostQueries })
  },
  async queue(batch, env) {
    if (batch.messages.some(({ body }) => isLost(body))) {
      batch.ackAll()
    } else {
      await workerOf(env).queue(batch, env)
    }
  },
  scheduled: (controller, env) => workerOf(env).scheduled(controller, env),
} satisfies ExportedHandler<Env, Message>
