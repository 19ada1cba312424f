/**
 * Tells whether a match of an HTTPRoute or of a GRPCRoute takes a request (gateway.networking.k8s.io/v1 HTTPRouteMatch,
 * GRPCRouteMatch), and which requests can come into question for it.
 *
 * @module
 */
import type { RouteMatch, ValueMatch } from '../../kube/gateway-objects.ts'
import { encodePath, literalPrefix } from '../ingress-rules.ts'
import { regexpExample } from './regexp-example.ts'
import type { RoutedRequest, RouteWay } from './types.ts'

/** Regular expressions, and types of matches of an implementation, have a meaning that the specification leaves open. */
export type Fit = 'yes' | 'maybe' | 'no'

/** The paths that a match takes; a method of gRPC is a path as well (`/{service}/{method}`). */
export type Claim =
  | { type: 'exact'; path: string }
  /** Element by element; without its last slash. */
  | { type: 'prefix'; path: string }
  /** All that it takes begins so. */
  | { type: 'pattern'; beginning: string }

const EVERYTHING: Claim = { type: 'prefix', path: '' }
const ANYTHING: Claim = { type: 'pattern', beginning: '' }

/** @param match `null`: the kind of route has no matches. */
export function claimOf(match: RouteMatch | null): Claim {
  if (match?.grpc != null) {
    return grpcClaim(match.grpc)
  }
  if (match?.path == null) {
    return EVERYTHING
  }
  const { type, value } = match.path
  switch (type) {
    case 'Exact':
      return { type: 'exact', path: encodePath(value) }
    case 'PathPrefix':
      return { type: 'prefix', path: encodePath(value).replace(/\/$/, '') }
    case 'RegularExpression':
      return { type: 'pattern', beginning: encodePath(beginningOf(value)) }
    default:
      return ANYTHING
  }
}

function grpcClaim({ type, service, method }: NonNullable<RouteMatch['grpc']>): Claim {
  if (type === 'RegularExpression') {
    const start = service === null ? null : beginningOf(service)
    return { type: 'pattern', beginning: start === null ? '/' : `/${start}` }
  }
  if (type !== 'Exact') {
    return ANYTHING
  }
  if (service === null) {
    return method === null ? EVERYTHING : { type: 'pattern', beginning: '/' }
  }
  return method === null ? { type: 'prefix', path: `/${service}` } : { type: 'exact', path: `/${service}/${method}` }
}

/** The literal beginning of a regular expression, which data planes anchor at the start. */
export const beginningOf = (pattern: string): string => literalPrefix(pattern.replace(/^\^/, ''))

/** Tells whether a way takes a request that came to one of its hosts. */
export function fits({ route, match }: RouteWay, request: RoutedRequest): Fit {
  if (match === null) {
    return 'yes'
  }
  const path = request.path.split(/[?#]/)[0] ?? ''
  if (route.kind === 'GRPCRoute') {
    return isGrpc(request) ? least([grpcFit(match, path), ...valueFits(match.headers, request.headers, lower)]) : 'no'
  }
  return least([
    match.method === null || match.method === request.method ? 'yes' : 'no',
    pathFit(match, path),
    ...valueFits(match.headers, request.headers, lower),
    ...valueFits(match.query, request.query, (name) => name),
  ])
}

const lower = (name: string): string => name.toLowerCase()

const least = (all: readonly Fit[]): Fit => (all.includes('no') ? 'no' : all.includes('maybe') ? 'maybe' : 'yes')

/** A gRPC call is a POST of this media type (gRPC over HTTP2). */
export const isGrpc = ({ method, headers }: RoutedRequest): boolean =>
  method === 'POST' &&
  headers.some(({ name, value }) => lower(name) === 'content-type' && value.startsWith('application/grpc'))

function pathFit(match: RouteMatch, path: string): Fit {
  const claim = claimOf(match)
  switch (claim.type) {
    case 'exact':
      return path === claim.path ? 'yes' : 'no'
    case 'prefix':
      return path === claim.path || path.startsWith(`${claim.path}/`) ? 'yes' : 'no'
    case 'pattern': {
      if (match.path?.type !== 'RegularExpression') {
        return 'maybe'
      }
      const example = regexpExample(match.path.value)
      return example !== null && encodePath(example) === path
        ? 'yes'
        : path.startsWith(claim.beginning)
          ? 'maybe'
          : 'no'
    }
  }
}

function grpcFit({ grpc }: RouteMatch, path: string): Fit {
  if (grpc === null) {
    return 'yes'
  }
  const [, service = '', method = ''] = path.split('/')
  const asked = (pattern: string | null, value: string): Fit =>
    pattern === null ? 'yes' : valueFit(grpc.type, pattern, value)
  const fit = least([asked(grpc.service, service), asked(grpc.method, method)])
  // A method of any service: its support is the implementation's own.
  return fit === 'yes' && grpc.service === null && grpc.method !== null ? 'maybe' : fit
}

function valueFit(type: string, wanted: string, value: string): Fit {
  if (type === 'Exact') {
    return value === wanted ? 'yes' : 'no'
  }
  if (type !== 'RegularExpression') {
    return 'maybe'
  }
  if (regexpExample(wanted) === value) {
    return 'yes'
  }
  return /^[\w-]*$/.test(wanted) && !value.includes(wanted) ? 'no' : 'maybe'
}

/** Keeps the first entry of each name, as the specification ignores the later ones. */
export function effective(matches: readonly ValueMatch[], key: (name: string) => string): readonly ValueMatch[] {
  const byName = new Map<string, ValueMatch>()
  for (const match of matches) {
    const name = key(match.name)
    byName.set(name, byName.get(name) ?? match)
  }
  return byName.size === matches.length ? matches : [...byName.values()]
}

function valueFits(
  matches: readonly ValueMatch[],
  given: RoutedRequest['headers'],
  key: (name: string) => string,
): Fit[] {
  return effective(matches, key).map(({ type, name, value }) => {
    const values = given.filter((each) => key(each.name) === key(name))
    const [first] = values
    if (first === undefined) {
      return 'no'
    }
    if (values.length === 1) {
      return valueFit(type, value, first.value)
    }
    return values.every((each) => valueFit(type, value, each.value) === 'no') ? 'no' : 'maybe'
  })
}

/** The precedence of a match among those that take one request; the larger number first, element by element. */
export function rankOf({ route, match }: RouteWay): readonly number[] {
  if (match === null) {
    return []
  }
  const headers = effective(match.headers, lower).length
  if (route.kind === 'GRPCRoute') {
    return [match.grpc?.service?.length ?? 0, match.grpc?.method?.length ?? 0, headers]
  }
  const claim = claimOf(match)
  const path = claim.type === 'prefix' ? claim.path.length : 0
  const query = effective(match.query, (name) => name).length
  return [claim.type === 'exact' ? 1 : 0, path, match.method === null ? 0 : 1, headers, query]
}
