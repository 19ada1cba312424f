/**
 * Decides whether a kind is worth a watch. A watch costs one list, a request every five to ten minutes and memory; a
 * read costs a request each time.
 *
 * @module
 */

const STEP_MS = 5000
/**
 * More reads than this within the time make it worth while: about one a second, and a burst, which shows it at once.
 */
const BUSY = [
  { withinMs: 60_000, reads: 60 },
  { withinMs: 10_000, reads: 20 },
]
/** It ends when there were fewer than one read in two seconds for so long, so that it does not come and go. */
export const QUIET_MS = 600_000
const QUIET_READS = QUIET_MS / 2000

/** Counts the reads of one kind that schedules make, in steps of time. */
export type ReadCount = {
  /** @param nowMs of a clock that only grows, as everywhere here. */
  add(nowMs: number): void
  within(ms: number, nowMs: number): number
}

export function createReadCount(): ReadCount {
  const steps = new Map<number, number>()
  const stepAt = (ms: number): number => Math.floor(ms / STEP_MS)
  return {
    add(nowMs) {
      const step = stepAt(nowMs)
      if (!steps.has(step)) {
        for (const old of [...steps.keys()].filter((each) => each <= stepAt(nowMs - QUIET_MS))) {
          steps.delete(old)
        }
      }
      steps.set(step, (steps.get(step) ?? 0) + 1)
    },
    within: (ms, nowMs) =>
      [...steps].reduce((sum, [step, reads]) => (step > stepAt(nowMs - ms) ? sum + reads : sum), 0),
  }
}

/**
 * @param sinceMs the watch was begun then; `null`: there is none.
 * @returns whether there is to be one now.
 */
export const pays = (reads: Pick<ReadCount, 'within'>, sinceMs: number | null, nowMs: number): boolean =>
  sinceMs === null
    ? BUSY.some(({ withinMs, reads: least }) => reads.within(withinMs, nowMs) >= least)
    : nowMs - sinceMs < QUIET_MS || reads.within(QUIET_MS, nowMs) >= QUIET_READS
