import type { Dispatcher, Pool } from 'undici'
import type { Failure, Phase } from '../../../check/codes.ts'
import { codeOf, failureOf } from '../../../check/failure.ts'
import { DialError } from './dial.ts'

export type Head = { status: number; headers: Readonly<Record<string, string | string[] | undefined>> }

/** One request and what is done with its answer as it comes. */
export type Exchange = {
  path: string
  headers: Record<string, string | string[]>
  /** With it the request is a POST. */
  body?: string
  onHead(head: Head): void
  /** Returns `false` to hear no more until {@link Underway.resume}. */
  onData(chunk: Buffer): boolean
  onEnd(): void
  /** Nothing is called after it. */
  onFailure(failure: Failure, cause: unknown): void
}

export type Underway = {
  /** Ends it, with a failure of this code in the phase that it has come to. */
  abort(code: string): void
  resume(): void
}

/**
 * undici's parser gives no code where llhttp gives none: what came is not HTTP at all. Connections that were let go at
 * this very moment are closed ones.
 */
const codeIn = (error: Error): string => {
  const code = codeOf(error)
  if (code === 'UND_ERR_CLOSED' || code === 'UND_ERR_DESTROYED') {
    return 'CLOSED'
  }
  return code === 'UNKNOWN' && error.name === 'HTTPParserError' ? 'PROTOCOL' : code
}

/** Sends a GET, or a POST of a body. Exactly one of `onEnd` and `onFailure` is called, once. */
export function send(pool: Pool, { path, headers, body, onHead, onData, onEnd, onFailure }: Exchange): Underway {
  let phase: Phase = 'connect'
  let ended = false
  let controller: Dispatcher.DispatchController | null = null
  const end = (act: () => void): void => {
    if (!ended) {
      ended = true
      act()
    }
  }
  const handler: Dispatcher.DispatchHandler = {
    onRequestStart(started) {
      controller = started
      phase = 'response'
      if (ended) {
        started.abort(new Error('it was given up before it began'))
      }
    },
    onResponseStart(_controller, status, answered) {
      if (status >= 200) {
        phase = 'body'
        onHead({ status, headers: answered })
      }
    },
    onResponseData(paused, chunk) {
      if (!ended && !onData(chunk)) {
        paused.pause()
      }
    },
    onResponseEnd: () => end(onEnd),
    onResponseError: (_controller, error) =>
      end(() => onFailure(error instanceof DialError ? error.failure : failureOf(codeIn(error), phase, error), error)),
  }
  pool.dispatch(
    body === undefined ? { path, method: 'GET', headers } : { path, method: 'POST', headers, body },
    handler,
  )
  return {
    abort(code) {
      if (!ended) {
        end(() => onFailure(failureOf(code, phase), code))
        controller?.abort(new Error('it was given up'))
      }
    },
    resume: () => controller?.resume(),
  }
}
