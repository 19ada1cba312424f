import { type Clock, DONE } from '../../../lib/clock.ts'
import { ApiError } from './api-error.ts'

/** Aborts what is under way at the deadline, with the error of an API server that did not answer in time. */
export async function within<T>(clock: Clock, ms: number, act: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const deadline = new AbortController()
  const done = new AbortController()
  void clock.sleep(ms, done.signal).then(() => {
    if (!done.signal.aborted) {
      const message = `the API server has not answered within ${ms / 1000} s`
      deadline.abort(new ApiError('unreachable', message, { code: 'response_timeout' }))
    }
  })
  try {
    return await act(deadline.signal)
  } finally {
    done.abort(DONE)
  }
}
