/**
 * Compares a Service from round to round: since when each path is as it is, and what has changed.
 *
 * @module
 */
import type { Job, JobPath } from '../../../client/schema.ts'
import { kindOf, place, portOf } from '../../../report/phrases.ts'
import { visible } from '../../../report/visible.ts'

/** Holds the job of one round, or why there is none. */
export type Seen = { job: Job; problem: null } | { job: null; problem: string }

/** One path as it is now. */
export type WatchedPath = { id: string; title: string; outcome: JobPath['outcome']; told: string; since: Date }

/** A path whose state is another one than in the round before. `was` is null for a path that is new. */
export type Change = { title: string; outcome: string; told: string; was: { told: string; since: Date } | null }

export type Now = {
  at: Date
  /** `null`: nothing is known of it yet. */
  target: string | null
  /** `PASS`, or that it is not known, with the reason. */
  state: string
  problem: string | null
  since: Date
  paths: readonly WatchedPath[]
  changes: readonly Change[]
}

export function createChanges() {
  let known = new Map<string, WatchedPath>()
  let hasSeen = false
  let last: { state: string; since: Date; target: string | null } | null = null

  return {
    /** Compares what is seen with what was. */
    take({ job, problem }: Seen, at: Date): Now {
      const state = job === null ? 'UNKNOWN' : (job.verdict ?? job.status).toUpperCase()
      const target = job === null ? (last?.target ?? null) : visible(`${job.target.namespace}/${job.target.service}`)
      const since = last?.state === state ? last.since : at
      last = { state, since, target }
      const paths = job === null ? [...known.values()] : pathsOf(job, known, at)
      const changes = job === null || !hasSeen ? [] : changesOf(paths, known)
      if (job !== null) {
        hasSeen = true
        known = new Map(paths.map((path) => [path.id, path]))
      }
      return { at, target, state, problem: problem === null ? null : visible(problem), since, paths, changes }
    },
  }
}

function pathsOf(job: Job, known: ReadonlyMap<string, WatchedPath>, at: Date): WatchedPath[] {
  return job.paths.map((path) => {
    const told = toldOf(path)
    const before = known.get(path.id)
    const since = before?.told === told ? before.since : at
    return { id: path.id, title: titleOf(path), outcome: path.outcome, told, since }
  })
}

const titleOf = (path: JobPath): string => {
  const shown = path as Parameters<typeof place>[0]
  const node = path.node === null ? '' : ` (${visible(path.node)})`
  return `${kindOf(shown)} ${portOf(shown)} ${place(shown)}${node}`
}

/** The failure by its code: its message may be another each time. */
function toldOf({ outcome, skipped, results, flaky }: JobPath): string {
  if (outcome === 'fail' || outcome === 'error') {
    const codes = new Set(results.flatMap(({ failure }) => failure?.code ?? []))
    return codes.size === 0 ? outcome : `${outcome}: ${[...codes].map(visible).join(', ')}`
  }
  return outcome === 'skipped'
    ? `skipped: ${skipped?.reason ?? ''}`
    : `${outcome ?? 'undecided'}${flaky ? ', flaky' : ''}`
}

function changesOf(paths: readonly WatchedPath[], known: ReadonlyMap<string, WatchedPath>): Change[] {
  const here = new Set(paths.map(({ id }) => id))
  const changed = paths.flatMap(({ id, title, outcome, told }): Change[] => {
    const was = known.get(id) ?? null
    return was?.told === told ? [] : [{ title, outcome: outcome ?? '', told, was }]
  })
  const gone = [...known.values()].filter(({ id }) => !here.has(id))
  return [...changed, ...gone.map((was): Change => ({ title: was.title, outcome: '', told: 'gone', was }))]
}
