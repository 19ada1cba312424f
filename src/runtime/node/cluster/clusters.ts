/**
 * The clusters that this server reads, each by its name. This is loaded only where there is one.
 *
 * @module
 */

import { unreadReviews } from '../../../api/access/read-jwt-rules.ts'
import { absentCluster, type ClusterStatus, type KindStatus, type LiveClusters } from '../../../kube/live-clusters.ts'
import type { ObjectSource } from '../../../kube/object-source.ts'
import type { Clock } from '../../../lib/clock.ts'
import type { Log } from '../../../lib/log.ts'
import { nearMiss } from '../../../lib/near.ts'
import { ProblemError } from '../../../lib/problem.ts'
import type { Store } from '../../../store/db.ts'
import type { Config } from '../config.ts'
import { StartError } from '../start-error.ts'
import type { ClusterAccess } from './access.ts'
import { type ApiClient, createApiClient } from './api-client.ts'
import { findServices } from './find-services.ts'
import { createIdentityCheck, type IdentityCheck } from './identity.ts'
import { inClusterAccess } from './in-cluster.ts'
import { IN_CLUSTER, type InClusterSources, isInCluster } from './is-configured.ts'
import { kubeconfigAccess } from './kubeconfig.ts'
import { KubeconfigError, readKubeconfig } from './kubeconfig-file.ts'
import { type Observed, observed } from './observed-client.ts'
import { reviewToken } from './token-review.ts'
import { within } from './within.ts'

/** Reads the objects of one cluster. */
export type Reader = {
  source: ObjectSource
  /** The kinds that are held by watches. */
  kinds?(): readonly KindStatus[]
  /** Holds Services and Namespaces from now on, and tells when one changes. */
  watchServices?(changed: () => void): void
  close?(): Promise<void>
}

export type ClustersDeps = {
  log: Log
  clock: Clock
  store: Store
  makeReader(client: ApiClient, access: ClusterAccess): Reader
  sources?: InClusterSources
}

export type Clusters = LiveClusters & {
  /** Reads the objects of whichever cluster a target names. */
  source: ObjectSource
  /** The names of those that are read. */
  names: readonly string[]
  /** Holds the Services and Namespaces of a cluster from now on, and tells when one changes. */
  watchServices(name: string, changed: () => void): void
  close(): Promise<void>
}

type Cluster = {
  access: ClusterAccess
  client: ApiClient
  seen(): Observed
  reader: Reader
  check: IdentityCheck
  version: string | null
  /** The look that is under way. */
  looking: Promise<void> | null
}

/** Milliseconds that asking a cluster for its state may take, and after which it is asked again. */
const LOOK_MS = 2_000
const LOOK_AGAIN_MS = 10_000
/** Milliseconds for the lists of a cluster's Services and routes together. */
const FIND_MS = 30_000

/** @throws StartError if the configuration leads to no cluster. */
export async function openClusters(config: Config, deps: ClustersDeps): Promise<Clusters> {
  const { log, clock, makeReader } = deps
  const openedAtMs = clock.now()
  const clusters = new Map<string, Cluster>()
  const accesses = await accessesOf(config, deps)
  const unread = unreadReviews(
    config.jwtRules,
    accesses.map(({ name }) => name),
  )
  if (unread !== null) {
    throw new StartError(unread)
  }
  for (const access of accesses) {
    for (const { event, ...fields } of access.warnings) {
      log.warn(event, fields)
    }
    const { client, seen } = observed(createApiClient(access, { clock }), clock)
    const check = createIdentityCheck(client, access, deps)
    const reader = makeReader(client, access)
    clusters.set(access.name, { access, client, seen, reader, check, version: null, looking: null })
    log.info('cluster_configured', { cluster: access.name, source: access.source, server: access.server })
  }
  if (!clusters.has(config.cluster)) {
    log.warn('own_cluster_not_read', { cluster: config.cluster, read: [...clusters.keys()].join(', ') })
  }

  const named = (name: string): Cluster => {
    const cluster = clusters.get(name)
    if (cluster === undefined) {
      throw noSuchCluster(name, [...clusters.keys()])
    }
    return cluster
  }
  /** Nothing of another cluster than before comes through. */
  async function of<T>(name: string, read: (cluster: Cluster) => Promise<T>): Promise<T> {
    const cluster = named(name)
    const [found] = await Promise.all([read(cluster), cluster.check.assertSame()])
    return found
  }

  return {
    source: {
      read: (target, how) => of(target.cluster, ({ reader }) => reader.source.read(target, how)),
      readOn: async (target, read, wanted) =>
        (await named(target.cluster).reader.source.readOn?.(target, read, wanted)) ?? read,
    },
    names: [...clusters.keys()],
    watchServices: (name, changed) => clusters.get(name)?.reader.watchServices?.(changed),
    async statuses() {
      const all = [...clusters.values()]
      await Promise.all(all.map((cluster) => look(cluster, clock)))
      const absent = clusters.has(config.cluster) ? [] : [absentCluster(config.cluster, openedAtMs)]
      return [...all.map(statusOf), ...absent].sort((a, b) => (a.name < b.name ? -1 : 1))
    },
    services: (name, { namespaces, selector }) =>
      of(name, ({ client }) =>
        within(clock, FIND_MS, (signal) =>
          findServices(client, name, { namespaces, allowed: config.namespaces, selector }, signal),
        ),
      ),
    async reviewToken(name, asked) {
      const { client, check } = named(name)
      // Before the token is shown to it. Whoever asks is not known yet, and is told nothing of clusters
      await check.assertSame().catch((error: unknown) => {
        throw error instanceof ProblemError && error.code === 'conflict' ? isAnother() : error
      })
      return reviewToken(client, { cluster: name, ...asked }, log)
    },
    async close() {
      await Promise.all([...clusters.values()].map(({ reader }) => reader.close?.()))
      await Promise.all([...clusters.values()].map(({ client }) => client.close()))
    },
  }
}

