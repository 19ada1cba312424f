import { isId } from '../lib/id.ts'
import { ProblemError } from '../lib/problem.ts'
import type { Schedule } from '../record/schedule.ts'
import { describeBatch } from '../report/describe-batch.ts'
import { noSchedule } from '../schedule/accept-schedule.ts'
import { describeScheduleHead, describeWork, type ScheduleHeadDocument } from '../schedule/describe.ts'
import { getBatch } from '../store/batches.ts'
import { newestJobs } from '../store/jobs.ts'
import { getSchedule, getScheduledRequest } from '../store/schedules.ts'
import type { Deps } from './deps.ts'
import { tagOf } from './if-match.ts'
import { answerJson } from './json.ts'
import type { ApiContext } from './route.ts'

/** @throws ProblemError `not_found` */
export async function loadSchedule(deps: Deps, id: string): Promise<Schedule> {
  const schedule = isId('schedule', id) ? await getSchedule(deps.store, id) : null
  if (schedule === null) {
    throw noSchedule(id)
  }
  return schedule
}

/**
 * Finds a schedule that is to be changed or deleted.
 *
 * @throws ProblemError `conflict` for one that discovery keeps: it would be made again.
 */
export async function loadOwn(deps: Deps, id: string): Promise<Schedule> {
  const schedule = await loadSchedule(deps, id)
  if (schedule.managedBy === null) {
    return schedule
  }
  const { namespace, service } = schedule.target
  throw new ProblemError(
    'conflict',
    `Schedule ${id} is made by discovery from Service/${service} in namespace ${namespace}, and follows it. ` +
      `Change the annotations of the Service or of its Namespace: portolan.dev/every, portolan.dev/job, ` +
      `or portolan.dev/probe: "false" to have it removed.`,
  )
}

export async function answerSchedule(context: ApiContext, schedule: Schedule, status: 200 | 201): Promise<Response> {
  const deps = context.get('deps')
  const [head] = await describeHeads(deps, [schedule])
  const request = await getScheduledRequest(deps.store, schedule.id)
  if (request === null) {
    throw noSchedule(schedule.id)
  }
  context.header('etag', tagOf(schedule.version))
  context.header('cache-control', 'no-cache')
  return answerJson(context, { ...head, ...describeWork(request) }, status)
}

export async function describeHeads(deps: Deps, schedules: readonly Schedule[]): Promise<ScheduleHeadDocument[]> {
  const newest = await newestJobs(
    deps.store,
    schedules.map(({ id }) => id),
  )
  return Promise.all(
    schedules.map(async (schedule) => {
      const job = newest.get(schedule.id) ?? null
      if (!schedule.isBatch || !job?.batchId) {
        return describeScheduleHead(schedule, { job, batch: null })
      }
      // A batch of an earlier work of the schedule may reach beyond the caller
      const found = await getBatch(deps.store, job.batchId)
      return describeScheduleHead(schedule, { job: null, batch: found && describeBatch(found.batch, found.jobs) })
    }),
  )
}
