/**
 * Decides which rule of an Ingress gets a request (networking/v1 IngressRule, HTTPIngressPath).
 *
 * @module
 */

import { actionOf, type IngressAction } from '../kube/ingress-actions.ts'
import type { ObjectIndex } from '../kube/object-index.ts'
import { type Ingress, type IngressBackend, type PathType, refOf } from '../kube/objects.ts'
import { becauseText, fieldOf, type ObjectField } from './because.ts'
import { askedOf, type PathSyntax } from './controllers/controller.ts'
import { classOf, controllerOf } from './controllers/table.ts'

/** A way through an Ingress to a backend: a rule's path, or the default backend. */
export type Route = {
  ingress: Ingress
  /** As written; `null`: every host. */
  host: string | null
  /** As written; `null`: the default backend. */
  path: string | null
  pathType: PathType | null
  backend: IngressBackend
  /** `spec.rules[0].http.paths[1]`. */
  field: string
  /** The action that the written backend stands for, with this Service's share of the requests, of 1. */
  action?: Omit<IngressAction, 'targets'> & { share: number }
}

/** An action in place of the backend makes one route for each Service that it forwards to, and none if it does not. */
function withAction(route: Route): Route[] {
  const action = actionOf(route.ingress, route.backend)
  if (action === null) {
    return [route]
  }
  const { targets, ...of } = action
  const used = of.type === 'forward' ? targets.filter(({ weight }) => weight > 0) : []
  if (used.length === 0) {
    return [{ ...route, backend: { service: null }, action: { ...of, share: 0 } }]
  }
  const all = used.reduce((sum, { weight }) => sum + weight, 0)
  return used.map(({ service, port, weight }) => ({
    ...route,
    backend: { service: { name: service, port } },
    action: { ...of, share: weight / all },
  }))
}

const routed = new WeakMap<Ingress, readonly Route[]>()

/** Lists every way through an Ingress; worked out once. */
export function routesOf(ingress: Ingress): readonly Route[] {
  const found = routed.get(ingress) ?? writtenRoutes(ingress).flatMap(withAction)
  routed.set(ingress, found)
  return found
}

function writtenRoutes(ingress: Ingress): Route[] {
  const { defaultBackend } = ingress
  const defaultField = ingress.apiVersion === 'networking.k8s.io/v1' ? 'spec.defaultBackend' : 'spec.backend'
  const ofRules = ingress.rules.flatMap(({ host, paths }, position) => {
    const ofPaths = paths.map(
      ({ path, pathType, backend }, at): Route => ({
        ingress,
        host,
        path: path ?? '/',
        pathType,
        backend,
        field: `spec.rules[${position}].http.paths[${at}]`,
      }),
    )
    if (ofPaths.length > 0 || defaultBackend === null || host === null) {
      return ofPaths
    }
    return [
      { ingress, host, path: null, pathType: null, backend: defaultBackend, field: `spec.rules[${position}].host` },
    ]
  })
  if (defaultBackend === null) {
    return ofRules
  }
  return [...ofRules, { ingress, host: null, path: null, pathType: null, backend: defaultBackend, field: defaultField }]
}

const SPECIAL = /[\\^$*+?()[\]{}|]/

/**
 * Tells how the controller reads the path of a route. If it is not known, no characters tell for certain; these make a
 * regular expression likely where the type leaves it to the implementation.
 */
export function syntaxOf(index: ObjectIndex, { ingress, path, pathType }: Route): PathSyntax {
  if (path === null || pathType === null) {
    return 'literal'
  }
  const told = controllerOf(index, ingress)?.syntax?.(askedOf(ingress, null), path, pathType) ?? null
  if (told === 'glob') {
    return 'glob'
  }
  if (told === 'literal' || !SPECIAL.test(path)) {
    return 'literal'
  }
  return told === 'regex' || pathType === 'ImplementationSpecific' ? 'regex' : 'literal'
}

/** The path that a route certainly takes, as a request has it: its own, or the literal beginning of its pattern. */
export function writtenPath(index: ObjectIndex, route: Route): string {
  const { path } = route
  if (path === null) {
    return '/'
  }
  switch (syntaxOf(index, route)) {
    case 'literal':
      return encodePath(path)
    case 'glob':
      return encodePath(globExample(path))
    case 'regex':
      return encodePath(literalPrefix(path.replace(/^\/~(?=\/)/, '')))
  }
}

