import type { Gate } from '../../check/try-limiter.ts'
import { cutPlan } from '../../job/chunks.ts'
import type { ChunkDeps } from '../../job/run-chunk.ts'
import { type Calls, PROBES_MAX } from './call-budget.ts'
import { expectedCalls, mostCalls } from './cost.ts'
import { openD1 } from './d1.ts'
import { createTurnGate } from './gate.ts'
import type { Isolate } from './isolate.ts'
import { type Queues, sendAll } from './queue.ts'
import { createEdgeCheck, createEdgeGate } from './run-one-check.ts'

/** The most calls of a control: a handshake that fails is looked at by a second connection. */
const CONTROL_CALLS = 2
/** To record controls and to end the job. */
const END_CALLS = 4
/** Chunks of one job: as many messages go in one call. */
const CHUNKS_MAX = 50

/** No try begins later than this in an invocation: what it leaves is another's. */
const TURN_MS = 20_000
/** Milliseconds for all that is not probing: reading, recording, waiting for D1. */
const MARGIN_MS = 10_000

/**
 * Makes what one invocation needs to work on jobs, within what the platform gives it.
 *
 * @param scheduled whether a schedule made the job.
 */
export function createChunkDeps(
  isolate: Isolate,
  env: Queues & { DB: D1Database },
  calls: Calls,
  owner: string,
  scheduled: boolean,
): ChunkDeps {
  const { config, deps } = isolate
  const { clock, log, secrets } = deps
  return {
    store: openD1(env.DB, calls),
    clock,
    log,
    secrets,
    owner,
    cut: (plan, request) => cutPlan(plan, request, { costOf: expectedCalls, size: PROBES_MAX, count: CHUNKS_MAX }),
    enqueue: (jobId, chunks) =>
      sendAll(
        env,
        chunks.map((chunk) => ({ jobId, chunk, ...(scheduled && { scheduled }) })),
        calls,
      ),
    leaseMs: ({ timeoutMs, retries }) => TURN_MS + timeoutMs + retries.delayMs + MARGIN_MS,
    turn(plan, chunk, request) {
      const stop = new AbortController()
      const untilMs = clock.monotonic() + TURN_MS
      const most = Math.min(
        PROBES_MAX,
        mostCalls(
          plan.paths.filter(({ id }) => Object.hasOwn(chunk, id)),
          request,
        ),
      )
      const affords = (open: number) => clock.monotonic() < untilMs && calls.probesLeft >= most * (open + 1)
      const gate = createTurnGate(createEdgeGate(config), affords, () => stop.abort())
      const checkBy = (by: Gate) => createEdgeCheck(config, { clock, log }, calls, by)
      return {
        stop: stop.signal,
        check: checkBy(gate),
        controls: (count) =>
          Math.min(calls.probesLeft, calls.left - END_CALLS) >= count * CONTROL_CALLS
            ? checkBy(createEdgeGate(config))
            : null,
      }
    },
  }
}
