import type { Result } from '../check/result.ts'
import type { Clock } from '../lib/clock.ts'

/** Their maker waits once so many results wait: 15 MB of them if each has 60 kB of headers. */
const WAITING_MAX = 256

/** So many results are kept at hand: each may hold 64 kB of headers, and several jobs run at once. */
const KEPT_MAX = 200

/** Decides when the results that wait are written. */
export type Pace = {
  /** Tells how long a write waits for company, by the number of writes before it; `null`: the caller writes the rest. */
  gapMs(writes: number): number | null
  /** Results of one write. More wait for the next. */
  batch: number
}

/** Results are durable soon, in batches, as making a write durable costs as much as twenty tries. */
export const PROMPT: Pace = { gapMs: () => 20, batch: 200 }

const SPARING_GAPS_MS = [1000, 3000, 8000]
/** Few writes, where each is dear: the first soon, so that readers see that something happens, later ones in growing gaps. */
export const SPARING: Pace = { gapMs: (writes) => SPARING_GAPS_MS[writes] ?? null, batch: Number.POSITIVE_INFINITY }

export type Recorder = {
  /** Takes a result; it is written with its neighbours. */
  add(result: Result): void
  /** Resolves at once, or, if too many wait, when the write that is under way has ended, in success or not. */
  room(): Promise<void> | null
  /** Resolves when all that was added is durable. Rejects if the store failed: nothing is lost, flush again. */
  flush(): Promise<void>
  /** Ends the pace, and gives back what was not written, for the caller to write with what else it has. */
  rest(): Promise<readonly Result[]>
  /** All that was added, so that a small job ends without reading what it has just written; `null`: it is too much. */
  few(): readonly Result[] | null
  /** The right to record is lost: what was added since is dropped, another runner does it. */
  readonly lost: boolean
}

/**
 * Group commit: results gather for a moment, those that come while a write is under way for the next, so that a slow
 * disk means larger writes, and only where these cannot keep up fewer tries, never a slower one.
 *
 * @param write makes results durable; `false`: the right to record is lost.
 */
export function createRecorder(
  clock: Clock,
  pace: Pace,
  write: (results: readonly Result[]) => Promise<boolean>,
): Recorder {
  let waiting: Result[] = []
  let writing: Promise<void> | null = null
  let hurry = new AbortController()
  let writes = 0
  let ended = false
  let lost = false
  let added = 0
  const kept: Result[] = []

  /** Writes what waits when it begins: what comes meanwhile is to find company of its own. */
  const writeWaiting = async (): Promise<void> => {
    for (let due = waiting.length; due > 0 && !lost && !ended; ) {
      const batch = waiting.slice(0, Math.min(due, pace.batch))
      lost = !(await write(batch))
      waiting = waiting.slice(batch.length)
      due -= batch.length
    }
  }
  const gather = async (gapMs: number): Promise<void> => {
    try {
      await clock.sleep(gapMs, hurry.signal)
      writes++
      await writeWaiting()
    } finally {
      writing = null
      hurry = new AbortController()
    }
    if (waiting.length > 0 && !lost) {
      void begin()
    }
  }
  const start = (gapMs: number): Promise<void> => {
    writing ??= gather(gapMs)
    return writing
  }
  /** A failure stays with the batch, which is written again, and reported, by whoever asks for it. */
  const begin = (): Promise<void> => {
    const gapMs = ended ? null : pace.gapMs(writes)
    return gapMs === null ? Promise.resolve() : start(gapMs).catch(() => undefined)
  }

  return {
    add(result) {
      waiting.push(result)
      if (++added <= KEPT_MAX) {
        kept.push(result)
      } else {
        kept.length = 0
      }
      void begin()
    },
    room: () => (waiting.length >= WAITING_MAX ? begin() : null),
    async flush() {
      while (writing !== null || (waiting.length > 0 && !lost)) {
        const written = start(0)
        hurry.abort()
        await written
      }
    },
    async rest() {
      ended = true
      hurry.abort()
      await writing?.catch(() => undefined)
      return waiting
    },
    few: () => (added <= KEPT_MAX ? [...kept] : null),
    get lost() {
      return lost
    },
  }
}
