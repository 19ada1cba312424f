/** A request that has waited longer for its turn is refused and told to come again, milliseconds. */
const WAIT_MAX_MS = 500
/** Requests that begin in one turn of the event loop in which nobody has connected. */
const QUIET_TURN = 8
/** Turns in which clients connect and no request begins, at most. */
const CONNECTING_TURNS = 4

export type Admission = {
  /** Somebody has connected. */
  connected(): void
  /** Resolves as soon as a request may begin; with `false` where it has waited too long and is to be refused. */
  mayBegin(): Promise<boolean>
}

/**
 * Keeps requests waiting that come faster than they are answered. libuv accepts one connection in a turn of the event
 * loop: if each turn did the work of a request too, clients would wait in the kernel, where nobody sees how many there
 * are, and health checks would wait behind them. So connections are accepted first, and the requests that wait are
 * counted here, and refused in time (ADR 0026).
 *
 * @param now milliseconds, of a clock that only goes forward.
 */
export function createAdmission(now = (): number => performance.now()): Admission {
  const waiting: { sinceMs: number; go(mayBegin: boolean): void }[] = []
  let hasConnected = false
  let connecting = 0

  const look = (): void => {
    const oldestMs = now() - WAIT_MAX_MS
    while (waiting[0] !== undefined && waiting[0].sinceMs < oldestMs) {
      waiting.shift()?.go(false)
    }
    connecting = hasConnected ? connecting + 1 : 0
    hasConnected = false
    const begins = connecting === 0 ? QUIET_TURN : connecting % CONNECTING_TURNS === 0 ? 1 : 0
    for (const { go } of waiting.splice(0, begins)) {
      go(true)
    }
    if (waiting.length > 0) {
      setImmediate(look)
    }
  }

  return {
    connected() {
      hasConnected = true
    },
    mayBegin: () =>
      new Promise((resolve) => {
        waiting.push({ sinceMs: now(), go: resolve })
        if (waiting.length === 1) {
          setImmediate(look)
        }
      }),
  }
}
