import { withSecrets } from '../check/secrets.ts'
import type { AcceptDeps } from '../job/accept.ts'
import type { Given } from '../job/plan-request.ts'
import { openSecrets, SECRETS_UNREADABLE } from '../job/secrets.ts'
import type { BatchSelection } from '../record/batch.ts'
import type { JobProblem } from '../record/job.ts'
import type { Schedule } from '../record/schedule.ts'
import { getScheduledWork } from '../store/schedules.ts'

/** Reads what a schedule asks for, its secrets put back, as if it were asked for now. `null`: it has been deleted. */
export async function readWork(
  deps: Pick<AcceptDeps, 'store' | 'secrets'>,
  schedule: Schedule,
): Promise<(Given & { selection: BatchSelection | null }) | { problem: JobProblem } | null> {
  const work = await getScheduledWork(deps.store, schedule.id)
  if (work === null) {
    return null
  }
  const { request, objects, batch: selection } = work
  const secrets = await openSecrets(deps.secrets, schedule.sealed)
  if (secrets === undefined) {
    return { problem: SECRETS_UNREADABLE }
  }
  return { request: { ...request, checks: withSecrets(request.checks, secrets) }, objects, selection }
}
