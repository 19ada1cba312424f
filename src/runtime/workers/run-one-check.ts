import type { CheckDeps } from '../../check/deps.ts'
import { NOWHERE } from '../../check/own-listener.ts'
import type { Policy } from '../../check/policy.ts'
import { createGate, type Gate } from '../../check/try-limiter.ts'
import { createTurns } from '../../check/turns.ts'
import { createUsage } from '../../check/usage.ts'
import { egressOf, policyOf } from '../egress.ts'
import { type Calls, CONNECTIONS_MAX } from './call-budget.ts'
import type { WorkersConfig } from './config.ts'
import { createEdgeNetwork } from './network.ts'

/** Knows no addresses of this machine, as the edge tells none; `reachable-address.ts` refuses those of the platform. */
export const createEdgePolicy = (config: WorkersConfig): Policy =>
  policyOf({ ...egressOf(config), own: { ...NOWHERE, publicUrl: config.publicUrl } })

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
  usage: createUsage(clock, config.usageLimits),
  gate,
  turn: createTurns((next) => setTimeout(next)),
})

/** One of the connections is left for recording meanwhile. */
const TRIES_AT_ONCE = CONNECTIONS_MAX - 1

export const createEdgeGate = ({ concurrencyPerAddress }: WorkersConfig): Gate =>
  createGate({ total: TRIES_AT_ONCE, perAddress: Math.min(TRIES_AT_ONCE, concurrencyPerAddress) })
