/**
 * A job as the API shows it → as reports render it, for those who have its document alone, as pages do.
 *
 * @module
 */
import { judgePath } from '../check/outcome.ts'
import type { JobDocument, JobPathDocument, JobReport, ReportedPath } from './job-document.ts'

/** Makes a report of a document of the API, and takes from the document what is known only to the plan otherwise. */
export const reportOfDocument = (job: JobDocument): JobReport => ({ ...job, paths: job.paths.map(reportedPath) })

function reportedPath(path: JobPathDocument): ReportedPath {
  const tries = path.results.map((result) => ({
    ...result,
    result,
    pathId: path.id,
    // Each address of a name is judged by itself
    address: result.resolvedAddress ?? '',
    startedAtMs: Date.parse(result.startedAt),
  }))
  // One that was tried is skipped by its tries.
  const planned = { skipped: tries.length === 0 ? path.skipped : null }
  return {
    ...path,
    deciding: judgePath(planned, tries).deciding.map(({ result }) => result),
    // Doubts stand behind all facts.
    doubt: path.expected === 'unknown' ? (path.because.at(-1) ?? null) : null,
    checkNames: [...new Set(path.results.map(({ check }) => check))],
  }
}
