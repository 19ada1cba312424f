import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Network } from './network.ts'
import type { Policy } from './policy.ts'
import type { Gate } from './try-limiter.ts'
import type { Turns } from './turns.ts'
import type { Usage } from './usage.ts'

/** The means by which tries are made, on either runtime. */
export type CheckDeps = {
  network: Network
  clock: Clock
  policy: Policy
  /** DNS servers of the configuration, which are the operator's own choice; absent: none. */
  ownDnsServers?: readonly string[]
  gate: Gate
  /** Counts what jobs use of the network; left out: there are no limits. */
  usage?: Usage
  log: Log
  /** Asked between pieces of work that takes a while. Left out: nothing else is to be done meanwhile. */
  turn?: Turns
}
