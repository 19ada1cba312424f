import { hostPort } from '../../lib/address.ts'
import { hashParts } from '../../lib/hash.ts'
import { type HttpCheck, type HttpExpect, NO_TLS } from '../check.ts'
import { KINDS } from '../kinds.ts'
import type { PlannedPath } from '../path.ts'
import {
  type ComparedRequest,
  type NotSent,
  type OwnAnswer,
  otherSide,
  SIDES,
  type Side,
  type Way,
} from './comparison.ts'
import { beyond, keyOf, type Promised, promisedBy, type Request, requestOf, withinLimit } from './promised.ts'

export type Paired = {
  requests: readonly ComparedRequest[]
  ownAnswers: readonly OwnAnswer[]
  notSent: readonly NotSent[]
  /** Paths that are dialled: for each request a path to each side, next to each other. */
  paths: readonly PlannedPath[]
}

export type PairOptions = {
  /** Rules that want another method are not asked; `null`: GET and HEAD are sent where a rule wants them, else GET. */
  methods: readonly string[] | null
  /** The most requests. */
  limit: number
  /** A side is asked there for a scheme for which, by the objects, it does not listen. */
  ports: Readonly<Record<Side, { http: number; https: number } | null>>
}

/** A host that no rule names (RFC 2606). */
const UNKNOWN_HOST = 'portolan.invalid'
/** The check of a request for it. */
const OWN_ANSWER = 'own-answer'

/**
 * Pairs the paths of two sides: the requests that either promises, each with a way to both. The paths are those that a
 * router leads by what a request says, as planned.
 */
export function pairSides(
  sides: Readonly<Record<Side, readonly PlannedPath[]>>,
  { methods, limit, ports }: PairOptions,
): Paired {
  const { promised, notSent } = promisedBy(sides, methods)
  const kept = withinLimit([...promised.values()], limit)
  const requests: ComparedRequest[] = []
  const paths: PlannedPath[] = []
  for (const each of kept) {
    const id = `req-${String(requests.length + 1).padStart(3, '0')}`
    const way = (side: Side): Way => {
      const found = wayTo(sides[side], each, ports[side] ?? USUAL_PORTS)
      if ('unasked' in found) {
        return found
      }
      const { path: by, ...more } = found
      const path = dialled(side, id, each.request, by)
      paths.push(path)
      return { pathId: path.id, ...more }
    }
    const ways = { left: way('left'), right: way('right') }
    const { serverName: _name, ...request } = each.request
    requests.push({ id, ...request, ways, because: each.because })
  }
  const own = ownAnswersOf(sides)
  const cut = [...promised.values()].filter((each) => !kept.includes(each))
  return {
    requests,
    ownAnswers: own.map(({ side, path }) => ({ side, pathId: path.id })),
    notSent: [...notSent, ...cut.map(({ side, request }) => beyond(side, request, limit))],
    paths: [...paths, ...own.map(({ path }) => path)],
  }
}

const USUAL_PORTS = { http: 80, https: 443 }

type Found = { path: PlannedPath; unlistened?: string } | { unasked: string }

/**
 * The best way to a side: one that promises the request, else one for its host, else any of its scheme. A side without
 * any may listen all the same, for rules that lead to no Service, as one that redirects to https.
 */
function wayTo(paths: readonly PlannedPath[], { request }: Promised, ports: { http: number; https: number }): Found {
  const { scheme } = request
  const own = paths.filter((path) => path.scheme === scheme)
  const rank = (path: PlannedPath): number => {
    const asks = path.checks.some((check) => check.type === 'http' && isSame(requestOf(path, check), request))
    return (isDialled(path) ? 0 : 4) + (asks ? 0 : path.host === request.host ? 1 : 2)
  }
  const best = own.toSorted((left, right) => rank(left) - rank(right))[0]
  if (best !== undefined && !isDialled(best)) {
    return { unasked: best.skipped?.detail ?? 'its address is not known' }
  }
  if (best !== undefined) {
    return isBesideTls(best, paths) ? { path: best, unlistened: notPromised(best) } : { path: best }
  }
  const other = paths.find(isDialled)
  if (other === undefined) {
    return { unasked: paths.find(({ skipped }) => skipped !== null)?.skipped?.detail ?? 'no way to it is known' }
  }
  const unlistened = `by the objects it takes ${other.scheme} alone, and at port ${ports[scheme]} nothing answers`
  return { path: { ...other, scheme, addressPort: ports[scheme] }, unlistened }
}

