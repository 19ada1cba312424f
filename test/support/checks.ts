/** Paths, checks and runs by hand: what a test does not state is at rest. */

import type { CheckDeps } from '../../src/check/deps.ts'
import type { Network } from '../../src/check/network.ts'
import { judgePath, type PathJudgement } from '../../src/check/outcome.ts'
import { createPolicy } from '../../src/check/policy.ts'
import { type Result, triedOf } from '../../src/check/result.ts'
import { planWithoutSecrets, withoutSecrets } from '../../src/check/secrets.ts'
import { createGate } from '../../src/check/try-limiter.ts'
import type { Chunk, HandedWork, Work } from '../../src/check/work.ts'
import { type Clock, systemClock } from '../../src/lib/clock.ts'
import type { Log, LogFields } from '../../src/lib/log.ts'
import type {
  AnswerRrs,
  DnsCheck,
  DnsQueryCheck,
  DnsQueryExpect,
  GrpcCheck,
  HttpCheck,
  HttpExpect,
  TcpCheck,
} from '../../src/plan/check.ts'
import { NO_TLS } from '../../src/plan/check.ts'
import { type Plan, type PlannedPath, vantageAt } from '../../src/plan/path.ts'
import { noAddresses } from './request.ts'
import { runOverJson } from './run-over-json.ts'

export const anExpectation = (over: Partial<HttpExpect> = {}): HttpExpect => ({
  validStatusCodes: ['2xx'],
  failIfBodyMatchesRegexp: [],
  failIfBodyNotMatchesRegexp: [],
  failIfHeaderMatches: [],
  failIfHeaderNotMatches: [],
  jsonPath: [],
  maxDurationMs: null,
  ...over,
})

/** A default check, unless `over` says what is expected. */
export const httpCheck = (over: Partial<HttpCheck> = {}): HttpCheck => ({
  type: 'http',
  name: 'default',
  isDefault: over.expect === undefined,
  port: null,
  method: 'GET',
  path: '/',
  ingressPath: null,
  headers: {},
  body: null,
  scheme: null,
  host: null,
  expect: null,
  followRedirects: false,
  httpVersion: '1.1',
  upgrade: null,
  tls: NO_TLS,
  responder: null,
  ...over,
})

export const tcpCheck = (over: Partial<TcpCheck> = {}): TcpCheck => ({
  type: 'tcp',
  name: 'default',
  isDefault: true,
  port: null,
  tls: null,
  queryResponse: [],
  maxDurationMs: null,
  ...over,
})

export const grpcCheck = (over: Partial<GrpcCheck> = {}): GrpcCheck => ({
  type: 'grpc',
  name: 'default',
  isDefault: over.expect === undefined,
  port: null,
  service: '',
  call: null,
  metadata: {},
  scheme: 'http',
  host: null,
  expect: null,
  tls: NO_TLS,
  ...over,
})

export const dnsCheck = (over: Partial<DnsCheck> = {}): DnsCheck => ({
  type: 'dns',
  name: 'default',
  isDefault: true,
  port: null,
  ...over,
})

export const dnsQueryCheck = (over: Partial<DnsQueryCheck> = {}): DnsQueryCheck => ({
  type: 'dnsQuery',
  name: 'default',
  isDefault: true,
  port: null,
  queryName: 'toad.example',
  queryType: 'A',
  transportProtocol: null,
  recursionDesired: true,
  expect: null,
  ...over,
})

export const aDnsExpectation = ({
  validateAnswerRrs = {},
  ...over
}: Partial<Omit<DnsQueryExpect, 'validateAnswerRrs'>> & {
  validateAnswerRrs?: Partial<AnswerRrs>
} = {}): DnsQueryExpect => ({
  rcode: ['NOERROR'],
  maxDurationMs: null,
  ...over,
  validateAnswerRrs: {
    failIfMatchesRegexp: [],
    failIfAllMatchRegexp: [],
    failIfNotMatchesRegexp: [],
    failIfNoneMatchesRegexp: [],
    ...validateAnswerRrs,
  },
})

let paths = 0

