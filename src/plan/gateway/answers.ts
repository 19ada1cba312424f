/**
 * Tells what to expect of a request that a rule wins: by its filters, the Gateway may answer by itself, or hand on
 * another request than it got (HTTPRouteRule.filters, HTTPBackendRef.filters, HTTPRouteTimeouts).
 *
 * @module
 */
import type { RouteBackend, RouteFilter } from '../../kube/gateway-objects.ts'
import { refOf } from '../../kube/objects.ts'
import { type Because, doubted, fieldOf, noted, type ObjectField } from '../because.ts'
import { type Behind, EXPECT_2XX, type HttpExpect } from '../check.ts'
import { locationOf, locationPattern, locationText, modifiedPath, type Redirected } from './location.ts'
import type { RouteWay } from './types.ts'

export type Answer = {
  /** A default check expects this; `null`: any answer of the application. */
  expect: HttpExpect | null
  /** The request as the pods get it, for one with that path; `null`: as it was sent. */
  behind: ((urlPath: string) => Behind) | null
  because: readonly Because[]
}

export type Expected = {
  way: RouteWay
  /** The backend that is the Service, and its place in `backendRefs`. */
  backend: { of: RouteBackend; at: number } | null
  request: Redirected
  /** The time that a check has. */
  timeoutMs: number
}

type Placed = { filter: RouteFilter; field: ObjectField }

export function answerOf(expected: Expected): Answer {
  const { way, backend } = expected
  const ref = refOf(way.route)
  const rule = `spec.rules[${way.ruleAt}]`
  const placed = (filters: readonly RouteFilter[], of: string): Placed[] =>
    filters.map((filter, at) => ({ filter, field: fieldOf(ref, `${of}.filters[${at}]`) }))
  const all = [
    ...placed(way.rule.filters, rule),
    ...placed(backend?.of.filters ?? [], `${rule}.backendRefs[${backend?.at ?? 0}]`),
  ]
  const redirect = all.find(({ filter }) => filter.type === 'RequestRedirect')
  const unknown = all.flatMap(unknownEffect)
  const answer = redirect === undefined ? { expect: null, because: [] } : redirected(redirect, expected)
  return {
    ...answer,
    behind: redirect === undefined ? handedOn(all, way) : null,
    because: [...answer.because, ...timeoutNotes(expected, rule), ...unknown],
  }
}

function redirected({ filter, field }: Placed, { way, request }: Expected): Pick<Answer, 'expect' | 'because'> {
  if (filter.type !== 'RequestRedirect') {
    return { expect: null, because: [] }
  }
  const location = locationOf(filter, way.match, request)
  if (location === null) {
    const doubt = 'it replaces the prefix of a match that has none, so that the Location is not defined'
    return { expect: null, because: [doubted(field, doubt)] }
  }
  const note = `the Gateway answers ${filter.statusCode} with Location ${locationText(location)}, and the Service is not asked`
  return {
    expect: {
      ...EXPECT_2XX,
      validStatusCodes: [filter.statusCode],
      failIfHeaderNotMatches: [{ header: 'location', regexp: locationPattern(location), allowMissing: false }],
    },
    because: [noted(field, note)],
  }
}

/** Filters of an implementation may answer, refuse or change anything; a known type does what the specification says. */
function unknownEffect({ filter, field }: Placed): Because[] {
  if (filter.type === 'ExtensionRef') {
    const { kind, name } = filter.ref
    return [doubted(field, `what ${kind}/${name} does to requests is not known`)]
  }
  return filter.type === 'Unknown' ? [doubted(field, `what a filter of type ${filter.written} does is not known`)] : []
}

function timeoutNotes({ way: { route, rule }, timeoutMs }: Expected, of: string): Because[] {
  const { requestMs, backendRequestMs } = rule.timeouts
  const limits = [
    { key: 'request', ms: requestMs },
    { key: 'backendRequest', ms: backendRequestMs },
  ]
  return limits.flatMap(({ key, ms }) => {
    if (ms === null || ms === 0 || ms >= timeoutMs) {
      return []
    }
    const field = fieldOf(refOf(route), `${of}.timeouts.${key}`)
    return [noted(field, `the Gateway answers 504 to what takes longer than ${ms} ms; the check waits ${timeoutMs} ms`)]
  })
}

/** Tells what a request is like behind the Gateway, so that it can be compared with one that goes past it. */
function handedOn(all: readonly Placed[], { match }: RouteWay): Answer['behind'] {
  const headers: Record<string, string | null> = {}
  let host: string | null = null
  let changesPath = false
  for (const { filter } of all) {
    if (filter.type === 'URLRewrite') {
      host = filter.hostname ?? host
      changesPath ||= filter.path !== null
    }
    if (filter.type === 'RequestHeaderModifier') {
      for (const { name, value } of [...filter.set, ...filter.add]) {
        headers[name.toLowerCase()] = value
      }
      for (const name of filter.remove) {
        headers[name.toLowerCase()] = null
      }
    }
  }
  if (host === null && !changesPath && Object.keys(headers).length === 0) {
    return null
  }
  const rewritten = (urlPath: string): string =>
    all.reduce(
      (path, { filter }) => (filter.type === 'URLRewrite' ? (modifiedPath(filter.path, match, path) ?? path) : path),
      urlPath,
    )
  return (urlPath) => ({ host, path: rewritten(urlPath), headers })
}
