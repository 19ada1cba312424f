import type { CheckDeps } from '../../check/deps.ts'
import { createPolicy, type Policy } from '../../check/policy.ts'
import { createGate, type Gate } from '../../check/try-limiter.ts'
import { createTurns } from '../../check/turns.ts'
import { type Calls, CONNECTIONS_MAX } from './call-budget.ts'
import type { WorkersConfig } from './config.ts'
import { createEdgeNetwork } from './network.ts'

export const createEdgePolicy = ({ egressAllow, egressDeny }: WorkersConfig): Policy =>
  createPolicy({ allow: egressAllow, deny: egressDeny })

/** Makes the means by which one invocation probes. */
export const createEdgeCheck = (
  config: WorkersConfig,
  { clock, log }: Pick<CheckDeps, 'clock' | 'log'>,
  calls: Calls,
  gate: Gate,
): CheckDeps => ({
  network: createEdgeNetwork(config, calls),
  clock,
  log,
  policy: createEdgePolicy(config),
  ownDnsServers: config.dnsServers,
  gate,
  turn: createTurns((next) => setTimeout(next)),
})

/** One of the connections is left for recording meanwhile. */
const TRIES_AT_ONCE = CONNECTIONS_MAX - 1

export const createEdgeGate = ({ concurrencyPerAddress }: WorkersConfig): Gate =>
  createGate({ total: TRIES_AT_ONCE, perAddress: Math.min(TRIES_AT_ONCE, concurrencyPerAddress) })
