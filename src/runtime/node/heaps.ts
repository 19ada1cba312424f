/**
 * Bounds how large V8 lets this process's heaps grow. Nothing tells it how little is needed, so by itself it takes what
 * a machine of some gigabytes can spare: up to 128 MB a heap for what was made a moment ago, and old heaps that are
 * three quarters garbage.
 *
 * @module
 */
import { PerformanceObserver } from 'node:perf_hooks'
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'
import type { ResourceLimits } from 'node:worker_threads'

/**
 * Halves of the space for what was made a moment ago, which is copied from one half to the other. The thread that
 * probes has what 256 tries at once keep alive: with half of it a try costs a third more.
 */
const HALF_MB = { main: 4, thread: 8 } as const
const YOUNG_BYTES = 2 * HALF_MB.main * 1024 * 1024

/** Garbage that may lie in the old space before it is collected, in percent of what is alive. */
const GARBAGE_PERCENT = 60

/** Limits of a thread. V8 counts three halves to a young generation. */
export const THREAD_LIMITS: ResourceLimits = { maxYoungGenerationSizeMb: 3 * HALF_MB.thread }

/**
 * Keeps the heaps of this process small. The size of the main thread's young generation can only be limited on the
 * command line, which those who start the bundle do not see; how fast it grows can be told at any time.
 *
 * Is for the program alone, since V8 has such flags once for all threads, and before the first thread is started.
 */
export function keepHeapsSmall(): void {
  setFlagsFromString(`--heap-growing-percent=${GARBAGE_PERCENT}`)
  // A thread begins with what it is to have, since soon nothing grows any more
  setFlagsFromString(`--min-semi-space-size=${HALF_MB.thread}`)
  let grows = true
  const look = (): void => {
    // It grows by doubling. V8 also makes it smaller while there is little to do; then it may grow again
    const mayGrow = youngBytes() * 1.5 < YOUNG_BYTES
    if (mayGrow !== grows) {
      setFlagsFromString(`--semi-space-growth-factor=${mayGrow ? 2 : 1}`)
    }
    grows = mayGrow
  }
  look()
  new PerformanceObserver(look).observe({ entryTypes: ['gc'] })
}

const youngBytes = (): number =>
  getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.space_size ?? 0
