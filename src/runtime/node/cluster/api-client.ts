/**
 * Reads one cluster's API: GETs and watches, over few connections, each with a deadline. Nothing is ever written: what
 * is posted are questions that the API server answers and does not keep.
 *
 * @module
 */
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { failure } from '../../../check/failure.ts'
import { type Clock, DONE, systemClock } from '../../../lib/clock.ts'
import { VERSION } from '../../version.ts'
import type { ClusterAccess, Presented } from './access.ts'
import { type Answer, errorOf, typeOf } from './answers.ts'
import { ApiError, unreachable } from './api-error.ts'
import { type Connections, createConnections } from './connections.ts'
import { type Head, send, type Underway } from './exchange.ts'
import { watchLines } from './watch-lines.ts'

/** `path` is escaped already, and begins with `/api/` or `/apis/`. */
export type ApiRequest = { path: string; query?: Readonly<Record<string, string>>; accept?: string }

/** A question that the API server answers at once and does not store, like a TokenReview. */
export type ApiQuestion = {
  path: string
  body: unknown
  /** The parts of the body that no message may repeat. */
  secrets: readonly string[]
}

export type ApiClient = {
  /**
   * Gives one answer, parsed. Its deadline is the client's unless said; the time in which credentials are got has its
   * own.
   *
   * @throws ApiError, or the reason of `signal`.
   */
  get(request: ApiRequest, how?: { signal?: AbortSignal; timeoutMs?: number }): Promise<unknown>
  /** Posts a question and gives its answer, with the deadline and the retries of {@link get}. */
  ask(question: ApiQuestion, how?: { signal?: AbortSignal; timeoutMs?: number }): Promise<unknown>
  /**
   * Gives each line of a watch, parsed, as it comes; ends when the server ends it or `signal` is aborted.
   *
   * @param how.silenceMs no byte for so long is an ApiError `silent`.
   * @param how.onOpen the server has begun to answer: what happens from now on will be told.
   * @throws ApiError
   */
  watch(
    request: ApiRequest,
    how: { signal: AbortSignal; silenceMs: number; onOpen?: () => void },
  ): AsyncIterable<unknown>
  /** Ends what is under way. */
  close(): Promise<void>
}

export type ApiClientOptions = {
  clock?: Clock
  /** Milliseconds for one answer, its retries included. */
  timeoutMs?: number
  /** Milliseconds for one connection, TLS included. */
  connectMs?: number
  /** A larger answer is an error, decompressed or not. */
  bodyLimitBytes?: number
}

/** Retries of an answer that said when to come again. */
const COMEBACKS = 2

const unzip = promisify(gunzip)

export function createApiClient(access: ClusterAccess, options: ApiClientOptions = {}): ApiClient {
  const { clock = systemClock, timeoutMs = 10_000, connectMs = 5_000, bodyLimitBytes = 256 * 1024 * 1024 } = options
  const { server, credentials } = access
  const connections = createConnections(access, { clock, connectMs })
  const closed = new AbortController()

  const headersOf = ({ headers }: Presented, { accept }: ApiRequest, zipped: boolean) => ({
    host: hostOf(access),
    accept: accept ?? 'application/json',
    'user-agent': `portolan/${VERSION}`,
    ...(zipped && access.compression && { 'accept-encoding': 'gzip' }),
    ...mutable(headers),
  })

  /** Tries again what another try can mend: new credentials, a connection that had been closed meanwhile, a moment. */
  async function trying<T>(
    signal: AbortSignal | undefined,
    leftMs: () => number,
    waited: (ms: number) => void,
    once: (presented: Presented, over: Connections) => Promise<T>,
  ): Promise<T> {
    let renewed = false
    let reconnected = false
    let comebacks = 0
    for (;;) {
      const presented = await credentials.current(signal)
      try {
        return await once(presented, await connections.over(presented))
      } catch (error) {
        if (!(error instanceof ApiError)) {
          throw error
        }
        if (error.kind === 'unauthorized' && !renewed && (await credentials.renew(presented, signal))) {
          renewed = true
        } else if (isStaleConnection(error) && !reconnected) {
          reconnected = true
        } else if (comesBack(error, leftMs()) && comebacks < COMEBACKS) {
          comebacks++
          waited(error.retryAfterMs ?? 0)
          await clock.sleep(error.retryAfterMs ?? 0, signal)
          signal?.throwIfAborted()
        } else {
          throw error
        }
      }
    }
  }

  async function answerTo(sent: Sent, presented: Presented, over: Connections, limits: Limits): Promise<Answer> {
    const headers = {
      ...headersOf(presented, sent, true),
      ...(sent.body !== undefined && { 'content-type': 'application/json' }),
    }
    const { head, body } = await collect(access, over, sent, headers, limits)
    const text = await textOf(server, head, body, limits.bodyLimitBytes)
    return { ...head, body: text }
  }

  async function answered(
    sent: Sent,
    isAnswer: (status: number) => boolean,
    { signal: asked, timeoutMs: ownMs = timeoutMs }: { signal?: AbortSignal; timeoutMs?: number } = {},
  ): Promise<unknown> {
    const signal = asked === undefined ? closed.signal : AbortSignal.any([asked, closed.signal])
    signal.throwIfAborted()
    let left = ownMs
    return trying(
      signal,
      () => left,
      (ms) => {
        left -= ms
      },
      async (presented, over) => {
        const begunMs = clock.monotonic()
        try {
          const answer = await answerTo(sent, presented, over, {
            clock,
            timeoutMs: Math.max(0, left),
            bodyLimitBytes,
            signal,
          })
          if (!isAnswer(answer.status)) {
            throw errorOf(server, answer, [...presented.secrets, ...(sent.secrets ?? [])], clock.now())
          }
          return parsed(server, answer)
        } finally {
          left -= clock.monotonic() - begunMs
        }
      },
    )
  }

  return {
    get: (request, how) => answered(request, (status) => status === 200, how),
    ask: ({ path, body, secrets }, how) =>
      answered({ path, body: JSON.stringify(body), secrets }, (status) => status === 200 || status === 201, how),
    async *watch(request, { signal: asked, silenceMs, onOpen }) {
      const signal = AbortSignal.any([asked, closed.signal])
      try {
        const lines = await trying(
          signal,
          () => timeoutMs,
          () => undefined,
          (presented, over) =>
            watchLines(
              {
                server,
                pool: over.watches,
                path: pathOf(access, request),
                headers: headersOf(presented, request, false),
              },
              { clock, signal, silenceMs, openMs: timeoutMs },
              (answer) => errorOf(server, answer, presented.secrets, clock.now()),
            ),
        )
        onOpen?.()
        yield* lines
      } catch (error) {
        if (!signal.aborted) {
          throw error
        }
      }
    },
    async close() {
      closed.abort(new Error('the client was closed'))
      credentials.close()
      await connections.close()
    },
  }
}

