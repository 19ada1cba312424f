/** Counts one try; call it exactly once when the try has ended. */
export type Release = () => void

/**
 * Limits how many tries are under way at once, in all jobs of the process together. It is fair: the job with the fewest
 * tries under way is next, among equals the one whose target has the fewest; then jobs take turns, and within a job
 * targets do. Some places are left for whoever comes next: a job may hold seven times as many places as are free, and a
 * port seven times as many as its address has free; the last place of an address that several ports share is for a port
 * that has none. So neither a job of 500 paths nor targets that never answer hold up the others.
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

/** The target of a try. `address` is empty for a question to DNS. */
type Target = { key: string; address: string }

const NO_ADDRESS = ''
/** A job or a port may hold this many times the places that are free. */
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

/** A job's tries that wait, by target; the first in turn is the first of the map. */
type Targets = Map<string, { target: Target; queue: Admit[] }>

/** Tries that wait, by job, in the order in which their turn comes. */
class Line {
  readonly #jobs = new Map<string, Targets>()

  get isEmpty(): boolean {
    return this.#jobs.size === 0
  }

  jobs(): Iterable<[jobId: string, targets: Targets]> {
    return this.#jobs
  }

  add(jobId: string, target: Target, admit: Admit): void {
    const targets: Targets = this.#jobs.get(jobId) ?? new Map()
    this.#jobs.set(jobId, targets)
    const entry = targets.get(target.key)
    if (entry) {
      entry.queue.push(admit)
    } else {
      targets.set(target.key, { target, queue: [admit] })
    }
  }

  /** Takes the first of a target; both the target and the job go to the end of the line. */
  take(jobId: string, key: string): { target: Target; admit: Admit } | null {
    const targets = this.#jobs.get(jobId)
    const entry = targets?.get(key)
    const admit = entry?.queue.shift()
    if (targets === undefined || entry === undefined || admit === undefined) {
      return null
    }
    targets.delete(key)
    if (entry.queue.length > 0) {
      targets.set(key, entry)
    }
    this.#jobs.delete(jobId)
    if (targets.size > 0) {
      this.#jobs.set(jobId, targets)
    }
    return { target: entry.target, admit }
  }

  /** Takes all of a job. */
  takeJob(jobId: string): Admit[] {
    const targets = this.#jobs.get(jobId)
    this.#jobs.delete(jobId)
    return [...(targets?.values() ?? [])].flatMap(({ queue }) => queue)
  }
}

type Limits = { total: number; perAddress: number }

class TryGate implements Gate {
  readonly #limits: Limits
  readonly #changed: (active: number) => void
  readonly #line = new Line()
  readonly #ofAddress = new Counts()
  readonly #ofTarget = new Counts()
  readonly #ofJob = new Counts()
  /** Counts the pauses that each job is under. */
  readonly #paused = new Counts()
  /** Jobs that were passed over since their last turn, for a target with fewer tries: that happens once in a row. */
  readonly #passedOver = new Set<string>()
  #active = 0

  constructor(limits: Limits, changed: (active: number) => void) {
    this.#limits = limits
    this.#changed = changed
  }

  get active(): number {
    return this.#active
  }

  get perAddress(): number {
    return this.#limits.perAddress
  }

  enter(jobId: string, address: string | null, port: number | null = null): Promise<Release | null> {
    const target: Target = { key: `${address ?? NO_ADDRESS} ${port ?? ''}`, address: address ?? NO_ADDRESS }
    // Nobody is waiting: the common case, without a queue
    if (this.#line.isEmpty && this.#isFree(jobId, target) && this.#paused.of(jobId) === 0) {
      return Promise.resolve(this.#hold(jobId, target))
    }
    const { promise, resolve } = Promise.withResolvers<Release | null>()
    this.#line.add(jobId, target, resolve)
    this.#admit()
    return promise
  }

  leave(jobId: string): void {
    this.#passedOver.delete(jobId)
    for (const admit of this.#line.takeJob(jobId)) {
      admit(null)
    }
  }

  pause(jobId: string, until: Promise<void>): void {
    this.#paused.add(jobId, 1)
    void until.then(() => {
      this.#paused.add(jobId, -1)
      this.#admit()
    })
  }

  /** Tells whether a try of the job to the target may begin. */
  #isFree(jobId: string, { key, address }: Target): boolean {
    const places = this.#limits.total - this.#active
    if (places <= 0 || this.#ofJob.of(jobId) >= SHARE * places) {
      return false
    }
    if (address === NO_ADDRESS) {
      return true
    }
    const held = this.#ofTarget.of(key)
    const others = this.#ofAddress.of(address) - held
    const own = this.#limits.perAddress - others - held
    return own > 0 && held < SHARE * own && (own > 1 || held === 0 || others === 0)
  }

  #hold(jobId: string, target: Target): Release {
    this.#count(jobId, target, 1)
    let held = true
    return () => {
      if (!held) {
        return
      }
      held = false
      this.#count(jobId, target, -1)
      this.#admit()
    }
  }

  #count(jobId: string, { key, address }: Target, change: 1 | -1): void {
    this.#active += change
    this.#ofJob.add(jobId, change)
    if (address !== NO_ADDRESS) {
      this.#ofAddress.add(address, change)
      this.#ofTarget.add(key, change)
    }
    this.#changed(this.#active)
  }

  /** Lets in whoever is next, as long as there is one that fits. */
  #admit(): void {
    while (this.#active < this.#limits.total) {
      const next = this.#next()
      const taken = next && this.#line.take(next.jobId, next.key)
      if (next === null || taken === null) {
        return
      }
      taken.admit(this.#hold(next.jobId, taken.target))
    }
  }

  /**
   * Finds who is next: of the jobs with a try that fits the one with the fewest under way, of those the one whose target
   * has the fewest, of those the longest in line. A job that was passed over for its target is not passed over again.
   */
  #next(): { jobId: string; key: string } | null {
    let best: { jobId: string; key: string } | null = null
    let [fewest, fewestOfTarget] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
    /** Jobs with as few tries under way as the best, up to it, in line. */
    let equals: string[] = []
    for (const [jobId, targets] of this.#line.jobs()) {
      const held = this.#ofJob.of(jobId)
      const key = held > fewest || this.#paused.of(jobId) > 0 ? undefined : this.#firstFree(jobId, targets)
      if (key === undefined) {
        continue
      }
      equals = held < fewest ? [] : equals
      const heldOfTarget = this.#passedOver.has(jobId) ? 0 : this.#ofTarget.of(key)
      if (held < fewest || heldOfTarget < fewestOfTarget) {
        best = { jobId, key }
        fewest = held
        fewestOfTarget = heldOfTarget
      }
      equals.push(jobId)
      // Nobody can have fewer
      if (fewest === 0 && fewestOfTarget === 0) {
        break
      }
    }
    if (best !== null) {
      for (const jobId of equals.slice(0, equals.indexOf(best.jobId))) {
        this.#passedOver.add(jobId)
      }
      this.#passedOver.delete(best.jobId)
    }
    return best
  }

  #firstFree(jobId: string, targets: Targets): string | undefined {
    for (const [key, { target }] of targets) {
      if (this.#isFree(jobId, target)) {
        return key
      }
    }
    return undefined
  }
}

/**
 * @param limits `total` and `perAddress` are at least 1.
 * @param changed called with how many tries are under way, whenever that has changed.
 */
export const createGate = (limits: Limits, changed: (active: number) => void = () => undefined): Gate =>
  new TryGate(limits, changed)
