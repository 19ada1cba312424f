import { type Clock, systemClock } from '../../../lib/clock.ts'
import type { Credentials, Presented } from './access.ts'
import { ApiError, NoLongerWanted } from './api-error.ts'
import { whyNoPair } from './client-certificate.ts'
import { bearer, isToken } from './credentials.ts'
import { runPlugin } from './exec-plugin.ts'
import type { ExecPlugin } from './kubeconfig-exec.ts'

const LIMIT_MS = 30_000
/** After so many runs within so many milliseconds a refusal is believed, and the plugin is not run again at once. */
const RUNS_MAX = 5
const RUNS_WITHIN_MS = 10_000

type Handed = { presented: Presented; expiresAtMs: number | null }

/**
 * Presents what a plugin hands out, until it expires or is refused. Whoever asks while the plugin runs waits for the
 * same run.
 */
export function execCredentials(
  server: string,
  plugin: ExecPlugin,
  { clock = systemClock, execMs = LIMIT_MS }: { clock?: Clock; execMs?: number },
): Credentials {
  const closed = new AbortController()
  let held: Handed | null = null
  let running: Promise<Handed> | null = null
  let runsAtMs: number[] = []

  const run = (): Promise<Handed> => {
    runsAtMs = [...runsAtMs, clock.monotonic()].slice(-RUNS_MAX)
    running ??= runPlugin(plugin, { clock, limitMs: execMs, signal: closed.signal })
      .then((output) => {
        const handed = handedOut(output, plugin)
        if (typeof handed === 'string') {
          throw new Error(handed)
        }
        held = handed
        return handed
      })
      .catch((error: Error) => {
        throw new ApiError('credentials', `${server}: the exec plugin ${plugin.command} ${error.message}`)
      })
      .finally(() => {
        running = null
      })
    return running
  }
  const stillRuns = () =>
    new ApiError(
      'credentials',
      `${server}: the exec plugin ${plugin.command} has not handed out anything yet: does it wait for somebody to log in?`,
    )
  const isRunTooOften = () => {
    const [first] = runsAtMs
    return runsAtMs.length === RUNS_MAX && first !== undefined && clock.monotonic() - first < RUNS_WITHIN_MS
  }
  return {
    async current(signal) {
      if (running === null && held !== null && (held.expiresAtMs === null || clock.now() < held.expiresAtMs)) {
        return held.presented
      }
      return (await orAbort(running ?? run(), signal, stillRuns)).presented
    },
    async renew(refused, signal) {
      if (held !== null && held.presented !== refused) {
        return true
      }
      if (running === null && isRunTooOften()) {
        return false
      }
      await orAbort(running ?? run(), signal, stillRuns)
      return true
    },
    close: () => closed.abort(),
  }
}

const isDeadline = (reason: unknown): boolean => reason instanceof ApiError && !(reason instanceof NoLongerWanted)

/** Whoever no longer waits leaves the run to the others. A deadline that passes meanwhile is not the API server's. */
function orAbort<T>(promise: Promise<T>, signal: AbortSignal | undefined, stillRuns: () => ApiError): Promise<T> {
  if (signal === undefined) {
    return promise
  }
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(isDeadline(signal.reason) ? stillRuns() : signal.reason)
    signal.addEventListener('abort', onAbort)
    if (signal.aborted) {
      onAbort()
    }
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}

/** Reads what a plugin wrote; a text says what is wrong with it, and shows nothing of it. */
function handedOut(output: string, { apiVersion }: ExecPlugin): Handed | string {
  const found = jsonOf(output)
  if (!isObject(found)) {
    return 'wrote no JSON object: it must write an ExecCredential, and nothing else, to its standard output'
  }
  if (found.kind !== 'ExecCredential') {
    return 'wrote an object of another kind than ExecCredential'
  }
  if (found.apiVersion !== apiVersion) {
    return `wrote an ExecCredential of another apiVersion than ${apiVersion}, which the kubeconfig names`
  }
  const status = found.status
  if (!isObject(status)) {
    return 'wrote an ExecCredential without status: it handed out nothing'
  }
  const { token, clientCertificateData: cert, clientKeyData: key, expirationTimestamp: expires } = status
  const expiresAtMs = typeof expires === 'string' && expires !== '' ? Date.parse(expires) : null
  if (Number.isNaN(expiresAtMs)) {
    return 'wrote a status.expirationTimestamp that is no instant of RFC 3339'
  }
  const hasToken = typeof token === 'string' && token !== ''
  const hasPair = typeof cert === 'string' && typeof key === 'string' && cert !== '' && key !== ''
  if (!hasToken && !hasPair) {
    return 'wrote neither status.token nor both of status.clientCertificateData and status.clientKeyData'
  }
  if (hasToken && !isToken(token)) {
    return 'wrote a status.token that no header may hold'
  }
  const wrong = hasPair ? whyNoPair({ cert, key }) : null
  if (wrong !== null) {
    return `wrote a status.client${wrong.of === 'cert' ? 'Certificate' : 'Key'}Data that cannot be used: ${wrong.why}`
  }
  const base: Presented = hasToken ? bearer(token) : { headers: {}, certificate: null, secrets: [] }
  return { presented: { ...base, certificate: hasPair ? { cert, key } : null }, expiresAtMs }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
