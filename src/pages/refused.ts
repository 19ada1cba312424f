import { PortolanProblem } from '../client/errors.ts'
import { PROBLEMS, type ProblemCode, ProblemError } from '../lib/problem.ts'

const isCode = (code: string): code is ProblemCode => Object.hasOwn(PROBLEMS, code)

/** Has a page refuse what the API has refused it, unless it catches that itself. */
export async function refusing<T>(answer: () => Promise<T> | T): Promise<T> {
  try {
    return await answer()
  } catch (error) {
    if (error instanceof PortolanProblem && isCode(error.code)) {
      const { code, detail, errors, status, retryAfterMs } = error
      const headers = retryAfterMs === null ? {} : { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) }
      throw new ProblemError(code, detail, { errors, status, headers, cause: error })
    }
    throw error
  }
}
