/**
 * The matches of all routes that compete for the requests to one host, found by the path, the headers and the query of a
 * request: there may be thousands, and each is asked for the request that it gets.
 *
 * @module
 */
import { claimOf, effective, type Fit, fits, rankOf } from './match.ts'
import type { Attachment, RoutedRequest, RouteWay } from './types.ts'

/** One match of one rule, for one hostname of its route on one listener. */
export type Contender = {
  way: RouteWay
  attachment: Attachment
  /** The route's own hostname, as written; `null`: it names none. */
  host: string | null
}

/** @see contendersOf */
export type Contenders = {
  /** Keyed by {@link keyOf} the path, then by {@link selectorOf}; each list is in order of precedence. */
  exact: Paths
  prefixes: Paths
  /** Keyed by what a pattern certainly begins with, up to the length {@link BEGINNING}. */
  beginnings: Paths
  /** The lengths of those beginnings. */
  lengths: readonly number[]
}

type Paths = ReadonlyMap<string, ReadonlyMap<string, readonly Contender[]>>
type PathsMade = Map<string, Map<string, Contender[]>>

/** Beginnings are told apart up to this length: each length in use costs every request a look. */
const BEGINNING = 128

export function contendersOf(all: readonly Contender[]): Contenders {
  const exact: PathsMade = new Map()
  const prefixes: PathsMade = new Map()
  const beginnings: PathsMade = new Map()
  for (const contender of all) {
    const claim = claimOf(contender.way.match)
    if (claim.type === 'exact') {
      put(exact, claim.path, contender)
    } else if (claim.type === 'prefix') {
      put(prefixes, claim.path, contender)
    } else {
      put(beginnings, claim.beginning.slice(0, BEGINNING), contender)
    }
  }
  for (const list of [exact, prefixes, beginnings].flatMap((paths) =>
    [...paths.values()].flatMap((by) => [...by.values()]),
  )) {
    list.sort(byPrecedence)
  }
  return { exact, prefixes, beginnings, lengths: [...new Set([...beginnings.keys()].map((key) => key.length))] }
}

function put(paths: PathsMade, path: string, contender: Contender): void {
  const bySelector = paths.get(path) ?? new Map<string, Contender[]>()
  paths.set(path, bySelector)
  const selector = selectorOf(contender.way)
  const list = bySelector.get(selector) ?? []
  bySelector.set(selector, list)
  list.push(contender)
}

/**
 * Returns the key under which requests find a match. The key is the strictest condition of the match: its first exact
 * header or parameter, or else the first one with a pattern, or else the method.
 */
function selectorOf({ match }: RouteWay): string {
  if (match === null) {
    return ''
  }
  const conditions = [
    ...effective(match.headers, lower).map((each) => ({ ...each, of: 'header', name: lower(each.name) })),
    ...effective(match.query, asIs).map((each) => ({ ...each, of: 'query' })),
  ]
  const exact = conditions.find(({ type }) => type === 'Exact')
  if (exact !== undefined) {
    return selector(exact.of, exact.name, exact.value)
  }
  const [first] = conditions
  return first !== undefined ? selector(first.of, first.name) : match.method === null ? '' : `method ${match.method}`
}

const selector = (of: string, ...parts: readonly string[]): string => `${of} ${parts.join('\n')}`

const lower = (name: string): string => name.toLowerCase()
const asIs = (name: string): string => name

const selectorsFor = ({ method, headers, query }: RoutedRequest): readonly string[] => [
  ...new Set([
    '',
    `method ${method}`,
    ...headers.flatMap(({ name, value }) => [selector('header', lower(name), value), selector('header', lower(name))]),
    ...query.flatMap(({ name, value }) => [selector('query', name, value), selector('query', name)]),
  ]),
]

/** The one that takes precedence comes first (HTTPRouteRule.matches, GRPCRouteRule.matches). */
export function byPrecedence(a: Contender, b: Contender): number {
  return byRank(a, b) || byAge(a, b) || a.way.ruleAt - b.way.ruleAt || a.way.matchAt - b.way.matchAt
}

export function byRank(a: Contender, b: Contender): number {
  const [left, right] = [rankOf(a.way), rankOf(b.way)]
  const at = left.findIndex((value, place) => value !== (right[place] ?? 0))
  return at === -1 ? 0 : (right[at] ?? 0) - (left[at] ?? 0)
}

type Dated = { way: Pick<RouteWay, 'route'> }

const bornAt = ({ way }: Dated): number =>
  way.route.meta.createdAt === null ? Number.NEGATIVE_INFINITY : Date.parse(way.route.meta.createdAt)

const nameOf = ({ way }: Dated): string => `${way.route.meta.namespace ?? ''}/${way.route.meta.name}`

