/**
 * Collects the requests that the rules of either side of a comparison promise. Pure.
 *
 * @module
 */
import { hostPort } from '../../lib/address.ts'
import { hashParts } from '../../lib/hash.ts'
import { becauseText } from '../because.ts'
import type { HttpCheck } from '../check.ts'
import type { PlannedPath } from '../path.ts'
import { type ComparedRequest, type NotSent, SIDES, type Side } from './comparison.ts'

/** They change nothing on the server (RFC 9110 9.2.1). */
const SAFE = ['GET', 'HEAD']

export type Request = Pick<ComparedRequest, 'method' | 'scheme' | 'host' | 'path' | 'headers'> & {
  serverName: string | null
}

/** `side` is the first that promises it. */
export type Promised = { side: Side; request: Request; because: Record<Side, readonly string[]> }

export function promisedBy(sides: Readonly<Record<Side, readonly PlannedPath[]>>, methods: readonly string[] | null) {
  const promised = new Map<string, Promised>()
  const notSent = new Map<string, NotSent>()
  for (const side of SIDES) {
    for (const path of sides[side]) {
      for (const check of path.checks) {
        if (check.type !== 'http') {
          notSent.set(`${side} ${path.id}`, { side, request: placeOf(path), reason: notCompared(check.type) })
          continue
        }
        const asked = requestOf(path, check)
        for (const method of methodsFor(asked.method, check, methods)) {
          const request = { ...asked, method }
          const key = keyOf(request)
          const known = promised.get(key) ?? { side, request, because: { left: [], right: [] } }
          const because = [...new Set([...known.because[side], ...path.because.map(becauseText)])]
          promised.set(key, { ...known, because: { ...known.because, [side]: because } })
        }
        if (methodsFor(asked.method, check, methods).length === 0) {
          const reason = `${asked.method} may change something: it is sent if methods names it`
          notSent.set(`${side} ${keyOf(asked)}`, { side, request: describe(asked), reason })
        }
      }
    }
  }
  return { promised, notSent: [...notSent.values()] }
}

const notCompared = (type: string): string => `answers to a check of type ${type} are not compared`

const placeOf = ({ url, host, address }: PlannedPath): string => url ?? host ?? address ?? ''

export const beyond = (side: Side, request: Request, limit: number): NotSent => ({
  side,
  request: describe(request),
  reason: `beyond the ${limit} requests of one comparison (limits.requests)`,
})

/** `GET https://shop.example/cart`, in one line. */
const describe = ({ method, scheme, host, path }: Pick<Request, 'method' | 'scheme' | 'host' | 'path'>): string =>
  `${method} ${scheme}://${host ?? '*'}${path}`

export function requestOf(path: PlannedPath, check: HttpCheck): Request {
  const scheme = check.scheme ?? (path.scheme === 'https' ? 'https' : 'http')
  const authority = path.address === null ? null : hostPort(path.address, path.addressPort, scheme)
  // A rule without a host is asked with the address, which each side has of its own.
  const host =
    path.host === null && (check.host === authority || check.host === null) ? null : (check.host ?? path.host)
  const sent = Object.entries(check.headers).map(([name, value]) => [name.toLowerCase(), value])
  const headers = { ...Object.fromEntries(sent), ...check.ruleHeaders }
  return {
    method: check.method,
    scheme,
    host,
    path: check.path ?? '/',
    headers,
    serverName: host === null ? null : (check.tls.serverName ?? path.serverName),
  }
}

/** Any method that a rule takes is one that it was planned with; a check that was planned with GET takes others as well. */
function methodsFor(method: string, check: HttpCheck, methods: readonly string[] | null): readonly string[] {
  const allowed = methods ?? SAFE
  if (method !== 'GET' || !check.isDefault) {
    return allowed.includes(method) ? [method] : []
  }
  return methods ?? [method]
}

export const keyOf = ({ method, scheme, host, path, headers }: Request): string =>
  JSON.stringify([method, scheme, host, path, Object.entries(headers).toSorted(([a], [b]) => (a < b ? -1 : 1))])

/** Chooses by a hash, so that the same ones are sent each time, and keeps the order. */
export function withinLimit(promised: readonly Promised[], limit: number): readonly Promised[] {
  if (promised.length <= limit) {
    return promised
  }
  const hashed = promised.map((each) => ({ each, hash: hashParts([keyOf(each.request)], 20) }))
  const chosen = new Set(
    hashed
      .toSorted((a, b) => (a.hash < b.hash ? -1 : 1))
      .slice(0, limit)
      .map(({ each }) => each),
  )
  return promised.filter((each) => chosen.has(each))
}
