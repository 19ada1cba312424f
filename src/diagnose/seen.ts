/**
 * The results of a job as rules compare them: paths that were tested and that count, by kind and port.
 *
 * @module
 */

import type { FailureCode } from '../check/codes.ts'
import type { Outcome, Telling, Tried } from '../check/result.ts'
import { hostPort } from '../lib/address.ts'
import { KINDS, type PathKind } from '../plan/kinds.ts'
import type { PlannedPath, Skipped } from '../plan/path.ts'
import type { Evidence } from './finding.ts'
import { list } from './phrases.ts'

/** A path with what became of it. `outcome: null`: not decided. */
export type TestedPath = {
  path: PlannedPath
  outcome: Outcome | null
  /** Set when the outcome is `skipped`. */
  skipped: Skipped | null
  /** The tries that decided. */
  deciding: readonly Tried[]
  /** The deciding try that shows what became of the path: the first with its outcome. `null`: not tested. */
  telling: Telling | null
  /** Some of those that decided, with what they showed, in the order of recording: as far as answers are compared. */
  told: readonly Telling[]
}

export type SeenPath = {
  path: PlannedPath
  passed: boolean
  /** The same check at the same address passed in one sample and failed in another. */
  unsteady: boolean
  /** The failure code of the try that made it fail. */
  code: FailureCode | null
  result: Telling | null
  /** The same as in {@link TestedPath}. */
  told: readonly Telling[]
  /** Deciding tries, and how many of them failed. */
  tries: number
  failed: number
}

export type Seen = {
  tested: readonly TestedPath[]
  /** Paths that must be reachable, and passed or failed. */
  all: readonly SeenPath[]
  /** One for each Service port that something was tested on. */
  ports: readonly SeenPort[]
  /** Names that were resolved, and not dialled. */
  names: readonly SeenPath[]
  /** The control probes that rules asked for. */
  controls: readonly Telling[]
}

export type SeenPort = {
  number: number
  protocol: string
  /** Dialled paths of a kind. */
  of(kind: PathKind): readonly SeenPath[]
  /** The pods themselves. */
  endpoints: readonly SeenPath[]
  /** Dialled paths through a router, as an Ingress controller is. */
  routed: readonly SeenPath[]
  dialled: readonly SeenPath[]
  /** Dialled paths that fail as they must: something that is certain explains them. They are in nothing else here. */
  explained: readonly SeenPath[]
}

/**
 * @param explained ids of paths whose failure is explained already: they are not compared with others.
 * @param controls what was asked besides.
 */
export function lookAt(
  tested: readonly TestedPath[],
  explained: ReadonlySet<string> = new Set(),
  controls: readonly Telling[] = [],
): Seen {
  const seen = tested.flatMap(({ path, outcome, deciding, telling, told }): SeenPath[] => {
    if (path.expected === 'unreachable' || (outcome !== 'pass' && outcome !== 'fail')) {
      return []
    }
    return [
      {
        path,
        passed: outcome === 'pass',
        unsteady: outcome === 'fail' && isUnsteady(deciding),
        code: outcome === 'fail' ? (telling?.failure?.code ?? null) : null,
        result: telling,
        told,
        tries: deciding.length,
        failed: deciding.filter((each) => each.outcome === 'fail').length,
      },
    ]
  })
  const isExplained = ({ path }: SeenPath): boolean => explained.has(path.id)
  const all = seen.filter((each) => !isExplained(each))
  const dialled = seen.filter(({ path }) => path.dns === null && path.variable === null && path.port !== null)
  const byPort = Map.groupBy(dialled, ({ path }) => `${path.port?.number}/${path.port?.protocol}`)
  return {
    tested,
    all,
    controls,
    names: all.filter((each) => isName(each) && each.path.dns !== null),
    ports: [...byPort.values()].map(portOf),
  }

  function portOf(members: readonly SeenPath[]): SeenPort {
    const open = members.filter((each) => !isExplained(each))
    return {
      number: members[0]?.path.port?.number ?? 0,
      protocol: members[0]?.path.port?.protocol ?? 'TCP',
      dialled: open,
      of: (kind) => open.filter(({ path }) => path.kind === kind),
      endpoints: open.filter(isEndpoint),
      routed: open.filter((each) => !isDirect(each)),
      explained: members.filter(isExplained),
    }
  }
}

