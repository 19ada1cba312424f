/**
 * Bounds how many reads of a cluster are under way. Callers that want the same while it waits for its turn share one
 * read; one that has begun is joined by nobody, so that each caller's objects are read after it asked.
 *
 * @module
 */
import { type Clock, DONE } from '../../../lib/clock.ts'
import { ProblemError } from '../../../lib/problem.ts'

export type Turns = {
  /** @throws ProblemError `unavailable` if no turn comes in time. */
  take<T>(key: string, act: () => Promise<T>): Promise<T>
}

type Waiting = { result: Promise<unknown>; begun: Promise<'begun'>; begin(): void }

export function createTurns({ clock, places, waitMs }: { clock: Clock; places: number; waitMs: number }): Turns {
  const waiting = new Map<string, Waiting>()
  let free = places

  const next = () => {
    const first = waiting.entries().next().value
    if (first === undefined) {
      free++
      return
    }
    waiting.delete(first[0])
    first[1].begin()
  }

  async function run<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await act()
    } finally {
      next()
    }
  }

  async function queued<T>(key: string, begun: Promise<'begun'>, act: () => Promise<T>): Promise<T> {
    const inTime = new AbortController()
    const late = clock.sleep(waitMs, inTime.signal).then(() => {
      const isWaiting = waiting.get(key)?.begun === begun
      return isWaiting && waiting.delete(key) ? 'late' : begun
    })
    const outcome = await Promise.race([begun, late])
    inTime.abort(DONE)
    if (outcome === 'late') {
      throw new ProblemError('unavailable', 'Too many reads of the cluster are waiting; try again later.', {
        headers: { 'retry-after': '5' },
      })
    }
    return run(act)
  }

  return {
    take(key, act) {
      if (free > 0) {
        free--
        return run(act)
      }
      const shared = waiting.get(key)
      if (shared !== undefined) {
        return shared.result as ReturnType<typeof act>
      }
      const { promise: begun, resolve } = Promise.withResolvers<'begun'>()
      const result = queued(key, begun, act)
      waiting.set(key, { result, begun, begin: () => resolve('begun') })
      return result
    },
  }
}
