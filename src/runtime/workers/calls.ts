/**
 * What one invocation may ask of the platform, counted: local workerd enforces hardly any of it, so that a mistake
 * would be seen in production alone.
 *
 * @module
 */

/** A question to DNS, a connection, a query to D1 (a batch is one), a write to a queue. */
export type CallKind = 'dns' | 'connect' | 'd1' | 'queue'

export type Calls = {
  /**
   * Makes a call when a connection is free for it.
   * @throws Error where the invocation has spent its calls: a bug of whoever planned them.
   */
  make<T>(kind: CallKind, call: () => Promise<T>): Promise<T>
  readonly left: number
  /** Calls that probing may still make; the others are kept for recording what it finds. */
  readonly probesLeft: number
}

/** Workers Free has 50 subrequests an invocation; a tenth and more is left to what the runtime does on its own. */
export const CALLS_MAX = 40
/** Simultaneous connections an invocation. */
export const CONNECTIONS_MAX = 6

/**
 * @param reserved of the calls, so many are no probing's.
 * @param limit for invocations that are no chunk of a job.
 */
export function createCalls({ reserved, limit = CALLS_MAX }: { reserved: number; limit?: number }): Calls {
  const waiting: (() => void)[] = []
  let open = 0
  let spent = 0
  let probes = 0
  return {
    async make(kind, call) {
      if (spent >= limit) throw new Error(`an invocation makes at most ${limit} calls; one more is to ${kind}`)
      spent++
      if (kind === 'dns' || kind === 'connect') probes++
      if (open < CONNECTIONS_MAX) open++
      else await new Promise<void>((resolve) => waiting.push(resolve))
      try {
        return await call()
      } finally {
        const next = waiting.shift()
        if (next) next()
        else open--
      }
    },
    get left() {
      return limit - spent
    },
    get probesLeft() {
      return limit - reserved - probes
    },
  }
}
