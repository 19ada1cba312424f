import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import { type Retention, retain } from '../../store/retention.ts'
import { lookAtClock } from '../believable.ts'
import type { OpenDatabase } from './sqlite.ts'

export type RetentionDeps = { database: Pick<OpenDatabase, 'store' | 'giveBackSpace'>; clock: Clock; log: Log }

/** After the start, which has enough to do. */
const FIRST_MS = 1000
/** Milliseconds between two looks for what is too old. */
const EVERY_MS = 10 * 60_000
/** Between two steps, so that probes and requests come first. */
const PAUSE_MS = 20
/** Pages given back in one go: a few milliseconds, most of them for the flush of the disk. */
const PAGES = 50

/**
 * Keeps the database from growing without end, until `stop` is aborted. Rejects never; a step that fails is logged.
 *
 * @param keep.holdMs nothing goes for so long after the clock has jumped by more than that.
 */
export async function keepRetention(
  deps: RetentionDeps,
  keep: Retention & { holdMs: number },
  stop: AbortSignal,
): Promise<void> {
  await deps.clock.sleep(FIRST_MS, stop)
  while (!stop.aborted) {
    try {
      await runOnce(deps, keep, stop)
    } catch (cause) {
      deps.log.error('retention_failed', { cause })
    }
    await deps.clock.sleep(EVERY_MS, stop)
  }
}

async function runOnce(
  { database, clock, log }: RetentionDeps,
  keep: Retention & { holdMs: number },
  stop: AbortSignal,
): Promise<void> {
  // One instant for the whole pass: the clock may jump in the middle of it.
  const { nowMs } = await lookAtClock({ store: database.store, clock, log }, keep.holdMs)
  if (nowMs === null) {
    return
  }
  let deleted = 0
  for (;;) {
    if (stop.aborted) {
      return
    }
    const step = await retain(database.store, keep, nowMs)
    deleted += step.deleted
    if (step.done) {
      break
    }
    await clock.sleep(PAUSE_MS, stop)
  }
  let free = Number.POSITIVE_INFINITY
  while (!stop.aborted) {
    const left = database.giveBackSpace(PAGES)
    if (left === 0 || left >= free) {
      break
    }
    free = left
    await clock.sleep(PAUSE_MS, stop)
  }
  if (deleted > 0) {
    log.info('retention', { deleted })
  }
}
