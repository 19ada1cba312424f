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
import { ProblemError } from '../lib/problem.ts'
import { hasEnded } from '../record/job.ts'
import { isNarrowed } from '../record/principal.ts'
import { describeJobHead, describeJobPath, describeResult } from '../report/describe-job.ts'
import { getJob, getJobState } from '../store/jobs.ts'
import { lastSeqOf, listResults } from '../store/results.ts'
import type { StoredJob } from '../store/stored-job.ts'
import type { Deps } from './deps.ts'
import { nextGap, noSuchJob } from './job-response.ts'
import { jobIdOf, jobParams } from './params.ts'
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
      scope: 'jobs:read',
      tags: ['Jobs'],
      summary: 'Follow a job (server-sent events)',
      description:
        'Events `path`, `result` and `done`. Ids are row ids (for a token that is narrowed to namespaces or clusters: numbers within the job): `Last-Event-ID` resumes after one and misses nothing; `path` events have none and may come again. ' +
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
      if (hasEnded(job) && after > 0 && after > (await lastIdOf(deps, id))) {
        return context.body(null, 204)
      }
      context.header('x-accel-buffering', 'no')
      return streamSSE(context, (stream) => orLog(deps, stream, job, follow(deps, stream, job, after)))
    },
  )
}

/**
 * Logs a failure: the stream ends, and the client resumes. A client that has gone needs the stream no more, and one
 * whose token was revoked is told so when it resumes.
 */
async function orLog(deps: Deps, stream: SSEStreamingApi, job: StoredJob, following: Promise<void>): Promise<void> {
  try {
    await following
  } catch (cause) {
    const isRefused = cause instanceof ProblemError && cause.code === 'unauthenticated'
    if (!stream.aborted && !isRefused) {
      deps.log.error('events_failed', { jobId: job.id, cause })
    }
  }
}

/** Tells what happens to a job until it ends, the client goes, or this stream may last no longer. */
async function follow(deps: Deps, stream: SSEStreamingApi, job: StoredJob, after: number): Promise<void> {
  const { clock, settings } = deps
  const gone = new AbortController()
  stream.onAbort(() => gone.abort())
  const until = clock.monotonic() + settings.eventsLimitMs
  const goesOn = () => !gone.signal.aborted && clock.monotonic() < until && deps.mayLookAgain()
  const teller = new Teller(deps, stream, job, after)
  let heartbeatAt = clock.monotonic() + HEARTBEAT_MS
  for (let gapMs = settings.poll.firstMs; goesOn(); gapMs = nextGap(gapMs, settings.poll)) {
    const woken = new AbortController()
    const changed = deps.signals.next(job.id, AbortSignal.any([gone.signal, woken.signal]))
    const news = await teller.tellNews()
    if (news === 'ended') {
      return woken.abort()
    }
    if (news === 'changed') {
      gapMs = settings.poll.firstMs
    }
    await Promise.race([changed, clock.sleep(gapMs, woken.signal)])
    woken.abort()
    await deps.refuseUnknown?.()
    if (clock.monotonic() >= heartbeatAt) {
      await stream.write(': still here\n\n')
      heartbeatAt = clock.monotonic() + HEARTBEAT_MS
    }
  }
}

/** Knows what one stream has been told of its job, so that everything is told once. */
class Teller {
  readonly #deps: Deps
  readonly #stream: SSEStreamingApi
  readonly #after: number
  readonly #results = new Map<string, Result[]>()
  readonly #announced = new Map<string, string>()
  #job: StoredJob
  #version = 0
  #seen = 0
  /** The id of the last result that was read. */
  #lastId = 0

  /** @param after the number of the last result that the client has. */
  constructor(deps: Deps, stream: SSEStreamingApi, job: StoredJob, after: number) {
    this.#deps = deps
    this.#stream = stream
    this.#job = job
    this.#after = after
  }

  /** Looks for changes, and tells them. */
  async tellNews(): Promise<'unchanged' | 'changed' | 'ended'> {
    const { store } = this.#deps
    // The job is looked at before its results: when it says that it has ended, all of them are there.
    const state = await getJobState(store, this.#job.id)
    if (state === null || state.version === this.#version) {
      return 'unchanged'
    }
    this.#version = state.version
    // A live job that settles has another plan after each round.
    const isPlannedAnew = this.#job.objects.source !== 'manifests' && this.#job.request.settleMs > 0
    if (this.#job.plan === null || isPlannedAnew || hasEnded(state)) {
      this.#job = (await getJob(store, this.#job.id)) ?? this.#job
    }
    this.#job = { ...this.#job, status: state.status }
    if (this.#seen === 0) {
      await this.#announcePaths()
    }
    await this.#tellResults()
    await this.#announcePaths()
    if (!hasEnded(this.#job)) {
      return 'changed'
    }
    // The id is one more than the last result's: a client that has it needs nothing more.
    const data = quietJson(describeJobHead(this.#job))
    await this.#stream.writeSSE({ event: 'done', id: String(this.#lastId + 1), data })
    return 'ended'
  }

  /** Tells the paths whose outcome is not the one that was told last. */
  async #announcePaths(): Promise<void> {
    for (const path of this.#job.plan?.paths ?? []) {
      const document = describeJobPath(this.#job, path, this.#results.get(path.id) ?? [])
      const outcome = String(document.outcome)
      if (this.#announced.get(path.id) !== outcome) {
        this.#announced.set(path.id, outcome)
        await this.#stream.writeSSE({ event: 'path', data: quietJson(document) })
      }
    }
  }

  async #tellResults(): Promise<void> {
    for await (const { seq, result } of resultsAfter(this.#deps, this.#job.id, this.#seen)) {
      this.#seen = seq
      this.#lastId = countsWithinJob(this.#deps) ? this.#lastId + 1 : seq
      const ofPath = this.#results.get(result.pathId)
      if (ofPath) {
        ofPath.push(result)
      } else {
        this.#results.set(result.pathId, [result])
      }
      if (this.#lastId > this.#after) {
        const data = quietJson({ path: result.pathId, ...describeResult(result) })
        await this.#stream.writeSSE({ event: 'result', id: String(this.#lastId), data })
      }
    }
  }
}

/** The number of a result: that of its row, or, since rows of others are counted with it, its place within the job. */
const countsWithinJob = ({ store }: Deps): boolean => isNarrowed(store.principal)

async function lastIdOf(deps: Deps, jobId: string): Promise<number> {
  if (!countsWithinJob(deps)) {
    return lastSeqOf(deps.store, jobId)
  }
  let count = 0
  for await (const _ of resultsAfter(deps, jobId, 0)) {
    count += 1
  }
  return count
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
