import type { ProblemDetail } from '../../src/lib/problem.ts'
import type { BatchDocument } from '../../src/report/batch-document.ts'
import type { JobDocument, JobSummaryDocument, PlanDocument } from '../../src/report/job-document.ts'
import type { ScheduleDocument, ScheduleHeadDocument } from '../../src/schedule/describe.ts'

export type Problem = {
  type: string
  status: number
  code: string
  detail: string
  requestId: string
  instance: string
  errors: ProblemDetail[]
}

/** Reads a body that has no document of its own. */
export const read = async <T>(response: Response | Promise<Response>): Promise<T> =>
  (await (await response).json()) as T

/** Bodies as the contract says they are; that they are is what `mismatches` checks. */
export const readJob = (response: Response | Promise<Response>) => read<JobDocument>(response)
export const readPlan = (response: Response | Promise<Response>) => read<PlanDocument>(response)
export const readProblem = (response: Response | Promise<Response>) => read<Problem>(response)
export const readJobs = (response: Response | Promise<Response>) =>
  read<{ items: JobSummaryDocument[]; nextCursor: string | null }>(response)

export const readBatch = (response: Response | Promise<Response>) => read<BatchDocument>(response)
export const readBatches = (response: Response | Promise<Response>) =>
  read<{ items: BatchDocument[]; nextCursor: string | null }>(response)
export const readSchedule = (response: Response | Promise<Response>) => read<ScheduleDocument>(response)
export const readSchedules = (response: Response | Promise<Response>) =>
  read<{ items: ScheduleHeadDocument[]; nextCursor: string | null }>(response)

/** The one path of that kind. */
export function pathOf<P extends { kind: string }>(document: { paths: readonly P[] }, kind: P['kind']): P {
  const found = document.paths.filter((path) => path.kind === kind)
  if (found.length !== 1 || !found[0]) {
    throw new Error(`${found.length} paths of kind ${kind}`)
  }
  return found[0]
}
