/**
 * The three events of the Worker. Each message and each trigger is an invocation with calls of its own to spend.
 *
 * @module
 */
import { type ChunkDeps, giveUpChunk, giveUpJob, runChunk, startJob, type TurnEnd } from '../../job/run-chunk.ts'
import { ConfigError } from '../config.ts'
import { backoffSeconds } from './backoff.ts'
import { type Calls, createCalls, QUERIES_MAX, RESERVED } from './call-budget.ts'
import { createChunkDeps } from './chunk-turn.ts'
import type { Env } from './config.ts'
import { onCron, tickSchedules } from './cron.ts'
import { inInvocation } from './invocation.ts'
import { createIsolate, type Isolate, type IsolateOptions } from './isolate.ts'
import { type Message, sendAll } from './queue.ts'

export type WorkerOptions = IsolateOptions & {
  /** For tests: what an invocation spends goes through it. */
  calls?: (calls: Calls, event: Delivery | 'request' | 'cron') => Calls
  /** Seconds until a message is delivered again that has failed so often. */
  backoff?: (attempts: number) => number
}

export type Delivery = { queue: string; body: Message }

/** The name of the dead-letter queue of `wrangler.toml` ends so. */
const DEAD = '-dead'

export function createWorker({
  calls: through = (calls) => calls,
  backoff = backoffSeconds,
  ...options
}: WorkerOptions = {}) {
  // Built once per isolate, at the first event: bindings are not there before
  let isolate: Promise<Isolate> | null = null
  const isolateOf = (env: Env): Promise<Isolate> => {
    isolate ??= createIsolate(env, options)
    return isolate
  }

  return {
    async fetch(request, env, context) {
      try {
        const { app } = await isolateOf(env)
        const calls = through(createCalls({ reserved: 0, limit: QUERIES_MAX }), 'request')
        const waitUntil = (work: Promise<void>) => context.waitUntil(work)
        return await inInvocation(calls, () => app.fetch(request, env, context), waitUntil)
      } catch (error) {
        if (!(error instanceof ConfigError)) {
          throw error
        }
        console.error(error.message)
        return new Response('The configuration is wrong; the log says how.\n', { status: 503 })
      }
    },

    async queue(batch, env) {
      const own = await isolateOf(env)
      for (const message of batch.messages) {
        const { body, id, attempts } = message
        const calls = through(createCalls({ reserved: RESERVED }), { queue: batch.queue, body })
        try {
          if ('tick' in body) {
            await tickSchedules(own, env, calls)
          } else {
            const deps = createChunkDeps(own, env, calls, id, body.scheduled === true)
            const end = await (batch.queue.endsWith(DEAD) ? giveUp : work)(deps, body)
            if (end !== 'over') {
              const delaySeconds = secondsUntil(end.heldUntilMs, own.deps.clock.now())
              if (batch.queue.endsWith(DEAD)) {
                message.retry({ delaySeconds })
                continue
              }
              // Anew, since waiting for another runner is no failed attempt
              await sendAll(env, [body], calls, delaySeconds)
            }
          }
          message.ack()
        } catch (cause) {
          own.deps.log.error('message_failed', { ...body, attempts, queue: batch.queue, cause })
          message.retry({ delaySeconds: backoff(attempts) })
        }
      }
    },

    async scheduled(_controller, env) {
      await onCron(await isolateOf(env), env, through(createCalls({ reserved: 0 }), 'cron'))
    },
  } satisfies ExportedHandler<Env, Message>
}

type JobMessage = Extract<Message, { jobId: string }>

const work = (deps: ChunkDeps, { jobId, chunk }: JobMessage): Promise<TurnEnd> =>
  chunk === undefined ? startJob(deps, jobId) : runChunk(deps, jobId, chunk)

const giveUp = (deps: ChunkDeps, { jobId, chunk }: JobMessage): Promise<TurnEnd> =>
  chunk === undefined ? giveUpJob(deps, jobId) : giveUpChunk(deps, jobId, chunk)

const secondsUntil = (atMs: number, nowMs: number): number =>
  Math.min(Math.max(1, Math.ceil((atMs - nowMs) / 1000)), 600)
