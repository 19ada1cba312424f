/**
 * Refusals to the caller: every one has a code, and a page under `docs/errors/`. Thrown as {@link ProblemError};
 * anything else that is thrown is a bug or an outage of ours.
 *
 * @module
 */

/** Code → status and title. The code is the source; the status follows from it. */
export const PROBLEMS = {
  malformed_body: [400, 'The body is not well-formed'],
  invalid_request: [400, 'The request does not fit the schema'],
  malformed_manifests: [400, 'The manifests are not well-formed'],
  unauthenticated: [401, 'A token is needed'],
  forbidden: [403, 'Forbidden'],
  not_found: [404, 'There is no such resource'],
  method_not_allowed: [405, 'The method is not allowed here'],
  not_acceptable: [406, 'No format that the client accepts'],
  conflict: [409, 'The state of the resource does not allow that'],
  precondition_failed: [412, 'The resource has changed'],
  body_too_large: [413, 'The body is too large'],
  unsupported_media_type: [415, 'The content type is not supported'],
  invalid_manifest: [422, 'An object in the manifests is not valid'],
  service_not_found: [422, 'The Service is not among the objects'],
  service_ambiguous: [422, 'The manifests hold several Services'],
  impossible_request: [422, 'The request cannot be carried out'],
  no_cluster: [422, 'No live cluster is configured'],
  idempotency_key_reused: [422, 'The Idempotency-Key was used for another request'],
  not_supported: [422, 'This is not supported'],
  precondition_required: [428, 'If-Match is needed'],
  too_many_requests: [429, 'Too many requests'],
  headers_too_large: [431, 'The headers are too large'],
  internal: [500, 'Something failed on our side'],
  cluster_refused: [502, 'The cluster refused to be read'],
  cluster_unreachable: [502, 'The cluster could not be read'],
  unavailable: [503, 'Temporarily unavailable'],
  storage_full: [507, 'The database cannot grow'],
} as const satisfies Record<string, readonly [number, string]>

export type ProblemCode = keyof typeof PROBLEMS

/** Statuses that a problem has besides the one of the table: objects that a live cluster lacks are no mistake in the body. */
export const OTHER_STATUSES: Partial<Readonly<Record<ProblemCode, number>>> = { service_not_found: 404 }

/** One thing wrong. `document`, `object` and `field` are there for manifests. */
export type ProblemDetail = {
  /** RFC 6901, into the request's body; for a query parameter `?name`, for a header its name. */
  pointer: string
  detail: string
  /** 1-based number of the YAML document. */
  document?: number
  object?: string
  field?: string
}

export class ProblemError extends Error {
  readonly code: ProblemCode
  readonly detail: string
  readonly errors: readonly ProblemDetail[]
  readonly headers: Readonly<Record<string, string>>
  readonly status: number

  /**
   * @param detail for the caller: what was found, and what to do.
   * @param options.status if it is not that of the table: one of {@link OTHER_STATUSES}.
   */
  constructor(
    code: ProblemCode,
    detail: string,
    options: {
      errors?: readonly ProblemDetail[]
      headers?: Readonly<Record<string, string>>
      status?: number
      cause?: unknown
    } = {},
  ) {
    super(`${code}: ${detail}`, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'ProblemError'
    this.code = code
    this.detail = detail
    this.errors = options.errors ?? []
    this.headers = options.headers ?? {}
    this.status = options.status ?? PROBLEMS[code][0]
  }
}

/**
 * Does everything, and tells of all refusals at once: with the code and the text of the first, and the errors of all.
 *
 * @throws ProblemError
 */
export async function together<const T extends readonly (() => unknown)[]>(
  ...acts: T
): Promise<{ -readonly [K in keyof T]: Awaited<ReturnType<T[K]>> }> {
  const done: unknown[] = []
  const refusals: ProblemError[] = []
  for (const act of acts) {
    try {
      done.push(await act())
    } catch (error) {
      if (!(error instanceof ProblemError)) {
        throw error
      }
      refusals.push(error)
    }
  }
  const [first, ...more] = refusals
  if (first === undefined) {
    return done as { -readonly [K in keyof T]: Awaited<ReturnType<T[K]>> }
  }
  if (more.length === 0) {
    throw first
  }
  const errors = refusals.flatMap((refusal) => refusal.errors)
  throw new ProblemError(first.code, first.detail, {
    errors,
    headers: first.headers,
    status: first.status,
    cause: first,
  })
}

/** A problem as plain data, for where an error cannot go: to another thread, beside other data. */
export type PlainProblem = Pick<ProblemError, 'code' | 'detail' | 'errors' | 'headers' | 'status'>

export const plainOf = ({ code, detail, errors, headers, status }: ProblemError): PlainProblem => ({
  code,
  detail,
  errors,
  headers,
  status,
})

export const problemFrom = ({ code, detail, ...options }: PlainProblem): ProblemError =>
  new ProblemError(code, detail, options)
