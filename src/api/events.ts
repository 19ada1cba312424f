/**
 * `GET /v1/jobs/{id}/events`: what happens to a job, as server-sent events. `path` for each path (at the start, and
 * when it is decided), `result` for each result, `done` at the end; payloads are those of GET.
 *
 * @module
 */
import { z } from '@hono/zod-openapi'
import { type SSEStreamingApi, streamSSE } from 'hono/streaming'
import type { Result } from '../check/result.ts'
import { quietJson } from '../lib/json.ts'
import { hasEnded } from '../record/job.ts'
import { describeJobHead, describeJobPath, describeResult } from '../report/describe-job.ts'
import { getJob, getJobState } from '../store/jobs.ts'
import { lastSeqOf, listResults } from '../store/results.ts'
import type { StoredJob } from '../store/stored-job.ts'
import type { Deps } from './deps.ts'
import { jobIdOf, jobParams } from './job-id.ts'
import { nextGap, noSuchJob } from './job-response.ts'
import { problems } from './problem.ts'
import { type Api, mount } from './route.ts'

const HEARTBEAT_MS = 15_000

export function mountEvents(app: Api): void {
  mount(
    app,
    {
      method: 'get',
      path: '/v1/jobs/{id}/events',
      operationId: 'streamJobEvents',
      tags: ['Jobs'],
      summary: 'Follow a job (server-sent events)',
      description:
        'Events `path`, `result` and `done`. Ids are row ids: `Last-Event-ID` resumes after one and misses nothing; `path` events have none and may come again. ' +
        'A comment every 15 s keeps the connection. Closes after `done`; a reconnect after it is a 204.',
      params: jobParams,
      headers: z.object({ 'last-event-id': z.string().optional() }),
      responses: {
        200: { description: 'The stream', content: { 'text/event-stream': { schema: z.string() } } },
        204: { description: 'The client has seen `done`' },
        ...problems('not_found'),
      },
    },
    async (context, { params }) => {
      const deps = context.get('deps')
      const id = jobIdOf(params.id)
      const job = await getJob(deps.store, id)
      if (job === null) {
        throw noSuchJob(id)
      }
      const given = context.req.header('last-event-id')
      const after = given !== undefined && /^\d{1,15}$/.test(given) ? Number(given) : 0
      if (hasEnded(job) && after > 0 && after > (await lastSeqOf(deps.store, id))) {
        return context.body(null, 204)
      }
      context.header('x-accel-buffering', 'no')
      return streamSSE(context, (stream) => orLog(deps, stream, job, follow(deps, stream, job, after)))
    },
  )
}

/** Logs a failure: the stream ends, and the client resumes. A client that has gone needs the stream no more. */
async function orLog(deps: Deps, stream: SSEStreamingApi, job: StoredJob, following: Promise<void>): Promise<void> {
  try {
    await following
  } catch (cause) {
    if (!stream.aborted) {
      deps.log.error('events_failed', { jobId: job.id, cause })
    }
  }
}

async function follow(deps: Deps, stream: SSEStreamingApi, job: StoredJob, after: number): Promise<void> {
  const { poll, eventsLimitMs } = deps.settings
  const gone = new AbortController()
  stream.onAbort(() => gone.abort())
  const until = deps.clock.monotonic() + eventsLimitMs
  const results = new Map<string, Result[]>()
  const announced = new Map<string, string>()
  const announce = async (current: StoredJob): Promise<void> => {
    for (const path of current.plan?.paths ?? []) {
      const document = describeJobPath(current, path, results.get(path.id) ?? [])
      if (announced.get(path.id) === String(document.outcome)) {
        continue
      }
      announced.set(path.id, String(document.outcome))
      await stream.writeSSE({ event: 'path', data: quietJson(document) })
    }
  }

  let seen = 0
  let version = 0
  let current = job
  let heartbeatAt = deps.clock.monotonic() + HEARTBEAT_MS
  const goesOn = () => !gone.signal.aborted && deps.clock.monotonic() < until && deps.mayLookAgain()
  for (let gapMs = poll.firstMs; goesOn(); gapMs = nextGap(gapMs, poll)) {
    const woken = new AbortController()
    const changed = deps.signals.next(job.id, AbortSignal.any([gone.signal, woken.signal]))
    // The job is looked at before its results: when it says that it has ended, all of them are there.
    const state = await getJobState(deps.store, job.id)
    if (state !== null && state.version !== version) {
      version = state.version
      gapMs = poll.firstMs
      if (current.plan === null || hasEnded(state)) {
        current = (await getJob(deps.store, job.id)) ?? current
      }
      current = { ...current, status: state.status }
      if (seen === 0) {
        await announce(current)
      }
      for await (const { seq, result } of resultsAfter(deps, job.id, seen)) {
        seen = seq
        const others = results.get(result.pathId)
        if (others) {
          others.push(result)
        } else {
          results.set(result.pathId, [result])
        }
        if (seq <= after) {
          continue
        }
        await stream.writeSSE({
          event: 'result',
          id: String(seq),
          data: quietJson({ path: result.pathId, ...describeResult(result) }),
        })
      }
      await announce(current)
      if (hasEnded(current)) {
        // One more than the last result's: whoever has it needs nothing more.
        await stream.writeSSE({ event: 'done', id: String(seen + 1), data: quietJson(describeJobHead(current)) })
        return woken.abort()
      }
    }
    await Promise.race([changed, deps.clock.sleep(gapMs, woken.signal)])
    woken.abort()
    if (deps.clock.monotonic() >= heartbeatAt) {
      await stream.write(': still here\n\n')
      heartbeatAt = deps.clock.monotonic() + HEARTBEAT_MS
    }
  }
}

/** Results that are read at once. */
const PAGE = 1000

async function* resultsAfter(deps: Deps, jobId: string, seq: number): AsyncGenerator<{ seq: number; result: Result }> {
  for (let after = seq; ; ) {
    const page = await listResults(deps.store, jobId, after, PAGE)
    yield* page
    after = page.at(-1)?.seq ?? after
    if (page.length < PAGE) {
      return
    }
  }
}
