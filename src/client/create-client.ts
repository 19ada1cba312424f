import { type AnyOptions, call } from './call.ts'
import { followJob } from './events.ts'
import { ITERATORS, type Iterators, type Methods, OPERATIONS } from './operations.ts'
import { type ClientOptions, type Settings, settingsOf, type WaitOptions } from './options.ts'
import { eachOf } from './pages.ts'
import type { Batch, Compare, Job } from './schema.ts'
import type { JobEvent, OperationId, Options } from './types.ts'
import { waitFor } from './wait.ts'

/** Asks a Portolan: a method for each operation, by its `operationId`, and what takes several requests. */
export interface Client extends Omit<Methods, 'streamJobEvents'>, Iterators {
  /** The same methods, which return the response besides: its status, and headers like `etag`. */
  readonly withResponse: Methods<true>
  /** Waits for the end of a job, however long that takes. It pauses as `Retry-After` says, but a minute at most. */
  waitForJob(id: string, options?: WaitOptions<Job>): Promise<Job>
  /** Waits for the end of a batch. */
  waitForBatch(id: string, options?: WaitOptions<Batch>): Promise<Batch>
  /** Waits for the end of a comparison. */
  waitForCompare(id: string, options?: WaitOptions<Compare>): Promise<Compare>
  /** Follows a job until it ends, as it happens; goes on where it was when the connection breaks. */
  jobEvents(id: string, options?: Options<'streamJobEvents'>): AsyncGenerator<JobEvent, void, undefined>
  /** The same as {@link Client.jobEvents}. */
  streamJobEvents(id: string, options?: Options<'streamJobEvents'>): AsyncGenerator<JobEvent, void, undefined>
}

/**
 * Makes a client.
 *
 * @example
 * const client = createClient({ baseUrl: 'http://127.0.0.1:8080', token: process.env.PORTOLAN_TOKEN })
 * const job = await client.createJob({ target: { namespace: 'shop', service: 'toad' } }, { wait: 25 })
 */
export function createClient(options: ClientOptions): Client {
  const settings = settingsOf(options)
  const ids = Object.keys(OPERATIONS) as OperationId[]
  const withResponse = Object.fromEntries(
    ids.map((id) => [id, (...given: unknown[]) => call(settings, id, given)]),
  ) as unknown as Methods<true>
  const methods = Object.fromEntries(
    ids.map((id) => [id, async (...given: unknown[]) => (await call(settings, id, given)).data]),
  ) as unknown as Methods
  const follow = (id: string, given: AnyOptions = {}) => followJob(settings, id, given)
  return {
    ...methods,
    ...iterators(settings),
    withResponse,
    jobEvents: follow,
    streamJobEvents: follow,
    waitForJob: (id, how = {}) => waitFor(settings, `The job ${id}`, (asked) => withResponse.getJob(id, asked), how),
    waitForBatch: (id, how = {}) =>
      waitFor(settings, `The batch ${id}`, (asked) => withResponse.getBatch(id, asked), how),
    waitForCompare: (id, how = {}) =>
      waitFor(settings, `The comparison ${id}`, (asked) => withResponse.getCompare(id, asked), how),
  }
}

function iterators(settings: Settings): Iterators {
  const each = Object.entries(ITERATORS).map(([list, name]) => [
    name,
    (...given: unknown[]) => {
      const { path } = OPERATIONS[list as keyof typeof ITERATORS]
      const named = path.match(/\{/g)?.length ?? 0
      const options = (given[named] ?? {}) as AnyOptions
      const page = (cursor: string | undefined) =>
        call(settings, list as OperationId, [...given.slice(0, named), { ...options, cursor }])
      const first = typeof options.cursor === 'string' ? options.cursor : undefined
      return eachOf(page, first, `GET ${settings.origin}${path}`)
    },
  ])
  return Object.fromEntries(each) as Iterators
}
