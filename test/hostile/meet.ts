/** Has a server try a hostile target, and reads what became of it. */
import type { FailureCode } from '../../src/check/codes.ts'
import type { JobDocument } from '../../src/report/job-document.ts'
import { type Authority, createAuthority } from '../support/certificates.ts'
import { jobFor, type Started, type Target, TIMEOUT_MS } from './target.ts'
import { TARGETS } from './targets.ts'

export type Met = {
  name: string
  /** Of the try, or `pass`. */
  told: FailureCode | 'pass' | 'none'
  isRight: boolean
  /** Of the longest try, and what it might have taken. */
  tryMs: number
  timeoutMs: number
  /** From the start to the end of the job. */
  jobMs: number
}

/** A target that listens. */
export type Listening = { target: Target; started: Started }

export async function startAll(): Promise<readonly Listening[]> {
  const authority: Authority = await createAuthority()
  return Promise.all(TARGETS.map(async (target) => ({ target, started: await target.start(authority) })))
}

/** Posts a job and waits for its end. */
type Ask = (path: string, body: object) => Promise<JobDocument>

export async function meet(ask: Ask, { target, started }: Listening): Promise<Met> {
  const job = await ask('/v1/jobs?wait=30', jobFor(target, started))
  const results = job.paths.flatMap(({ results }) => results)
  const last = results.at(-1)
  const told = last === undefined ? 'none' : (last.failure?.code ?? (last.outcome === 'pass' ? 'pass' : 'none'))
  return {
    name: target.name,
    told,
    isRight: told !== 'none' && target.codes.includes(told),
    tryMs: Math.max(0, ...results.map(({ timings }) => timings.totalMs ?? 0)),
    timeoutMs: target.timeoutMs ?? TIMEOUT_MS,
    jobMs: job.durationMs ?? Number.POSITIVE_INFINITY,
  }
}

/** Meets all of them, so many at once: more would wait for each other, and be measured with it. */
export async function meetAll(ask: Ask, listening: readonly Listening[], atOnce: number): Promise<readonly Met[]> {
  const left = [...listening]
  const met: Met[] = []
  const work = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      met.push(await meet(ask, next))
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return met
}
