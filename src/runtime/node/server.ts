/**
 * The composition root on Node: everything is built here, once, and passed down.
 *
 * @module
 */

import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { createApp } from '../../api/app.ts'
import type { Deps } from '../../api/deps.ts'
import { createPolicy } from '../../check/policy.ts'
import { noCluster, planAgain } from '../../job/plan-request.ts'
import { createSignals } from '../../job/queue.ts'
import { createSecretBox } from '../../job/secrets.ts'
import { noLiveClusters } from '../../kube/live-clusters.ts'
import type { ObjectSource } from '../../kube/object-source.ts'
import { createBudget } from '../../lib/budget.ts'
import { type Clock, systemClock } from '../../lib/clock.ts'
import { createLog, type Log } from '../../lib/log.ts'
import { DAMAGED, isStorageBusy, isStorageDamaged, isStorageFull } from '../../store/db.ts'
import { VERSION } from '../version.ts'
import { createAdmission } from './admission.ts'
import { createAssets } from './assets.ts'
import type { Clusters, ClustersDeps } from './cluster/clusters.ts'
import { readsClusters } from './cluster/is-configured.ts'
import type { Config } from './config.ts'
import { detectPlace } from './detect-place.ts'
import { keepDiscovery } from './discovery.ts'
import { listen } from './listen.ts'
import { isDeadOwner, OWNER } from './owner.ts'
import { createProber } from './prober.ts'
import { processFigures } from './process-metrics.ts'
import { createReader } from './reader.ts'
import { keepRetention } from './retention.ts'
import { createRunner } from './runner.ts'
import { readSecretKey } from './secret-key.ts'
import { DatabaseLockedError, DiskFullError, openSqlite } from './sqlite.ts'
import { cannotUse, StartError } from './start-error.ts'
import { createTicker } from './ticker.ts'

export type Portolan = {
  /** The URL at which the API listens, without a trailing slash. */
  url: string
  /** Drains: no new requests, tries under way end, unfinished jobs go back to the queue. */
  close(): Promise<void>
}

export type StartOptions = {
  clock?: Clock
  log?: Log
  /** Makes the tries in tests that own the clock, which no other thread can share; else a thread makes them. */
  createProber?: typeof createProber
  /** Lets requests begin, for tests of a server that has too much to do. */
  createAdmission?: typeof createAdmission
  /** Reads live objects in tests that have no API server. */
  clusterSource?: ObjectSource
}

/** One process's claim on a job; a killed process's jobs are taken up after it. */
const LEASE_MS = 30_000
/** Milliseconds between two looks for jobs of other, dead processes. */
const SWEEP_MS = 5_000
/** Milliseconds between two looks at the Services of the cluster. */
const DISCOVER_MS = 60_000
/** Milliseconds between two looks at schedules that another process was to run. */
const LOOK_AGAIN_MS = 10_000
const JOBS_AT_ONCE = 32
const BODY_LIMIT_BYTES = 16 * 1024 * 1024
/** Bytes of the bodies of all requests together: four of the largest. */
const BODIES_LIMIT_BYTES = 4 * BODY_LIMIT_BYTES
/** Milliseconds for which the look whether the database takes writes waits for another process's lock. */
const READY_MS = 2_000
export async function startPortolan(config: Config, options: StartOptions = {}): Promise<Portolan> {
  const clock = options.clock ?? systemClock
  const log = options.log ?? createLog(config.logLevel, (line) => process.stderr.write(`${line}\n`), clock.now)
  for (const setting of config.notRead) {
    log.warn('setting_not_read', setting)
  }
  const tokensNeeded = needsTokens(config)
  const sqlite = openDatabase(config.databaseFile)
  const live = readsClusters(config) ? await openLive(config, { log, clock, store: sqlite.store }) : null
  const secrets = await createSecretBox(secretKeyOf(config))
  const signals = createSignals()
  const place = detectPlace(config)
  const prober = (options.createProber ?? createProber)(config, log)
  const runner = createRunner(
    {
      store: sqlite.store,
      clock,
      log,
      signals,
      secrets,
      owner: OWNER,
      leaseMs: LEASE_MS,
      runChecks: prober.runChecks,
      replan: (request, how) => planAgain(deps, request, how),
    },
    { jobsAtOnce: JOBS_AT_ONCE, sweepMs: SWEEP_MS, isDead: isDeadOwner },
  )
  let draining = false
  const settings: Deps['settings'] = {
    version: VERSION,
    publicUrl: config.publicUrl,
    cluster: config.cluster,
    dnsServers: config.dnsServers,
    queueLimit: config.queueLimit,
    scheduleLimit: config.scheduleLimit,
    waitLimit: 300,
    bodyLimitBytes: BODY_LIMIT_BYTES,
    auth: {
      required: tokensNeeded,
      adminToken: config.adminToken,
      metricsToken: config.metricsToken,
      loopbackOnly: !tokensNeeded && config.auth === 'auto',
    },
    poll: { firstMs: 500, lastMs: 500 },
    eventsLimitMs: 3_600_000,
    everyLeastMs: 1000,
    discoverEgress: config.discoverEgress,
  }
  const { egressAllow, egressDeny } = config
  const reader = createReader({ place, egressAllow, egressDeny, settings: forReader(settings) })
  const admission = (options.createAdmission ?? createAdmission)()
  const deps: Deps = {
    store: sqlite.store,
    clock,
    log,
    queue: runner,
    signals,
    secrets,
    clusterSource: options.clusterSource ?? live?.source ?? noCluster,
    clusters: live ?? noLiveClusters(config.cluster, clock.now()),
    place,
    policy: createPolicy({ allow: egressAllow, deny: egressDeny }),
    bodies: createBudget(BODIES_LIMIT_BYTES),
    readLarge: reader.read,
    mayBegin: admission.mayBegin,
    settings,
    async notReady() {
      const database = await sqlite.checkWritable(READY_MS).then(
        () => null,
        (cause: unknown) => {
          log.error('database_not_writable', { cause })
          return whyNotWritable(cause)
        },
      )
      return { ...(draining && { server: 'draining' }), ...(database !== null && { database }) }
    },
    runChecks: prober.runChecks,
    mayLookAgain: () => !draining,
    schedulesChanged: () => ticker.wake(),
    figures: processFigures(config.databaseFile, prober),
    asset: createAssets(import.meta.url),
  }
  const ticker = createTicker(deps, { lookAgainMs: LOOK_AGAIN_MS })
  const app = createApp(deps)
  const server = await listen(app.fetch, config, admission.connected)
  const { url } = server
  log.info('listening', { url, database: config.databaseFile, vantage: place.vantage.name, version: VERSION })
  prober.start()
  runner.start()
  ticker.start()
  const stop = new AbortController()
  const discovery = keepDiscovery(
    deps,
    {
      mode: config.discover,
      clusters: live?.names ?? [config.cluster],
      everyMs: DISCOVER_MS,
      ...(live && { watch: live.watchServices }),
    },
    stop.signal,
  )
  const retention = keepRetention({ database: sqlite, clock, log }, config.retention, stop.signal)

  return {
    url,
    async close() {
      draining = true
      stop.abort()
      await Promise.all([ticker.stop(), runner.drain(), retention, discovery, server.close()])
      await Promise.all([prober.close(), reader.close(), live?.close()])
      sqlite.close()
      log.info('closed', { url })
    },
  }
}

