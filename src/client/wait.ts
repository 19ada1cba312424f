/** Waits for the end of what has been begun, over any number of requests. */
import { PortolanProblem, PortolanUnexpectedAnswer, PortolanUnreachable, PortolanWaitTimeout } from './errors.ts'
import type { Settings, WaitOptions } from './options.ts'
import { retryAfter } from './refusal.ts'
import { either } from './send.ts'

type Ends = { finishedAt: string | null }
type Ask<T> = (options: { wait: number; signal?: AbortSignal | undefined }) => Promise<{ data: T; response: Response }>

/** Proxies cut what is silent for longer, and Workers wait no longer. */
const LONGEST_WAIT_S = 25
const WAIT_WITH_PROGRESS_S = 2
/** Failures in a row, about half a minute, after which the server is taken to be gone. */
const MOST_FAILURES = 6
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 10_000
/** Whoever says in `Retry-After` to come back after a day does not mean a job, which ends within minutes. */
const LONGEST_SAID_MS = 60_000
/** The last answer may take this long when the time is up. */
const LAST_ANSWER_MS = 5000

/**
 * Asks until it has ended. The server holds each question until then, or until its limit, and the next follows at once;
 * one that answers at once is asked again after what it says in `Retry-After`, but a minute
 * at most, or after growing pauses.
 *
 * @throws PortolanWaitTimeout, and what the questions throw; a server that is gone for moments is asked again.
 */
export async function waitFor<T extends Ends>(
  settings: Settings,
  what: string,
  ask: Ask<T>,
  options: WaitOptions<T>,
): Promise<T> {
  const over = new AbortController()
  const late = new AbortController()
  if (Number.isFinite(options.timeoutMs)) {
    void settings.clock.sleep((options.timeoutMs ?? 0) + LAST_ANSWER_MS, over.signal).then(() => late.abort())
  }
  try {
    return await askUntilEnd(settings, what, ask, options, late.signal)
  } finally {
    over.abort()
  }
}

/** @param late the time is up, and nobody answers. */
async function askUntilEnd<T extends Ends>(
  { clock, signal: always }: Settings,
  what: string,
  ask: Ask<T>,
  { timeoutMs = Number.POSITIVE_INFINITY, signal: own, onProgress }: WaitOptions<T>,
  late: AbortSignal,
): Promise<T> {
  const signal = either(always, own ?? null)
  const until = clock.monotonic() + timeoutMs
  const hasNotEnded = (seen: T) =>
    new PortolanWaitTimeout(`${what} has not ended within ${timeoutMs / 1000} s; it goes on.`, seen)
  let last: T | null = null
  let pauseMs = FIRST_PAUSE_MS
  for (let failures = 0; ; ) {
    const askedAt = clock.monotonic()
    const leftMs = Math.max(0, until - askedAt)
    const wait = Math.min(Math.floor(leftMs / 1000), onProgress ? WAIT_WITH_PROGRESS_S : LONGEST_WAIT_S)
    let saidMs = 0
    try {
      const { data, response } = await ask({ wait, signal: either(signal, late) ?? undefined })
      failures = 0
      last = data
      onProgress?.(data)
      if (data.finishedAt !== null) {
        return data
      }
      saidMs = retryAfter(response.headers.get('retry-after')) ?? 0
    } catch (error) {
      signal?.throwIfAborted()
      if (late.aborted) {
        throw last === null
          ? new PortolanUnreachable('timeout', `${what}: nobody answered within ${timeoutMs / 1000} s.`)
          : hasNotEnded(last)
      }
      failures += 1
      if (!mayPass(error) || failures > MOST_FAILURES || (last === null && clock.monotonic() >= until)) {
        throw error
      }
      saidMs = error instanceof PortolanUnreachable ? 0 : (error.retryAfterMs ?? 0)
    }
    if (clock.monotonic() >= until && last !== null) {
      throw hasNotEnded(last)
    }
    // A wait that was held has been paused for already.
    const wasHeld = failures === 0 && wait > 0 && clock.monotonic() - askedAt >= Math.min(wait * 1000, 1000) * 0.8
    if (wasHeld) {
      pauseMs = FIRST_PAUSE_MS
      continue
    }
    await clock.sleep(
      Math.min(Math.max(pauseMs, Math.min(saidMs, LONGEST_SAID_MS)), Math.max(0, until - clock.monotonic())),
      signal ?? undefined,
    )
    signal?.throwIfAborted()
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)
  }
}

/** A server that starts again, or has too much to do, will answer. */
const mayPass = (error: unknown): error is PortolanUnreachable | PortolanProblem | PortolanUnexpectedAnswer =>
  error instanceof PortolanUnreachable ||
  ((error instanceof PortolanProblem || error instanceof PortolanUnexpectedAnswer) &&
    [429, 502, 503, 504].includes(error.status))