const isUnsteady = (deciding: readonly Tried[]): boolean =>
  [...Map.groupBy(deciding, ({ check, address }) => `${check}\n${address}`).values()].some(
    (samples) => samples.some(({ outcome }) => outcome === 'pass') && samples.some(({ outcome }) => outcome === 'fail'),
  )

type OnPath = Pick<SeenPath, 'path'>

/** No router is on the way, as an Ingress controller is. */
export const isDirect = ({ path }: OnPath): boolean => KINDS[path.kind].routedBy === null

/** The router on the way reads no more than the name in TLS: what is spoken behind it is the pods' own. */
export const isPassedOn = ({ path }: OnPath): boolean => KINDS[path.kind].routedBy === 'server-name'

/** One pod itself. */
export const isEndpoint = ({ path }: OnPath): boolean => KINDS[path.kind].role === 'pod'

/** Reached by a name, or no more than that name. */
export const isName = ({ path }: OnPath): boolean => KINDS[path.kind].role === 'name'

/** Tells whether the path leads to no pod of the Service. */
export const isOutside = ({ path }: OnPath): boolean => KINDS[path.kind].between === null

/** A load balancer that is asked itself; by a short cut kube-proxy answers in its stead. */
export const isBalancer = ({ path }: OnPath): boolean => path.kind === 'LoadBalancer' && !path.shortCut

/** A router or a load balancer takes the connection, whatever is behind it. */
export const isTakenOver = (each: OnPath): boolean => !isDirect(each) || isBalancer(each)

/** Nothing came back: packets were dropped, or there was no way. */
export const SILENT: ReadonlySet<FailureCode> = new Set([
  'connect_timeout',
  'host_unreachable',
  'network_unreachable',
  'udp_timeout',
])
export const NO_CONNECTION: ReadonlySet<FailureCode> = new Set([...SILENT, 'connection_refused', 'connect_failed'])

/** A connection was made, and what was to come over it did not. */
export const HANGING: ReadonlySet<FailureCode> = new Set(['response_timeout', 'body_timeout', 'tls_timeout'])
/** A connection was made, and ended from the other side before anything came over it. */
export const CUT: ReadonlySet<FailureCode> = new Set(['connection_reset', 'connection_closed'])

export const isSilent = ({ code }: SeenPath): boolean => code !== null && SILENT.has(code)
export const isRefused = ({ code }: SeenPath): boolean => code === 'connection_refused'
export const hasNoConnection = ({ code }: SeenPath): boolean => code !== null && NO_CONNECTION.has(code)

export const isHanging = ({ code }: SeenPath): boolean => code !== null && HANGING.has(code)
export const isCut = ({ code }: SeenPath): boolean => code !== null && CUT.has(code)

/** The HTTP status that a proxy would answer where it answers in gRPC (grpc/doc/http-grpc-status-mapping.md, read backwards). */
const OF_GRPC: Readonly<Record<string, number>> = { UNIMPLEMENTED: 404, UNAVAILABLE: 503, DEADLINE_EXCEEDED: 504 }

/** The status of an answer that fails by its status, in terms of HTTP; 0: it fails otherwise, or has none. */
export function failedStatusOf(code: FailureCode | null | undefined, result: Telling | null): number {
  if (code === 'unexpected_status') {
    return result?.http?.status ?? 0
  }
  if (code !== 'unexpected_grpc_status') {
    return 0
  }
  const { grpc, http } = result ?? {}
  return (grpc?.code == null ? http?.status : OF_GRPC[grpc.status ?? '']) ?? 0
}

/** Tells whether a router answered that it got no answer from the pods, or none that it understands. */
export const isGatewayError = ({ path, code, result }: SeenPath): boolean =>
  KINDS[path.kind].routedBy === 'request' && [502, 503, 504].includes(failedStatusOf(code, result))

/** Keeps the failed paths that a fault of the endpoints can explain, and not a bad name or a bad certificate. */
export const failingBehind = (paths: readonly SeenPath[]): readonly SeenPath[] =>
  failing(paths).filter(({ code, result }) => result?.failure?.phase !== 'dns' && !code?.startsWith('certificate_'))

