/**
 * A request to probe one Service, as planning, checking and judging read it.
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
  /** If given, these are asked, not the system's. */
  dnsServers: readonly string[]
  /** The output of `kubectl exec POD -- env`. */
  environment: string | null
}

export type Limits = { nodes: number; endpoints: number; paths: number }

export type Expectations = {
  reachable: readonly PathSelector[]
  unreachable: readonly PathSelector[]
  /** If true, the Service's own application is to answer on every path. */
  sameResponder?: boolean
}

/** A job's body after parsing, defaults filled in, without the objects that came with it. */
export type JobRequest = {
  target: { cluster: string; namespace: string | null; service: string | null }
  addresses: Addresses
  paths: { include: readonly PathSelector[]; exclude: readonly PathSelector[] }
  limits: Limits
  /** Default checks run if it is empty. */
  checks: readonly Check[]
  samples: number
  retries: { limit: number; delayMs: number }
  settleMs: number
  expect: Expectations
  timeoutMs: number
  /** If `null`, the wait decides, or the default. */
  deadlineMs: number | null
  /** The place where the prober is said to stand; `null` for the one that it knows itself. */
  vantage: Position | null
  history: boolean
  labels: Readonly<Record<string, string>>
  /**
   * It goes only where the cluster's own addresses lead. `discovery`: nobody with a token asked for it. `narrowed`: whoever
   * asked does not reach every namespace. Not part of the API's body.
   */
  madeBy?: 'discovery' | 'narrowed'
  /** Whoever asked reaches these namespaces alone, and is told of no other. Absent: all. Not part of the API's body. */
  reaches?: readonly string[]
  /**
   * CIDRs outside of which nothing is dialled for it, under the policy: those of the token that made it. Absent: the policy
   * alone decides. Not part of the API's body.
   */
  egressOnly?: readonly string[]
  /** A sample begins when that before it is made on every path. Not part of the API's body. */
  samplesInTurn?: true
}
