import type { PlannedPath } from '../plan/path.ts'
import type { JobRequest } from '../plan/request.ts'
import type { Result } from './result.ts'

/**
 * Tells readers of a job that still runs whether no further try of a path can come, as far as its results alone show it.
 * If later rounds may follow, or a name may have more addresses, that is known only when the job has ended.
 */
export function isDecided(
  path: PlannedPath,
  results: readonly Result[],
  request: Pick<JobRequest, 'samples' | 'retries' | 'settleMs'>,
): boolean {
  if (path.skipped !== null) {
    return true
  }
  if (request.settleMs > 0 || (path.family === null && path.address !== null)) {
    return false
  }
  const counted = results.filter((result) => result.purpose === 'check')
  return path.checks.every((check) => {
    const samples = Map.groupBy(
      counted.filter((result) => result.check === check.name),
      (result) => result.sample,
    )
    return samples.size >= request.samples && [...samples.values()].every((tries) => hasEnded(tries, request))
  })
}

const hasEnded = (tries: readonly Result[], request: Pick<JobRequest, 'retries'>): boolean =>
  tries.some(
    (result) => result.outcome === 'pass' || result.outcome === 'skipped' || result.try > request.retries.limit,
  )
