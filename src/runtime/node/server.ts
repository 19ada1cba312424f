/**
 * The composition root on Node: everything is built here, once, and passed down.
 *
 * @module
 */

import { isIP } from 'node:net'
import { getConnInfo } from '@hono/node-server/conninfo'
import ipaddr from 'ipaddr.js'
import { unreadReviews } from '../../api/access/read-jwt-rules.ts'
import { createSecretBox } from '../../job/secret-box.ts'
import type { ObjectSource } from '../../kube/object-source.ts'
import { clientAddressOf, isForwardedSecure, trustedProxies } from '../../lib/client-address.ts'
import { type Clock, systemClock } from '../../lib/clock.ts'
import { createLog, type Log } from '../../lib/log.ts'
import { site } from '../../pages/site.ts'
import { DAMAGED, type StorageTrouble, storageTrouble } from '../../store/db.ts'
import { hasAdminToken, hasTokens } from '../../store/tokens.ts'
import { VERSION } from '../version.ts'
import { createAdmission } from './admission.ts'
import { createAssets } from './assets.ts'
import { readsClusters } from './cluster/is-configured.ts'
import type { Config } from './config.ts'
import { openCore } from './core.ts'
import { keepDiscovery } from './discovery.ts'
import { keepResealed } from './keep-resealed.ts'
import { listen } from './listen.ts'
import { keepOwnFronts } from './own-fronts.ts'
import type { createProber } from './prober.ts'
import { createReader } from './reader.ts'
import { keepRetention } from './retention.ts'
import { readSecretKeys } from './secret-key.ts'
import { openSqlite } from './sqlite.ts'
import { cannotUse, StartError } from './start-error.ts'
import { createTicker } from './ticker.ts'
import { onceATime } from './trouble-log.ts'

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

/** Milliseconds between two looks at the Services of the cluster. */
const DISCOVER_MS = 60_000
/** Milliseconds between two looks at schedules that another process was to run. */
const LOOK_AGAIN_MS = 10_000
/** Milliseconds for which the look whether the database takes writes waits for another process's lock. */
const READY_MS = 2_000

export async function startPortolan(config: Config, options: StartOptions = {}): Promise<Portolan> {
  const clock = options.clock ?? systemClock
  const log = onceATime(
    options.log ?? createLog(config.logLevel, (line) => process.stderr.write(`${line}\n`), clock.now),
    clock,
  )
  for (const setting of config.notRead) {
    log.warn('setting_not_read', setting)
  }
  const tokensNeeded = needsTokens(config)
  const sqlite = openDatabase(config.databaseFile, log)
  await refuseWithoutAdmin(config, tokensNeeded, sqlite, clock.now())
  refuseReviewsWithoutCluster(config)
  const isTrusted = trustedProxies(config.trustedProxies)
  const admission = (options.createAdmission ?? createAdmission)()
  const secrets = await createSecretBox(...secretKeysOf(config))
  const core = await openCore(config, {
    ...{ store: sqlite.store, clock, log, secrets },
    auth: {
      required: tokensNeeded,
      adminToken: config.adminToken,
      metricsToken: config.metricsToken,
      loopbackOnly: !tokensNeeded && config.auth === 'auto',
      // A database that cannot be read may hold tokens, so it is taken to hold some
      hasMadeTokens: await hasTokens(sqlite.store).catch(() => true),
    },
    clientAddress: (context) =>
      clientAddressOf(getConnInfo(context).remote.address ?? null, context.req.header('x-forwarded-for'), isTrusted),
    isSecure: (context) =>
      isForwardedSecure(
        getConnInfo(context).remote.address ?? null,
        context.req.header('x-forwarded-proto'),
        isTrusted,
      ),
    async notReady() {
      const database = await sqlite.checkWritable(READY_MS).then(
        () => null,
        (cause: unknown) => {
          log.error('database_not_writable', { cause })
          return whyNotWritable(cause)
        },
      )
      return database === null ? {} : { database }
    },
    schedulesChanged: () => ticker.wake(),
    asset: createAssets(import.meta.url),
    site,
    ...(config.mcp && { loadMcp: () => import('../../api/mcp/serve.ts') }),
    mayBegin: admission.mayBegin,
    createReader,
    ...(options.createProber && { createProber: options.createProber }),
    ...(options.clusterSource && { clusterSource: options.clusterSource }),
  })
  const { deps, live, own, place, prober, runner } = core
  const ticker = createTicker(deps, { lookAgainMs: LOOK_AGAIN_MS })
  const server = await listen(core.app.fetch, config, admission.connected)
  const { url } = server
  // The thread and the process that plan and probe start after this, and are handed it
  own.listeners = [server.at]
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
  const resealed = keepResealed({ store: sqlite.store, secrets, clock, log }, stop.signal)
  const fronts =
    place.namespace === null
      ? null
      : keepOwnFronts(
          {
            ...{ source: deps.clusterSource, clock, log },
            where: { cluster: config.cluster, namespace: place.namespace },
            isOwn: deps.policy.own.isAt,
            found(addresses) {
              own.fronts = addresses
              prober.toldOwn?.(own)
            },
          },
          stop.signal,
        )
  const retention = keepRetention({ database: sqlite, clock, log }, config.retention, stop.signal)

  return {
    url,
    async close() {
      stop.abort()
      await Promise.all([ticker.stop(), core.drain(), retention, resealed, fronts, discovery, server.close()])
      await core.close()
      sqlite.close()
      log.info('closed', { url })
    },
  }
}