/**
 * `PORTOLAN_CLUSTERS` names contexts of the kubeconfig. `PORTOLAN_CLUSTER` is one of them, or is reached by the mounted
 * service account, or, where no others are named, by the kubeconfig's context.
 */
async function accessesOf(config: Config, { log, sources = IN_CLUSTER }: ClustersDeps): Promise<ClusterAccess[]> {
  const { kubeconfig: paths, kubeContext, clusters, cluster: own } = config
  if (paths === null) {
    if (clusters.length > 0) {
      throw new StartError('PORTOLAN_CLUSTERS: names contexts of a kubeconfig: set PORTOLAN_KUBECONFIG to its path')
    }
    return [await inClusterAccess(own, sources)]
  }
  const accesses: ClusterAccess[] = []
  const mistakes: string[] = []
  const noted = async (variable: string, act: () => Promise<void>): Promise<void> => {
    try {
      await act()
    } catch (error) {
      if (!(error instanceof KubeconfigError)) {
        throw error
      }
      mistakes.push(`${variable}: ${error.message}`)
    }
  }
  await noted('PORTOLAN_KUBECONFIG', async () => {
    const kubeconfig = await readKubeconfig(paths)
    for (const path of kubeconfig.missing) {
      log.warn('kubeconfig_not_there', { path })
    }
    for (const { name, context } of clusters) {
      await noted(`PORTOLAN_CLUSTERS (${name})`, async () => {
        accesses.push(await kubeconfigAccess(kubeconfig, context, name))
      })
    }
    if (clusters.some(({ name }) => name === own)) {
      return
    }
    if (clusters.length === 0 || kubeContext !== null) {
      accesses.push(await kubeconfigAccess(kubeconfig, kubeContext, own))
    } else if (isInCluster(sources)) {
      accesses.push(await inClusterAccess(own, sources))
    }
  })
  if (mistakes.length > 0) {
    throw new StartError([...new Set(mistakes)].join('; '))
  }
  return accesses
}

const isAnother = (): ProblemError =>
  new ProblemError(
    'unavailable',
    'The cluster of this token is not asked whether it is valid, as it is another than before: the log of the server says more.',
    { headers: { 'retry-after': '60' } },
  )

function noSuchCluster(name: string, known: readonly string[]): ProblemError {
  const near = nearMiss(name, known)
  const meant = near === null ? '' : ` (did you mean ${JSON.stringify(near)}?)`
  return new ProblemError(
    'no_cluster',
    `No live cluster ${JSON.stringify(name)} is configured${meant}. Those that are: ${known.join(', ')}. ` +
      'PORTOLAN_CLUSTERS names more.',
    { errors: [{ pointer: '/target/cluster', detail: `unknown, expected one of ${known.join(', ')}` }] },
  )
}

/**
 * Asks a cluster for its state if it has not answered lately. One that is slow keeps the state that it had, and nobody
 * waits for it.
 */
async function look(cluster: Cluster, clock: Clock): Promise<void> {
  const { lookedAtMs } = cluster.seen()
  if (cluster.version !== null && lookedAtMs !== null && clock.now() - lookedAtMs < LOOK_AGAIN_MS) {
    return
  }
  cluster.looking ??= ask(cluster).finally(() => {
    cluster.looking = null
  })
  const done = new AbortController()
  await Promise.race([cluster.looking, clock.sleep(LOOK_MS, done.signal)])
  done.abort()
}

/** Credentials may take longer than an answer: a plugin has half a minute. */
async function ask(cluster: Cluster): Promise<void> {
  const asked = cluster.client.get({ path: '/version' }, { timeoutMs: LOOK_MS }).then(
    (answer) => {
      cluster.version = versionOf(answer)
    },
    () => undefined,
  )
  await Promise.all([asked, cluster.check.assertSame().catch(() => undefined)])
}

const versionOf = (answer: unknown): string | null =>
  typeof answer === 'object' && answer !== null && 'gitVersion' in answer ? String(answer.gitVersion) : null

function statusOf({ access, seen, reader, check, version }: Cluster): ClusterStatus {
  const { state, sinceMs, problem, forbidden } = seen()
  const held = reader.kinds?.() ?? []
  const read = [...forbidden].map(
    ([{ kind }, isForbidden]): KindStatus => ({
      kind,
      count: null,
      watched: false,
      lagMs: null,
      forbidden: isForbidden,
    }),
  )
  const kinds = [...held, ...read.filter(({ kind }) => !held.some((each) => each.kind === kind))]
  const isOther = check.identity() === 'other'
  return {
    name: access.name,
    source: access.source,
    state: isOther ? 'refused' : state,
    sinceMs,
    server: access.server,
    version,
    identity: check.identity(),
    problem: isOther ? 'It is another cluster than the one that had this name before.' : problem,
    kinds: kinds.sort((a, b) => (a.kind < b.kind ? -1 : 1)),
  }
}
