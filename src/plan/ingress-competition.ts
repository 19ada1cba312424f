/**
 * Finds which routes of Ingresses compete for a request, and which of them gets it (networking/v1 HTTPIngressPath).
 *
 * @module
 */
import type { ObjectIndex } from '../kube/object-index.ts'
import { classOf } from './controllers/table.ts'
import { encodePath, globPrefix, type Route, routesOf, syntaxOf, writtenPath } from './ingress-rules.ts'

/** Exact before prefix, longer before shorter; a default backend last. */
const rank = ({ path, pathType }: Route): number =>
  path === null ? -1 : pathType === 'Exact' ? Number.MAX_SAFE_INTEGER : path.replace(/\/?\*?$/, '').length

/**
 * Routes that compete for a request, found by the request's path: an Ingress may have thousands, and each is asked for
 * which of the others take what it takes.
 */
export type Competition = {
  exact: ReadonlyMap<string, readonly Route[]>
  /** Keyed by the path without its last slash. `/foo` takes `/foo`, `/foo/`, `/foo/bar`, and never `/foobar`. */
  prefixes: ReadonlyMap<string, readonly Route[]>
  /** Keyed by what a pattern certainly begins with, up to the length {@link BEGINNING}. */
  beginnings: ReadonlyMap<string, readonly Route[]>
  /** The lengths of those beginnings. */
  lengths: readonly number[]
}

type Place = 'exact' | 'prefixes' | 'beginnings'

/** Beginnings are told apart up to this length: each length in use costs every request a look. */
const BEGINNING = 128

function compete(index: ObjectIndex, routes: readonly Route[]): Competition {
  const known = { exact: new Map(), prefixes: new Map(), beginnings: new Map() } satisfies Record<
    Place,
    Map<string, Route[]>
  >
  for (const route of routes) {
    const placed = placeOf(index, route)
    if (placed !== null) {
      put(known[placed.among], placed.key, route)
    }
  }
  const lengths = [...new Set([...known.beginnings.keys()].map((key) => key.length))]
  return { ...known, lengths }
}

/** So many routes with one claim are told apart: one more rival tells nobody anything. */
const RIVALS = 50

/** Keeps those that win among routes that take the same. */
function put(map: Map<string, Route[]>, key: string, route: Route): void {
  const before = map.get(key)
  const lead = before?.[0] === undefined ? 0 : rank(route) - rank(before[0])
  if (before === undefined || lead > 0) {
    map.set(key, [route])
  } else if (lead === 0 && before.length < RIVALS) {
    before.push(route)
  }
}

function placeOf(index: ObjectIndex, route: Route): { among: Place; key: string } | null {
  const { path, pathType } = route
  if (path === null) {
    return null
  }
  const syntax = pathType === 'Exact' ? 'literal' : syntaxOf(index, route)
  if (syntax === 'regex') {
    return { among: 'beginnings', key: writtenPath(index, route).slice(0, BEGINNING) }
  }
  if (syntax === 'glob' && /[*?]/.test(path)) {
    return { among: 'beginnings', key: encodePath(globPrefix(path)).slice(0, BEGINNING) }
  }
  // A glob without a star takes that very path.
  if (pathType === 'Exact' || syntax === 'glob') {
    return { among: 'exact', key: encodePath(path) }
  }
  return { among: 'prefixes', key: encodePath(path).replace(/\/$/, '') }
}

/** Lists the element-wise beginnings of a path, itself first: `/a/b`, `/a`, the empty one. */
function* beginningsOf(path: string): Generator<string> {
  for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) {
    yield path.slice(0, end)
  }
  yield ''
}

const competitions = new WeakMap<ObjectIndex, Map<string, Competition>>()

/** Collects the routes of all Ingresses of one class that compete for a host: controllers merge them. */
export function competitors(index: ObjectIndex, route: Route): Competition {
  const known = competitions.get(index) ?? new Map<string, Competition>()
  competitions.set(index, known)
  const name = classOf(route.ingress)
  const key = JSON.stringify([name, route.host])
  const found =
    known.get(key) ??
    compete(
      index,
      index
        .ingressesForHost(route.host)
        .filter((ingress) => classOf(ingress) === name)
        .flatMap(routesOf)
        .filter(({ host }) => host === route.host),
    )
  known.set(key, found)
  return found
}

/** Finds the competitors that a request for the path may go to: one, unless several claim the same. */
export function winners({ exact, prefixes, beginnings, lengths }: Competition, urlPath: string): readonly Route[] {
  const asked = urlPath.split(/[?#]/)[0] ?? urlPath
  const exactly = exact.get(asked)
  if (exactly !== undefined) {
    return exactly
  }
  // Routes of one list are equals, so that the first speaks for all.
  const lists: (readonly Route[])[] = []
  let best = 0
  const offer = (list: readonly Route[] | undefined): void => {
    const [first] = list ?? []
    if (list === undefined || first === undefined) {
      return
    }
    const own = rank(first)
    if (own > best) {
      lists.length = 0
    }
    if (own >= best) {
      lists.push(list)
    }
    best = Math.max(best, own)
  }
  // The longest wins, so that no shorter one need be looked at.
  for (const beginning of beginningsOf(asked)) {
    const found = prefixes.get(beginning)
    if (found === undefined) {
      continue
    }
    offer(found)
    break
  }
  for (const length of lengths) {
    if (length <= asked.length) {
      offer(beginnings.get(asked.slice(0, length)))
    }
  }
  return lists.flat()
}