/** Which clusters there are is known once they are opened; that there is none is known before. */
function refuseReviewsWithoutCluster(config: Config): void {
  const unread = readsClusters(config) ? null : unreadReviews(config.jwtRules, [])
  if (unread !== null) {
    throw new StartError(unread)
  }
}

const TROUBLES: Readonly<Record<StorageTrouble, string>> = {
  full: 'the disk is full',
  locked: 'another process has locked it',
  damaged: DAMAGED,
  'not writable': 'not writable',
}

function whyNotWritable(cause: unknown): string {
  const trouble = storageTrouble(cause) ?? 'not writable'
  // SQLite says which of the many it is, and names no secret.
  const why = trouble === 'not writable' && cause instanceof Error ? ` (${cause.message})` : ''
  return TROUBLES[trouble] + why
}

function openDatabase(file: string, log: Log): ReturnType<typeof openSqlite> {
  try {
    return openSqlite(file, () =>
      log.warn('database_log_was_removed', {
        why: `somebody deleted or replaced ${file}-wal under the server; what it held is saved, and a new one is begun`,
      }),
    )
  } catch (cause) {
    throw cannotUse(`PORTOLAN_DATABASE: cannot use ${file}`, cause)
  }
}

function secretKeysOf({ secretKeys, databaseFile }: Config): ReturnType<typeof readSecretKeys> {
  try {
    return readSecretKeys(secretKeys, databaseFile)
  } catch (cause) {
    throw cannotUse(`PORTOLAN_SECRET_KEYS: cannot use the key file ${databaseFile}.key`, cause)
  }
}

/** Tokens are needed unless the API listens on loopback only, or the operator said so. */
function needsTokens(config: Config): boolean {
  const { auth, host } = config
  const needed = auth === 'tokens' || (auth === 'auto' && !isLoopback(host))
  if (auth === 'none' && !isLoopback(host) && readsClusters(config)) {
    throw new StartError(
      `PORTOLAN_AUTH=none: a live cluster is read, and whoever reaches ${host} (PORTOLAN_HOST) would see it as Portolan ` +
        'does; set PORTOLAN_ADMIN_TOKEN and leave PORTOLAN_AUTH away, or listen on loopback. A pod without a service ' +
        'account (automountServiceAccountToken: false) reads none',
    )
  }
  return needed
}

/**
 * Refuses to start where tokens are needed and none lets anybody in to make others: neither PORTOLAN_ADMIN_TOKEN, nor
 * an admin token in the database, with which the variable may have been taken away.
 */
async function refuseWithoutAdmin(
  { auth, host, adminToken }: Config,
  needed: boolean,
  { store, close }: ReturnType<typeof openSqlite>,
  nowMs: number,
): Promise<void> {
  if (!needed || adminToken !== null || (await hasAdminToken(store, nowMs))) {
    return
  }
  close()
  throw new StartError(
    auth === 'tokens'
      ? 'PORTOLAN_ADMIN_TOKEN: PORTOLAN_AUTH=tokens needs it, as no token with the scope admin is in force; set it to a secret of at least 16 characters'
      : `PORTOLAN_ADMIN_TOKEN: listening on ${host} (PORTOLAN_HOST) is not loopback only and needs a token; set it, or PORTOLAN_AUTH=none to serve anyone`,
  )
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || (isIP(host) !== 0 && ipaddr.process(host).range() === 'loopback')
