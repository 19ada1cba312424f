/**
 * Makes a request that one match of a rule gets, on one listener and for one host: with a concrete host, and a path, a
 * method, headers and a query for which no other rule takes precedence.
 *
 * @module
 */
import { type Because, doubted, noted } from '../because.ts'
import type { GrpcCall, HttpCheck } from '../check.ts'
import type { Asks, PathDraft } from '../draft.ts'
import { askedCalls, askedHeaders, askedQuery, HEALTH, sentHeaders } from './asked-values.ts'
import {
  type Asked,
  type Competition,
  isSameWay,
  type Outcome,
  outcomeOf,
  type Rival,
  transportOf,
} from './competition.ts'
import type { Contender } from './contenders.ts'
import { claimOf, fits } from './match.ts'
import type { Attachment, Refusal, RoutedRequest, RouteWay } from './types.ts'
import { leadsAlike, wayField, wayText } from './ways.ts'

/** One match of one rule, on one listener that takes its route, for one host of both (`null`: every host). */
export type Wanted = { way: RouteWay; attachment: Attachment; host: string | null }

export type MadeRequest = Pick<PathDraft, 'host' | 'urlPath' | 'routes' | 'asks'> & {
  because: readonly Because[]
  /** Others take every request that this match would take; `null`: it gets this one, as far as `because` does not doubt it. */
  shadowed: Refusal | null
}

type Candidate = {
  host: string | null
  path: string
  method: string
  call: GrpcCall | null
  doubts: readonly string[]
  /** The caller adds them. */
  headers?: HttpCheck['headers']
}
type Judged = { candidate: Candidate; outcome: Outcome; takes: Takes }
type Takes = 'surely' | 'maybe' | 'no'

export function requestFor(competition: Competition, wanted: Wanted): MadeRequest {
  const best = bestOf(competition, wanted)
  const { candidate, outcome, takes } = best
  const { way } = wanted
  const field = wayField(way)
  const { host, path, method, call } = candidate
  const match = way.match
  const [wantedHeaders, query] = match === null ? [[], []] : [askedHeaders(match), askedQuery(match)]
  const { sent: headers, doubts: unsent } = sentHeaders(wantedHeaders)
  const values = (all: typeof headers) => Object.fromEntries(all.map(({ name, value }) => [name, value]))
  const isHttp = way.route.kind === 'HTTPRoute'
  const asks: Asks | null = match && {
    method: isHttp && (match.method !== null || method !== 'GET') ? method : null,
    headers: values(headers),
    query: values(query),
    grpc: call !== null && (call.service !== HEALTH.service || call.method !== HEALTH.method) ? call : null,
  }
  const own = match?.path ?? null
  const written = own === null || !isHttp ? null : candidatePaths(wanted)[0]
  return {
    host,
    urlPath: isHttp ? withParameters(path, query) : '/',
    asks,
    routes: match && routesBy(competition, wanted, candidate, asks),
    because: [
      ...(host === wanted.host ? [] : [noted(field, `asked with ${host}, made up to match ${wanted.host}`)]),
      ...(written === null || written === path
        ? []
        : [noted(field, `asked at ${path}, as another rule takes ${written}`)]),
      ...(isHttp && method !== 'GET' && match?.method === null
        ? [noted(field, `asked with ${method}, as another rule takes GET`)]
        : []),
      ...(own !== null && own.type !== 'Exact' && own.type !== 'PathPrefix' && isHttp
        ? [doubted(field, patternText(own.type, path))]
        : []),
      ...[...candidate.doubts, ...unsent, ...[...headers, ...query].flatMap(({ doubt }) => doubt ?? [])].map((doubt) =>
        doubted(field, doubt),
      ),
      ...(takes === 'no' ? [] : rivalDoubts(wanted, outcome)),
    ],
    shadowed: takes === 'no' ? (onlyChanging(competition, wanted, best) ?? shadowedBy(wanted, outcome)) : null,
  }
}

/** A gRPC call stays as it was made, whatever path and method are asked about. */
function routesBy(
  competition: Competition,
  wanted: Wanted,
  candidate: Candidate,
  asks: Asks | null,
): NonNullable<PathDraft['routes']> {
  const takes = (path: string, method: string, headers?: HttpCheck['headers']): Takes => {
    const asked = candidate.call === null ? { path, method: asks?.method ?? method } : {}
    return judge(competition, wanted, { ...candidate, ...asked, ...(headers && { headers }) }).takes
  }
  return (path, method, headers = {}) => {
    const plain = takes(path, method)
    const own = Object.keys(headers).length === 0 ? plain : takes(path, method, headers)
    return own !== 'no' && (own === 'surely' || plain !== 'surely')
  }
}

