/**
 * A request to probe one Service: what planning, checking and judging read of it.
 *
 * @module
 */
import type { Check } from './check.ts'
import type { PathSelector, Position } from './path.ts'

export type Addresses = {
  nodes: readonly string[]
  loadBalancer: readonly string[]
  ingressController: readonly string[]
  controllerPorts: { http: number; https: number } | null
  clusterDomain: string | null
  /** Given: these are asked, not the system's. */
  dnsServers: readonly string[]
  /** What `kubectl exec POD -- env` prints. */
  environment: string | null
}

export type Limits = { nodes: number; endpoints: number; paths: number }

export type Expectations = {
  reachable: readonly PathSelector[]
  unreachable: readonly PathSelector[]
  /** Whether every path is to be answered by the Service's own application. Absent: it need not. */
  sameResponder?: boolean
}

/** A job's body after parsing, defaults filled in, without the objects that came with it. */
export type JobRequest = {
  target: { cluster: string; namespace: string | null; service: string | null }
  addresses: Addresses
  paths: { include: readonly PathSelector[]; exclude: readonly PathSelector[] }
  limits: Limits
  /** Empty: default checks. */
  checks: readonly Check[]
  samples: number
  retries: { limit: number; delayMs: number }
  settleMs: number
  expect: Expectations
  timeoutMs: number
  /** `null`: decided by the wait, or the default. */
  deadlineMs: number | null
  /** Where the prober is said to stand. `null`: where it stands as far as it knows itself. */
  vantage: Position | null
  history: boolean
  labels: Readonly<Record<string, string>>
}
