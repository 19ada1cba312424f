import { Counts, type Flow, Line, type Release, type Target, type Targets } from './try-line.ts'

export type { Release } from './try-line.ts'

/** Whose share of the places a job takes: its owner's, of what is asked or of what schedules make. */
export type Share = { owner: string; scheduled: boolean }

/**
 * Limits how many tries are under way at once, in all jobs of the process together. It is fair: the owner with the fewest
 * tries under way is next, of an owner the job with the fewest, among equals the one whose target has the fewest; then
 * owners take turns, jobs of an owner do, and within a job targets. A try of a schedule's job counts as three, so that
 * what is asked has three of four places while both want them (ADR 0060). Some places are left for whoever comes next: an
 * owner beyond its share may hold fifteen times as many places as are free, a job seven times as many as its owner has
 * yet, and a port seven times as many as its address has free; the last place of an address that several ports share is
 * for a port that has none. So neither a job of 500 paths nor targets that never answer hold up the others.
 */
export type Gate = {
  /**
   * Says whose share a job takes, before its first try; jobs that nobody has said it of share one.
   *
   * @returns forgets it.
   */
  join(jobId: string, share: Share): () => void
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

const NO_ADDRESS = ''
/** A job or a port may hold this many times the places that are free. */
const SHARE = 7
/** So may an owner, with all its jobs. */
const OWNER_SHARE = 15
/** Tries of a job that a schedule has made count so often when owners are compared. */
const SCHEDULED_WEIGHT = 3

const NOBODYS: Flow = { key: '', weight: 1 }

type Limits = { total: number; perAddress: number }

class TryGate implements Gate {
  readonly #limits: Limits
  readonly #changed: (active: number) => void
  /** Owners with tries that wait or are under way; the first in turn is the first of the map. */
  readonly #lines = new Map<string, Line>()
  readonly #flows = new Map<string, Flow>()
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

  join(jobId: string, { owner, scheduled }: Share): () => void {
    const flow = { key: `${scheduled ? 'scheduled' : 'asked'} ${owner}`, weight: scheduled ? SCHEDULED_WEIGHT : 1 }
    this.#flows.set(jobId, flow)
    return () => {
      if (this.#flows.get(jobId) === flow) {
        this.#flows.delete(jobId)
      }
    }
  }

  enter(jobId: string, address: string | null, port: number | null = null): Promise<Release | null> {
    const line = this.#lineOf(this.#flows.get(jobId) ?? NOBODYS)
    const target: Target = { key: `${address ?? NO_ADDRESS} ${port ?? ''}`, address: address ?? NO_ADDRESS }
    // Nobody is waiting: the common case, without a queue
    if (this.#isNobodyWaiting() && this.#isFree(line, jobId, target) && this.#paused.of(jobId) === 0) {
      return Promise.resolve(this.#hold(line, jobId, target))
    }
    const { promise, resolve } = Promise.withResolvers<Release | null>()
    line.add(jobId, target, resolve)
    this.#admit()
    return promise
  }

  leave(jobId: string): void {
    this.#passedOver.delete(jobId)
    for (const line of this.#lines.values()) {
      const leaving = line.takeJob(jobId)
      this.#forget(line)
      for (const admit of leaving) {
        admit(null)
      }
    }
  }

  pause(jobId: string, until: Promise<void>): void {
    this.#paused.add(jobId, 1)
    void until.then(() => {
      this.#paused.add(jobId, -1)
      this.#admit()
    })
  }

  #lineOf(flow: Flow): Line {
    const line = this.#lines.get(flow.key) ?? new Line(flow)
    this.#lines.set(flow.key, line)
    return line
  }

  #forget(line: Line): void {
    if (line.isEmpty && line.held === 0) {
      this.#lines.delete(line.flow.key)
    }
  }

  #isNobodyWaiting(): boolean {
    for (const line of this.#lines.values()) {
      if (!line.isEmpty) {
        return false
      }
    }
    return true
  }

  /** The places that are an owner's, of those that want some. */
  #shareOf({ flow }: Line): number {
    let parts = 0
    for (const line of this.#lines.values()) {
      parts += 1 / line.flow.weight
    }
    return this.#limits.total / (flow.weight * parts)
  }

  /** Tells whether a try of the job to the target may begin. */
  #isFree(line: Line, jobId: string, { key, address }: Target): boolean {
    const places = this.#limits.total - this.#active
    if (places <= 0) {
      return false
    }
    const isAlone = this.#lines.size === 1
    const own = isAlone ? 0 : this.#shareOf(line) - line.held
    if (this.#ofJob.of(jobId) >= SHARE * Math.max(places, own) || (own <= 0 && line.held >= OWNER_SHARE * places)) {
      return false
    }
    if (address === NO_ADDRESS) {
      return true
    }
    const held = this.#ofTarget.of(key)
    const others = this.#ofAddress.of(address) - held
    const left = this.#limits.perAddress - others - held
    return left > 0 && held < SHARE * left && (left > 1 || held === 0 || others === 0)
  }

  #hold(line: Line, jobId: string, target: Target): Release {
    this.#count(line, jobId, target, 1)
    let held = true
    return () => {
      if (!held) {
        return
      }
      held = false
      this.#count(line, jobId, target, -1)
      this.#forget(line)
      this.#admit()
    }
  }

  #count(line: Line, jobId: string, { key, address }: Target, change: 1 | -1): void {
    this.#active += change
    line.held += change
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
      const taken = next?.line.take(next.jobId, next.key) ?? null
      if (next === null || taken === null) {
        return
      }
      const { line, jobId } = next
      // The owner goes to the end of the line
      this.#lines.delete(line.flow.key)
      this.#lines.set(line.flow.key, line)
      taken.admit(this.#hold(line, jobId, taken.target))
    }
  }

  /** Finds who is next: of the owners with a try that fits the one with the fewest under way, of those the first in line. */
  #next(): { line: Line; jobId: string; key: string } | null {
    const waiting = [...this.#lines.values()].filter((line) => !line.isEmpty)
    for (const line of waiting.sort((a, b) => a.held * a.flow.weight - b.held * b.flow.weight)) {
      const next = this.#nextOf(line)
      if (next !== null) {
        return { line, ...next }
      }
    }
    return null
  }

  /**
   * Finds which job of an owner is next: of those with a try that fits the one with the fewest under way, of those the
   * one whose target has the fewest, of those the longest in line. A job that was passed over for its target is not
   * passed over again.
   */
  #nextOf(line: Line): { jobId: string; key: string } | null {
    let best: { jobId: string; key: string } | null = null
    let [fewest, fewestOfTarget] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
    /** Jobs with as few tries under way as the best, up to it, in line. */
    let equals: string[] = []
    for (const [jobId, targets] of line.jobs()) {
      const held = this.#ofJob.of(jobId)
      const key = held > fewest || this.#paused.of(jobId) > 0 ? undefined : this.#firstFree(line, jobId, targets)
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

  #firstFree(line: Line, jobId: string, targets: Targets): string | undefined {
    for (const [key, { target }] of targets) {
      if (this.#isFree(line, jobId, target)) {
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
