/**
 * Bounds what judging an answer costs. Callers choose the expressions and strangers the bodies, so the product of both is
 * counted, in steps, while it is spent: no expectation can hold up what else this process does.
 *
 * @module
 */

/** More steps than an answer may cost: the check asks too much of it, which says nothing about the target. */
export class TooCostlyError extends Error {}

/** Judging in pieces: it pauses now and then, for others to have their turn, and can be left where it stands. */
export type Steps<T> = Generator<undefined, T, undefined>

/** Counts the steps that judging takes. */
export type Meter = {
  /** @throws TooCostlyError where more is spent than is allowed. */
  spend(steps: number): void
  /** Tells whether so much was spent since the last pause that it is time for one. If so, the next piece begins. */
  isPauseDue(): boolean
  readonly spent: number
}

/** Steps of all expectations of one try together; a million take some 30 ms. */
export const STEPS_MAX = 20_000_000
/** Steps of one piece, which take half a millisecond. */
const PIECE = 20_000

export function createMeter(most = STEPS_MAX): Meter {
  let spent = 0
  let pausedAt = 0
  return {
    spend(steps) {
      spent += steps
      if (spent > most) {
        throw new TooCostlyError(`more than ${most} steps`)
      }
    },
    isPauseDue() {
      if (spent - pausedAt < PIECE) {
        return false
      }
      pausedAt = spent
      return true
    },
    get spent() {
      return spent
    },
  }
}

/** All of it at once. */
export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next()
    if (step.done) {
      return step.value
    }
  }
}
