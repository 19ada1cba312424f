/**
 * One request and what is sent for it, whole or with a fault.
 *
 * @module
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import type { Fault } from './faults.ts'
import type { Request, Response } from './listener.ts'
import type { SeenRequest } from './seen.ts'
import { type Refusal, TEXT } from './status.ts'

/** Above so many bytes a server compresses, for whoever takes it (apiserver's defaultGzipThresholdBytes). */
const GZIP_ABOVE = 128 * 1024

export type Exchange = {
  request: Request
  response: Response
  seen: SeenRequest
  fault: Fault | null
  /** Ends the connection: by FIN, or by RST. */
  breakConnection(how: 'close' | 'reset'): void
}

const common = (contentType: string): Record<string, string> => ({
  'audit-id': randomUUID(),
  'cache-control': 'no-cache, private',
  'content-type': contentType,
  'x-kubernetes-pf-flowschema-uid': 'e71685e9-8372-431a-91ec-fb7d21234289',
  'x-kubernetes-pf-prioritylevel-uid': '67cf342b-757f-4bca-9159-c119c3a673db',
})

/** Sends an answer, with the exchange's fault upon it. */
export async function send(exchange: Exchange, answer: Refusal): Promise<void> {
  const { body } = answer
  const contentType = answer.contentType ?? (typeof body === 'string' ? TEXT : 'application/json')
  const isSniffable = contentType.startsWith('text/plain') ? answer.status !== 504 : answer.status === 403
  const headers = {
    ...common(contentType),
    ...(isSniffable && { 'x-content-type-options': 'nosniff' }),
    ...answer.headers,
  }
  await sendBody(exchange, answer.status, headers, Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)))
}

/** Sends these headers and bytes, but for what the fault does to them. */
export async function sendBody(
  exchange: Exchange,
  status: number,
  headers: Record<string, string>,
  whole: Buffer,
): Promise<void> {
  const { request, response, seen, fault } = exchange
  if (fault?.kind === 'slow') {
    await delay(fault.ms)
  }
  const takesGzip = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))
  const isCompressed = takesGzip && (whole.length > GZIP_ABOVE || fault?.kind === 'gzip')
  const body = isCompressed ? gzipSync(whole) : whole
  // Go's server measures what fits into its buffer of 2 KiB; the rest is chunked
  const length: Record<string, string> = isCompressed
    ? { 'content-encoding': 'gzip', vary: 'Accept-Encoding' }
    : whole.length < 2048
      ? { 'content-length': String(whole.length) }
      : {}
  seen.status = status
  response.on('error', () => undefined)
  response.writeHead(status, { ...headers, ...length })
  if (fault?.kind === 'cut') {
    const part = body.subarray(0, fault.afterBytes ?? Math.ceil(body.length / 2))
    seen.bytes += part.length
    await writeAll(response, part)
    exchange.breakConnection('close')
    return
  }
  if (fault?.kind === 'slow-body') {
    const size = fault.chunkBytes ?? Math.max(1, Math.ceil(body.length / 10))
    for (let at = 0; at < body.length && !response.destroyed; at += size) {
      seen.bytes += Math.min(size, body.length - at)
      await writeAll(response, body.subarray(at, at + size))
      await delay(fault.ms)
    }
    response.end()
    return
  }
  seen.bytes += body.length
  response.end(body)
}

/** Begins a stream of lines: the headers go out at once. */
export function beginStream({ response, seen }: Exchange, warning?: string): void {
  seen.status = 200
  response.on('error', () => undefined)
  response.writeHead(200, { ...common('application/json'), ...(warning !== undefined && { warning }) })
  response.flushHeaders()
}

/** Resolves when the bytes are with the kernel. */
export const writeAll = (response: Response, bytes: Buffer | string): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      response.off('close', done)
      setImmediate(resolve)
    }
    response.on('close', done)
    response.write(bytes, done)
  })
