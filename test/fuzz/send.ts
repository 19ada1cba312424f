/** Sends what was made, over connections of its own: `fetch` would refuse or mend much of it. */
import { Agent, type IncomingMessage, request } from 'node:http'
import { connect } from 'node:net'
import type { Asked } from './asked.ts'

export type Answer = {
  status: number
  headers: Readonly<Record<string, string | string[] | undefined>>
  body: Buffer
  /** It goes on, like a stream of events, and was left. */
  isCut: boolean
  ms: number
}

/** An answer that has begun is left after that. */
const CUT_MS = 1500
/** Nothing has come by then: the server hangs. The longest wait that is asked for is 30 s. */
const SILENT_MS = 45_000
const BODY_MAX = 4 * 1024 * 1024

export type Sender = { send(asked: Asked): Promise<Answer>; close(): void }

export function createSender(url: string, atOnce: number): Sender {
  const { hostname, port } = new URL(url)
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce })

  const once = ({ method, target, headers, body }: Asked): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const startedMs = performance.now()
      const sent = request({
        hostname,
        port,
        agent,
        method,
        path: target,
        setHost: false,
        headers: listed(headers, `${hostname}:${port}`, body),
      })
      const silent = setTimeout(() => sent.destroy(new Error(`no answer within ${SILENT_MS / 1000} s`)), SILENT_MS)
      sent.on('error', (error) => {
        clearTimeout(silent)
        reject(error)
      })
      sent.on('response', (message) => {
        clearTimeout(silent)
        read(message, startedMs, sent).then(resolve, reject)
      })
      sent.end(body ?? undefined)
    })

  return {
    async send(asked) {
      try {
        return await once(asked)
      } catch (error) {
        // A connection that was kept may end while a request is on its way (RFC 9112 9.3.1); so may one whose request was answered before its end.
        if (error instanceof Error && 'code' in error && ['ECONNRESET', 'EPIPE'].includes(String(error.code))) {
          return once(asked)
        }
        throw error
      }
    },
    close: () => agent.destroy(),
  }
}

/** Pairs one after the other, so that repeated fields stay repeated. */
function listed(headers: Asked['headers'], host: string, body: Asked['body']): string[] {
  const hasHost = headers.some(([name]) => name === 'host')
  const length = body === null ? [] : [['content-length', String(Buffer.byteLength(body))] as const]
  return [...(hasHost ? [] : [['host', host] as const]), ...headers, ...length].flat()
}

function read(message: IncomingMessage, startedMs: number, sent: { destroy(): void }): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = []
    let bytes = 0
    const end = (isCut: boolean): void => {
      clearTimeout(cut)
      const { statusCode: status = 0, headers } = message
      resolve({ status, headers, body: Buffer.concat(parts), isCut, ms: performance.now() - startedMs })
    }
    const leave = (): void => {
      end(true)
      sent.destroy()
    }
    const cut = setTimeout(leave, CUT_MS)
    message.on('data', (part: Buffer) => {
      parts.push(part)
      bytes += part.length
      if (bytes > BODY_MAX) {
        leave()
      }
    })
    message.on('end', () => end(false))
    message.on('error', (error) => {
      clearTimeout(cut)
      reject(error)
    })
  })
}

/** Sends bytes as they are, and no more. @returns all that came until the server ended the connection. */
export function sendBytes(url: string, bytes: Uint8Array): Promise<{ bytes: Buffer; ms: number }> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const startedMs = performance.now()
    const parts: Buffer[] = []
    const socket = connect({ host: hostname, port: Number(port) }, () => socket.end(bytes))
    const silent = setTimeout(() => {
      socket.destroy()
      reject(new Error(`the connection was still open after ${SILENT_MS / 1000} s`))
    }, SILENT_MS)
    socket.on('data', (part) => parts.push(part))
    // What the server has not read any more it answers with a reset.
    socket.on('error', () => undefined)
    socket.on('close', () => {
      clearTimeout(silent)
      resolve({ bytes: Buffer.concat(parts), ms: performance.now() - startedMs })
    })
  })
}
