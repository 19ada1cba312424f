/** Counts one try; call it exactly once when the try has ended. */
export type Release = () => void

/**
 * How many tries are under way at once, all jobs of the process together. Fair: whoever has the fewest tries under way
 * is next, of jobs that have as many the one whose target has the fewest, then they take turns, and within a job targets
 * take turns. Some places are left for who comes next: tries of a job may be seven times as many as places are free, and
 * tries of a port seven times as many as its address has free; the last place of an address that several ports share is
 * for one that has none under way. So neither a job of 500 paths nor targets that never answer hold up the others.
 */
export type Gate = {
  /**
   * Resolves when the try may begin; with `null` when `leave` gave the place up.
   * @param address what is dialled; `null` (a question to DNS) counts towards the total only.
   * @param port of the address, if any: ports of one address share what it is allowed.
   */
  enter(jobId: string, address: string | null, port?: number | null): Promise<Release | null>
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

/** What is dialled. `address` is empty for a question to DNS. */
type Target = { key: string; address: string }

/** Waiting tries of one job, by target; the first in turn is the first of the map. */
type Waiting = Map<string, { target: Target; queue: Admit[] }>

const NO_ADDRESS = ''
/** So many times as many places as are free may be held. */
const SHARE = 7

/** Counts by key, without those of which there are none. */
class Counts {
  readonly #counts = new Map<string, number>()

  of(key: string): number {
    return this.#counts.get(key) ?? 0
  }

  add(key: string, change: 1 | -1): void {
    const count = this.of(key) + change
    if (count > 0) {
      this.#counts.set(key, count)
    } else {
      this.#counts.delete(key)
    }
  }
}

/**
 * @param limits `total` and `perAddress` are at least 1.
 * @param changed called with how many tries are under way, whenever that has changed.
 */
export function createGate(
  limits: { total: number; perAddress: number },
  changed: (active: number) => void = () => undefined,
): Gate {
  const waiting = new Map<string, Waiting>()
  const ofAddress = new Counts()
  const ofTarget = new Counts()
  const ofJob = new Counts()
  /** How many pauses each job is under. */
  const paused = new Map<string, number>()
  let active = 0

  const free = (jobId: string, { key, address }: Target): boolean => {
    const places = limits.total - active
    if (places <= 0 || ofJob.of(jobId) >= SHARE * places) {
      return false
    }
    if (address === NO_ADDRESS) {
      return true
    }
    const held = ofTarget.of(key)
    const others = ofAddress.of(address) - held
    const own = limits.perAddress - others - held
    return own > 0 && held < SHARE * own && (own > 1 || held === 0 || others === 0)
  }

  const firstFree = (jobId: string, targets: Waiting): string | undefined => {
    for (const [key, { target }] of targets) {
      if (free(jobId, target)) {
        return key
      }
    }
    return undefined
  }

  const count = (jobId: string, { key, address }: Target, change: 1 | -1): void => {
    active += change
    ofJob.add(jobId, change)
    if (address !== NO_ADDRESS) {
      ofAddress.add(address, change)
      ofTarget.add(key, change)
    }
    changed(active)
  }

  const hold = (jobId: string, target: Target): Release => {
    count(jobId, target, 1)
    let held = true
    return () => {
      if (!held) {
        return
      }
      held = false
      count(jobId, target, -1)
      admit()
    }
  }

  /**
   * Who is next: of the jobs with a try that fits the one with the fewest under way, of those the one whose target has
   * the fewest, of those the longest in line.
   */
  const next = (): { jobId: string; key: string } | null => {
    let best: { jobId: string; key: string } | null = null
    let [fewest, fewestOfTarget] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
    for (const [jobId, targets] of waiting) {
      const held = ofJob.of(jobId)
      if (held > fewest || paused.has(jobId)) {
        continue
      }
      const key = firstFree(jobId, targets)
      if (key === undefined) {
        continue
      }
      const heldOfTarget = ofTarget.of(key)
      if (held === fewest && heldOfTarget >= fewestOfTarget) {
        continue
      }
      best = { jobId, key }
      fewest = held
      fewestOfTarget = heldOfTarget
      if (held === 0 && heldOfTarget === 0) {
        break
      }
    }
    return best
  }

  /** Lets in whoever is next, as long as there is one that fits. */
  const admit = () => {
    while (active < limits.total) {
      const admitted = next()
      if (admitted === null) {
        return
      }
      const { jobId, key } = admitted
      const targets: Waiting = waiting.get(jobId) ?? new Map()
      const entry = targets.get(key)
      if (entry === undefined) {
        return
      }
      const give = entry.queue.shift()
      // To the end of the line, both the target and the job
      targets.delete(key)
      if (entry.queue.length > 0) {
        targets.set(key, entry)
      }
      waiting.delete(jobId)
      if (targets.size > 0) {
        waiting.set(jobId, targets)
      }
      give?.(hold(jobId, entry.target))
    }
  }

  const goOn = (jobId: string) => {
    const left = (paused.get(jobId) ?? 0) - 1
    if (left > 0) {
      paused.set(jobId, left)
    } else {
      paused.delete(jobId)
    }
    admit()
  }

  return {
    enter(jobId, address, port = null) {
      const target: Target = { key: `${address ?? NO_ADDRESS} ${port ?? ''}`, address: address ?? NO_ADDRESS }
      // Nobody is waiting: the common case, without a queue
      if (waiting.size === 0 && free(jobId, target) && !paused.has(jobId)) {
        return Promise.resolve(hold(jobId, target))
      }
      const { promise, resolve } = Promise.withResolvers<Release | null>()
      const targets: Waiting = waiting.get(jobId) ?? new Map()
      waiting.set(jobId, targets)
      const entry = targets.get(target.key)
      if (entry) {
        entry.queue.push(resolve)
      } else {
        targets.set(target.key, { target, queue: [resolve] })
      }
      admit()
      return promise
    },
    leave(jobId) {
      const targets = waiting.get(jobId)
      waiting.delete(jobId)
      for (const { queue } of targets?.values() ?? []) {
        for (const give of queue) {
          give(null)
        }
      }
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
