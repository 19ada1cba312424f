/** Answers a job: waits for it, and then uses the format and the status that were asked for. */

import type { Clock } from '../lib/clock.ts'
import { ProblemError } from '../lib/problem.ts'
import { hasEnded } from '../record/job.ts'
import { describeJob, reportJob } from '../report/describe-job.ts'
import { renderJobsCsv } from '../report/job-csv.ts'
import type { JobReport } from '../report/job-document.ts'
import { renderJunit } from '../report/junit.ts'
import { renderMarkdown } from '../report/markdown.ts'
import { renderTap } from '../report/tap.ts'
import { renderText } from '../report/text.ts'
import { getJob, getJobState } from '../store/jobs.ts'
import { listResults } from '../store/results.ts'
import type { StoredJob } from '../store/stored-job.ts'
import type { Deps } from './deps.ts'
import { toJson } from './json.ts'
import { type AnswerAsked, answer, type Format, type Renderers, unchanged } from './negotiate.ts'
import type { ApiContext } from './route.ts'

export const JOB_RENDERERS: Renderers<JobReport> = {
  json: (report) => toJson(describeJob(report)),
  text: renderText,
  markdown: renderMarkdown,
  junit: renderJunit,
  csv: (job) => renderJobsCsv([job]),
  tap: renderTap,
}

/** Loads a job whole. An unknown id is a 404. */
export async function loadJob(deps: Deps, id: string): Promise<{ job: StoredJob; report: JobReport }> {
  const job = await getJob(deps.store, id)
  if (job === null) {
    throw noSuchJob(id)
  }
  const results = await listResults(deps.store, id)
  return {
    job,
    report: reportJob(
      job,
      results.map(({ result }) => result),
    ),
  }
}

export const noSuchJob = (id: string): ProblemError => new ProblemError('not_found', `There is no job ${id}.`)

export async function answerJob(context: ApiContext, id: string, asked: AnswerAsked): Promise<Response> {
  const deps = context.get('deps')
  if (asked.wait !== null) {
    await waitForEnd(deps, id, asked.wait * 1000, context.req.raw.signal)
  }
  // A status that is asked for depends on the verdict, for which the whole job is read.
  const asIs = !asked.created && asked.failStatus === undefined
  const known = asIs ? await unchangedJob(context, id, asked.format ?? 'json') : null
  if (known !== null) {
    return known
  }
  const { job, report } = await loadJob(deps, id)
  const { verdict, version } = job
  return answer(context, asked, { of: report, renderers: JOB_RENDERERS, ended: hasEnded(job), verdict, version })
}

/** Answers 304 if the client has this ended job in this format; one small row tells, and no results are read. */
export async function unchangedJob(context: ApiContext, id: string, format: Format): Promise<Response | null> {
  if (context.req.header('if-none-match') === undefined) {
    return null
  }
  const state = await getJobState(context.get('deps').store, id)
  return unchanged(context, state !== null && hasEnded(state) ? state.version : null, format)
}

/** Resolves when the job has ended, the time is up, the client has gone or this process drains, whichever is first. */
export async function waitForEnd(
  deps: Pick<Deps, 'store' | 'signals' | 'settings' | 'mayLookAgain' | 'refuseUnknown'> & { clock: Clock },
  id: string,
  waitMs: number,
  gone: AbortSignal,
): Promise<void> {
  const { poll } = deps.settings
  const until = deps.clock.monotonic() + waitMs
  for (let gapMs = poll.firstMs; !gone.aborted && deps.mayLookAgain(); gapMs = nextGap(gapMs, poll)) {
    // Listening begins before the look, so that an end between the two is not missed.
    const woken = new AbortController()
    const changed = deps.signals.next(id, AbortSignal.any([gone, woken.signal]))
    const state = await getJobState(deps.store, id)
    const leftMs = until - deps.clock.monotonic()
    if (state === null || hasEnded(state) || leftMs <= 0) {
      return woken.abort()
    }
    await Promise.race([changed, deps.clock.sleep(Math.min(leftMs, gapMs), woken.signal)])
    woken.abort()
    await deps.refuseUnknown?.()
  }
}

const GROWTH = 1.3

/** The gaps grow, as looking less often costs little while little happens. */
export const nextGap = (gapMs: number, { lastMs }: Deps['settings']['poll']): number => Math.min(gapMs * GROWTH, lastMs)
