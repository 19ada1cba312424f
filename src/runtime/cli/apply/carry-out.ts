/**
 * Carries out what was planned, one step after the other: what has been done is told, whatever comes in between.
 *
 * @module
 */
import { type Client, PortolanProblem } from '../../../client/index.ts'
import type { Body } from '../../../client/types.ts'
import { hashParts } from '../../../lib/hash.ts'
import type { Current, Step } from './plan.ts'
import { OWNER_LABEL, type Wanted } from './wanted.ts'

export type Done = {
  name: string
  id: string | null
  did: 'created' | 'changed' | 'unchanged' | 'deleted' | 'left' | 'failed'
  /** Why it failed. */
  problem: string | null
}

/** Puts a refusal into words for the user. */
type Tell = (error: unknown) => string

/** @param instead what was told before and no longer holds. */
type Each = (done: Done, instead?: Done) => void

/**
 * @param each is told of each step as it is done.
 * @throws what is no refusal of one step: the server is gone, a signal. What is left has not been done.
 */
export async function carryOut(
  client: Client,
  owner: string,
  steps: readonly Step[],
  tell: Tell,
  each: Each,
): Promise<void> {
  const made: Made[] = []
  for (const step of steps) {
    const done = await orFailed(step, tell, () => act(client, owner, step))
    each(done)
    if (step.do === 'create' && done.id !== null) {
      made.push({ wanted: step.wanted, done, id: done.id })
    }
  }
  if (made.length > 0) {
    await settleDoubles(client, owner, made, tell, each)
  }
}

const nameIn = (step: Step): string => ('wanted' in step ? step.wanted.name : step.current.schedule.name)

async function orFailed(step: Step, tell: Tell, act: () => Promise<Done>): Promise<Done> {
  try {
    return await act()
  } catch (error) {
    // Any other problem of the server would stop all further steps as well
    if (!(error instanceof PortolanProblem) || error.status === 401 || error.status >= 500) {
      throw error
    }
    const id = 'current' in step ? step.current.schedule.id : null
    const isOther = error.code === 'precondition_failed' || (id !== null && error.code === 'not_found')
    const problem = isOther ? CHANGED : tell(error)
    return { name: nameIn(step), id, did: 'failed', problem }
  }
}

const CHANGED = 'somebody else has changed or deleted it since it was read; apply again'

async function act(client: Client, owner: string, step: Step): Promise<Done> {
  switch (step.do) {
    case 'create':
      return create(client, owner, step.wanted)
    case 'change':
    case 'compare':
      return change(client, step.wanted, step.current)
    case 'delete': {
      const { id, name } = step.current.schedule
      await client.deleteSchedule(id, { ifMatch: step.current.etag })
      return { name, id, did: 'deleted', problem: null }
    }
    case 'nothing':
    case 'leave': {
      const { id, name } = step.current.schedule
      return { name, id, did: step.do === 'leave' ? 'left' : 'unchanged', problem: null }
    }
  }
}

async function change(client: Client, { name, settings, body }: Wanted, { schedule, etag }: Current): Promise<Done> {
  const { job, batch } = body as { job?: unknown; batch?: unknown }
  // As a whole: what a PATCH leaves out stays, and a field that the file leaves out is to have its default
  const patch = { ...settings, ...(job === undefined ? { batch } : { job }) } as Body<'changeSchedule'>
  const { response } = await client.withResponse.changeSchedule(schedule.id, patch, { ifMatch: etag })
  // The server leaves what is the same as it is
  const isSame = response.headers.get('etag') === etag
  return { name, id: schedule.id, did: isSame ? 'unchanged' : 'changed', problem: null }
}

/** Bounds the keys that are tried: one of today may stand for a schedule that has been deleted or changed since. */
const ATTEMPTS = 10

async function create(client: Client, owner: string, wanted: Wanted): Promise<Done> {
  const { name, body, settings, work } = wanted
  for (let attempt = 1; ; attempt += 1) {
    // The key is made only of what may be shown, as proxies see keys and the server stores them
    const key = hashParts([owner, name, JSON.stringify([settings, work]), attempt], 32)
    try {
      const made = await client.createSchedule(body, { idempotencyKey: `apply-${key}` })
      if (made.name === name && (made.job ?? made.batch)?.labels[OWNER_LABEL] === owner) {
        return { name, id: made.id, did: 'created', problem: null }
      }
    } catch (error) {
      if (!(error instanceof PortolanProblem) || !ANOTHER_KEY.includes(error.code) || attempt === ATTEMPTS) {
        throw error
      }
    }
    if (attempt === ATTEMPTS) {
      throw new Error(`${ATTEMPTS} keys of one schedule stand for others`)
    }
  }
}

const ANOTHER_KEY: readonly string[] = ['not_found', 'idempotency_key_reused']

type Made = { wanted: Wanted; done: Done; id: string }

/**
 * Two that apply at once as different users may both have made a schedule. The older one stays, and whoever made the
 * other takes it away: each of them sees both, or made the older.
 */
async function settleDoubles(
  client: Client,
  owner: string,
  made: readonly Made[],
  tell: Tell,
  each: Each,
): Promise<void> {
  const all: { id: string; name: string }[] = []
  for await (const { id, name } of client.eachSchedule({ label: [`${OWNER_LABEL}=${owner}`], limit: 200 })) {
    all.push({ id, name })
  }
  for (const { wanted, done, id } of made) {
    const older = all.filter((other) => other.name === wanted.name && other.id < id).map((other) => other.id)
    const [oldest] = older.toSorted()
    if (oldest === undefined) {
      continue
    }
    await client.deleteSchedule(id).catch(unlessGone)
    const current = await readCurrent(client, oldest)
    const step: Step | null = current && { do: 'compare', wanted, current }
    each(
      step === null
        ? { ...done, did: 'failed', problem: CHANGED }
        : await orFailed(step, tell, () => act(client, owner, step)),
      done,
    )
  }
}

/** `null`: it is gone. */
export async function readCurrent(client: Client, id: string): Promise<Current | null> {
  const read = await client.withResponse.getSchedule(id).catch(unlessGone)
  return read && { schedule: read.data, etag: read.response.headers.get('etag') ?? '' }
}

/** Others change schedules meanwhile. */
function unlessGone(error: unknown): null {
  if (error instanceof PortolanProblem && error.code === 'not_found') {
    return null
  }
  throw error
}