/** With a body it is posted. */
type Sent = ApiRequest & { body?: string; secrets?: readonly string[] }

type Limits = { clock: Clock; timeoutMs: number; bodyLimitBytes: number; signal: AbortSignal }

/** Sends a request and keeps its answer. */
async function collect(
  access: ClusterAccess,
  over: Connections,
  request: Sent,
  headers: Record<string, string | string[]>,
  { clock, timeoutMs, bodyLimitBytes, signal }: Limits,
): Promise<{ head: Head; body: Buffer }> {
  signal.throwIfAborted()
  return new Promise((resolve, reject) => {
    const done = new AbortController()
    const chunks: Buffer[] = []
    let bytes = 0
    let head: Head = { status: 0, headers: {} }
    const settle = (act: () => void) => {
      done.abort(DONE)
      signal.removeEventListener('abort', onAbort)
      act()
    }
    const onAbort = () => underway?.abort('CLOSED')
    // It may fail before there is anything to end
    let underway: Underway | null = null
    underway = send(over.answers, {
      path: pathOf(access, request),
      headers,
      ...(request.body !== undefined && { body: request.body }),
      onHead: (answered) => {
        head = answered
      },
      onData: (chunk) => {
        chunks.push(chunk)
        bytes += chunk.length
        if (bytes > bodyLimitBytes) {
          underway?.abort('TOO_LARGE')
        }
        return true
      },
      onEnd: () => settle(() => resolve({ head, body: Buffer.concat(chunks) })),
      onFailure: (met, cause) =>
        settle(() => reject(signal.aborted ? signal.reason : unreachable(access.server, met, cause))),
    })
    if (!done.signal.aborted) {
      signal.addEventListener('abort', onAbort)
      clock.sleep(timeoutMs, done.signal).then(() => underway?.abort('TIMEOUT'), undefined)
    }
  })
}

async function textOf(server: string, { headers }: Head, body: Buffer, limitBytes: number): Promise<string> {
  if (headers['content-encoding'] !== 'gzip') {
    return body.toString('utf8')
  }
  try {
    return (await unzip(body, { maxOutputLength: limitBytes })).toString('utf8')
  } catch (error) {
    const isLarge = error instanceof RangeError
    throw isLarge
      ? unreachable(server, failure('response_too_large', 'body', 'the answer is larger than the limit'))
      : new ApiError('malformed', `${server}: the answer says that it is gzip, and is not`)
  }
}

function parsed(server: string, answer: Answer): unknown {
  try {
    return JSON.parse(answer.body)
  } catch {
    throw new ApiError(
      'malformed',
      `${server}: ${typeOf(answer)} came, which is no answer of a Kubernetes API: is its address right, with its path?`,
      { status: answer.status },
    )
  }
}

/** The server may close a connection that was idle at the very moment in which it is used again. */
const isStaleConnection = ({ kind, code }: ApiError): boolean =>
  kind === 'unreachable' && (code === 'connection_closed' || code === 'connection_reset')

const comesBack = ({ kind, retryAfterMs }: ApiError, leftMs: number): boolean =>
  (kind === 'throttled' || kind === 'unavailable') && retryAfterMs !== null && retryAfterMs < leftMs

const pathOf = ({ basePath }: ClusterAccess, { path, query = {} }: ApiRequest): string => {
  const parameters = new URLSearchParams(query).toString()
  return `${basePath}${path}${parameters === '' ? '' : `?${parameters}`}`
}

const hostOf = ({ host, port, trust }: ClusterAccess): string => {
  const name = host.includes(':') ? `[${host}]` : host
  return port === (trust === null ? 80 : 443) ? name : `${name}:${port}`
}

const mutable = (headers: Presented['headers']): Record<string, string | string[]> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]),
  )
