/**
 * Sums what the tries of one request have shown of one side: an answer, that there is none, or why it could not be asked. Pure.
 *
 * @module
 */
import type { ComparedRequest, Comparison, Side } from '../../plan/compare/comparison.ts'
import type { PlannedPath } from '../../plan/path.ts'
import type { FailureCode } from '../codes.ts'
import { isBeyondVantage } from '../failure.ts'
import type { HttpEvidence } from '../network.ts'
import type { Result } from '../result.ts'

/** Each request is sent so often to each side. */
export const TRIES = 3

export type Answered = Result & { http: HttpEvidence }
export const isAnswered = (result: Result): result is Answered => result.http !== null && result.failure === null

/** Holds what the tries of one request on one side have shown. */
export type Asked =
  | { state: 'answered'; tries: readonly Answered[]; failed: FailureCode | null; path: PlannedPath }
  /** Its address was reached, and no answer came. */
  | { state: 'refused'; code: FailureCode; message: string }
  | { state: 'unlistened'; why: string }
  | { state: 'unasked'; why: string }
  | { state: 'error'; why: string }

/** Phases before anything on the other side has spoken. */
const UNREACHED = new Set(['dns', 'connect'])

export function askedOf(way: ComparedRequest['ways'][Side], tried: Tried): Asked {
  if ('unasked' in way) {
    return { state: 'unasked', why: way.unasked }
  }
  const path = tried.paths.get(way.pathId)
  const results = tried.results.get(way.pathId) ?? []
  const tries = results.filter(isAnswered)
  const failures = results.flatMap(({ failure }) => failure ?? [])
  if (path === undefined || new Set(results.map(({ sample }) => sample)).size < TRIES) {
    return { state: 'error', why: `the time was up before it was asked ${TRIES} times` }
  }
  if (tries.length > 0) {
    return { state: 'answered', tries, failed: failures[0]?.code ?? null, path }
  }
  const [failed] = failures
  if (failed === undefined) {
    return { state: 'error', why: 'nothing was recorded' }
  }
  const why = `${failed.code}: ${failed.message}`
  if (failed.code === 'blocked_by_policy' || isBeyondVantage(failed)) {
    return { state: 'unasked', why }
  }
  if (failures.some(({ source }) => source === 'internal')) {
    return { state: 'error', why }
  }
  if (failures.some(({ phase }) => !UNREACHED.has(phase))) {
    return { state: 'refused', code: failed.code, message: failed.message }
  }
  return way.unlistened === undefined ? { state: 'unasked', why } : { state: 'unlistened', why: way.unlistened }
}

/** Everything that was recorded of a comparison, by path. */
export type Tried = {
  comparison: Comparison
  paths: ReadonlyMap<string, PlannedPath>
  results: ReadonlyMap<string, readonly Result[]>
}

export function triedOf(comparison: Comparison, paths: readonly PlannedPath[], results: readonly Result[]): Tried {
  return {
    comparison,
    paths: new Map(paths.map((path) => [path.id, path])),
    results: Map.groupBy(
      results.filter(({ purpose }) => purpose === 'check'),
      ({ pathId }) => pathId,
    ),
  }
}

export type AnsweredSide = Extract<Asked, { state: 'answered' }>
