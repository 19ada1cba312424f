/** From a call of a method to the request, and from the answer to what the method returns. */
import { OPERATIONS } from './operations.ts'
import type { Settings } from './options.ts'
import { essenceOf, jsonOf, unexpected } from './refusal.ts'
import { type Sending, send } from './send.ts'
import type { CallOptions, Format, OperationId, WithResponse } from './types.ts'

/** One operation of the table. */
export type Row = {
  method: string
  path: string
  accept?: string | null
  hasKey?: boolean
  hasBody?: boolean
  isReport?: boolean
  halts?: readonly number[]
  /** Fields that its document always has; see {@link TOLD}. */
  told?: readonly string[]
}

export type AnyOptions = CallOptions & Readonly<Record<string, unknown>>

const JSON_TYPE = 'application/json'
export const TYPES: Readonly<Record<Format, string>> = {
  json: JSON_TYPE,
  text: 'text/plain',
  markdown: 'text/markdown',
  junit: 'application/xml',
  csv: 'text/csv',
  tap: 'text/x-tap',
  sarif: 'application/sarif+json',
}

/** Options that are headers. */
const HEADERS: Readonly<Record<string, string>> = {
  idempotencyKey: 'idempotency-key',
  ifMatch: 'if-match',
  lastEventId: 'last-event-id',
}
/** Options that are about the call; all others are the query. */
const OF_THE_CALL = new Set(['signal', 'headers', 'requestTimeoutMs', ...Object.keys(HEADERS)])

/** @param given the arguments of the method: what its path names, its body if it has one, its options. */
export async function call(
  settings: Settings,
  id: OperationId,
  given: readonly unknown[],
): Promise<WithResponse<unknown>> {
  const row: Row = OPERATIONS[id]
  const { sending, accept } = sendingOf(settings, row, given)
  return send(settings, sending, async (response, asked) => {
    const text = await response.text()
    const data = accept === null ? undefined : accept === JSON_TYPE ? jsonOf(text) : text
    if (!isExpected(row, accept, response) || data === null) {
      throw unexpected(response, asked)
    }
    const odd = typeof data === 'object' ? row.told?.find((name) => !isTold(data, name)) : undefined
    if (odd !== undefined) {
      throw unexpected(response, asked, null, odd)
    }
    return { data, response }
  })
}

/** Judges fields on which loops depend: with another kind of value, waiting or asking would never end. */
const TOLD: Readonly<Record<string, (value: unknown) => boolean>> = {
  id: (value) => typeof value === 'string',
  finishedAt: (value) => value === null || typeof value === 'string',
}

const isTold = (document: object, name: string): boolean =>
  TOLD[name]?.((document as Readonly<Record<string, unknown>>)[name]) ?? true

/** A login page, or a redirect to one, is taken for no answer; only the operations of the login redirect. */
function isExpected({ method, isReport }: Row, accept: string | null, response: Response): boolean {
  if (accept === null) {
    return method !== 'DELETE' || response.status === 204
  }
  const type = essenceOf(response)
  const isOfType = isReport || accept === JSON_TYPE || type === 'text/html' ? type === accept : type !== ''
  return isOfType && (response.status < 300 || response.status >= 400)
}

/** Makes the request of a call. @param accept the type that is asked for; `null`: nothing is answered. */
export function sendingOf(
  settings: Settings,
  row: Row,
  given: readonly unknown[],
): { sending: Sending; accept: string | null } {
  const rest = [...given]
  const path = row.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => segment(name, rest.shift()))
  const body = row.hasBody ? bodyOf(rest.shift()) : null
  const options = (rest.shift() ?? {}) as AnyOptions
  const format = (options.format ?? 'json') as Format
  const accept = row.isReport ? TYPES[format] : row.accept === undefined ? JSON_TYPE : row.accept
  const waitMs = typeof options.wait === 'number' ? options.wait * 1000 : 0
  const headers: Record<string, string> = {
    ...(accept !== null && { accept }),
    ...(body && { 'content-type': body.type }),
    ...(row.hasKey && { 'idempotency-key': newKey() }),
  }
  for (const [name, header] of Object.entries(HEADERS)) {
    const value = options[name]
    if (typeof value === 'string') {
      headers[header] = value
    }
  }
  const sending = {
    method: row.method,
    path: path + queryOf(options),
    headers: { ...headers, ...options.headers },
    body: body?.content ?? null,
    halts: row.halts ?? [],
    // A plan is made of what was sent, and kept nowhere.
    isIdempotent: row.method === 'GET' || row.hasKey === true || row.path === '/v1/plan',
    signal: options.signal ?? null,
    timeoutMs: (options.requestTimeoutMs ?? settings.requestTimeoutMs) + waitMs,
  }
  return { sending, accept }
}

/** An empty segment, or `..`, would ask for something else. */
function segment(name: string, value: unknown): string {
  if (typeof value !== 'string' || value === '' || value === '.' || value === '..') {
    throw new TypeError(`${name} has to be a text that is not empty.`)
  }
  return encodeURIComponent(value)
}

/** A text is YAML, or JSON, which YAML has in it: manifests. Anything else is the document of the request. */
function bodyOf(body: unknown): { type: string; content: string | Uint8Array<ArrayBuffer> } | null {
  if (body === undefined || body === null) {
    return null
  }
  return typeof body === 'string' || body instanceof Uint8Array
    ? { type: 'application/yaml', content: body as string | Uint8Array<ArrayBuffer> }
    : { type: JSON_TYPE, content: JSON.stringify(body) }
}

function queryOf(options: AnyOptions): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(options)) {
    if (OF_THE_CALL.has(name) || value === undefined || value === null) {
      continue
    }
    for (const each of Array.isArray(value) ? value : [value]) {
      query.append(name, String(each))
    }
  }
  return query.size === 0 ? '' : `?${query}`
}

/** Web pages without TLS have no `crypto.randomUUID`. */
const newKey = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
