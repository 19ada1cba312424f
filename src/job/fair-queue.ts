/**
 * Chooses which of the waiting jobs is next: places are shared between owners, and what is asked comes before what
 * schedules make (ADR 0060). Within an owner the first that came is the first that runs. Pure.
 *
 * @module
 */

import type { QueuedJob } from '../record/job.ts'

export type FairQueue = {
  add(job: QueuedJob): void
  remove(id: string): void
  has(id: string): boolean
  /** Puts these in the place of all that wait, in their order. */
  replace(jobs: Iterable<QueuedJob>): void
  /** Takes the next job that has a place, and counts it as open; `null`: none has. */
  take(): QueuedJob | null
  /** Takes a job that waits, whether it has a place or not. */
  open(id: string): void
  /** Its place is free. */
  close(job: QueuedJob): void
  /** Those that wait, in the order in which they would be taken if places were free. */
  waiting(): QueuedJob[]
  readonly size: number
}

/** Jobs of one owner that are asked, or that schedules make: those among which the first comes first. */
type Flow = { scheduled: boolean; waiting: Map<string, QueuedJob>; open: number; lastTurn: number }

/** One place in so many is kept for schedules while others ask. */
const SCHEDULED_SHARE = 4

/**
 * Makes a queue in which each owner with a waiting job has a share of the places. It gets that share at once, even if
 * others have taken all places while nobody else was there: their jobs go on beside it, and none of theirs begins until
 * a place is free again.
 *
 * @param places jobs that are open at once where nobody has less than its share.
 * @param most jobs that are open at once at all.
 */
export function createFairQueue(places: number, most: number): FairQueue {
  const flows = new Map<string, Flow>()
  const byId = new Map<string, Flow>()
  let turn = 0

  const keyOf = ({ owner, scheduled }: QueuedJob): string => `${scheduled ? 'scheduled' : 'asked'} ${owner}`

  const flowOf = (job: QueuedJob): Flow => {
    const key = keyOf(job)
    const flow = flows.get(key) ?? { scheduled: job.scheduled, waiting: new Map(), open: 0, lastTurn: 0 }
    flows.set(key, flow)
    return flow
  }

  const forget = (job: QueuedJob, flow: Flow): void => {
    if (flow.waiting.size === 0 && flow.open === 0) {
      flows.delete(keyOf(job))
    }
  }

  const add = (job: QueuedJob): void => {
    if (byId.has(job.id)) {
      return
    }
    const flow = flowOf(job)
    flow.waiting.set(job.id, job)
    byId.set(job.id, flow)
  }

  const takeFrom = (flow: Flow, job: QueuedJob): QueuedJob => {
    flow.waiting.delete(job.id)
    byId.delete(job.id)
    flow.open++
    flow.lastTurn = ++turn
    return job
  }

  /** Sums the flows of schedules, or all others: how many of their jobs are open, and how many places are theirs. */
  const classOf = (scheduled: boolean) => {
    const own = [...flows.values()].filter((flow) => flow.scheduled === scheduled)
    const others = flows.size - own.length
    const kept = Math.max(1, Math.floor(places / SCHEDULED_SHARE))
    const share = others === 0 ? places : scheduled ? kept : Math.max(1, places - kept)
    return { own, share, open: own.reduce((sum, flow) => sum + flow.open, 0) }
  }
  type Class = ReturnType<typeof classOf>

  /** The flow with the fewest open jobs, of those the one whose last turn is longest ago. */
  const nextOf = ({ own }: Class): Flow | null =>
    own
      .filter(({ waiting }) => waiting.size > 0)
      .reduce<Flow | null>(
        (best, flow) =>
          best === null || flow.open < best.open || (flow.open === best.open && flow.lastTurn < best.lastTurn)
            ? flow
            : best,
        null,
      )

  return {
    add,
    remove(id) {
      const flow = byId.get(id)
      const job = flow?.waiting.get(id)
      if (flow !== undefined && job !== undefined) {
        flow.waiting.delete(id)
        byId.delete(id)
        forget(job, flow)
      }
    },
    has: (id) => byId.has(id),
    replace(jobs) {
      byId.clear()
      for (const [key, flow] of flows) {
        flow.waiting.clear()
        if (flow.open === 0) {
          flows.delete(key)
        }
      }
      for (const job of jobs) {
        add(job)
      }
    },
    take() {
      const [asked, scheduled] = [classOf(false), classOf(true)]
      const total = asked.open + scheduled.open
      const askedFirst = asked.open < asked.share || scheduled.open >= scheduled.share
      for (const each of askedFirst ? [asked, scheduled] : [scheduled, asked]) {
        const flow = nextOf(each)
        const [job] = flow?.waiting.values() ?? []
        if (flow === null || job === undefined) {
          continue
        }
        const ownShare = Math.max(1, Math.floor(each.share / each.own.length))
        if (total < places || (flow.open < ownShare && total < most)) {
          return takeFrom(flow, job)
        }
      }
      return null
    },
    open(id) {
      const flow = byId.get(id)
      const job = flow?.waiting.get(id)
      if (flow !== undefined && job !== undefined) {
        takeFrom(flow, job)
      }
    },
    close(job) {
      const flow = flowOf(job)
      flow.open = Math.max(0, flow.open - 1)
      forget(job, flow)
    },
    waiting: () =>
      [...flows.values()]
        .toSorted((a, b) => Number(a.scheduled) - Number(b.scheduled) || a.open - b.open || a.lastTurn - b.lastTurn)
        .flatMap((flow, at) => [...flow.waiting.values()].map((job, place) => ({ job, place, at })))
        .toSorted((a, b) => a.place - b.place || a.at - b.at)
        .map(({ job }) => job),
    get size() {
      return byId.size
    },
  }
}
