/**
 * A tool asks whether it may go on: a job about a live Service, waited for as long as the tool waits. Tools ask again
 * when they have got no answer, and go on asking while they wait: whoever asks the same meanwhile is told of the job
 * that there is, once it has ended, by the first answer after that (ADR 0073).
 *
 * @module
 */
import { z } from '@hono/zod-openapi'
import { acceptJob } from '../../job/accept.ts'
import type { Given } from '../../job/plan-request.ts'
import { DONE } from '../../lib/clock.ts'
import { sha256Hex } from '../../lib/hash.ts'
import { ProblemError } from '../../lib/problem.ts'
import { hasEnded } from '../../record/job.ts'
import type { JobReport } from '../../report/job-document.ts'
import { type IdempotencyClaim, releaseClaim } from '../../store/idempotency.ts'
import type { Deps } from '../deps.ts'
import { loadJob, waitForEnd } from '../job-response.ts'
import type { ApiContext } from '../route.ts'

/** Less than what both tools wait by default, which is 10 s. */
export const GateWaitSchema = z.coerce.number().int().min(1).max(300).default(8).openapi({
  description:
    'Seconds until the answer, whatever is known by then. It must be less than the tool waits. Some runtimes wait less (Workers: 25).',
})

/**
 * The verdict of a job that ended while nobody waited is kept this long after the job was asked for. A tool that asks
 * less often than that gets a verdict only by waiting longer.
 */
const KEPT_MS = 5 * 60_000

export type Question = {
  gate: 'flagger' | 'argo-rollouts'
  given: Given
  /** A question that differs in this is another one, as is one of another gate or caller. */
  asked: unknown
  /** The time of the monotonic clock at which an answer is due. */
  untilMs: number
}

export type Asked = { report: JobReport; ended: boolean }

/** The time from which a tool counts is that of its request. */
export const untilOf = (context: ApiContext, wait: number): number => {
  const { clock, settings } = context.get('deps')
  return clock.monotonic() + Math.min(wait, settings.waitLimit) * 1000
}

/**
 * Asks, and waits. The job goes on when the wait is over.
 *
 * @throws ProblemError why nothing could be asked, or not yet.
 */
export async function ask(context: ApiContext, question: Question): Promise<Asked> {
  const deps = context.get('deps')
  const { signal } = context.req.raw
  const leftMs = () => Math.max(0, question.untilMs - deps.clock.monotonic())
  const claim = claimOf(context, question)
  const owner = context.get('principal').id
  const made = { owner, claim, scheduleId: null, batchId: null, deadlineAtMs: null }
  const accepted = await inTime(deps, leftMs(), acceptJob(deps, question.given, made)).catch(inWordsOfGates)
  if (accepted === null) {
    throw new ProblemError('unavailable', NOT_READ, { headers: { 'retry-after': '1' } })
  }
  await waitForEnd(deps, accepted.id, leftMs(), signal)
  const { job, report } = await loadJob(deps, accepted.id)
  const ended = hasEnded(job)
  // Whoever has gone was told nothing
  if (ended && !signal.aborted) {
    await releaseClaim(deps.store, claim, accepted.id)
  }
  return { report, ended }
}

/** Elsewhere objects may be sent in place of a cluster. */
function inWordsOfGates(error: unknown): never {
  throw error instanceof ProblemError && error.code === 'no_cluster'
    ? new ProblemError('no_cluster', NO_CLUSTER, { cause: error })
    : error
}

const NO_CLUSTER =
  'A gate is about a live Service, which is read from its cluster, and this server has none: on Node PORTOLAN_KUBECONFIG ' +
  'gives it one, or running in it; on Workers nothing does.'

const NOT_READ =
  'The objects of the Service were not read from the cluster within the wait, so that nothing is known of it yet. ' +
  'The job is made all the same: ask again, or wait longer (?wait=, and the timeout of the tool).'

/** Methods do not matter: Argo Rollouts asks by GET or by POST. */
function claimOf(context: ApiContext, { gate, given, asked }: Question): IdempotencyClaim {
  const fingerprint = sha256Hex(JSON.stringify(asked))
  return {
    principal: context.get('principal').id,
    method: 'POST',
    path: `/v1/gates/${gate}`,
    key: fingerprint,
    fingerprint,
    expiresAtMs: context.get('deps').clock.now() + KEPT_MS + (given.request.deadlineMs ?? 0),
  }
}

/** Waits for work that goes on in the background if it takes longer. @returns null if the time is up. */
async function inTime<T>(
  { clock, log, inBackground }: Pick<Deps, 'clock' | 'log' | 'inBackground'>,
  ms: number,
  work: Promise<T>,
): Promise<T | null> {
  const done = new AbortController()
  const late = clock.sleep(ms, done.signal).then(() => null)
  try {
    const first = await Promise.race([work, late])
    if (first === null) {
      const rest = work.then(
        () => undefined,
        (cause: unknown) => log.info('gate_not_asked', { cause }),
      )
      inBackground(rest)
    }
    return first
  } finally {
    done.abort(DONE)
  }
}
