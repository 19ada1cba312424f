/**
 * The composition root on Cloudflare Workers.
 *
 * @module
 */
import { createPolicy } from '../../check/policy.ts'
import { createGate } from '../../check/schedule.ts'
import { runJob } from '../../job/run.ts'
import { ConfigError } from '../config.ts'
import { createCalls } from './calls.ts'
import type { Env } from './config.ts'
import { createIsolate, type Isolate } from './isolate.ts'
import { createEdgeNetwork } from './network.ts'
import type { Message } from './queue.ts'

/** Built once per isolate, at the first event: bindings are not there before. */
let isolate: Promise<Isolate> | null = null

const isolateOf = (env: Env): Promise<Isolate> => (isolate ??= createIsolate(env))

export default {
  async fetch(request, env, context) {
    try {
      return await (await isolateOf(env)).app.fetch(request, env, context)
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      console.error(error.message)
      return new Response('The configuration is wrong; the log says how.\n', { status: 503 })
    }
  },

  async queue(batch, env) {
    const { config, deps } = await isolateOf(env)
    const never = new AbortController().signal
    for (const message of batch.messages) {
      const calls = createCalls({ reserved: 15 })
      await runJob(
        {
          ...deps,
          owner: message.id,
          leaseMs: 30_000,
          check: {
            network: createEdgeNetwork(config, calls),
            clock: deps.clock,
            log: deps.log,
            policy: createPolicy({ allow: config.egressAllow, deny: config.egressDeny }),
            gate: createGate({ total: 5, perAddress: config.concurrencyPerAddress }),
          },
        },
        message.body.jobId,
        never,
        never,
      )
      message.ack()
    }
  },
} satisfies ExportedHandler<Env, Message>