/** The oldest first, where that is known; then by namespace and name. */
export function byAge(a: Dated, b: Dated): number {
  const [left, right] = [bornAt(a), bornAt(b)]
  if (left !== right) {
    return left < right ? -1 : 1
  }
  return nameOf(a) < nameOf(b) ? -1 : nameOf(a) > nameOf(b) ? 1 : 0
}

/** Files from Git do not tell which of two routes is the older one. */
export const isAgeKnown = (a: Dated, b: Dated): boolean =>
  a.way.route === b.way.route || (a.way.route.meta.createdAt !== null && b.way.route.meta.createdAt !== null)

/** The contenders that a request may go to, as far as one list of them tells. */
export type Claimed = {
  /** The first by precedence of those that certainly take it. */
  sure: Contender | null
  /** They may take it before that one does. */
  maybe: readonly Contender[]
  /** They take it with the same precedence, by routes of which nothing tells which is the older one. */
  tied: readonly Contender[]
}

/** So many with one claim are told apart: one more rival tells nobody anything. */
const RIVALS = 50

/** Finds the contenders for a request among several lists of equal standing. */
export function claimed(all: readonly Contenders[], request: RoutedRequest): Claimed {
  const path = request.path.split(/[?#]/)[0] ?? ''
  const selectors = selectorsFor(request)
  const maybe: Contender[] = []
  const patterns = all.flatMap(({ beginnings, lengths }) =>
    lengths
      .filter((length) => length <= path.length)
      .flatMap((length) => listsOf(beginnings.get(path.slice(0, length)), selectors)),
  )
  const ofPatterns = patterns.flatMap((list) => list.slice(0, RIVALS)).filter(({ way }) => fits(way, request) !== 'no')
  for (const place of placesOf(all, path)) {
    const found = first(
      place.flatMap((by) => listsOf(by, selectors)),
      request,
    )
    maybe.push(...found.maybe)
    if (found.sure !== null) {
      return { ...found, maybe: [...maybe, ...ofPatterns] }
    }
  }
  const [sure = null, ...rest] = ofPatterns.filter(({ way }) => fits(way, request) === 'yes').toSorted(byPrecedence)
  const unsure = ofPatterns.filter(({ way }) => fits(way, request) === 'maybe')
  return { sure, maybe: [...maybe, ...unsure, ...rest], tied: [] }
}

type Place = ReadonlyMap<string, readonly Contender[]> | undefined

/** Lists the places where the path is claimed, in order of precedence: itself, then its beginnings, the longest first. */
function* placesOf(all: readonly Contenders[], path: string): Generator<readonly Place[]> {
  yield all.map(({ exact }) => exact.get(path))
  for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) {
    const beginning = path.slice(0, end)
    yield all.map(({ prefixes }) => prefixes.get(beginning))
  }
  yield all.map(({ prefixes }) => prefixes.get(''))
}

const listsOf = (by: Place, selectors: readonly string[]): readonly (readonly Contender[])[] =>
  by === undefined ? [] : selectors.flatMap((selector) => [by.get(selector) ?? []])

function first(lists: readonly (readonly Contender[])[], request: RoutedRequest): Claimed {
  const firsts = lists.map((list) => firstOf(list, request))
  const sure = firsts.flatMap((found) => found.sure ?? []).toSorted(byPrecedence)[0] ?? null
  const before = (contender: Contender): boolean => sure === null || byRank(contender, sure) <= 0
  return {
    sure,
    maybe: firsts.flatMap(({ maybe }) => maybe.filter(before)),
    tied: sure === null ? [] : firsts.flatMap(({ equals }) => equals.filter((each) => ties(each, sure))),
  }
}

const ties = (a: Contender, b: Contender): boolean => a !== b && byRank(a, b) === 0 && !isAgeKnown(a, b)

type FirstOf = { sure: Contender | null; maybe: readonly Contender[]; equals: readonly Contender[] }

/** A list is in order: the first that surely takes the request ends the search, but for those of the same rank. */
function firstOf(list: readonly Contender[], request: RoutedRequest): FirstOf {
  const maybe: Contender[] = []
  for (const [at, contender] of list.entries()) {
    const fit: Fit = fits(contender.way, request)
    if (fit === 'maybe') {
      maybe.push(contender)
    } else if (fit === 'yes') {
      return { sure: contender, maybe, equals: [contender, ...equalsOf(list, at, request)] }
    }
  }
  return { sure: null, maybe, equals: [] }
}

function equalsOf(list: readonly Contender[], from: number, request: RoutedRequest): readonly Contender[] {
  const one = list[from]
  if (one === undefined) {
    return []
  }
  const next = list.slice(from + 1, from + 1 + RIVALS)
  return next.filter((each) => byRank(each, one) === 0 && fits(each.way, request) === 'yes')
}
