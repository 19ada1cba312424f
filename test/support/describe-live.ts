import { describe } from 'vitest'
import { by } from '../contract/runtimes.ts'

/** A suite about a live cluster. Workers have none: there it does not exist, so that nothing is counted as skipped. */
export const describeLive: (name: string, suite: () => void) => void = by('cluster', {
  node: (name: string, suite: () => void) => {
    describe(name, suite)
  },
  workers: () => undefined,
})