/** Tells whether the route takes paths below its own: an exact one does not, nor a glob without a star at its end. */
export const takesBelow = (index: ObjectIndex, route: Route): boolean =>
  route.pathType !== 'Exact' && (syntaxOf(index, route) !== 'glob' || route.path?.endsWith('*') === true)

/**
 * Recognises a redirect before the rule for a Service, on the same path, by which HTTP became HTTPS before
 * `ssl-redirect`. The controller leaves it out where it would lead to itself, so that HTTPS gets to the Service
 * (https://kubernetes-sigs.github.io/aws-load-balancer-controller/v2.0/guide/tasks/ssl_redirect).
 */
export const sendsToHttps = ({ action }: Route): boolean => action?.type === 'redirect'

/** Writes a path that a glob takes: its stars may stand for nothing, its question marks for one letter. */
const globExample = (glob: string): string => glob.replace(/\*+$/, '').replaceAll(/\*+|\?/g, 'x')

/** Every path that a glob takes begins with this. */
const globPrefix = (glob: string): string => glob.slice(0, glob.search(/[*?]|$/))

/** Finds the literal beginning of a regular expression: `/api(/|$)(.*)` → `/api`. */
export function literalPrefix(path: string): string {
  const text = path.replaceAll('\\.', '.').replaceAll('\\/', '/')
  const end = text.search(/[\\^$*+?()[\]{}|]|\.[*+?]/)
  const literal = end === -1 ? text : text.slice(0, end)
  const optional = /^[*?{]/.test(text.slice(literal.length)) && !literal.endsWith('/')
  return optional ? literal.slice(0, -1) : literal
}

/** Writes a path as a request has it: rules may hold more than ASCII, and characters that would end the path (RFC 3986). */
export const encodePath = (path: string): string =>
  path.toWellFormed().replace(/[^\x21\x22\x24-\x3e\x40-\x7e]+/g, (foreign) => encodeURIComponent(foreign))

/** Exact before prefix, longer before shorter; a default backend last. */
const rank = ({ path, pathType }: Route): number =>
  path === null ? -1 : pathType === 'Exact' ? Number.MAX_SAFE_INTEGER : path.replace(/\/?\*?$/, '').length

/**
 * Routes that compete for a request, found by the request's path: an Ingress may have thousands, and each is asked for
 * which of the others take what it takes.
 */
export type Competition = {
  exact: ReadonlyMap<string, readonly Route[]>
  /** By the path without its last slash. Element by element: `/foo` takes `/foo`, `/foo/`, `/foo/bar`, never `/foobar`. */
  prefixes: ReadonlyMap<string, readonly Route[]>
  /** By what a pattern certainly begins with, as far as {@link BEGINNING}. */
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

export const isSameRoute = (a: Route, b: Route): boolean =>
  a.ingress.meta.name === b.ingress.meta.name &&
  a.ingress.meta.namespace === b.ingress.meta.namespace &&
  a.field === b.field

/** `Ingress/toad spec.rules[0].http.paths[0]`. */
/** The rule as a reason of its paths. */
export const routeField = ({ ingress, field }: Route): ObjectField => fieldOf(refOf(ingress), field)

/** `Ingress/toad spec.rules[0].http.paths[1]`, for texts. */
export const routeRef = (route: Route): string => becauseText(routeField(route))

/**
 * Makes a host that a rule takes: its own, or for `*.foo.com` one with a label that no other rule takes
 * (a wildcard stands for exactly one label).
 */
export function probeHost(index: ObjectIndex, host: string | null): string | null {
  if (host === null || !host.startsWith('*.')) {
    return host
  }
  const parent = host.slice(2)
  const labels = ['probe', 'probe-2', 'probe-3', 'probe-4']
  const free = labels.find((label) => index.ingressesForHost(`${label}.${parent}`).length === 0)
  return `${free ?? 'portolan-probe'}.${parent}`
}

/** Finds the entry of `spec.tls` that covers a host: by name, by a wildcard of one label, or without hosts (every one). */
export function tlsEntryFor(ingress: Ingress, host: string | null): number | null {
  const position = ingress.tls.findIndex(
    ({ hosts }) => hosts.length === 0 || (host !== null && hosts.some((pattern) => coversHost(pattern, host))),
  )
  return position === -1 ? null : position
}

export function coversHost(pattern: string, host: string): boolean {
  if (pattern.toLowerCase() === host.toLowerCase()) {
    return true
  }
  return pattern.startsWith('*.') && host.slice(host.indexOf('.')).toLowerCase() === pattern.slice(1).toLowerCase()
}
