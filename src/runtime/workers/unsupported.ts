import { planWithoutSecrets, withoutSecrets } from '../../check/secrets.ts'
import type { ProblemDetail } from '../../lib/problem.ts'
import { tlsOf } from '../../plan/check.ts'
import type { Plan } from '../../plan/path.ts'
import type { JobRequest } from '../../plan/request.ts'
import { PROBES_MAX } from './call-budget.ts'
import { expectedCalls } from './cost.ts'

/** Finds what the edge cannot do in a request; docs/runtimes.md has the list. */
export function unsupported(request: JobRequest, plan: Plan): ProblemDetail[] {
  const errors: ProblemDetail[] = request.checks.flatMap((check, at) => {
    const found: ProblemDetail[] = []
    if ((tlsOf(check)?.caPem ?? null) !== null) {
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
    if (most > PROBES_MAX) {
      errors.push({
        pointer: '/settleMs',
        detail: `One round over one path may take ${most} connections and questions to DNS; on Workers at most ${PROBES_MAX}: lower samples or retries, or ask for fewer checks.`,
      })
    }
  }
  const planUnits = unitsOf(plan)
  if (planUnits > PLAN_UNITS_MAX) {
    const detail = `The plan has ${planUnits} characters; on Workers at most ${PLAN_UNITS_MAX}: ask for fewer paths or shorter checks.`
    errors.push({ pointer: '/checks', detail })
  }
  const { secrets } = withoutSecrets(request.checks)
  const secretBytes = secrets === null ? 0 : new TextEncoder().encode(JSON.stringify(secrets)).length
  if (secretBytes > SECRET_BYTES_MAX) {
    const detail = `Headers, bodies and conversations of the checks have ${secretBytes} bytes; on Workers at most ${SECRET_BYTES_MAX}.`
    errors.push({ pointer: '/checks', detail })
  }
  return errors
}

/** An isolate holds a plan several times over, as objects and as text. */
const PLAN_UNITS_MAX = 8_000_000
/** Sealed they are a third longer, and a value on D1 is less than 1 MB. */
const SECRET_BYTES_MAX = 700_000

/** Counts the characters of the plan as it is stored, path by path: an isolate may not hold it as one text. */
const unitsOf = (plan: Plan): number =>
  planWithoutSecrets(plan).paths.reduce((sum, path) => sum + JSON.stringify(path).length + 1, 0)
