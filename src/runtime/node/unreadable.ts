import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { problemDocument } from '../../api/problem.ts'

/** Node answers so by itself when nobody listens for `clientError` (node/lib/_http_server.js). */
const BARE: Readonly<Record<string, number>> = { ERR_HTTP_REQUEST_TIMEOUT: 408, HPE_CHUNK_EXTENSIONS_OVERFLOW: 413 }

const TOO_LARGE = {
  code: 'headers_too_large',
  status: 431,
  detail:
    'The request line and the headers are longer than the 16 KiB that are read. What is said in the query may be said in the body.',
  errors: [],
} as const

/** The error of the event `clientError`: with the bytes that were being read, which begin the request as a rule. */
type Unreadable = NodeJS.ErrnoException & { rawPacket?: Buffer }

/**
 * Answers what never becomes a request. Node alone would answer headers that are too large with an empty body.
 *
 * @param error of the event `clientError`, which leaves the connection to its listener.
 */
export function answerUnreadable(error: Unreadable, socket: Duplex, requestId: string): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  if (error.code !== 'HPE_HEADER_OVERFLOW') {
    const status = BARE[error.code ?? ''] ?? 400
    socket.end(`${statusLine(status)}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
    return
  }
  const problem = problemDocument(TOO_LARGE, { instance: '', requestId })
  const body = `${JSON.stringify(problem)}\n`
  const head = [
    statusLine(problem.status),
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${requestId}`,
    'connection: close',
  ]
  const isHead = error.rawPacket?.subarray(0, HEAD.length).toString('latin1') === HEAD
  socket.end(`${head.join('\r\n')}\r\n\r\n${isHead ? '' : body}`)
}

/** Its answer has no body; a client would take one for the next answer. */
const HEAD = 'HEAD '

const statusLine = (status: number): string => `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`
