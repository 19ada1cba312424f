import type { Check } from '../plan/check.ts'
import type { Plan } from '../plan/path.ts'
import type { JobProblem } from '../record/job.ts'
import type { StoredJob } from '../store/jobs.ts'
import { createRedactor, type Redactor } from './redact.ts'
import { openSecrets, planWithSecrets, SECRETS_UNREADABLE, type SecretBox, secretTexts } from './secrets.ts'

/** What is probed. `secrets`: blots the secrets of its checks out of what comes back. */
export type Prepared = { plan: Plan; secrets: Redactor }

/** A claimed job's plan with the secrets of its checks put back. */
export async function preparePlan(box: SecretBox, job: StoredJob): Promise<Prepared | { problem: JobProblem }> {
  const opened = await openSecrets(box, job.sealed)
  if (opened === undefined) {
    return { problem: SECRETS_UNREADABLE }
  }
  if (job.plan === null) {
    return { problem: NO_PLAN }
  }
  const plan = planWithSecrets(job.plan, opened)
  return { plan, secrets: createRedactor(secretTexts(checksOf(plan))) }
}

/** Each once: a name stands for one check in a job. */
const checksOf = (plan: Plan): Check[] => [
  ...new Map(plan.paths.flatMap(({ checks }) => checks.map((check) => [check.name, check] as const))).values(),
]

const NO_PLAN: JobProblem = {
  code: 'internal',
  title: 'Something failed on our side',
  detail: 'The job has no plan.',
  status: 500,
}
