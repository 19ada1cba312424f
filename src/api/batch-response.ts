/** Answers a batch as a job is answered, over all of its jobs. */

import { isId } from '../lib/id.ts'
import { ProblemError } from '../lib/problem.ts'
import { hasEnded } from '../record/job.ts'
import {
  type BatchReport,
  renderBatchJunit,
  renderBatchMarkdown,
  renderBatchTap,
  renderBatchText,
} from '../report/batch.ts'
import type { BatchDocument } from '../report/batch-document.ts'
import { describeBatch } from '../report/describe-batch.ts'
import { renderJobsCsv } from '../report/job-csv.ts'
import { getBatch } from '../store/batches.ts'
import type { JobHead } from '../store/stored-job.ts'
import type { Deps } from './deps.ts'
import { loadJob, waitForEnd } from './job-response.ts'
import { toJson } from './json.ts'
import {
  type Answer,
  type AnswerAsked,
  answer,
  answerReport,
  type Format,
  type Renderers,
  unchanged,
} from './negotiate.ts'
import type { ApiContext } from './route.ts'

const BATCH_RENDERERS: Renderers<BatchReport> = {
  json: ({ batch }) => toJson(batch),
  text: renderBatchText,
  markdown: renderBatchMarkdown,
  junit: renderBatchJunit,
  csv: ({ jobs }) => renderJobsCsv(jobs),
  tap: renderBatchTap,
}

/** An unknown id is a 404. */
export async function loadBatch(
  deps: Deps,
  id: string,
): Promise<{ jobs: readonly JobHead[]; document: BatchDocument }> {
  const found = isId('batch', id) ? await getBatch(deps.store, id) : null
  if (found === null) {
    throw new ProblemError('not_found', `There is no batch "${id.slice(0, 60)}".`)
  }
  return { jobs: found.jobs, document: describeBatch(found.batch, found.jobs) }
}

/** Loads what a report in this format needs: JSON tells of the jobs by their heads alone. */
async function loadReport(deps: Deps, batch: BatchDocument, format: Format): Promise<BatchReport> {
  if (format === 'json') {
    return { batch, jobs: [] }
  }
  const jobs = await Promise.all(batch.jobs.map(({ id }) => loadJob(deps, id)))
  return { batch, jobs: jobs.map(({ report }) => report) }
}

export async function answerBatch(context: ApiContext, id: string, asked: AnswerAsked): Promise<Response> {
  const deps = context.get('deps')
  if (asked.wait !== null) {
    await waitForAll(deps, id, asked.wait * 1000, context.req.raw.signal)
  }
  const format = asked.format ?? 'json'
  const found = await loadBatch(deps, id)
  // A status that is asked for depends on the verdict, and is never a 304.
  const asIs = !asked.created && asked.failStatus === undefined
  const known = asIs ? unchangedBatch(context, found, format) : null
  return known ?? answer(context, asked, await toAnswer(deps, found, format))
}

/** Answers with the report by itself. An unknown id is a 404. */
export async function answerBatchReport(context: ApiContext, id: string, format: Format): Promise<Response> {
  const deps = context.get('deps')
  const found = await loadBatch(deps, id)
  return unchangedBatch(context, found, format) ?? answerReport(context, await toAnswer(deps, found, format), format)
}

type Found = Awaited<ReturnType<typeof loadBatch>>

/** The version changes with every job of the batch. */
const versionOf = ({ jobs }: Found): number => jobs.reduce((sum, { version }) => sum + version, 0)

/** Answers 304 if the client has this ended batch in this format, before its jobs are read. */
function unchangedBatch(context: ApiContext, found: Found, format: Format): Response | null {
  if (context.req.header('if-none-match') === undefined) {
    return null
  }
  return unchanged(context, hasEnded(found.document) ? versionOf(found) : null, format)
}

async function toAnswer(deps: Deps, found: Found, format: Format): Promise<Answer<BatchReport>> {
  const { document } = found
  return {
    of: await loadReport(deps, document, format),
    renderers: BATCH_RENDERERS,
    ended: hasEnded(document),
    verdict: document.verdict,
    version: versionOf(found),
  }
}

/** One after the other: those that ended meanwhile cost a look. */
async function waitForAll(deps: Deps, id: string, waitMs: number, gone: AbortSignal): Promise<void> {
  const until = deps.clock.monotonic() + waitMs
  for (const { id: jobId } of (await loadBatch(deps, id)).jobs) {
    await waitForEnd(deps, jobId, Math.max(0, until - deps.clock.monotonic()), gone)
  }
}
