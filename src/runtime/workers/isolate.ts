import { createApp } from '../../api/app.ts'
import type { Asset, Deps } from '../../api/deps.ts'
import { runChecks } from '../../check/run-checks.ts'
import { createJobLimits } from '../../job/limits.ts'
import { noCluster } from '../../job/plan-request.ts'
import { createSignals } from '../../job/queue.ts'
import { createSecretBox, fromBase64, type SecretBox } from '../../job/secret-box.ts'
import { noLiveClusters } from '../../kube/live-clusters.ts'
import { createBudget } from '../../lib/budget.ts'
import { normalAddress } from '../../lib/client-address.ts'
import { type Clock, systemClock } from '../../lib/clock.ts'
import { createLog, type Log } from '../../lib/log.ts'
import { ProblemError } from '../../lib/problem.ts'
import { site } from '../../pages/site.ts'
import { type Position, vantageAt } from '../../plan/path.ts'
import { askIssuer } from '../ask-issuer.ts'
import { VERSION } from '../version.ts'
import { type Env, readWorkersConfig, type WorkersConfig } from './config.ts'
import { openD1 } from './d1.ts'
import { inBackground, ownCalls } from './invocation.ts'
import { NO_GRPC_OVER_TLS, NO_UDP } from './network.ts'
import { createQueue } from './queue.ts'
import { createReach } from './reachable-address.ts'
import { notReadyOnWorkers } from './ready.ts'
import { createEdgeCheck, createEdgeGate, createEdgePolicy } from './run-one-check.ts'
import { unsupported } from './unsupported.ts'

/** All invocations of an isolate share this. */
export type Isolate = { config: WorkersConfig; deps: Deps; app: ReturnType<typeof createApp> }

/** Manifests that parse within the 128 MB of an isolate: 4 MiB need less than 96 MiB, 6 MiB more. */
const BODY_LIMIT_BYTES = 4 * 1024 * 1024
/** Bytes of the bodies of all requests of an isolate together, while they are sent. */
const BODIES_LIMIT_BYTES = 4 * BODY_LIMIT_BYTES

/** More than a look at a job takes that is followed. */
const LOOK_QUERIES = 50

export type IsolateOptions = {
  clock?: Clock
  /** The place where the prober stands, for tests; else the edge. */
  position?: Position
}

/** @throws ConfigError */
export async function createIsolate(env: Env, options: IsolateOptions = {}): Promise<Isolate> {
  const config = readWorkersConfig(env)
  const clock = options.clock ?? systemClock
  const log = createLog(config.logLevel, (line) => console.log(line), clock.now)
  for (const setting of config.notRead) {
    log.warn('setting_not_read', setting)
  }
  const store = openD1(env.DB, ownCalls)
  const deps: Deps = {
    store,
    clock,
    log,
    queue: createQueue(env, ownCalls),
    signals: createSignals(),
    secrets: await secretBoxOf(config),
    clusterSource: noCluster,
    clusters: noLiveClusters(config.cluster, clock.now()),
    place: {
      vantage: vantageAt(options.position ?? 'edge', config.vantageName),
      namespace: null,
      environment: null,
      clusterDomain: config.clusterDomain,
      nodeName: null,
      reaches: config.egressAllow,
      unspoken: { udp: NO_UDP, grpcs: NO_GRPC_OVER_TLS },
    },
    policy: createEdgePolicy(config),
    limits: createJobLimits(clock, config.rateLimits),
    ...(env.RATE_LIMIT && { sharedLimit: shareLimit(env.RATE_LIMIT, log) }),
    // The platform sets it, whatever the client sends
    clientAddress: (context) => normalAddress(context.req.header('cf-connecting-ip') ?? ''),
    cannotReach: createReach(config.egressAllow),
    isSecure: (context) => new URL(context.req.url).protocol === 'https:',
    // A request may not wait for what another has asked: it would hang where that one goes away
    issuers: { fetch: (url, init) => ownCalls.make('connect', () => askIssuer(url, init)), sharesAnswers: false },
    bodies: createBudget(BODIES_LIMIT_BYTES),
    settings: {
      version: VERSION,
      publicUrl: config.publicUrl,
      cluster: config.cluster,
      dnsServers: config.dnsServers,
      queueLimit: config.queueLimit,
      scheduleLimit: config.scheduleLimit,
      rateLimits: config.rateLimits,
      waitLimit: 25,
      bodyLimitBytes: BODY_LIMIT_BYTES,
      auth: { required: true, adminToken: config.adminToken, metricsToken: config.metricsToken },
      docs: config.docs,
      jwtRules: config.jwtRules,
      oidc: config.oidc,
      // A look is a query, of which an invocation has few: 25 s are some twenty looks
      poll: { firstMs: 250, lastMs: 1500 },
      eventsLimitMs: 5 * 60_000,
      everyLeastMs: 60_000,
    },
    inBackground,
    mayLookAgain: () => ownCalls.queriesLeft > LOOK_QUERIES,
    notReady: () => notReadyOnWorkers(store, config.adminToken, clock.now()),
    unsupported,
    runChecks: (handed, hooks) =>
      runChecks(createEdgeCheck(config, { clock, log }, ownCalls, createEdgeGate(config)), handed, hooks),
    // The cron trigger looks every minute
    schedulesChanged: () => undefined,
    figures: () => ({ startedAtMs: null, cpuMs: null, residentBytes: null, databaseBytes: null, triesUnderWay: null }),
    asset: (path) => readAsset(env.ASSETS, path),
    ...(config.mcp && { loadMcp: () => import('../../api/mcp/serve.ts') }),
  }
  return { config, deps, app: createApp(deps, site) }
}

async function secretBoxOf({ secretKeys }: WorkersConfig): Promise<SecretBox> {
  const [newest, ...older] = secretKeys.map(fromBase64)
  return newest === undefined ? noSecrets : createSecretBox(newest, ...older)
}

const noSecrets: SecretBox = {
  newest: null,
  older: 0,
  async seal() {
    throw new ProblemError(
      'impossible_request',
      'Checks that carry secrets need PORTOLAN_SECRET_KEY or PORTOLAN_SECRET_KEYS.',
    )
  },
  async open() {
    return null
  },
}

/** A limiter that cannot be asked refuses nobody: that is no fault of theirs. */
const shareLimit =
  (limiter: RateLimit, log: Log) =>
  async (key: string): Promise<boolean> => {
    try {
      return (await limiter.limit({ key })).success
    } catch (cause) {
      log.warn('rate_limit_not_asked', { cause })
      return true
    }
  }

async function readAsset(assets: Fetcher, path: string): Promise<Asset | null> {
  const found = await assets.fetch(new URL(path, 'https://assets.invalid/'))
  const contentType = found.headers.get('content-type')
  return found.ok && found.body !== null && contentType !== null ? { body: found.body, contentType } : null
}