/** The settings that planning needs. Nothing secret goes to the process that reads. */
const forReader = ({ cluster, dnsServers, queueLimit }: Deps['settings']) => ({ cluster, dnsServers, queueLimit })

/** Only a server that reads a cluster loads what that takes. */
async function openLive(config: Config, deps: Omit<ClustersDeps, 'makeReader'>): Promise<Clusters> {
  const { openClusters } = await import('./cluster/clusters.ts')
  const { createReader } = await import('./cluster/reader.ts')
  const { namespaces, staleAfterMs } = config
  return openClusters(config, {
    ...deps,
    makeReader: (client, access) => createReader(client, access, { ...deps, namespaces, staleAfterMs }),
  })
}

function whyNotWritable(cause: unknown): string {
  if (cause instanceof DiskFullError || isStorageFull(cause)) {
    return 'the disk is full'
  }
  if (isStorageDamaged(cause)) {
    return DAMAGED
  }
  return cause instanceof DatabaseLockedError || isStorageBusy(cause) ? 'another process has locked it' : 'not writable'
}

function openDatabase(file: string): ReturnType<typeof openSqlite> {
  try {
    return openSqlite(file)
  } catch (cause) {
    throw cannotUse(`PORTOLAN_DATABASE: cannot use ${file}`, cause)
  }
}

function secretKeyOf({ secretKey, databaseFile }: Config): Uint8Array<ArrayBuffer> {
  try {
    return readSecretKey(secretKey, databaseFile)
  } catch (cause) {
    throw cannotUse(`PORTOLAN_SECRET_KEY: cannot use the key file ${databaseFile}.key`, cause)
  }
}

/** Tokens are needed unless the API listens on loopback only, or the operator said so; without one there is no start. */
function needsTokens(config: Config): boolean {
  const { auth, host, adminToken } = config
  const needed = auth === 'tokens' || (auth === 'auto' && !isLoopback(host))
  if (auth === 'none' && !isLoopback(host) && readsClusters(config)) {
    throw new StartError(
      `PORTOLAN_AUTH=none: a live cluster is read, and whoever reaches ${host} (PORTOLAN_HOST) would see it as Portolan ` +
        'does; set PORTOLAN_ADMIN_TOKEN and leave PORTOLAN_AUTH away, or listen on loopback. A pod without a service ' +
        'account (automountServiceAccountToken: false) reads none',
    )
  }
  if (needed && adminToken === null) {
    throw new StartError(
      auth === 'tokens'
        ? 'PORTOLAN_ADMIN_TOKEN: PORTOLAN_AUTH=tokens needs it; set it to a secret of at least 16 characters'
        : `PORTOLAN_ADMIN_TOKEN: listening on ${host} (PORTOLAN_HOST) is not loopback only and needs a token; set it, or PORTOLAN_AUTH=none to serve anyone`,
    )
  }
  return needed
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || (isIP(host) !== 0 && ipaddr.process(host).range() === 'loopback')
