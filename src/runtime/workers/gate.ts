import type { Gate, Release } from '../../check/try-limiter.ts'

/**
 * Lets a try begin only while the invocation can afford all that it may cost; when none is under way and none may begin
 * any more, the invocation has done what it can.
 *
 * @param inner how many at once, in which order.
 * @param affords whether one more may begin while `open` are under way.
 * @param spent called once no try is left that may begin.
 */
export function createTurnGate(inner: Gate, affords: (open: number) => boolean, spent: () => void): Gate {
  type Held = {
    jobId: string
    address: string | null
    port: number | null
    resolve: (release: Promise<Release | null> | null) => void
  }
  let held: Held[] = []
  let open = 0

  const begin = async ({ jobId, address, port }: Held): Promise<Release | null> => {
    open++
    const release = await inner.enter(jobId, address, port)
    if (release === null) {
      open--
    }
    return (
      release &&
      (() => {
        release()
        open--
        next()
      })
    )
  }
  const next = (): void => {
    while (affords(open)) {
      const first = held.shift()
      if (!first) {
        return
      }
      first.resolve(begin(first))
    }
    if (open === 0 && held.length > 0) {
      spent()
    }
  }

  return {
    join: (jobId, share) => inner.join(jobId, share),
    enter: (jobId, address, port = null) =>
      new Promise((resolve) => {
        held.push({ jobId, address, port, resolve })
        next()
      }),
    leave(jobId) {
      const leaving = held.filter((waiting) => waiting.jobId === jobId)
      held = held.filter((waiting) => waiting.jobId !== jobId)
      for (const { resolve } of leaving) {
        resolve(null)
      }
      inner.leave(jobId)
    },
    pause: (jobId, until) => inner.pause(jobId, until),
    get active() {
      return inner.active
    },
    perAddress: inner.perAddress,
  }
}
