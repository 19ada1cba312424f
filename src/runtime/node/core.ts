/**
 * Builds what every Portolan on Node is made of: a server that is asked over sockets, or a program that calls the
 * application itself.
 *
 * @module
 */
import type { Context } from 'hono'
import { createApp, type Site } from '../../api/app.ts'
import type { Deps } from '../../api/deps.ts'
import type { OwnAddresses } from '../../check/own-listener.ts'
import { createJobLimits } from '../../job/limits.ts'
import { noCluster, planAgain } from '../../job/plan-request.ts'
import { createSignals } from '../../job/queue.ts'
import type { SecretBox } from '../../job/secret-box.ts'
import { noLiveClusters } from '../../kube/live-clusters.ts'
import type { ObjectSource } from '../../kube/object-source.ts'
import { createBudget } from '../../lib/budget.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import type { Place } from '../../plan/place.ts'
import type { Store } from '../../store/db.ts'
import { askIssuer } from '../ask-issuer.ts'
import { egressOf, policyOf } from '../egress.ts'
import { VERSION } from '../version.ts'
import type { Clusters, ClustersDeps } from './cluster/clusters.ts'
import { readsClusters } from './cluster/is-configured.ts'
import type { Config } from './config.ts'
import { detectPlace } from './detect-place.ts'
import { interfaceAddresses } from './interfaces.ts'
import { isDeadOwner, OWNER } from './owner.ts'
import { createProber, type Prober } from './prober.ts'
import { processFigures } from './process-metrics.ts'
import type { Reader } from './reader.ts'
import type { ReaderData } from './reader-messages.ts'
import { createRunner, type Runner } from './runner.ts'

/** One process's claim on a job; a killed process's jobs are taken up after it. */
const LEASE_MS = 30_000
/** Milliseconds between two looks for jobs of other, dead processes. */
const SWEEP_MS = 5_000
const JOBS_AT_ONCE = 32
const BODY_LIMIT_BYTES = 16 * 1024 * 1024
/** Bytes of the bodies of all requests together: four of the largest. */
const BODIES_LIMIT_BYTES = 4 * BODY_LIMIT_BYTES

/** The parts that differ between a server and a program that calls the application in its own process. */
export type CoreParts = {
  store: Store
  clock: Clock
  log: Log
  secrets: SecretBox
  auth: Deps['settings']['auth']
  /** See {@link Deps}; left out for a server. */
  isForOneRun?: boolean
  clientAddress(context: Context): string | null
  isSecure(context: Context): boolean
  notReady(): ReturnType<Deps['notReady']>
  schedulesChanged(): void
  asset: Deps['asset']
  loadMcp?: NonNullable<Deps['loadMcp']>
  mayBegin?: NonNullable<Deps['mayBegin']>
  /** Left out where no browser comes. */
  site?: Site
  createProber?: typeof createProber
  /** Reads large bodies in a thread; left out if this thread reads them, and does nothing else meanwhile. */
  createReader?(data: ReaderData): Reader
  /** Reads live objects in tests that have no API server. */
  clusterSource?: ObjectSource
}

export type Core = {
  deps: Deps
  app: ReturnType<typeof createApp>
  prober: Prober
  runner: Runner
  place: Place
  /** Null if no cluster is read. */
  live: Clusters | null
  /** The addresses at which this Portolan is reached, to be filled in once they are known. */
  own: { -readonly [Field in keyof OwnAddresses]: OwnAddresses[Field] }
  /** Stops new tries and work in the background. To be called before {@link close}. */
  drain(): Promise<void>
  /** Ends threads and processes, and what reads clusters. The store is its owner's to close. */
  close(): Promise<void>
}

