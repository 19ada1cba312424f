/**
 * Keeps what was read for a while, for reads that may have it so old. It goes on when the one that asked first has
 * gone.
 *
 * @module
 */
import type { Clock } from '../../../lib/clock.ts'
import { orAborted } from '../../../lib/or-aborted.ts'

export type Kept = {
  /** Takes what is new enough, else what is read now, which is joined by all that ask meanwhile. */
  take<T>(
    key: string,
    maxAgeMs: number,
    signal: AbortSignal,
    read: () => Promise<T>,
  ): Promise<{ value: T; readAtMs: number }>
  /** It has proved wrong. Tells whether there was any. */
  forget(key: string): boolean
}

type Entry = { value: Promise<unknown>; readAtMs: number; begunMs: number; maxAgeMs: number }

export function createKept(clock: Clock): Kept {
  const entries = new Map<string, Entry>()
  return {
    async take<T>(key: string, maxAgeMs: number, signal: AbortSignal, read: () => Promise<T>) {
      const known = entries.get(key)
      if (known !== undefined && clock.monotonic() - known.begunMs < maxAgeMs) {
        return { value: (await orAborted(known.value, signal)) as T, readAtMs: known.readAtMs }
      }
      const begunMs = clock.monotonic()
      for (const [other, entry] of entries) {
        if (begunMs - entry.begunMs >= entry.maxAgeMs) {
          entries.delete(other)
        }
      }
      const value = read()
      const entry = { value, readAtMs: clock.now(), begunMs, maxAgeMs }
      entries.set(key, entry)
      // A failure is of no use to the next caller
      value.catch(() => entries.get(key) === entry && entries.delete(key))
      return { value: await orAborted(value, signal), readAtMs: entry.readAtMs }
    },
    forget: (key) => entries.delete(key),
  }
}
