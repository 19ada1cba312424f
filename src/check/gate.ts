/** Counts one try; call it exactly once when the try has ended. */
export type Release = () => void

/**
 * How many tries are under way at once, all jobs of the process together. Fair: jobs take turns, and within a job
 * addresses take turns, so that neither a job of 500 paths nor one slow address holds up the others.
 */
export type Gate = {
  /**
   * Resolves when the try may begin; with `null` when `leave` gave the place up.
   * @param address what is dialled; `null` (a question to DNS) counts towards the total only.
   */
  enter(jobId: string, address: string | null): Promise<Release | null>
  /** Gives up every place that the job waits for (not those it holds). */
  leave(jobId: string): void
  /** Lets no more tries of the job begin; others pass. @param until never rejects. */
  pause(jobId: string, until: Promise<void>): void
  /** Tries under way. */
  readonly active: number
  /** Tries of one address that may be under way at once: more of them need not be got ready. */
  readonly perAddress: number
}

type Admit = (release: Release | null) => void

/** Waiting tries of one job, by address; the key of the first in turn is the first of the map. */
type Waiting = Map<string, Admit[]>

const NO_ADDRESS = ''

/**
 * @param limits `total` and `perAddress` are at least 1.
 * @param changed called with how many tries are under way, whenever that has changed.
 */
export function createGate(
  limits: { total: number; perAddress: number },
  changed: (active: number) => void = () => undefined,
): Gate {
  const waiting = new Map<string, Waiting>()
  const perAddress = new Map<string, number>()
  /** How many pauses each job is under. */
  const paused = new Map<string, number>()
  let active = 0

  const free = (key: string) =>
    active < limits.total && (key === NO_ADDRESS || (perAddress.get(key) ?? 0) < limits.perAddress)

  const firstFree = (addresses: Waiting): string | undefined => {
    for (const key of addresses.keys()) if (free(key)) return key
    return undefined
  }

  const hold = (key: string): Release => {
    changed(++active)
    if (key !== NO_ADDRESS) perAddress.set(key, (perAddress.get(key) ?? 0) + 1)
    let held = true
    return () => {
      if (!held) return
      held = false
      changed(--active)
      const left = (perAddress.get(key) ?? 0) - 1
      if (left > 0) perAddress.set(key, left)
      else perAddress.delete(key)
      admit()
    }
  }

  /** Lets one try of the next job in turn in, as long as there is one that fits. */
  const admit = () => {
    for (let admitted = true; admitted && active < limits.total; ) {
      admitted = false
      for (const [jobId, addresses] of waiting) {
        const key = paused.has(jobId) ? undefined : firstFree(addresses)
        if (key === undefined) continue
        const queue = addresses.get(key) ?? []
        const next = queue.shift()
        // To the end of the line, both the address and the job
        addresses.delete(key)
        if (queue.length > 0) addresses.set(key, queue)
        waiting.delete(jobId)
        if (addresses.size > 0) waiting.set(jobId, addresses)
        next?.(hold(key))
        admitted = true
        break
      }
    }
  }

  const goOn = (jobId: string) => {
    const left = (paused.get(jobId) ?? 0) - 1
    if (left > 0) paused.set(jobId, left)
    else paused.delete(jobId)
    admit()
  }

  return {
    enter(jobId, address) {
      const key = address ?? NO_ADDRESS
      // Nobody is waiting: the common case, without a queue
      if (waiting.size === 0 && free(key) && !paused.has(jobId)) return Promise.resolve(hold(key))
      const { promise, resolve } = Promise.withResolvers<Release | null>()
      const addresses: Waiting = waiting.get(jobId) ?? new Map()
      waiting.set(jobId, addresses)
      const queue = addresses.get(key)
      if (queue) queue.push(resolve)
      else addresses.set(key, [resolve])
      admit()
      return promise
    },
    leave(jobId) {
      const addresses = waiting.get(jobId)
      waiting.delete(jobId)
      for (const queue of addresses?.values() ?? []) for (const give of queue) give(null)
    },
    pause(jobId, until) {
      paused.set(jobId, (paused.get(jobId) ?? 0) + 1)
      void until.then(() => goOn(jobId))
    },
    get active() {
      return active
    },
    perAddress: limits.perAddress,
  }
}
