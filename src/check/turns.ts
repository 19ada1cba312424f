/** Resolves when the job may do its next piece of work. */
export type Turns = (jobId: string) => Promise<void>

/**
 * One piece of work between two looks at what else there is to do; jobs take turns, however much work one of them has.
 *
 * @param soon runs something after all that has come meanwhile was heard.
 */
export function createTurns(soon: (next: () => void) => void): Turns {
  const waiting = new Map<string, (() => void)[]>()
  const next = (): void => {
    for (const [jobId, queue] of waiting) {
      const begin = queue.shift()
      // To the end of the line
      waiting.delete(jobId)
      if (queue.length > 0) {
        waiting.set(jobId, queue)
      }
      if (waiting.size > 0) {
        soon(next)
      }
      begin?.()
      return
    }
  }
  return (jobId) =>
    new Promise((resolve) => {
      if (waiting.size === 0) {
        soon(next)
      }
      const queue = waiting.get(jobId)
      if (queue) {
        queue.push(resolve)
      } else {
        waiting.set(jobId, [resolve])
      }
    })
}
