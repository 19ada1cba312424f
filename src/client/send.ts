/** Sends one request, again where that is safe, and reads what is answered. */
import { PortolanError, PortolanProblem, PortolanUnexpectedAnswer, PortolanUnreachable } from './errors.ts'
import type { Settings } from './options.ts'
import { refusalOf } from './refusal.ts'

export type Sending = {
  method: string
  /** With its query, beginning with a slash. */
  path: string
  headers: Readonly<Record<string, string>>
  body: string | Uint8Array<ArrayBuffer> | null
  /** Sent twice it does what it does once. */
  isIdempotent: boolean
  /** Statuses by which a gate says no. */
  halts: readonly number[]
  signal: AbortSignal | null
  timeoutMs: number
}

/**
 * Sends a request until it is answered, and reads the answer; every status below 400, and 424, is one.
 *
 * @param read of the response; what it takes belongs to the time that the answer may take.
 * @throws PortolanError, and the reason of a signal that aborted
 */
export async function send<T>(
  settings: Settings,
  sending: Sending,
  read: (response: Response, asked: string) => Promise<T>,
): Promise<T> {
  const { retry, clock } = settings
  const signal = either(settings.signal, sending.signal)
  for (let sent = 1; ; sent += 1) {
    try {
      return await sendOnce(settings, sending, signal, read)
    } catch (error) {
      const delayMs = sent > retry.limit ? null : delayBefore(error, sending, sent, retry.longestDelayMs)
      if (delayMs === null) {
        throw error
      }
      await clock.sleep(delayMs, signal ?? undefined)
      signal?.throwIfAborted()
    }
  }
}

/** The pause before a request is sent again; `null`: it must not be. */
function delayBefore(error: unknown, { isIdempotent }: Sending, sent: number, longestMs: number): number | null {
  if (error instanceof PortolanUnreachable) {
    return isIdempotent && error.reason === 'network' ? 250 * 2 ** (sent - 1) : null
  }
  if (error instanceof PortolanProblem || error instanceof PortolanUnexpectedAnswer) {
    // 429 comes before anything is done; 503 may come from a proxy, after it was.
    const isSafe = error.status === 429 || (error.status === 503 && isIdempotent)
    const { retryAfterMs } = error
    return isSafe && retryAfterMs !== null && retryAfterMs <= longestMs ? retryAfterMs : null
  }
  return null
}

async function sendOnce<T>(
  settings: Settings,
  sending: Sending,
  caller: AbortSignal | null,
  read: (response: Response, asked: string) => Promise<T>,
): Promise<T> {
  const token = await settings.tokenOf()
  caller?.throwIfAborted()
  const late = new AbortController()
  const over = new AbortController()
  const request = requestOf(settings, sending, token, either(caller, late.signal))
  const asked = `${sending.method} ${settings.origin}${sending.path.replace(/\?.*/s, '')}`
  const answer = async () => {
    const response = await settings.fetch(request)
    const refusal = await refusalOf(response, { asked, token, halts: sending.halts })
    if (refusal !== null) {
      throw refusal
    }
    return read(response, asked)
  }
  void settings.clock.sleep(sending.timeoutMs, over.signal).then(() => {
    if (!over.signal.aborted) {
      late.abort()
    }
  })
  try {
    return await orAborted(answer(), request.signal)
  } catch (error) {
    caller?.throwIfAborted()
    if (error instanceof PortolanError) {
      throw error
    }
    throw late.signal.aborted
      ? new PortolanUnreachable('timeout', `${asked} was not answered within ${sending.timeoutMs / 1000} s.`)
      : new PortolanUnreachable('network', `${asked} was not answered: ${causeOf(error)}.`, error)
  } finally {
    over.abort()
  }
}

function requestOf(settings: Settings, sending: Sending, token: string | null, signal: AbortSignal | null): Request {
  const headers = new Headers({ 'user-agent': settings.userAgent })
  if (token !== null) {
    headers.set('authorization', `Bearer ${token}`)
  }
  for (const [name, value] of Object.entries({ ...settings.headers, ...sending.headers })) {
    setHeader(headers, name, value)
  }
  return new Request(settings.origin + sending.path, {
    method: sending.method,
    headers,
    body: sending.body,
    signal,
    // The token is for this server, and for no other that it might name.
    redirect: 'manual',
  })
}

/** The error of the runtime quotes the value, which may be a secret. */
function setHeader(headers: Headers, name: string, value: string): void {
  try {
    headers.set(name, value)
  } catch {
    throw new TypeError(`The header ${JSON.stringify(name)} holds what no header can hold.`)
  }
}

/** Rejects as soon as the signal aborts, because not every `fetch` that is handed in looks at it. */
function orAborted<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    if (signal.aborted) {
      abort()
    }
    answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

/** Aborts when one of the two does. */
export const either = (a: AbortSignal | null, b: AbortSignal | null): AbortSignal | null =>
  a !== null && b !== null ? AbortSignal.any([a, b]) : (a ?? b)

/** The code of the system, as ECONNREFUSED, where there is one; `fetch failed` says nothing. */
function causeOf(error: unknown): string {
  const seen: string[] = []
  for (let each = error; each instanceof Error && seen.length < 5; each = each.cause) {
    const code = 'code' in each && typeof each.code === 'string' ? each.code : null
    if (code !== null) {
      return code
    }
    seen.push(each.message)
  }
  return seen.at(-1) ?? 'the connection failed'
}
