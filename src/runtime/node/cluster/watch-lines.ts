import type { Pool } from 'undici'
import type { Clock } from '../../../lib/clock.ts'
import type { Answer } from './answers.ts'
import { ApiError, unreachable } from './api-error.ts'
import { type Head, send } from './exchange.ts'

type To = { server: string; pool: Pool; path: string; headers: Record<string, string | string[]> }
type Limits = {
  clock: Clock
  signal: AbortSignal
  /** Milliseconds without a byte after which it is given up. */
  silenceMs: number
  /** Milliseconds until the watch begins, or the whole of a refusal is there. */
  openMs: number
}

/**
 * Bytes that wait for a slow reader before the server is made to wait; more than the largest object that etcd keeps.
 */
const WAITING_MAX_BYTES = 4 * 1024 * 1024
/** Bytes of one line; the API server's largest objects are far from it. */
const LINE_MAX_BYTES = 32 * 1024 * 1024
const NEWLINE = 0x0a

/**
 * Opens a watch: resolves when the server has begun to answer.
 *
 * @throws ApiError; what `refusal` makes of any answer but 200.
 */
export async function watchLines(
  to: To,
  { clock, signal, silenceMs, openMs }: Limits,
  refusal: (answer: Answer) => ApiError,
): Promise<AsyncIterable<unknown>> {
  signal.throwIfAborted()
  return new Promise((resolve, reject) => {
    const waiting: Buffer[] = []
    let bytes = 0
    let head: Head | null = null
    let ended: { error: ApiError | null } | null = null
    let wake: () => void = () => undefined
    let heard = new AbortController()

    const listenFor = (ms: number, act: () => void): void => {
      heard.abort()
      const own = new AbortController()
      heard = own
      clock.sleep(ms, own.signal).then(() => (own.signal.aborted ? undefined : act()), undefined)
    }
    const onSilence = () => {
      end(new ApiError('silent', `${to.server}: a watch has said nothing for ${Math.round(silenceMs / 1000)} s`))
      underway.abort('TIMEOUT')
    }
    const onAbort = () => {
      end(null)
      underway.abort('CLOSED')
    }
    function end(error: ApiError | null): void {
      if (ended !== null) {
        return
      }
      ended = { error }
      heard.abort()
      signal.removeEventListener('abort', onAbort)
      if (head === null) {
        reject(error ?? signal.reason)
      } else if (head.status !== 200) {
        reject(error ?? refusal({ ...head, body: Buffer.concat(waiting).toString('utf8') }))
      }
      wake()
    }

    const underway = send(to.pool, {
      path: to.path,
      headers: to.headers,
      onHead(answered) {
        head = answered
        if (answered.status === 200) {
          listenFor(silenceMs, onSilence)
          resolve(lines())
        }
      },
      onData(chunk) {
        waiting.push(chunk)
        bytes += chunk.length
        wake()
        if (bytes > WAITING_MAX_BYTES && head?.status === 200) {
          // The server is not silent while nobody listens
          heard.abort()
          return false
        }
        if (head?.status === 200) {
          listenFor(silenceMs, onSilence)
        } else if (bytes > WAITING_MAX_BYTES) {
          underway.abort('TOO_LARGE')
        }
        return true
      },
      onEnd: () => end(null),
      onFailure: (met, cause) => end(unreachable(to.server, met, cause)),
    })
    listenFor(openMs, () => underway.abort('TIMEOUT'))
    signal.addEventListener('abort', onAbort)

    async function* chunks(): AsyncIterable<Buffer> {
      for (;;) {
        const next = waiting.shift()
        if (next !== undefined) {
          const wasFull = bytes > WAITING_MAX_BYTES
          bytes -= next.length
          if (wasFull && bytes <= WAITING_MAX_BYTES) {
            listenFor(silenceMs, onSilence)
            underway.resume()
          }
          yield next
        } else if (ended !== null) {
          if (ended.error !== null) {
            throw ended.error
          }
          return
        } else {
          await new Promise<void>((resume) => {
            wake = resume
          })
        }
      }
    }

    async function* lines(): AsyncIterable<unknown> {
      let rest: Buffer[] = []
      let restBytes = 0
      try {
        for await (const chunk of chunks()) {
          let from = 0
          for (let until = chunk.indexOf(NEWLINE); until >= 0; until = chunk.indexOf(NEWLINE, from)) {
            const line = Buffer.concat([...rest, chunk.subarray(from, until)])
            rest = []
            restBytes = 0
            from = until + 1
            if (line.length > 0) {
              yield parsed(line)
            }
          }
          rest.push(chunk.subarray(from))
          restBytes += chunk.length - from
          if (restBytes > LINE_MAX_BYTES) {
            throw new ApiError('malformed', `${to.server}: a line of a watch is larger than the limit`)
          }
        }
        if (restBytes > 0 && !signal.aborted) {
          yield parsed(Buffer.concat(rest))
        }
      } finally {
        onAbort()
      }
    }

    function parsed(line: Buffer): unknown {
      try {
        return JSON.parse(line.toString('utf8'))
      } catch {
        throw new ApiError('malformed', `${to.server}: a watch was cut in the middle of an event`)
      }
    }
  })
}
