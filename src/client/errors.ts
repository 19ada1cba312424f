/**
 * Errors that a client throws. Their classes tell apart a refusal of the server, no answer, and an answer that is not
 * Portolan's; the reason of an aborted signal is thrown as it is. No message holds the token.
 *
 * @module
 */
import type { Job, Problem } from './schema.ts'

export type { Problem } from './schema.ts'

/** Every error of a client but a misuse of it, which is a `TypeError`. */
export class PortolanError extends Error {
  override name = 'PortolanError'
}

/** The server answered, and refused: RFC 9457. `code` is stable, and explained at `type`. */
export class PortolanProblem extends PortolanError {
  override name = 'PortolanProblem'
  readonly type: string
  readonly status: number
  readonly code: string
  readonly title: string
  readonly detail: string
  /** All that is wrong, at once. */
  readonly errors: Problem['errors']
  /** For whoever looks into the server's log. */
  readonly requestId: string
  /** When the server says to ask again; `null`: it does not say. */
  readonly retryAfterMs: number | null

  constructor(problem: Problem, retryAfterMs: number | null = null) {
    const each = problem.errors.map(({ pointer, detail }) => `\n  ${pointer}: ${detail}`).join('')
    super(`${problem.status} ${problem.code}: ${problem.detail}${each}`)
    this.type = problem.type
    this.status = problem.status
    this.code = problem.code
    this.title = problem.title
    this.detail = problem.detail
    this.errors = problem.errors
    this.requestId = problem.requestId
    this.retryAfterMs = retryAfterMs
  }
}

/** A gate does not let go on. 412: it failed; 503: it is not known, and the Service is not to blame. */
export class PortolanGateHalt extends PortolanError {
  override name = 'PortolanGateHalt'
  readonly status: number
  /** The text report, or what there was to say without one. */
  readonly report: string
  /** When the server says to ask again; `null`: it does not say. */
  readonly retryAfterMs: number | null

  constructor(status: number, report: string, retryAfterMs: number | null = null) {
    const said = status === 503 ? 'does not know whether to let go on' : 'does not let go on'
    super(`The gate ${said}: ${report.trim().replace(/\n.*/s, '')}`)
    this.status = status
    this.report = report
    this.retryAfterMs = retryAfterMs
  }
}

/** No answer came, or not all of it: nobody listens there, the connection broke, or it took too long. */
export class PortolanUnreachable extends PortolanError {
  override name = 'PortolanUnreachable'
  /** `timeout`: it took longer than the call allows. */
  readonly reason: 'network' | 'timeout'

  constructor(reason: 'network' | 'timeout', message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.reason = reason
  }
}

/** Somebody answered, but not as Portolan does: a proxy in between, or another server. */
export class PortolanUnexpectedAnswer extends PortolanError {
  override name = 'PortolanUnexpectedAnswer'
  readonly status: number
  readonly contentType: string | null
  readonly retryAfterMs: number | null

  constructor(message: string, status: number, contentType: string | null, retryAfterMs: number | null = null) {
    super(message)
    this.status = status
    this.contentType = contentType
    this.retryAfterMs = retryAfterMs
  }
}

/** Thrown when work has not ended within the time that was given. The work goes on; `last` is its last known state. */
export class PortolanWaitTimeout<T = Job> extends PortolanError {
  override name = 'PortolanWaitTimeout'
  readonly last: T

  constructor(message: string, last: T) {
    super(message)
    this.last = last
  }
}
