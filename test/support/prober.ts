import { createPolicy } from '../../src/check/policy.ts'
import { createGate } from '../../src/check/try-limiter.ts'
import { createTurns } from '../../src/check/turns.ts'
import type { Clock } from '../../src/lib/clock.ts'
import { createNodeNetwork } from '../../src/runtime/node/network.ts'
import type { createProber } from '../../src/runtime/node/prober.ts'
import { runOverJson } from './run-over-json.ts'

/** Probes in this thread: the clock that a test owns cannot be shared with another. All else is as in the product. */
export const proberWith =
  (clock: Clock): typeof createProber =>
  ({ egressAllow, egressDeny, concurrency, concurrencyPerAddress }, log) => {
    const gate = createGate({ total: concurrency, perAddress: concurrencyPerAddress })
    const policy = createPolicy({ allow: egressAllow, deny: egressDeny })
    const turn = createTurns(setImmediate)
    const deps = { network: createNodeNetwork(), clock, log, policy, gate, turn }
    return {
      runChecks: (handed, hooks) => runOverJson(deps, handed, hooks),
      start: () => undefined,
      get triesUnderWay() {
        return gate.active
      },
      close: async () => undefined,
    }
  }
