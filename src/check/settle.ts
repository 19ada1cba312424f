/**
 * The rules of settle rounds: which paths another round may help, and how long it waits. Pure.
 *
 * @module
 */
import type { PlannedPath } from '../plan/path.ts'
import { judgePath } from './outcome.ts'
import type { Tried } from './result.ts'

/** Between settle rounds: longer than kube-proxy and EndpointSlices lag behind a change, shorter than a person waits. */
const SETTLE_DELAY_MS = 2000

/** Results of the rounds after the first, all runners of a job together; and as many again as its last round has. */
const SETTLE_RESULTS_MAX = 10_000

/** Ids of the paths that fail by the rounds up to this one: another round may help them. */
export function unsettledPaths(paths: readonly PlannedPath[], results: readonly Tried[], round: number): Set<string> {
  const byPath = Map.groupBy(results, ({ pathId }) => pathId)
  const fails = (path: PlannedPath) => {
    const earlier = (byPath.get(path.id) ?? []).filter((result) => result.round <= round)
    const { outcome } = judgePath(path, earlier)
    return outcome === 'fail' || outcome === 'error'
  }
  return new Set(paths.filter(fails).map(({ id }) => id))
}

/**
 * Waits so long before a round that the rounds until the time is up, each about as large as the last, stay within their
 * results.
 *
 * @param share of the job that this runner does.
 */
export function settleDelayMs(
  { results, round, unsettled }: { results: readonly Tried[]; round: number; unsettled: ReadonlySet<string> },
  leftMs: number,
  share: number,
): number {
  let spent = 0
  let last = 0
  for (const result of results) {
    if (result.round > 1) {
      spent++
    }
    if (result.round === round - 1 && unsettled.has(result.pathId)) {
      last++
    }
  }
  const rounds = Math.floor((SETTLE_RESULTS_MAX * share - spent) / Math.max(1, last))
  return Math.min(leftMs, Math.max(SETTLE_DELAY_MS, leftMs / Math.max(1, rounds)))
}
