import type { Failure } from '../../../check/codes.ts'
import { codeOf } from '../../../check/failure.ts'

/**
 * The ways in which a read of the Kubernetes API can fail. `not_served`: the API server has no such group, version or
 * resource; `not_found`: it has no such object. `gone`: the list or the version asked for is no longer kept (410).
 * `silent`: a watch said nothing for too long. `malformed`: the answer is not one of a Kubernetes API. `credentials`:
 * there is nothing to present to the API server, or it cannot be had.
 */
export type ApiErrorKind =
  | 'unreachable'
  | 'unauthorized'
  | 'forbidden'
  | 'not_found'
  | 'not_served'
  | 'gone'
  | 'throttled'
  | 'unavailable'
  | 'silent'
  | 'malformed'
  | 'credentials'

type Facts = { status?: number; code?: string; retryAfterMs?: number | null; cause?: unknown }

/** The message is one line for people: it names the API server and holds no secret. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly kind: ApiErrorKind
  /** The status of HTTP; `null`: no answer came. */
  readonly status: number | null
  /** A code of the connection's failure, as `check/codes.ts` names them; `null`: it did not fail. */
  readonly code: string | null
  readonly retryAfterMs: number | null

  constructor(kind: ApiErrorKind, message: string, { status, code, retryAfterMs, cause }: Facts = {}) {
    super(message, cause === undefined ? undefined : { cause })
    this.kind = kind
    this.status = status ?? null
    this.code = code ?? null
    this.retryAfterMs = retryAfterMs ?? null
  }
}

/** The read that it was for has ended without it: it says nothing of the API server. */
export class NoLongerWanted extends ApiError {
  constructor() {
    super('unavailable', 'the read has ended')
  }
}

/** A failure of the connection to the API server, with the code that a probe of it would have had. */
export const unreachable = (server: string, failure: Failure, cause?: unknown): ApiError =>
  new ApiError('unreachable', `${server}: ${failure.message}`, {
    code: failure.code,
    // A known code tells all; only an unknown error needs to be looked into
    cause: failure.code === 'internal' ? cause : undefined,
  })

/** Names why a file cannot be read, by its code alone: the message of the system repeats what it was given. */
export function whyUnreadable(error: unknown): string {
  const code = codeOf(error)
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: 'there is no such file',
    EACCES: 'this user may not read it',
    EPERM: 'this user may not read it',
    EISDIR: 'it is a folder',
    ENOTDIR: 'a part of its path is no folder',
    ELOOP: 'its symbolic links lead in a circle',
  }
  return `${reasons[code] ?? 'it cannot be read'} (${code})`
}