const patternText = (type: string, path: string): string =>
  type === 'RegularExpression'
    ? `a regular expression, asked at its literal beginning ${path} (ingressPath of a check gives a better one)`
    : `a match of type ${type}, whose meaning is the implementation's, asked at ${path}`

/** Takes the first request that the match surely gets; else the first that it may get; else the first at all. */
function bestOf(competition: Competition, wanted: Wanted): Judged {
  let best: Judged | null = null
  for (const candidate of candidates(wanted)) {
    const judged = judge(competition, wanted, candidate)
    if (judged.takes === 'surely') {
      return judged
    }
    if (best === null || (best.takes === 'no' && judged.takes === 'maybe')) {
      best = judged
    }
  }
  return best ?? judge(competition, wanted, { host: wanted.host, path: '/', method: 'GET', call: null, doubts: [] })
}

/** Labels for a wildcard: the first that no more specific host takes is used. */
const LABELS = ['probe', 'probe-2', 'probe-3', 'portolan-probe']

/** Safe methods (RFC 9110 9.2.1), where a match takes any. */
const METHODS = ['GET', 'HEAD', 'OPTIONS']

/** Methods that may change something: none of them is sent unless a match names it. */
const CHANGING = ['POST', 'PUT', 'PATCH', 'DELETE']

/** Others take what is safe to ask, and the rule gets the rest: reads go to one Service, and writes to another. */
function onlyChanging(competition: Competition, wanted: Wanted, { candidate, outcome }: Judged): Refusal | null {
  const { way } = wanted
  if (way.route.kind !== 'HTTPRoute' || way.match === null || way.match.method !== null) {
    return null
  }
  const gets = (method: string): boolean =>
    candidatePaths(wanted).some((path) => judge(competition, wanted, { ...candidate, path, method }).takes !== 'no')
  const left = CHANGING.filter(gets)
  if (left.length === 0) {
    return null
  }
  const by = outcome.winner === null ? '' : ` (${METHODS.join(', ')} go to ${wayText(outcome.winner.way)})`
  return {
    code: 'only_changing_methods',
    reason: `${wayText(way)} gets only ${left.join(', ')}${by}, which are not sent unless a match names them`,
    because: [wayField(way)],
  }
}

function* candidates(wanted: Wanted): Generator<Candidate> {
  const { way, host } = wanted
  // A certificate for a wildcard covers one label (RFC 9525 6.3).
  const hosts = host?.startsWith('*.') ? LABELS.map((label) => `${label}${host.slice(1)}`) : [host]
  for (const each of hosts) {
    if (way.match === null) {
      yield { host: each, path: '/', method: 'GET', call: null, doubts: [] }
    } else if (way.route.kind === 'GRPCRoute') {
      for (const { call, doubt } of askedCalls(way.match.grpc)) {
        const doubts = doubt === null ? [] : [doubt]
        yield { host: each, path: `/${call.service}/${call.method}`, method: 'POST', call, doubts }
      }
    } else {
      for (const method of way.match.method === null ? METHODS : [way.match.method]) {
        for (const path of candidatePaths(wanted)) {
          yield { host: each, path, method, call: null, doubts: [] }
        }
      }
    }
  }
}

/** Paths that the match takes: the value itself, then some below it. */
function candidatePaths({ way }: Wanted): readonly string[] {
  const claim = claimOf(way.match)
  switch (claim.type) {
    case 'exact':
      return [claim.path]
    case 'prefix':
      return [
        claim.path === '' ? '/' : claim.path,
        ...(claim.path === '' ? [] : [`${claim.path}/`]),
        `${claim.path}/portolan`,
      ]
    case 'pattern':
      return [claim.beginning.startsWith('/') ? claim.beginning : '/']
  }
}

const withParameters = (path: string, query: readonly { name: string; value: string }[]): string =>
  query.length === 0
    ? path
    : `${path}?${query.map(({ name, value }) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&')}`

