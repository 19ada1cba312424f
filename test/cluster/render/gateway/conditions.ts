/**
 * HAProxy's conditions: which request a match takes, and which of two matches comes first.
 *
 * @module
 */
import type { GrpcMatch, HttpMatch, ValueMatch } from './objects.ts'

/** A text as HAProxy reads it in a configuration: one word, nothing in it expanded. */
export const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`

/** A text where HAProxy would expand `%`. */
export const literal = (text: string): string => quoted(text.replaceAll('%', '%%'))

/** Conditions of which any is enough. A condition is what stands behind `acl NAME`. */
export type AnyOf = readonly string[]

const sample = (fetch: string, { type, value }: { type?: string; value: string }): AnyOf => [
  type === 'RegularExpression'
    ? `${fetch} -m reg -- ${quoted(`^(?:${value})$`)}`
    : `${fetch} -m str -- ${quoted(value)}`,
]

/** @param fetch what has the host in lower case. No condition: every host. */
export const ofHost = (fetch: string, hostname: string): AnyOf | null => {
  if (hostname === '') {
    return null
  }
  return hostname.startsWith('*.')
    ? [`${fetch} -m end -- ${quoted(hostname.slice(1))}`]
    : [`${fetch} -m str -- ${quoted(hostname)}`]
}

/** Conditions that all hold. */
export const ofHttpMatch = ({ path, method, headers = [], queryParams = [] }: HttpMatch): AnyOf[] => [
  ...ofPath(path ?? {}),
  ...(method === undefined ? [] : [[`method -m str -- ${method}`]]),
  ...ofHeaders(headers),
  ...firstOfName(queryParams, (name) => name).map((each) => sample(`url_param(${each.name})`, each)),
]

function ofPath({ type = 'PathPrefix', value = '/' }: NonNullable<HttpMatch['path']>): AnyOf[] {
  if (type !== 'PathPrefix') {
    return [sample('path', { type, value })]
  }
  const elements = value.replace(/\/+$/, '')
  return elements === '' ? [] : [[`path -m str -- ${quoted(elements)}`, `path -m beg -- ${quoted(`${elements}/`)}`]]
}

const ofHeaders = (headers: readonly ValueMatch[]): AnyOf[] =>
  firstOfName(headers, (name) => name.toLowerCase()).map((each) => sample(`req.fhdr(${each.name})`, each))

/** Of matches by one name only the first counts. */
const firstOfName = (matches: readonly ValueMatch[], normal: (name: string) => string): ValueMatch[] => [
  ...new Map(matches.toReversed().map((each) => [normal(each.name), each])).values(),
]

export const ofGrpcMatch = ({ method = {}, headers = [] }: GrpcMatch): AnyOf[] => [
  ...ofGrpcMethod(method),
  ...ofHeaders(headers),
]

function ofGrpcMethod({ type, service, method }: NonNullable<GrpcMatch['method']>): AnyOf[] {
  if (service === undefined && method === undefined) {
    return []
  }
  if (type === 'RegularExpression') {
    return [[`path -m reg -- ${quoted(`^/${service ?? '[^/]+'}/${method ?? '[^/]+'}$`)}`]]
  }
  if (service === undefined) {
    return [[`path -m end -- ${quoted(`/${method}`)}`]]
  }
  return [
    [
      method === undefined
        ? `path -m beg -- ${quoted(`/${service}/`)}`
        : `path -m str -- ${quoted(`/${service}/${method}`)}`,
    ],
  ]
}

/** How specific a match is, in the order in which it is compared; the greater first. */
export const precedenceOfHttp = ({ path, method, headers = [], queryParams = [] }: HttpMatch): number[] => {
  const { type = 'PathPrefix', value = '/' } = path ?? {}
  return [
    type === 'Exact' ? 1 : 0,
    type === 'PathPrefix' ? value.length : 0,
    method === undefined ? 0 : 1,
    headers.length,
    queryParams.length,
  ]
}

export const precedenceOfGrpc = ({ method = {}, headers = [] }: GrpcMatch): number[] => [
  method.service?.length ?? 0,
  method.method?.length ?? 0,
  headers.length,
]

/** The more specific first; what is alike keeps its order. */
export function byPrecedence(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((each, place) => each !== b[place])
  return at < 0 ? 0 : (b[at] ?? 0) - (a[at] ?? 0)
}
