/**
 * Judges results: the outcome of a path, the verdict of a job. Pure.
 *
 * @module
 */

import type { PathSelector, PlannedPath, Skipped, SkipReason } from '../plan/path.ts'
import type { Expectations } from '../plan/request.ts'
import { selects } from '../plan/selector.ts'
import type { Failure } from './codes.ts'
import { isBeyondVantage } from './failure.ts'
import type { Outcome, Tried } from './result.ts'
import { NO_SUMMARY, type Summary, type Verdict, verdictOf, worstOutcome } from './verdict.ts'

export type PathJudgement<T extends Tried = Tried> = {
  /** `null` until decided. */
  outcome: Outcome | null
  /** A deciding try passed after a try that had failed. */
  flaky: boolean
  skipped: Skipped | null
  /** The tries that decide: the last of each sample, address and check, in the last round. */
  deciding: readonly T[]
}

/** A path with its judgement. */
export type JudgedPath = PathJudgement & { path: PlannedPath }

/**
 * @param results of this path, any order, controls included.
 * @param complete `false` while tries are still to come: the outcome is then `null`.
 */
export function judgePath<T extends Tried>(
  path: Pick<PlannedPath, 'skipped'>,
  results: readonly T[],
  complete = true,
): PathJudgement<T> {
  if (path.skipped) {
    return { outcome: 'skipped', flaky: false, skipped: path.skipped, deciding: [] }
  }
  const counted = results.filter((result) => result.purpose === 'check')
  const round = counted.reduce((last, result) => Math.max(last, result.round), 1)
  const samples = Map.groupBy(
    counted.filter((result) => result.round === round),
    (result) => `${result.check}\n${result.sample}`,
  )
  const deciding: T[] = []
  let flaky = false
  for (const tries of samples.values()) {
    for (const last of lastTries(tries)) {
      deciding.push(last)
      flaky ||= last.outcome === 'pass' && tries.some((earlier) => isBefore(earlier, last) && hasFailed(earlier))
    }
  }
  if (!complete || deciding.length === 0) {
    return { outcome: null, flaky: false, skipped: null, deciding }
  }
  const outcome = worst(deciding)
  return {
    outcome,
    flaky: flaky && outcome === 'pass',
    skipped: outcome === 'skipped' ? skippedFor(deciding) : null,
    deciding,
  }
}

/**
 * The last try of each address. A try without an address is one that did not resolve the name: a later try that did
 * takes its place, and it takes the place of nothing that came after it.
 */
function lastTries<T extends Tried>(tries: readonly T[]): T[] {
  const byAddress = new Map<string, T>()
  for (const result of tries) {
    const known = byAddress.get(result.address)
    if (!known || result.try > known.try) {
      byAddress.set(result.address, result)
    }
  }
  const unresolved = byAddress.get('')
  if (unresolved && byAddress.size > 1) {
    byAddress.delete('')
  }
  return [...byAddress.values()]
}

const isBefore = (earlier: Tried, last: Tried) =>
  earlier.try < last.try && (earlier.address === last.address || earlier.address === '')

const hasFailed = (result: Tried) => result.outcome === 'fail' || result.outcome === 'error'

/** The outcome of several tries together. */
export const worst = (results: readonly { outcome: Outcome | null }[]): Outcome =>
  worstOutcome(results.map(({ outcome }) => outcome))

function skippedFor(deciding: readonly Tried[]): Skipped {
  const failure = deciding.find((result) => result.failure !== null)?.failure
  if (!failure) {
    return { reason: 'unprobeable', detail: 'nothing was tested' }
  }
  return { reason: skipReasonOf(failure), detail: failure.message }
}

/** Any other failure on a skipped try means that nothing was promised. */
function skipReasonOf(failure: Failure): SkipReason {
  if (isBeyondVantage(failure)) {
    return 'vantage'
  }
  return failure.code === 'blocked_by_policy' ? 'policy' : 'not_expected'
}

/** The try that shows what became of a path: the first that decided as the path was. */
export const tellingTry = ({ outcome, deciding }: PathJudgement): Tried | null =>
  deciding.find((each) => each.outcome === outcome) ?? null

/** Some of the tries that decide, at most `most`, in their order: among them the one that shows what became of the path. */
export function comparedTries(judgement: PathJudgement, most: number): readonly Tried[] {
  const { deciding } = judgement
  const telling = tellingTry(judgement)
  if (deciding.length <= most || telling === null) {
    return deciding
  }
  const others = new Set(deciding.filter((each) => each !== telling).slice(0, most - 1))
  return deciding.filter((each) => each === telling || others.has(each))
}

/** Reasons of paths that the caller's selectors or limits leave out: such a path counts in no history. */
const LEFT_OUT: ReadonlySet<SkipReason> = new Set(['excluded', 'sampled'])

/** Tells whether a path was left out on purpose, as opposed to one that could not be tested. */
export const isLeftOut = (skipped: Skipped | null): boolean => skipped !== null && LEFT_OUT.has(skipped.reason)

/** Counts of paths × checks: each check of a path by its own deciding tries. Undecided ones are not counted. */
export function summarise(judged: readonly JudgedPath[]): Summary {
  const summary: Summary = { ...NO_SUMMARY }
  for (const { path, outcome, skipped, deciding } of judged) {
    if (outcome === null) {
      continue
    }
    if (deciding.length === 0) {
      summary[isLeftOut(skipped) ? 'leftOut' : 'skipped'] += Math.max(1, path.checks.length)
      continue
    }
    for (const tries of Map.groupBy(deciding, (result) => result.check).values()) {
      summary[worst(tries)]++
    }
  }
  return summary
}

/** Expectations of a job about all paths together, by their fields. */
export type Unmet = 'expect.reachable' | 'expect.sameResponder'

/**
 * The expectations of a finished job that no single path tells of.
 *
 * @param found codes of its findings.
 */
export function unmetOf(
  judged: readonly Pick<JudgedPath, 'path' | 'outcome'>[],
  expect: Expectations,
  found: readonly string[],
): Unmet[] {
  return [
    ...(expect.reachable.every((selector) => isReached(selector, judged)) ? [] : (['expect.reachable'] as const)),
    ...(expect.sameResponder && found.includes('wrong_responder') ? (['expect.sameResponder'] as const) : []),
  ]
}

/**
 * Gives a finished job its verdict.
 *
 * @param found codes of its findings.
 */
export function judgeJob(judged: readonly JudgedPath[], expect: Expectations, found: readonly string[] = []): Verdict {
  return unmetOf(judged, expect, found).length > 0 ? 'fail' : verdictOf(worst(judged))
}

/** Each selector needs a path that passes. One that our own side kept from being decided is an error, not a failure. */
function isReached(selector: PathSelector, judged: readonly Pick<JudgedPath, 'path' | 'outcome'>[]): boolean {
  const chosen = judged.filter(({ path }) => selects(selector, path))
  return chosen.some(({ outcome }) => outcome === 'pass' || outcome === 'error')
}
