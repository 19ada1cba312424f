/** Holds every answer against `openapi.yaml`. */
import { mismatches } from '../support/openapi.ts'
import type { Asked } from './asked.ts'
import type { Answer } from './send.ts'
import type { Runtime } from './under-test.ts'

/** Of those that are documented these may happen. A 500 is a bug, whatever the document says. */
const SERVER_ERRORS_ALLOWED = new Set([502, 503, 507])

/** Statuses that have no body. */
const BODILESS = new Set([204, 205, 304])

/** On Workers a request without a host never reaches the Worker: the platform refuses it in its own words. */
const isPlatforms = ({ headers }: Asked, { status }: Answer): boolean =>
  status === 400 && headers.some(([name, value]) => name === 'host' && value === '')

/** @returns what is wrong with an answer. Empty: nothing. */
export async function wrongWith(url: string, runtime: Runtime, asked: Asked, answer: Answer): Promise<string[]> {
  const { status, headers, body, isCut } = answer
  const where = `${asked.operationId} (${asked.method}) ${status}`
  if (status >= 500 && !SERVER_ERRORS_ALLOWED.has(status)) {
    return [`${where}: a server error`]
  }
  if (status < 200 || status > 599) {
    return [`${where}: no status of an answer`]
  }
  if (runtime === 'workers' && isPlatforms(asked, answer)) {
    return []
  }
  const type = String(headers['content-type'] ?? '')
  const isJson = /json/.test(type)
  const given = new Headers(Object.entries(headers).map(([name, value]) => [name, String(value)]))
  // A HEAD is answered as its GET, without the body.
  if (asked.method === 'HEAD') {
    return body.length === 0 ? [] : [`${where}: a HEAD was answered with a body`]
  }
  if (isCut && isJson) {
    return [`${where}: the body did not end`]
  }
  const response = new Response(BODILESS.has(status) ? null : new Uint8Array(body), { status, headers: given })
  return mismatches(asked.method, url + asked.target, response)
}

/** @returns what is wrong with what came back for bytes that may be no request. */
export function wrongOnTheWire(bytes: Buffer): string[] {
  const text = bytes.toString('latin1')
  if (text !== '' && !/^HTTP\/1\.1 \d{3} /.test(text)) {
    return ['wire: the answer is no HTTP/1.1']
  }
  const statuses = [...text.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) => Number(status))
  return statuses
    .filter((status) => status >= 500 && !SERVER_ERRORS_ALLOWED.has(status))
    .map((status) => `wire: ${status}`)
}