/** Nothing promises plain HTTP for a host of which TLS is: that nobody takes it is no fault, and no answer missing. */
const isBesideTls = ({ scheme, expected, host }: PlannedPath, paths: readonly PlannedPath[]): boolean =>
  scheme === 'http' &&
  expected === 'unknown' &&
  paths.some((path) => path.scheme === 'https' && path.host === host && isDialled(path))

const notPromised = ({ scheme, addressPort }: PlannedPath): string =>
  `nothing promises ${scheme} beside https, and at port ${addressPort ?? 80} nothing answers`

const isSame = (own: Request, asked: Request): boolean => keyOf({ ...own, method: asked.method }) === keyOf(asked)

/** Limits of a plan say nothing about the address. */
const isDialled = ({ address, skipped }: PlannedPath): boolean =>
  address !== null && (skipped === null || skipped.reason === 'sampled' || skipped.reason === 'excluded')

/** Any answer is one to compare. */
const ANY_ANSWER: HttpExpect = {
  validStatusCodes: ['1xx', '2xx', '3xx', '4xx', '5xx'],
  failIfBodyMatchesRegexp: [],
  failIfBodyNotMatchesRegexp: [],
  failIfHeaderMatches: [],
  failIfHeaderNotMatches: [],
  jsonPath: [],
  maxDurationMs: null,
}

/** The path of a request to one side: dialled at the side's own address, Host and SNI as the rule's. */
function dialled(side: Side, id: string, request: Request, path: PlannedPath): PlannedPath {
  const { method, scheme, host, headers, serverName } = request
  const authority = host ?? path.address ?? ''
  const check: HttpCheck = {
    type: 'http',
    name: id,
    isDefault: false,
    port: null,
    method,
    ingressPath: null,
    path: request.path,
    headers: {},
    // They are those of rules, as the callers of comparisons give none.
    ruleHeaders: headers,
    body: null,
    scheme,
    host,
    expect: ANY_ANSWER,
    followRedirects: false,
    httpVersion: '1.1',
    upgrade: null,
    // The certificate is compared, so a bad one is no end.
    tls: { ...NO_TLS, serverName, insecureSkipVerify: true, minDaysToExpiry: 0 },
    responder: null,
    isCompared: true,
  }
  return {
    id: `pth_${hashParts(['compare', side, path.address, path.addressPort, keyOf(request)], 20)}`,
    kind: path.kind,
    port: path.port,
    parent: path.parent,
    match: path.match,
    address: path.address,
    addressPort: path.addressPort,
    family: path.family,
    node: null,
    host,
    serverName,
    rulePath: null,
    pathType: null,
    scheme,
    url: `${scheme}://${hostPort(authority, host === null ? path.addressPort : null, scheme)}${request.path}`,
    expected: 'reachable',
    because: [],
    shortCut: false,
    skipped: null,
    variable: null,
    dns: null,
    checks: [check],
  }
}

/**
 * Requests for a host that no rule names, one for each side and scheme: a side that answers another request in the same
 * way does not route it. A side with a rule for any host routes these as well, so that they would say nothing.
 */
function ownAnswersOf(sides: Readonly<Record<Side, readonly PlannedPath[]>>): { side: Side; path: PlannedPath }[] {
  return SIDES.flatMap((side) => {
    const paths = sides[side]
    if (paths.some(({ host }) => host === null) || sides[otherSide(side)].length === 0) {
      return []
    }
    return (['http', 'https'] as const).flatMap((scheme) => {
      const path = paths.find((each) => each.scheme === scheme && isDialled(each))
      if (path === undefined) {
        return []
      }
      const request = { method: 'GET', scheme, host: UNKNOWN_HOST, path: '/', headers: {}, serverName: UNKNOWN_HOST }
      return [{ side, path: dialled(side, OWN_ANSWER, request, path) }]
    })
  })
}

/** Paths that a comparison may be about: a router leads them by what it is asked for. */
export const isRouted = ({ kind }: Pick<PlannedPath, 'kind'>): boolean => KINDS[kind].routedBy !== null
