import { z } from 'zod'
import type { BatchDocument } from '../../../report/batch-document.ts'
import type { JobDocument } from '../../../report/job-document.ts'
import type { ScheduleHeadDocument } from '../../../schedule/describe.ts'
import { cursor, each, flag, id, instant, made, name, number, object, quoted, word } from '../fields.ts'
import { problem, summary, target } from '../shapes.ts'
import { defineTool } from '../tool.ts'
import * as argument from './arguments.ts'
import { wholeJob, withPaths } from './jobs.ts'

const lastOf = ({ lastJob, lastBatch }: ScheduleHeadDocument) => lastBatch ?? lastJob

export const listSchedules = defineTool({
  name: 'list_schedules',
  title: 'Schedules',
  description:
    'What is probed again and again: the schedules with their Service, their cron expression, whether they are enabled, ' +
    'their next run and how the last one ended. run_schedule runs one of them now.',
  operation: 'listSchedules',
  input: z.strictObject(argument.pageOf(100, 50)),
  output: object({
    schedules: each(
      object({
        id,
        name: quoted(200),
        cron: quoted(200),
        timeZone: quoted(100),
        enabled: flag,
        managedBy: word,
        target,
        nextRunAt: instant,
        lastRun: object({ at: instant, outcome: word, problem }),
        failing: object({ runs: number, since: instant }),
        last: made(lastOf, object({ id, status: word, verdict: word, finishedAt: instant })),
      }),
      100,
    ),
    nextCursor: cursor,
  }),
  async call({ ask }, query) {
    const { items, nextCursor } = (await ask('listSchedules', { query })) as {
      items: readonly ScheduleHeadDocument[]
      nextCursor: string | null
    }
    return { schedules: items, nextCursor }
  },
})

const WAIT_MAX = 50
const SERVICES_MAX = 200

const isBatch = (made: JobDocument | BatchDocument): made is BatchDocument => 'jobs' in made

export const runSchedule = defineTool({
  name: 'run_schedule',
  title: 'Run a schedule now',
  description:
    'Runs a schedule that exists, once, out of turn, and waits for the end. It dials what the schedule dials whenever it ' +
    'is due, and nothing else. Answers the job, or the batch of several Services, that it made. If status is not finished ' +
    'yet, ask get_job with the id.',
  operation: 'runSchedule',
  acts: true,
  input: z.strictObject({
    schedule: argument.idOf('sch', 'Id of the schedule, as list_schedules tells it'),
    waitSeconds: z.int().min(0).max(WAIT_MAX).default(20).describe('How long to wait for the end'),
  }),
  output: object({
    job: wholeJob,
    batch: object({
      id,
      status: word,
      verdict: word,
      createdAt: instant,
      finishedAt: instant,
      servicesInAll: made(({ jobs }: BatchDocument) => jobs.length, number),
      jobs: each(
        object({ id, namespace: name, service: name, status: word, verdict: word, problem, summary }),
        SERVICES_MAX,
      ),
    }),
  }),
  async call({ ask }, { schedule, waitSeconds }) {
    const made = (await ask('runSchedule', { path: { id: schedule }, query: { wait: waitSeconds } })) as
      | JobDocument
      | BatchDocument
    return isBatch(made) ? { batch: made } : { job: withPaths(made, 'failed', 10) }
  },
})
