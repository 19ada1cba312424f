import { ApiError, type ApiErrorKind } from './api-error.ts'

/** An answer of HTTP as it came, whatever its status. */
export type Answer = { status: number; headers: Readonly<Record<string, string | string[] | undefined>>; body: string }

/** The API server describes a failure by this (`metav1.Status`). */
type Status = { message: string | null; hasName: boolean }

/** A Status in the stream of a watch has the same codes. */
export const KINDS_OF_STATUS: Readonly<Record<number, ApiErrorKind>> = {
  401: 'unauthorized',
  403: 'forbidden',
  408: 'unavailable',
  410: 'gone',
  429: 'throttled',
}

const TEXTS: Partial<Readonly<Record<ApiErrorKind, string>>> = {
  unauthorized: 'the API server does not know the credentials',
  forbidden: 'the API server does not allow it',
  gone: 'the version that was asked for is no longer kept',
  throttled: 'the API server has too much to do',
  unavailable: 'the API server cannot answer now',
  not_found: 'there is no such object',
  not_served: 'the API server serves no such resource',
}

const MESSAGE_MAX = 400

/** @param nowMs tells how long it is until a Retry-After that is a date. */
export function errorOf(server: string, answer: Answer, secrets: readonly string[], nowMs: number): ApiError {
  const { status } = answer
  const said = statusOf(answer.body)
  const kind = kindOf(answer, said)
  const words = said?.message ?? null
  const text =
    kind === 'malformed'
      ? whyMalformed(answer, words, secrets)
      : [TEXTS[kind], quoted(words, secrets)].filter(Boolean).join(': ')
  return new ApiError(kind, `${server}: ${text} (${status})`, { status, retryAfterMs: retryAfterMs(answer, nowMs) })
}

function kindOf({ status, body }: Answer, said: Status | null): ApiErrorKind {
  if (status === 404) {
    if (said !== null) {
      return said.hasName ? 'not_found' : 'not_served'
    }
    return isApiServersOwn404(body) ? 'not_served' : 'malformed'
  }
  return KINDS_OF_STATUS[status] ?? (status >= 500 ? 'unavailable' : 'malformed')
}

/** An absent API group is answered as plain text by the API server's mux, and with nothing else. */
const isApiServersOwn404 = (body: string): boolean => body.trim() === '404 page not found'

function whyMalformed(answer: Answer, words: string | null, secrets: readonly string[]): string {
  const { status, headers } = answer
  if (status >= 300 && status < 400) {
    return `it redirects${toWhom(headers.location)}, and redirects are not followed: name the API server itself`
  }
  if (words !== null) {
    return `the API server does not understand the request: ${quoted(words, secrets)}`
  }
  return `${typeOf(answer)} came, which is no answer of a Kubernetes API: is its address right, with its path?`
}

/** Names only the host of a redirect, because the rest of an address of a login page holds secrets. */
function toWhom(location: string | string[] | undefined): string {
  const url = typeof location === 'string' && URL.canParse(location) ? new URL(location) : null
  return url === null ? '' : ` to ${url.protocol}//${url.host}`
}

export const typeOf = ({ headers }: Pick<Answer, 'headers'>): string => {
  const type = headers['content-type']
  return typeof type === 'string' && /^[\w.+-]+\/[\w.+-]+/.test(type)
    ? (type.split(';')[0] ?? type)
    : 'something untyped'
}

/** The API server labels some of them text/plain, and leaves kind and apiVersion out of others. */
function statusOf(body: string): Status | null {
  const found = jsonObject(body)
  if (found === null || !(found.kind === 'Status' || found.status === 'Failure')) {
    return null
  }
  const details = found.details
  return {
    message: typeof found.message === 'string' ? found.message : null,
    hasName: typeof details === 'object' && details !== null && 'name' in details && Boolean(details.name),
  }
}

function jsonObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : null
  } catch {
    return null
  }
}

function quoted(text: string | null, secrets: readonly string[]): string | null {
  if (text === null) {
    return null
  }
  const redacted = secrets.reduce((left, secret) => left.replaceAll(secret, '[redacted]'), text)
  const line = redacted.replace(/\s+/g, ' ').trim()
  return line.length > MESSAGE_MAX ? `${line.slice(0, MESSAGE_MAX)}…` : line
}

/** The value is a number of seconds or a date (RFC 9110 10.2.3). */
export function retryAfterMs({ headers }: Pick<Answer, 'headers'>, nowMs: number): number | null {
  const value = headers['retry-after']
  if (typeof value !== 'string') {
    return null
  }
  if (/^\d{1,9}$/.test(value)) {
    return Number(value) * 1000
  }
  const at = Date.parse(value)
  return Number.isNaN(at) ? null : Math.max(0, at - nowMs)
}
