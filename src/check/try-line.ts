/**
 * The tries of one owner that wait for a place, and how many of what there are: what the gate of tries decides over.
 *
 * @module
 */
/** Counts one try; call it exactly once when the try has ended. */
export type Release = () => void

type Admit = (release: Release | null) => void

/** The target of a try. `address` is empty for a question to DNS. */
export type Target = { key: string; address: string }

/** Jobs of one owner that are asked, or that schedules make. */
export type Flow = { key: string; weight: number }

/** Counts by key, without those of which there are none. */
export class Counts {
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
export type Targets = Map<string, { target: Target; queue: Admit[] }>

/** Tries of one owner: those that wait, by job, in the order in which their turn comes, and how many are under way. */
export class Line {
  readonly flow: Flow
  held = 0
  readonly #jobs = new Map<string, Targets>()

  constructor(flow: Flow) {
    this.flow = flow
  }

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
