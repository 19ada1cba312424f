import type { ProblemDetail } from '../../lib/problem.ts'

/** A problem (RFC 9457) with which the API refused what a tool asked for. */
export class Refused extends Error {
  readonly problem: { code: string; status: number; detail: string; errors: readonly ProblemDetail[] }

  constructor(problem: Refused['problem']) {
    super(problem.code)
    this.name = 'Refused'
    this.problem = problem
  }
}
