/** The options of a client, checked and with their defaults. */

/** Tells the time to a client; tests inject their own. */
export type ClientClock = {
  /** Milliseconds of a clock that never goes back. */
  monotonic(): number
  /** Resolves after `ms`, or at once when `signal` aborts. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

export type RetryOptions = {
  /** A request is sent again at most this often. @default 2 */
  limit: number
  /** A longer `Retry-After` is not waited for: the refusal is thrown. @default 20_000 */
  longestDelayMs: number
}

export type ClientOptions = {
  /** Like `https://portolan.example.com`, with a path before `/v1` if a proxy has one. Must hold no credentials. */
  baseUrl: string
  /** Sent as `Authorization: Bearer`. A function is asked before each request. */
  token?: string | (() => string | null | Promise<string | null>) | undefined
  /**
   * Answers a request. `app.fetch` of an application in the same process needs no socket.
   *
   * @default the global `fetch`
   */
  fetch?: ((request: Request) => Response | Promise<Response>) | undefined
  /** Browsers send their own. @default `portolan-client` */
  userAgent?: string | undefined
  /** Sent with each request. */
  headers?: Readonly<Record<string, string>> | undefined
  /** Ends every call. */
  signal?: AbortSignal | undefined
  /** An answer may take this long, milliseconds, besides the time that it was asked to wait. @default 30_000 */
  requestTimeoutMs?: number | undefined
  /** Requests that are safe to repeat are sent again; with `{ limit: 0 }`, none is. */
  retry?: Partial<RetryOptions> | undefined
  /** @default that of the system */
  clock?: ClientClock | undefined
}

export type WaitOptions<T> = {
  /** Wait at most this long, milliseconds; the work goes on afterwards. Left out to wait until it has ended. */
  timeoutMs?: number | undefined
  signal?: AbortSignal | undefined
  /** Called with the state after each answer. If it is given, the server is asked more often. */
  onProgress?: ((now: T) => void) | undefined
}

export type Settings = {
  /** Without a slash at its end. */
  origin: string
  tokenOf: () => Promise<string | null>
  fetch: (request: Request) => Response | Promise<Response>
  userAgent: string
  headers: Readonly<Record<string, string>>
  signal: AbortSignal | null
  requestTimeoutMs: number
  retry: RetryOptions
  clock: ClientClock
}

export function settingsOf(options: ClientOptions): Settings {
  const { token = null } = options
  return {
    origin: originOf(options.baseUrl),
    tokenOf: async () => checked(typeof token === 'function' ? await token() : token),
    // As a method of anything else, browsers and workerd refuse to call it.
    fetch: options.fetch ?? ((request) => fetch(request)),
    userAgent: options.userAgent ?? 'portolan-client',
    headers: options.headers ?? {},
    signal: options.signal ?? null,
    requestTimeoutMs: options.requestTimeoutMs ?? 30_000,
    retry: { limit: options.retry?.limit ?? 2, longestDelayMs: options.retry?.longestDelayMs ?? 20_000 },
    clock: options.clock ?? SYSTEM_CLOCK,
  }
}

/** Messages name it, so it must not hold a password. */
function originOf(baseUrl: string): string {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : null
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw new TypeError('baseUrl is not an address like https://portolan.example.com.')
  }
  if (url.username !== '' || url.password !== '') {
    throw new TypeError('baseUrl holds credentials, which would end in logs: give the token as the option `token`.')
  }
  if (url.search !== '' || url.hash !== '') {
    throw new TypeError('baseUrl has a query or a fragment: give the address alone.')
  }
  return url.href.replace(/\/+$/, '')
}

/** A token that no header can hold would be quoted by the error that says so. */
function checked(token: string | null): string | null {
  if (token !== null && !/^[\x21-\x7e]+$/.test(token)) {
    throw new TypeError('The token is empty, or holds spaces, line ends or other characters that no header can hold.')
  }
  return token
}

/** Almost 25 days. What is longer a timer takes for no time at all. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

const SYSTEM_CLOCK: ClientClock = {
  monotonic: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) {
        return resolve()
      }
      const done = () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, Math.min(ms, LONGEST_TIMER_MS))
      signal?.addEventListener('abort', done)
    }),
}
