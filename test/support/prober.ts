import { createGate } from '../../src/check/try-limiter.ts'
import { createTurns } from '../../src/check/turns.ts'
import { createUsage } from '../../src/check/usage.ts'
import type { Clock } from '../../src/lib/clock.ts'
import { policyOf } from '../../src/runtime/egress.ts'
import { interfaceAddresses } from '../../src/runtime/node/interfaces.ts'
import { createNodeNetwork } from '../../src/runtime/node/network.ts'
import type { createProber } from '../../src/runtime/node/prober.ts'
import { runOverJson } from './run-over-json.ts'

/** Probes in this thread: the clock that a test owns cannot be shared with another. All else is as in the product. */
export const proberWith =
  (clock: Clock): typeof createProber =>
  ({ concurrency, concurrencyPerAddress, usageLimits, ...settings }, log) => {
    const gate = createGate({ total: concurrency, perAddress: concurrencyPerAddress })
    const policy = policyOf(settings, interfaceAddresses)
    const turn = createTurns(setImmediate)
    const usage = usageLimits && { usage: createUsage(clock, usageLimits) }
    const deps = { network: createNodeNetwork(), clock, log, policy, gate, turn, ...usage }
    return {
      runChecks: (handed, hooks) => runOverJson(deps, handed, hooks),
      start: () => undefined,
      get triesUnderWay() {
        return gate.active
      },
      close: async () => undefined,
    }
  }
