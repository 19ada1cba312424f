/** Prepares a claimed job for a runner, whichever runtime it runs on. */
import { type CheckSecrets, withSecrets } from '../check/secrets.ts'
import type { Work } from '../check/work.ts'
import type { Check } from '../plan/check.ts'
import type { Plan } from '../plan/path.ts'
import { internalProblem, type JobProblem } from '../record/job.ts'
import type { StoredJob } from '../store/stored-job.ts'
import { createRedactor, type Redactor } from './redact.ts'
import type { SecretBox } from './secret-box.ts'
import { openSecrets, SECRETS_UNREADABLE, secretTexts } from './secrets.ts'

/** `plan` is as it was stored, without secrets. `redactor` blots them out of what comes back. */
export type Prepared = { plan: Plan; secrets: CheckSecrets | null; redactor: Redactor }

/** Opens the secrets of a claimed job. */
export async function prepareJob(box: SecretBox, job: StoredJob): Promise<Prepared | { problem: JobProblem }> {
  const secrets = await openSecrets(box, job.sealed)
  if (secrets === undefined) {
    return { problem: SECRETS_UNREADABLE }
  }
  const { plan } = job
  if (plan === null) {
    return { problem: internalProblem('The job has no plan.') }
  }
  return { plan, secrets, redactor: createRedactor(secretTexts(withSecrets(checksOf(plan), secrets))) }
}

/** Lists each check once: a name stands for one check in a job. */
const checksOf = (plan: Plan): Check[] => [
  ...new Map(plan.paths.flatMap(({ checks }) => checks.map((check) => [check.name, check] as const))).values(),
]

/** Makes the work of a job, or of the part of it that is given. */
export function workOf(
  { id, owner, scheduleId, request, deadlineAtMs }: StoredJob,
  { target, paths, dials }: Plan,
  nowMs: number,
  part: Pick<Work, 'recorded'> & Partial<Pick<Work, 'only' | 'round' | 'controls'>>,
): Work {
  const { samples, samplesInTurn, retries, settleMs, timeoutMs, addresses, egressOnly } = request
  return {
    jobId: id,
    share: { owner, scheduled: scheduleId !== null },
    plan: { target, paths, ...(dials && { dials }) },
    request: {
      ...{ samples, retries, settleMs, timeoutMs, addresses },
      ...(samplesInTurn && { samplesInTurn }),
      ...(egressOnly && { egressOnly }),
    },
    deadlineAtMs: deadlineAtMs ?? nowMs,
    recorded: part.recorded,
    only: part.only ?? null,
    round: part.round ?? null,
    controls: part.controls ?? null,
  }
}