function judge(competition: Competition, wanted: Wanted, candidate: Candidate): Judged {
  const asked = askedOf(wanted, candidate)
  const outcome = outcomeOf(competition, asked)
  const isMine = (contender: Contender | null): boolean => isWanted(wanted, contender)
  const others = rivalsOf(wanted, outcome)
  const isPattern = claimOf(wanted.way.match).type === 'pattern'
  const takes =
    isMine(outcome.winner) && others.length === 0
      ? 'surely'
      : isMine(outcome.winner) || outcome.rivals.some(({ contender }) => isMine(contender))
        ? 'maybe'
        : isPattern &&
            asked.request !== null &&
            isOnListener(wanted, outcome) &&
            fits(wanted.way, asked.request) !== 'no'
          ? 'maybe'
          : 'no'
  return { candidate, outcome, takes }
}

const isOnListener = ({ attachment }: Wanted, { listener }: Outcome): boolean => listener === attachment.listener

const isWanted = ({ way, attachment }: Wanted, contender: Contender | null): boolean =>
  contender !== null && isSameWay(contender, { way }) && contender.attachment.listener === attachment.listener

/** Rivals that lead elsewhere. */
const rivalsOf = (wanted: Wanted, { rivals }: Outcome): readonly Rival[] =>
  rivals.filter(({ contender }) => contender === null || !leadsAlike(contender.way, wanted.way))

function askedOf(
  { way, attachment: { listener } }: Wanted,
  { host, path, method, call, headers: sent = {} }: Candidate,
): Asked {
  const transport = transportOf(listener) ?? 'plain'
  const [before = '', after] = path.split('?')
  const own =
    way.match === null ? { headers: [], query: [] } : { headers: askedHeaders(way.match), query: askedQuery(way.match) }
  const given = [...new URLSearchParams(after ?? '')].map(([name, value]) => ({ name, value }))
  const query = [...own.query.filter(({ name }) => given.every((each) => each.name !== name)), ...given]
  const told = call === null ? own.headers : [...own.headers, { name: 'content-type', value: 'application/grpc' }]
  const added = Object.entries(sent).map(([name, value]) => ({ name: name.toLowerCase(), value }))
  const headers = [...told, ...added.filter(({ name }) => told.every((each) => each.name !== name))]
  const request: RoutedRequest = { host: host ?? '', path: before, method, headers, query }
  const isRead = way.route.kind === 'HTTPRoute' || way.route.kind === 'GRPCRoute'
  return { port: listener.listener.port ?? 0, transport, serverName: host, request: isRead ? request : null }
}

const WHY: Readonly<Record<Rival['why'], (other: string) => string>> = {
  pattern: (other) => `${other} has a pattern that may take the request first`,
  age: (other) => `${other} asks for the same, and no creationTimestamp tells which route is the older one`,
  kinds: (other) => `${other} gets the request if its route is the older one, which no creationTimestamp tells`,
  isolation: (other) => `where listeners are not isolated from each other, ${other} gets the request`,
  'virtual-hosts': (other) => `where the hosts of routes are kept apart from each other, ${other} gets the request`,
}

/** Tells who else may get the request. */
function rivalDoubts(wanted: Wanted, outcome: Outcome): readonly Because[] {
  const all: readonly Rival[] = isWanted(wanted, outcome.winner)
    ? rivalsOf(wanted, outcome)
    : // Its own pattern is doubted anyhow.
      outcome.rivals.filter(({ contender, why }) => why !== 'pattern' && isWanted(wanted, contender))
  return all.slice(0, 3).map(({ contender, why }) => {
    const mine = isWanted(wanted, contender)
    const field = contender === null || mine ? wayField(wanted.way) : wayField(contender.way)
    return doubted(field, WHY[why](contender === null ? 'nobody' : mine ? 'this rule' : wayText(contender.way)))
  })
}

function shadowedBy({ way, attachment, host }: Wanted, { winner, listener, status }: Outcome): Refusal {
  const field = wayField(way)
  const where = host === null ? '' : ` for ${host}`
  if (winner === null || listener !== attachment.listener) {
    const taker = listener === null ? 'no listener' : `listener ${listener.listener.name}`
    const because = listener === null ? [field] : [field, listener.field]
    const answer = status === null ? '' : `, which answers ${status}`
    return {
      code: 'route_shadowed',
      reason: `what ${wayText(way)} asks${where} is taken by ${taker}${answer}`,
      because,
    }
  }
  const by = wayText(winner.way)
  return {
    code: 'route_shadowed',
    reason: `every request that ${wayText(way)} would get${where} goes to ${by}, which takes precedence`,
    because: [field, wayField(winner.way)],
  }
}
