/**
 * Judges answers piece by piece: between two pieces whatever else this thread has to do goes on, and a cancel or the
 * deadline ends the judging.
 *
 * @module
 */
import type { Failure } from './codes.ts'
import { failure } from './failure.ts'
import { type Steps, TooCostlyError } from './meter.ts'
import type { TryContext } from './try.ts'

type Judging = Pick<TryContext, 'deps' | 'jobId' | 'signal'>

/** @returns what the steps say, or why that could not be found out, which is not the target's doing. */
export async function judgeInTurns(context: Judging, steps: Steps<Failure | null>): Promise<Failure | null> {
  try {
    return await inTurns(context, steps)
  } catch (error) {
    if (error instanceof CutShort) {
      return { ...error.reason, phase: 'expectation' }
    }
    if (error instanceof TooCostlyError) {
      return failure('expectation_too_costly', 'expectation')
    }
    throw error
  }
}

/** Works out evidence that is nice to have; `null`: it would take too much work. */
export async function unlessTooCostly<T>(context: Judging, steps: Steps<T>): Promise<T | null> {
  try {
    return await inTurns(context, steps)
  } catch (error) {
    if (error instanceof CutShort || error instanceof TooCostlyError) {
      return null
    }
    throw error
  }
}

class CutShort extends Error {
  readonly reason: Failure

  constructor(reason: Failure) {
    super()
    this.reason = reason
  }
}

async function inTurns<T>({ deps, jobId, signal }: Judging, steps: Steps<T>): Promise<T> {
  for (;;) {
    const step = steps.next()
    if (step.done) {
      return step.value
    }
    await deps.turn?.(jobId)
    if (signal.aborted) {
      throw new CutShort(signal.reason)
    }
  }
}
