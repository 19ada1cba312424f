import { z } from 'zod'
import type { JobDocument, JobPathDocument } from '../../../report/job-document.ts'
import { each, id, instant, name, number, object, word } from '../fields.ts'
import { diagnosis, jobPath, problem, summary, target } from '../shapes.ts'
import { defineTool } from '../tool.ts'
import * as argument from './arguments.ts'

const PATHS_MAX = 50

/** A job without its paths. */
const jobHead = {
  id,
  status: word,
  verdict: word,
  problem,
  target,
  vantage: name,
  createdAt: instant,
  finishedAt: instant,
  durationMs: number,
  scheduleId: id,
  summary,
}

export const wholeJob = object({
  ...jobHead,
  unmet: each(word, 10),
  diagnosis,
  pathsInAll: number,
  paths: each(jobPath, PATHS_MAX),
})

const job = argument.idOf('job', 'Id of the job, as lastJobId of list_services')

export const getJob = defineTool({
  name: 'get_job',
  title: 'One job: what was tried, and what came of it',
  description:
    'A job: its verdict, its diagnosis, and its paths with the last tries of each: failure code, DNS answers, certificate, ' +
    'HTTP status, headers and the beginning of the body. Paths that failed come first. What targets said is quoted.',
  operation: 'getJob',
  input: z.strictObject({
    job,
    paths: z
      .enum(['failed', 'all'])
      .default('failed')
      .describe('failed: only paths that failed or could not be tested'),
    limit: z
      .int()
      .min(1)
      .max(PATHS_MAX)
      .default(10)
      .describe('Paths that are shown; pathsInAll tells how many there are'),
  }),
  output: wholeJob,
  call: async ({ ask }, { job, paths, limit }) =>
    withPaths((await ask('getJob', { path: { id: job } })) as JobDocument, paths, limit),
})

/** Those that failed come first, then those that were tried at all. */
export const withPaths = (found: JobDocument, which: 'failed' | 'all', limit: number) => ({
  ...found,
  pathsInAll: found.paths.length,
  paths: found.paths
    .filter((path) => which === 'all' || urgency(path) === FAILED)
    .toSorted((a, b) => urgency(b) - urgency(a))
    .slice(0, limit),
})

const FAILED = 2

const urgency = ({ outcome }: JobPathDocument): number =>
  outcome === 'fail' || outcome === 'error' ? FAILED : outcome === 'pass' ? 1 : 0

export const getDiagnosis = defineTool({
  name: 'get_diagnosis',
  title: 'Why a job failed',
  description:
    'The findings of a job alone: each with cause, layer, confidence, evidence from the objects, the fix, a command that ' +
    'confirms it, the paths that it explains, and the page of the documentation. For a Service as it is now, get_service has them too.',
  operation: 'getJob',
  input: z.strictObject({ job }),
  output: object({ id, status: word, verdict: word, target, problem, summary, diagnosis }),
  call: ({ ask }, { job }) => ask('getJob', { path: { id: job } }),
})