/** Endpoints that always fail while others answer, if only at times: each way to the port meets them now and then. */
export function badShare(port: SeenPort): readonly SeenPath[] {
  const endpoints = port.endpoints
  const bad = failing(endpoints).filter(({ unsteady }) => !unsteady)
  return bad.length === endpoints.length ? [] : bad
}

/** Recognises a redirect from http to https, which controllers make by themselves (ssl-redirect) and ask no pod. */
const isSentToTls = ({ path }: SeenPath, { http }: Telling): boolean =>
  path.scheme === 'http' &&
  http !== null &&
  http.status >= 300 &&
  http.status < 400 &&
  (http.location ?? '').startsWith('https://')

/** Ways through a controller that bring an answer of the pods, and not only one of its own. */
export const servedThrough = (port: SeenPort): readonly SeenPath[] =>
  passing(port.routed).filter((each) => !each.told.some((answer) => isSentToTls(each, answer)))

/** Something came, which a proxy takes for no answer. */
const BROKEN: ReadonlySet<string> = new Set(['invalid_response', 'malformed_response', 'not_grpc'])

/** Tells whether a way through a controller fails because of `ends`: the controller got no answer from them, or passes it on. */
export function isOwedTo(through: SeenPath, ends: readonly SeenPath[]): boolean {
  if (isDirect(through)) {
    return false
  }
  const waits = (end: SeenPath): boolean => isSilent(end) || isHanging(end)
  if (isHanging(through)) {
    return ends.some(waits)
  }
  const status = failedStatusOf(through.code, through.result)
  if (status === 0) {
    return false
  }
  const breaks = (end: SeenPath): boolean => isRefused(end) || isCut(end) || BROKEN.has(end.code ?? '')
  return ends.some(
    (end) =>
      (status === 504 && waits(end)) ||
      (status === 502 && breaks(end)) ||
      (failedStatusOf(end.code, end.result) || end.result?.http?.status) === status,
  )
}

/** Paths that show how the pods themselves behave: the endpoints, or, if none was tested, every way to them without a router. */
export function farEnds(port: SeenPort): readonly SeenPath[] {
  const endpoints = port.endpoints
  return endpoints.length > 0 ? endpoints : port.dialled.filter(isDirect)
}

/** A connection was made there, whatever came of it. */
export const isConnected = ({ passed, unsteady, result }: SeenPath): boolean =>
  passed || unsteady || (result?.failure?.phase !== 'dns' && result?.failure?.phase !== 'connect')

export const passing = (paths: readonly SeenPath[]): readonly SeenPath[] => paths.filter(({ passed }) => passed)
export const failing = (paths: readonly SeenPath[]): readonly SeenPath[] => paths.filter(({ passed }) => !passed)
/** All of them failed, in every sample, and there were some. */
export const allFail = (paths: readonly SeenPath[], how: (path: SeenPath) => boolean = () => true): boolean =>
  paths.length > 0 && paths.every((path) => !path.passed && !path.unsteady && how(path))
/** All of them passed, and there were some. */
export const allPass = (paths: readonly SeenPath[]): boolean => paths.length > 0 && paths.every(({ passed }) => passed)

export const idsOf = (paths: readonly SeenPath[]): readonly string[] => paths.map(({ path }) => path.id)

/** The tries that show it, a few. */
export const triesOf = (paths: readonly SeenPath[]): Evidence[] =>
  paths.slice(0, 5).map(({ path, result }) => ({ path: path.id, result: result?.id ?? null }))

export const kindsOf = (paths: readonly SeenPath[]): readonly PathKind[] => [
  ...new Set(paths.map(({ path }) => path.kind)),
]

export const nodesOf = (paths: readonly SeenPath[]): ReadonlySet<string> =>
  new Set(paths.flatMap(({ path }) => path.node ?? []))

/** The status of the answer; 0 where none came. */
export const statusOf = ({ result }: SeenPath): number => result?.http?.status ?? 0

/** URLs, a few. */
export const urlsOf = (paths: readonly SeenPath[]): string =>
  list([...new Set(paths.map(({ path }) => path.url ?? ''))], 3)

export const codesOf = (paths: readonly SeenPath[]): readonly string[] => [
  ...new Set(paths.flatMap(({ code }) => code ?? [])),
]

export const addressOf = ({ path: { address, addressPort } }: SeenPath): string =>
  hostPort(address ?? '', addressPort, '')
