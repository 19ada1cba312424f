import type { Clock } from '../../lib/clock.ts'
import type { Log, LogFields } from '../../lib/log.ts'
import { type StorageTrouble, storageTrouble } from '../../store/db.ts'

/** A trouble of the database that lasts is told again after so long, milliseconds. */
const AGAIN_MS = 60_000

/**
 * A log in which a trouble of the database (full, locked, damaged, not writable) is one line a minute, with the number
 * of those left out since, and not one for each request, job and timer that meets it.
 */
export function onceATime(log: Log, clock: Pick<Clock, 'monotonic'>): Log {
  const told = new Map<StorageTrouble, { atMs: number; leftOut: number }>()
  const guarded =
    (write: (event: string, fields?: LogFields) => void) =>
    (event: string, fields: LogFields & { cause?: unknown } = {}): void => {
      const trouble = storageTrouble(fields.cause)
      if (trouble === null) {
        write(event, fields)
        return
      }
      const atMs = clock.monotonic()
      const before = told.get(trouble)
      if (before !== undefined && atMs - before.atMs < AGAIN_MS) {
        before.leftOut++
        return
      }
      told.set(trouble, { atMs, leftOut: 0 })
      write(event, { database: trouble, ...(before?.leftOut && { leftOut: before.leftOut }), ...fields })
    }
  return { debug: log.debug, info: log.info, warn: guarded(log.warn), error: guarded(log.error) }
}
