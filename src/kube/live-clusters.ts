/**
 * The port to the clusters that a server reads: the state of each, and its Services. The objects that paths rest on
 * come through `object-source.ts`.
 *
 * @module
 */
import { ProblemError } from '../lib/problem.ts'
import type { GatewayRoute } from './gateway-objects.ts'
import type { ReadKind } from './kinds.ts'
import type { UnreadReason } from './object-source.ts'
import type { Ingress, Service } from './objects.ts'
import type { OpenShiftRoute } from './openshift-objects.ts'

/**
 * `syncing`: it has not answered yet. `refused`: the API server does not take the credentials, or they cannot be had,
 * or it is another cluster than before. `absent`: no way into it is configured.
 */
export const CLUSTER_STATES = ['synced', 'syncing', 'unreachable', 'refused', 'absent'] as const
export type ClusterState = (typeof CLUSTER_STATES)[number]

/**
 * A cluster is known by the UID of its namespace kube-system. `unknown`: that may not be read. `other`: it is another
 * cluster than the one that had this name before.
 */
export const IDENTITIES = ['known', 'unknown', 'other'] as const
export type Identity = (typeof IDENTITIES)[number]

export type KindStatus = {
  kind: ReadKind
  /** Objects held by a watch; `null`: the kind is read when it is needed. */
  count: number | null
  watched: boolean
  /** Milliseconds since what is held was confirmed; `null`: nothing is held. */
  lagMs: number | null
  forbidden: boolean
}

export type ClusterStatus = {
  name: string
  /** `null`: no way into it is configured. */
  source: 'kubeconfig' | 'in-cluster' | null
  state: ClusterState
  sinceMs: number
  /** The URL of the API server, without credentials. */
  server: string | null
  /** As the API server tells it, like `v1.37.2`. */
  version: string | null
  identity: Identity
  /** One line that says why it is not synced; without secrets. */
  problem: string | null
  /** The kinds that were asked for so far. */
  kinds: readonly KindStatus[]
}

/** Routes of a kind that were not read in a namespace; `null`: in any. */
export type RoutesUnread = { kind: ReadKind; namespace: string | null; reason: UnreadReason }

export type ServicesFound = {
  services: readonly Service[]
  ingresses: readonly Ingress[]
  gatewayRoutes: readonly GatewayRoute[]
  openShiftRoutes: readonly OpenShiftRoute[]
  unread: readonly RoutesUnread[]
}

export type LiveClusters = {
  /** Lists the clusters, sorted by name. */
  statuses(): Promise<readonly ClusterStatus[]>
  /**
   * Reads the Services of a cluster, and what leads to them.
   *
   * @param where.namespaces only these; `null`: all.
   * @param where.selector as the API server takes it.
   * @throws ProblemError if there is no such cluster, or it cannot be read.
   */
  services(
    cluster: string,
    where: { namespaces: readonly string[] | null; selector: string | null },
  ): Promise<ServicesFound>
  /**
   * Asks a cluster whether a token is one of its own (TokenReview), for one of these audiences at least. Nothing is kept.
   *
   * @returns `null`: it is not, or not any more.
   * @throws ProblemError `unavailable` where the cluster cannot be asked, which says nothing of the token.
   */
  reviewToken(cluster: string, asked: { token: string; audiences: readonly string[] }): Promise<Reviewed | null>
}

/** The answer of a cluster about a token that is its own. */
export type Reviewed = {
  /** Like `system:serviceaccount:shop:ci`. */
  username: string
  /** The audiences that were asked about and that the token is for. */
  audiences: readonly string[]
}

/** The cluster that a server stands in has a name, even if nothing is read of it. */
export const absentCluster = (name: string, sinceMs: number): ClusterStatus => ({
  name,
  source: null,
  state: 'absent',
  sinceMs,
  server: null,
  version: null,
  identity: 'unknown',
  problem: 'No way into it is configured.',
  kinds: [],
})

/** Stands in on a server that reads none. */
export const noLiveClusters = (cluster: string, sinceMs: number): LiveClusters => ({
  statuses: () => Promise.resolve([absentCluster(cluster, sinceMs)]),
  services: () =>
    Promise.reject(
      new ProblemError('no_cluster', 'This server reads no live cluster: on Node PORTOLAN_KUBECONFIG gives it one.'),
    ),
  reviewToken: () => Promise.reject(new ProblemError('unavailable', 'This server has no cluster to ask about tokens.')),
})
