/**
 * Counts what one invocation asks of the platform. Local workerd enforces hardly any of its limits, so that a mistake
 * would be seen in production alone.
 *
 * @module
 */

/** A question to DNS, a connection, a query or a batch of them to D1, a write to a queue. */
export type CallKind = 'dns' | 'connect' | 'd1' | 'queue'

export type Calls = {
  /**
   * Makes a call when a connection is free for it.
   * @param queries to D1 that the call is, 1 where it is to D1.
   * @throws Error where the invocation has spent its calls: a bug of whoever planned them.
   */
  make<T>(kind: CallKind, call: () => Promise<T>, queries?: number): Promise<T>
  readonly left: number
  readonly queriesLeft: number
  /** Calls that probing may still make; the others are kept for recording what it finds. */
  readonly probesLeft: number
}

/** Calls of a turn at a chunk, or of a trigger. Of the least that any plan has (50), ten are left to the runtime. */
const CALLS_MAX = 40
/**
 * Calls of a turn that are kept from probing. A turn that starts a job claims and reads it (4), cuts it, sends messages
 * and claims a chunk (3); another reads the job, claims a chunk and reads what is recorded of it (5). Each then records
 * three times on the way and once at the end (4), reads tries (4 for the most that a job can have, else 1) and the
 * evidence of some (1), and ends the job (2).
 */
export const RESERVED = 16
/** The connections and questions to DNS that a turn may make. */
export const PROBES_MAX = CALLS_MAX - RESERVED
/**
 * Queries to D1 an invocation on Workers Paid (https://developers.cloudflare.com/d1/platform/limits/). That page has
 * limits of single queries apply to each statement of a batch, and does not say that a batch counts as one: each
 * counts.
 */
export const QUERIES_MAX = 1000
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
  let queriesMade = 0
  return {
    async make(kind, call, queries = kind === 'd1' ? 1 : 0) {
      if (spent >= limit) {
        throw new Error(`an invocation makes at most ${limit} calls; one more is to ${kind}`)
      }
      if (queriesMade + queries > QUERIES_MAX) {
        throw new Error(`an invocation makes at most ${QUERIES_MAX} queries, not ${queriesMade + queries}`)
      }
      spent++
      queriesMade += queries
      if (kind === 'dns' || kind === 'connect') {
        probes++
      }
      if (open < CONNECTIONS_MAX) {
        open++
      } else {
        await new Promise<void>((resolve) => waiting.push(resolve))
      }
      try {
        return await call()
      } finally {
        const next = waiting.shift()
        if (next) {
          next()
        } else {
          open--
        }
      }
    },
    get left() {
      return limit - spent
    },
    get queriesLeft() {
      return QUERIES_MAX - queriesMade
    },
    get probesLeft() {
      return limit - reserved - probes
    },
  }
}
