/**
 * Lists the ways through an Ingress, and reads how their paths and hosts are written (networking/v1 IngressRule,
 * HTTPIngressPath).
 *
 * @module
 */

import { actionOf, type IngressAction } from '../kube/ingress-actions.ts'
import type { ObjectIndex } from '../kube/object-index.ts'
import { type Ingress, type IngressBackend, type PathType, refOf } from '../kube/objects.ts'
import { becauseText, fieldOf, type ObjectField } from './because.ts'
import { askedOf, type PathSyntax } from './controllers/controller.ts'
import { controllerOf } from './controllers/table.ts'

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
export const globPrefix = (glob: string): string => glob.slice(0, glob.search(/[*?]|$/))

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

export const isSameRoute = (a: Route, b: Route): boolean =>
  a.ingress.meta.name === b.ingress.meta.name &&
  a.ingress.meta.namespace === b.ingress.meta.namespace &&
  a.field === b.field

/** Names the rule as a reason of its paths. */
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
