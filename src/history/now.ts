/**
 * Tells how a Service is now from the states of all its paths: one that the last job left out is as it was when it was
 * last looked at. Pure.
 *
 * @module
 */

import type { Diagnosis, Finding } from '../diagnose/finding.ts'
import { KINDS } from '../plan/kinds.ts'
import { type PathHistory, type SeriesState, UNWATCHED_MS } from './types.ts'

export type StateNow = {
  /** `fail` if one of the states is; `null`: never tested. */
  state: 'pass' | 'fail' | null
  sinceMs: number | null
}

type Seen = Pick<SeriesState, 'state' | 'sinceMs' | 'lastAtMs' | 'lastOutcome'>

/**
 * States of one path, without those of checks and vantages that others of it have left behind. Only what decides leaves
 * others behind: a vantage that cannot test the path, or an error of ours, tells nothing newer of it.
 */
export function watchedOf<T extends Seen>(states: readonly T[]): T[] {
  const decided = states.filter(({ lastOutcome }) => lastOutcome === 'pass' || lastOutcome === 'fail')
  const newestMs = Math.max(...decided.map(({ lastAtMs }) => lastAtMs))
  return states.filter(({ lastAtMs }) => lastAtMs >= newestMs - UNWATCHED_MS)
}

/** It fails since the first of its states does, and passes since the last of them does. */
export function stateNow(states: readonly Seen[]): StateNow {
  const watched = watchedOf(states)
  const since = (state: 'pass' | 'fail') =>
    watched.filter((each) => each.state === state).flatMap(({ sinceMs }) => sinceMs ?? [])
  const has = (state: 'pass' | 'fail') => watched.some((each) => each.state === state)
  if (has('fail')) {
    return { state: 'fail', sinceMs: finite(Math.min(...since('fail'))) }
  }
  if (has('pass')) {
    return { state: 'pass', sinceMs: finite(Math.max(...since('pass'))) }
  }
  return { state: null, sinceMs: null }
}

/**
 * A Service fails while one of its paths does, though none of its last jobs looked at that path.
 *
 * @param whole as its jobs ended.
 * @param failingSinceMs of the first of its paths that fail; `null`: none does.
 */
export function serviceNow(whole: StateNow, failingSinceMs: number | null): StateNow {
  if (failingSinceMs === null) {
    return whole
  }
  const sinceMs = whole.state === 'fail' ? Math.min(whole.sinceMs ?? failingSinceMs, failingSinceMs) : failingSinceMs
  return { state: 'fail', sinceMs }
}

const finite = (ms: number): number | null => (Number.isFinite(ms) ? ms : null)

/** Planned, and promised: what is neither says nothing about now. */
const counts = ({ path, retiredAtMs }: PathHistory): boolean => retiredAtMs === null && path.expected !== 'unknown'

/**
 * Paths that fail as far as is known, and of which the last job told nothing: it left them out, or could not test them.
 *
 * @param sinceMs creation of the last job.
 */
export const failingUnseen = (paths: readonly PathHistory[], sinceMs: number): PathHistory[] =>
  paths.filter(
    (each) =>
      counts(each) &&
      watchedOf(each.states).some(
        ({ state, lastAtMs, lastOutcome }) => state === 'fail' && (lastAtMs < sinceMs || lastOutcome === 'skipped'),
      ),
  )

/**
 * The diagnosis of now: that of the last job, with what earlier ones said of paths that fail and that it did not
 * test.
 *
 * @param last of the last job.
 * @param earlier of the jobs that looked at `unseen` last.
 * @param unseen as {@link failingUnseen} tells; where it is empty, the last job's diagnosis stands.
 */
export function diagnosisNow(
  last: Diagnosis | null,
  earlier: readonly Diagnosis[],
  unseen: readonly PathHistory[],
  paths: readonly PathHistory[],
): Diagnosis | null {
  if (unseen.length === 0) {
    return last
  }
  const ids = new Set(unseen.map(({ path }) => path.id))
  const findings = [...(last?.findings ?? [])]
  const said = new Set(findings.map(keyOf))
  for (const finding of earlier.flatMap((each) => each.findings)) {
    if (said.has(keyOf(finding)) || !finding.explains.some((id) => ids.has(id))) {
      continue
    }
    said.add(keyOf(finding))
    findings.push(finding)
  }
  return { status: isAnyWayOpen(paths) ? 'degraded' : 'broken', findings }
}

const keyOf = ({ code, title }: Finding): string => `${code}\n${title}`

/** A pod itself is no way to the Service, nor is a name that is only resolved. */
function isAnyWayOpen(paths: readonly PathHistory[]): boolean {
  const tested = paths.filter(counts).map((each) => ({ path: each.path, ...stateNow(each.states) }))
  const ways = tested.filter(
    ({ path, state }) => state !== null && KINDS[path.kind].role !== 'pod' && path.addressPort !== null,
  )
  const deciding = ways.length > 0 ? ways : tested
  return deciding.some(({ state }) => state === 'pass')
}
