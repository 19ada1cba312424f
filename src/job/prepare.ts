import type { Plan } from '../plan/path.ts'
import type { StoredJob } from '../store/jobs.ts'
import type { JobProblem } from './job.ts'
import { openSecrets, planWithSecrets, SECRETS_UNREADABLE, type SecretBox, secretTexts } from './secrets.ts'

/** What is probed. `secrets`: texts that are blotted out of what comes back. */
export type Prepared = { plan: Plan; secrets: readonly string[] }

/** A claimed job's plan with the secrets of its checks put back. */
export async function preparePlan(box: SecretBox, job: StoredJob): Promise<Prepared | { problem: JobProblem }> {
  const opened = await openSecrets(box, job.sealed)
  if (opened === undefined) return { problem: SECRETS_UNREADABLE }
  if (job.plan === null) return { problem: NO_PLAN }
  const plan = planWithSecrets(job.plan, opened)
  return { plan, secrets: secretTexts(plan.paths.flatMap((path) => path.checks)) }
}

const NO_PLAN: JobProblem = {
  code: 'internal',
  title: 'Something failed on our side',
  detail: 'The job has no plan.',
  status: 500,
}