/** Opens everything but what listens and what wakes by itself. */
export async function openCore(config: Config, parts: CoreParts): Promise<Core> {
  const { store, clock, log, secrets } = parts
  const live = readsClusters(config) ? await openLive(config, { log, clock, store }) : null
  const signals = createSignals()
  const place = detectPlace(config)
  const own: Core['own'] = { listeners: [], fronts: [], publicUrl: config.publicUrl }
  const egress = { ...egressOf(config), own }
  const prober = (parts.createProber ?? createProber)({ ...config, ...egress }, log)
  const runner = createRunner(
    {
      ...{ store, clock, log, signals, secrets },
      owner: OWNER,
      leaseMs: LEASE_MS,
      runChecks: prober.runChecks,
      replan: (request, how) => planAgain(deps, request, how),
    },
    { jobsAtOnce: JOBS_AT_ONCE, sweepMs: SWEEP_MS, isDead: isDeadOwner },
  )
  let draining = false
  const background = new Set<Promise<void>>()
  const settings = { ...settingsOf(config, parts.auth), isForOneRun: parts.isForOneRun ?? false }
  const reader = parts.createReader?.({ place, ...egress, settings: forReader(settings) })
  const deps: Deps = {
    ...{ store, clock, log, secrets, signals, place, settings },
    queue: runner,
    clusterSource: parts.clusterSource ?? live?.source ?? noCluster,
    clusters: live ?? noLiveClusters(config.cluster, clock.now()),
    policy: policyOf(egress, interfaceAddresses),
    bodies: createBudget(BODIES_LIMIT_BYTES),
    ...(reader && { readLarge: reader.read }),
    ...(parts.mayBegin && { mayBegin: parts.mayBegin }),
    ...(parts.loadMcp && { loadMcp: parts.loadMcp }),
    limits: createJobLimits(clock, config.rateLimits),
    clientAddress: parts.clientAddress,
    isSecure: parts.isSecure,
    issuers: { fetch: askIssuer, sharesAnswers: true },
    notReady: async () => ({ ...(draining && { server: 'draining' }), ...(await parts.notReady()) }),
    runChecks: prober.runChecks,
    inBackground(work) {
      background.add(work)
      work.finally(() => background.delete(work))
    },
    mayLookAgain: () => !draining,
    schedulesChanged: parts.schedulesChanged,
    figures: processFigures(config.databaseFile, prober),
    asset: parts.asset,
  }
  return {
    ...{ deps, app: createApp(deps, parts.site), prober, runner, place, live, own },
    async drain() {
      draining = true
      await runner.drain()
    },
    async close() {
      await Promise.all([prober.close(), reader?.close(), live?.close(), ...background])
    },
  }
}

const settingsOf = (config: Config, auth: Deps['settings']['auth']): Deps['settings'] => ({
  version: VERSION,
  publicUrl: config.publicUrl,
  cluster: config.cluster,
  dnsServers: config.dnsServers,
  queueLimit: config.queueLimit,
  scheduleLimit: config.scheduleLimit,
  rateLimits: config.rateLimits,
  waitLimit: 300,
  bodyLimitBytes: BODY_LIMIT_BYTES,
  auth,
  docs: config.docs,
  jwtRules: config.jwtRules,
  oidc: config.oidc,
  poll: { firstMs: 500, lastMs: 500 },
  eventsLimitMs: 3_600_000,
  everyLeastMs: 1000,
  discoverEgress: config.discoverEgress,
})

/** The settings that planning needs. Nothing secret goes to the process that reads. */
const forReader = ({ cluster, dnsServers, queueLimit }: Deps['settings']) => ({ cluster, dnsServers, queueLimit })

/** Loads the modules for reading clusters, which a program that reads none does not need. */
async function openLive(config: Config, deps: Omit<ClustersDeps, 'makeReader'>): Promise<Clusters> {
  const { openClusters } = await import('./cluster/clusters.ts')
  const { createReader } = await import('./cluster/reader.ts')
  const { namespaces, staleAfterMs } = config
  return openClusters(config, {
    ...deps,
    makeReader: (client, access) => createReader(client, access, { ...deps, namespaces, staleAfterMs }),
  })
}