/** A ClusterIP path with an HTTP default check; each has an id of its own. */
export const plannedPath = (over: Partial<PlannedPath> = {}): PlannedPath => ({
  id: `pth_${String(++paths).padStart(20, '0')}`,
  kind: 'ClusterIP',
  port: { name: 'http', number: 80, protocol: 'TCP' },
  address: '127.0.0.1',
  addressPort: 80,
  family: 'IPv4',
  node: null,
  host: null,
  serverName: null,
  rulePath: null,
  pathType: null,
  parent: null,
  match: null,
  scheme: 'http',
  url: null,
  expected: 'reachable',
  because: [],
  shortCut: false,
  skipped: null,
  variable: null,
  dns: null,
  checks: [httpCheck()],
  ...over,
})

export const aPlan = (paths: readonly PlannedPath[]): Plan => ({
  target: { cluster: 'default', namespace: 'default', service: 'toad-svc' },
  vantage: vantageAt('in-cluster'),
  paths,
  notApplicable: [],
  ignored: [],
})

export const JOB_ID = 'job_01KB0000000000000000000000'

export type RunOptions = {
  network: Network
  clock?: Clock
  allow?: readonly string[]
  deny?: readonly string[]
  ownDnsServers?: readonly string[]
  request?: Partial<Work['request']>
  deadlineMs?: number
  signal?: AbortSignal
  recorded?: readonly Result[]
  only?: Chunk
  gate?: CheckDeps['gate']
  log?: Log
  onRecord?: (result: Result) => void
}

const A_REQUEST: Work['request'] = {
  samples: 1,
  retries: { limit: 0, delayMs: 0 },
  settleMs: 0,
  timeoutMs: 2000,
  addresses: noAddresses,
}

/** A work that makes every try of a plan, once. */
export const aWork = ({ target, paths, dials }: Plan, over: Partial<Work> = {}): Work => ({
  jobId: JOB_ID,
  share: { owner: 'admin', scheduled: false },
  plan: { target, paths, ...(dials && { dials }) },
  request: A_REQUEST,
  deadlineAtMs: systemClock.now() + 60_000,
  recorded: [],
  only: null,
  round: null,
  controls: null,
  ...over,
})

/** A work as it is handed over: what is secret in its checks stands beside it. */
export function handed(work: Work): HandedWork {
  const { secrets } = withoutSecrets(work.plan.paths.flatMap(({ checks }) => checks))
  return { work: { ...work, plan: planWithoutSecrets(work.plan) }, secrets, generation: 1 }
}

/** Runs the checks of a plan; every result in the order in which it was recorded. */
export async function runPlan(plan: Plan, options: RunOptions): Promise<Result[]> {
  const { clock = systemClock } = options
  const results: Result[] = []
  const deps: CheckDeps = {
    network: options.network,
    clock,
    policy: createPolicy({ allow: options.allow ?? ['127.0.0.0/8', '::1/128'], deny: options.deny ?? [] }),
    ownDnsServers: options.ownDnsServers ?? [],
    gate: options.gate ?? createGate({ total: 64, perAddress: 8 }),
    log: options.log ?? quietLog(),
  }
  const { request, deadlineMs, recorded, only } = options
  const work = aWork(plan, {
    ...(request && { request: { ...A_REQUEST, ...request } }),
    deadlineAtMs: clock.now() + (deadlineMs ?? 60_000),
    recorded: recorded?.map(triedOf) ?? [],
    only: only ?? null,
  })
  await runOverJson(deps, handed(work), {
    signal: options.signal ?? new AbortController().signal,
    record(result) {
      results.push(result)
      options.onRecord?.(result)
    },
  })
  return results
}

/** Runs one path in a plan of its own (or among `others`, which are not run) and judges it. */
export async function runPath(
  path: PlannedPath,
  options: RunOptions & { others?: readonly PlannedPath[] },
): Promise<{ results: Result[]; judgement: PathJudgement }> {
  const others = (options.others ?? []).map((other) => ({ ...other, checks: [] }))
  const results = await runPlan(aPlan([path, ...others]), options)
  return { results, judgement: judgePath(path, results) }
}

/** A log that keeps what it is told, for a test to look at. */
export function quietLog(): Log & { events: { level: string; event: string; fields: LogFields }[] } {
  const events: { level: string; event: string; fields: LogFields }[] = []
  const at =
    (level: string) =>
    (event: string, fields: LogFields = {}) => {
      events.push({ level, event, fields })
    }
  return { events, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}
