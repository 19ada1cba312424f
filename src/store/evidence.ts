/**
 * Packs the evidence of a try for storage. Most of it repeats from try to try (a certificate, the headers of a healthy
 * answer, its body), so it is kept as texts shared by all results that show the same; what changes each time stays
 * with the result.
 *
 * @module
 */
import type { Failure } from '../check/codes.ts'
import { type DnsEvidence, type HttpEvidence, type Rare, rareIn, type TlsEvidence } from '../check/network.ts'
import type { Result } from '../check/result.ts'

/** Headers whose value is new in every answer. Others may be too: that costs space, nothing else. */
const CHANGING_HEADERS = new Set([
  'age',
  'cf-ray',
  'date',
  'expires',
  'server-timing',
  'traceparent',
  'x-amzn-trace-id',
  'x-b3-traceid',
  'x-correlation-id',
  'x-envoy-upstream-service-time',
  'x-request-id',
  'x-response-time',
  'x-runtime',
  'x-trace-id',
])

/** With what is compared of it, where it is. */
type Body = Pick<HttpEvidence, 'bodyBytes' | 'bodySnippet' | 'bodySha256' | 'sketch'>
type Evidence = Rare & Pick<Result, 'dns' | 'http' | 'tls' | 'responder' | 'failure' | 'control'>
type Shared = Rare & {
  dns?: Omit<DnsEvidence, 'ttl'>
  http?: Omit<HttpEvidence, keyof Body>
  tls?: TlsEvidence
  responder?: string
  failure?: Omit<Failure, 'code'>
  control?: Result['control']
}
type Own = {
  ttl?: number
  headers?: Record<string, string>
  /** The `date` header, in seconds after the start of the try: almost every answer has one. */
  dateS?: number
}

export type StoredEvidence = { shared: string | null; body: string | null; own: string | null }

/** @param startedAtMs of the try. */
export function packEvidence(evidence: Evidence, startedAtMs: number): StoredEvidence {
  const { dns, http, tls, responder, failure, control } = evidence
  const shared: Shared = rareIn(evidence)
  const own: Own = {}
  let body: Body | null = null
  if (dns !== null) {
    const { ttl, ...rest } = dns
    shared.dns = rest
    if (ttl !== null) {
      own.ttl = ttl
    }
  }
  if (http !== null) {
    const { bodyBytes, bodySnippet, bodySha256, sketch, headers, ...rest } = http
    body = { bodyBytes, bodySnippet, bodySha256, ...(sketch && { sketch }) }
    const kept: Record<string, string> = {}
    for (const [name, value] of Object.entries(headers)) {
      const dateS = name === 'date' ? secondsAfter(value, startedAtMs) : null
      if (dateS !== null) {
        own.dateS = dateS
      } else if (CHANGING_HEADERS.has(name)) {
        own.headers = { ...own.headers, [name]: value }
      } else {
        kept[name] = value
      }
    }
    shared.http = { ...rest, headers: kept }
  }
  if (tls !== null) {
    shared.tls = tls
  }
  if (responder !== null) {
    shared.responder = responder
  }
  if (failure !== null) {
    shared.failure = { phase: failure.phase, source: failure.source, message: failure.message }
  }
  if (control !== undefined) {
    shared.control = control
  }
  return { shared: toText(shared), body: body && JSON.stringify(body), own: toText(own) }
}

const secondOf = (ms: number): number => Math.floor(ms / 1000)

/** `null` where the header is not spelled as it would be told again. */
function secondsAfter(date: string, startedAtMs: number): number | null {
  const ms = Date.parse(date)
  if (Number.isNaN(ms) || new Date(ms).toUTCString() !== date) {
    return null
  }
  return ms / 1000 - secondOf(startedAtMs)
}

export function unpackEvidence(stored: StoredEvidence, code: Failure['code'] | null, startedAtMs: number): Evidence {
  const shared = fromText<Shared>(stored.shared)
  const own = fromText<Own>(stored.own)
  const body = stored.body === null ? null : (JSON.parse(stored.body) as Body)
  const { dns, http, tls, responder, failure, control } = shared
  const date =
    own.dateS === undefined ? {} : { date: new Date((secondOf(startedAtMs) + own.dateS) * 1000).toUTCString() }
  return {
    dns: dns ? { ...dns, ttl: own.ttl ?? null } : null,
    http: http && body ? { ...http, headers: { ...http.headers, ...own.headers, ...date }, ...body } : null,
    tls: tls ?? null,
    responder: responder ?? null,
    failure: failure && code !== null ? { code, ...failure } : null,
    ...rareIn(shared),
    ...(control && { control }),
  }
}

const toText = (value: object): string | null => (Object.keys(value).length === 0 ? null : JSON.stringify(value))
const fromText = <T extends object>(text: string | null): Partial<T> => (text === null ? {} : JSON.parse(text))
