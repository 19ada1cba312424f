import { isMapping } from '../../../kube/fields.ts'
import type { Identity } from '../../../kube/live-clusters.ts'
import { type Clock, toInstant } from '../../../lib/clock.ts'
import type { Log } from '../../../lib/log.ts'
import { ProblemError } from '../../../lib/problem.ts'
import { claimClusterName } from '../../../store/clusters.ts'
import type { Store } from '../../../store/db.ts'
import type { ClusterAccess } from './access.ts'
import type { ApiClient } from './api-client.ts'
import { ApiError } from './api-error.ts'

/** Milliseconds for which a cluster is believed to be the one that it was. */
const BELIEVED_MS = 60_000

export type IdentityCheck = {
  identity(): Identity
  /**
   * Looks whether this is the cluster that had its name before, if that was not looked at lately. A cluster whose
   * namespace kube-system may not be read, or that does not answer, passes.
   *
   * @throws ProblemError `conflict`
   */
  assertSame(): Promise<void>
}

type Deps = { store: Store; clock: Clock; log: Log }

/**
 * Nobody but the namespace kube-system is there from the first to the last day of a cluster, so that its UID is taken
 * for the cluster's (as OpenTelemetry's `k8s.cluster.uid`).
 */
export function createIdentityCheck(
  client: ApiClient,
  { name, server }: ClusterAccess,
  { store, clock, log }: Deps,
): IdentityCheck {
  let identity: Identity = 'unknown'
  let untilMs = Number.NEGATIVE_INFINITY
  let problem: ProblemError | null = null
  let looking: Promise<void> | null = null

  async function look(): Promise<void> {
    const uid = await client.get({ path: '/api/v1/namespaces/kube-system' }).then(uidOf, (error: unknown) => {
      if (error instanceof ApiError) {
        return error.kind === 'forbidden' || error.kind === 'not_found' ? null : undefined
      }
      throw error
    })
    // It has not answered: what is read besides tells of that
    if (uid === undefined) {
      return
    }
    untilMs = clock.monotonic() + BELIEVED_MS
    const was = identity
    if (uid === null) {
      identity = identity === 'other' ? identity : 'unknown'
      return
    }
    const first = await claimClusterName(store, name, uid, clock.now())
    identity = first.uid === uid ? 'known' : 'other'
    problem = identity === 'known' ? null : anotherCluster(name, server, first.firstAtMs)
    if (identity === 'other' && was !== 'other') {
      log.error('cluster_is_another', {
        cluster: name,
        server,
        uid,
        known: first.uid,
        knownSince: toInstant(first.firstAtMs),
      })
    }
  }

  return {
    identity: () => identity,
    async assertSame() {
      if (clock.monotonic() >= untilMs) {
        looking ??= look().finally(() => {
          looking = null
        })
        await looking
      }
      if (problem !== null) {
        throw problem
      }
    },
  }
}

const uidOf = (namespace: unknown): string | null => {
  const metadata = isMapping(namespace) ? namespace.metadata : null
  return isMapping(metadata) && typeof metadata.uid === 'string' && metadata.uid !== '' ? metadata.uid : null
}

const anotherCluster = (name: string, server: string, sinceMs: number): ProblemError =>
  new ProblemError(
    'conflict',
    `${server} is another cluster than the one that has been ${JSON.stringify(name)} since ${toInstant(sinceMs)}, and ` +
      'their histories are not to be one. Give this one another name (PORTOLAN_CLUSTER, PORTOLAN_CLUSTERS); what is ' +
      'known of the old one stays under its name.',
    { errors: [{ pointer: '/target/cluster', detail: 'another cluster had this name before' }] },
  )
