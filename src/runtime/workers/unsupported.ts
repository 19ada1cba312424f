import type { JobRequest } from '../../job/job.ts'
import type { ProblemDetail } from '../../lib/problem.ts'
import type { Plan } from '../../plan/path.ts'
import { expectedCalls } from './cost.ts'
import { PROBES } from './turn.ts'

/** What the edge cannot do of what is asked for; docs/runtimes.md has the list. */
export function unsupported(request: JobRequest, plan: Plan): ProblemDetail[] {
  const errors: ProblemDetail[] = request.checks.flatMap((check, at) => {
    const found: ProblemDetail[] = []
    if (check.type !== 'dns' && check.tls && check.tls.caPem !== null) {
      found.push({
        pointer: `/checks/${at}/tls/caPem`,
        detail: 'Workers verify certificates by the public authorities.',
      })
    }
    if (check.type === 'http' && check.httpVersion === '2') {
      found.push({ pointer: `/checks/${at}/httpVersion`, detail: 'Workers probe with HTTP/1.1.' })
    }
    return found
  })
  if (request.settleMs > 0) {
    const tries = request.samples * (request.retries.limit + 1)
    const most = Math.max(0, ...plan.paths.map((path) => (path.skipped === null ? expectedCalls(path) * tries : 0)))
    if (most > PROBES) {
      errors.push({
        pointer: '/settleMs',
        detail: `One round over one path may take ${most} connections and questions to DNS; on Workers at most ${PROBES}: lower samples or retries, or ask for fewer checks.`,
      })
    }
  }
  return errors
}
