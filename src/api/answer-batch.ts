/** How a batch is answered: as a job, over all of its jobs. */
import { hasEnded } from '../job/job.ts'
import { isId } from '../lib/id.ts'
import { ProblemError } from '../lib/problem.ts'
import { type BatchReport, renderBatchJunit, renderBatchMarkdown, renderBatchText } from '../report/batch.ts'
import type { BatchDocument } from '../report/batch-document.ts'
import { describeBatch } from '../report/describe-batch.ts'
import { renderJobsCsv } from '../report/job-csv.ts'
import { getBatch } from '../store/batches.ts'
import type { JobHead } from '../store/jobs.ts'
import { type Answer, type AnswerAsked, answer, type Format, type Renderers } from './answer.ts'
import { loadJob, waitForEnd } from './answer-job.ts'
import type { Deps } from './deps.ts'
import { toJson } from './json.ts'
import type { ApiContext } from './route.ts'

const BATCH_RENDERERS: Renderers<BatchReport> = {
  json: ({ batch }) => toJson(batch),
  text: renderBatchText,
  markdown: renderBatchMarkdown,
  junit: renderBatchJunit,
  csv: ({ jobs }) => renderJobsCsv(jobs),
}

/** An unknown id is a 404. */
export async function loadBatch(
  deps: Deps,
  id: string,
): Promise<{ jobs: readonly JobHead[]; document: BatchDocument }> {
  const found = isId('batch', id) ? await getBatch(deps.store, id) : null
  if (found === null) throw new ProblemError('not_found', `There is no batch "${id.slice(0, 60)}".`)
  return { jobs: found.jobs, document: describeBatch(found.batch, found.jobs) }
}

/** What a report in this format needs: JSON tells of the jobs by their heads. */
async function loadReport(deps: Deps, batch: BatchDocument, format: Format): Promise<BatchReport> {
  if (format === 'json') return { batch, jobs: [] }
  const jobs = await Promise.all(batch.jobs.map(({ id }) => loadJob(deps, id)))
  return { batch, jobs: jobs.map(({ document }) => document) }
}

export async function answerBatch(context: ApiContext, id: string, asked: AnswerAsked): Promise<Response> {
  const deps = context.get('deps')
  if (asked.wait !== null) await waitForAll(deps, id, asked.wait * 1000, context.req.raw.signal)
  return answer(context, asked, await loadAnswer(deps, id, asked.format ?? 'json'))
}

/** An unknown id is a 404. */
export async function loadAnswer(deps: Deps, id: string, format: Format): Promise<Answer<BatchReport>> {
  const { jobs, document } = await loadBatch(deps, id)
  return {
    of: await loadReport(deps, document, format),
    renderers: BATCH_RENDERERS,
    ended: hasEnded(document),
    verdict: document.verdict,
    version: jobs.reduce((sum, { version }) => sum + version, 0),
  }
}

/** One after the other: those that ended meanwhile cost a look. */
async function waitForAll(deps: Deps, id: string, waitMs: number, gone: AbortSignal): Promise<void> {
  const until = deps.clock.monotonic() + waitMs
  for (const { id: jobId } of (await loadBatch(deps, id)).jobs) {
    await waitForEnd(deps, jobId, Math.max(0, until - deps.clock.monotonic()), gone)
  }
}
