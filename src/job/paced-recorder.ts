import type { Result } from '../check/result.ts'
import type { Clock } from '../lib/clock.ts'

export type PacedRecorder = {
  add(result: Result): void
  /** Ends the pace: what was not written yet, for the caller to write with what else it has. Rejects where a write failed. */
  rest(): Promise<Result[]>
  /** The right to record is lost: another runner does it. */
  readonly lost: boolean
}

/**
 * Few writes, where each is dear: the first soon, so that readers see that something happens, later ones in growing
 * gaps, the last by the caller.
 *
 * @param write `false`: the right to record is lost.
 * @param gapsMs before each write; none comes after the last gap.
 */
export function createPacedRecorder(
  clock: Clock,
  gapsMs: readonly number[],
  write: (results: readonly Result[]) => Promise<boolean>,
): PacedRecorder {
  const ended = new AbortController()
  let waiting: Result[] = []
  let lost = false
  let pacing: Promise<void> | null = null

  const pace = async (): Promise<void> => {
    for (const gapMs of gapsMs) {
      await clock.sleep(gapMs, ended.signal)
      if (ended.signal.aborted || lost) {
        return
      }
      const batch = waiting
      waiting = []
      if (batch.length > 0) {
        lost = !(await write(batch))
      }
    }
  }

  return {
    add(result) {
      waiting.push(result)
      if (pacing !== null) {
        return
      }
      pacing = pace()
      // Reported by rest()
      pacing.catch(() => undefined)
    },
    async rest() {
      ended.abort()
      await pacing
      return waiting
    },
    get lost() {
      return lost
    },
  }
}
