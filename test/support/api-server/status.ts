/**
 * Refusals, in the words and shapes of a real server's recorded answers.
 *
 * @module
 */
import { qualified } from './resources.ts'

export type Status = Record<string, unknown> & { code: number; message: string }

/** An answer that is not what was asked for. */
export type Refusal = {
  status: number
  headers?: Record<string, string>
  /** JSON, or plain text. */
  body: Status | string
  /** Default: JSON for a Status, `text/plain` for text. */
  contentType?: string
}

export const isRefusal = (value: object): value is Refusal => 'status' in value && 'body' in value

export const TEXT = 'text/plain; charset=utf-8'

type Details = Record<string, unknown>

/** Builds a Status; its fields stand in the order in which the server writes them. */
export function statusOf(
  code: number,
  reason: string | null,
  message: string,
  { details, metadata = {} }: { details?: Details; metadata?: Details } = {},
): Status {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata,
    status: 'Failure',
    message,
    ...(reason !== null && { reason }),
    ...(details && { details }),
    code,
  }
}

export const refuse = (status: Status, headers?: Record<string, string>): Refusal => ({
  status: status.code,
  ...(headers && { headers }),
  body: status,
})

export const badRequest = (message: string) => refuse(statusOf(400, 'BadRequest', message))

export const unauthorized = () => refuse(statusOf(401, 'Unauthorized', 'Unauthorized'))

export const notServed = (): Refusal => ({ status: 404, body: '404 page not found\n' })

export const noSuchResource = () =>
  refuse(statusOf(404, 'NotFound', 'the server could not find the requested resource', { details: {} }))

export const methodNotAllowed = () =>
  refuse(
    statusOf(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {
      details: {},
    }),
  )

const named = (group: string, resource: string, name?: string): Details => ({
  ...(name !== undefined && { name }),
  ...(group !== '' && { group }),
  kind: resource,
})

export const notFound = (group: string, resource: string, name: string) =>
  refuse(
    statusOf(404, 'NotFound', `${qualified(group, resource)} "${name}" not found`, {
      details: named(group, resource, name),
    }),
  )

export type Asked = {
  verb: string
  group: string
  resource: string
  namespace?: string | undefined
  name?: string | undefined
}

/** A 403; `why` is what the authorizer adds, such as a role that is bound and absent. */
export function forbidden(user: string, { verb, group, resource, namespace, name }: Asked, why = '') {
  const what = qualified(group, resource) + (name === undefined ? '' : ` "${name}"`)
  const where = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`
  const message =
    `${what} is forbidden: User "${user}" cannot ${verb} resource "${resource}" in API group "${group}" ${where}` +
    (why === '' ? '' : `: ${why}`)
  return refuse(statusOf(403, 'Forbidden', message, { details: named(group, resource, name) }))
}

export const forbiddenPath = (user: string, verb: string, path: string) =>
  refuse(statusOf(403, 'Forbidden', `forbidden: User "${user}" cannot ${verb} path "${path}"`, { details: {} }))

/** A 422 of the options of a list or watch. */
export function invalidOption(field: string, message: string) {
  const whole = `Forbidden: ${message}`
  return refuse(
    statusOf(422, 'Invalid', `ListOptions.meta.k8s.io "" is invalid: ${field}: ${whole}`, {
      details: {
        group: 'meta.k8s.io',
        kind: 'ListOptions',
        causes: [{ reason: 'FieldValueForbidden', message: whole, field }],
      },
    }),
  )
}

const PARSING = (text: string) =>
  `resourceVersion: Invalid value: "${text}": strconv.ParseUint: parsing "${text}": invalid syntax`

/** A list answers 400, a watch 500 without a reason. */
export const badVersion = (text: string, isWatch: boolean) =>
  isWatch ? refuse(statusOf(500, null, PARSING(text))) : badRequest(`invalid resource version: ${PARSING(text)}`)

export const versionTooLarge = (asked: number, current: number) =>
  refuse(
    statusOf(504, 'Timeout', `Timeout: Too large resource version: ${asked}, current: ${current}`, {
      details: {
        causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
        retryAfterSeconds: 1,
      },
    }),
    { 'retry-after': '1' },
  )

export const versionTooOld = () =>
  refuse(statusOf(410, 'Expired', 'The resourceVersion for the provided list is too old.'))

/** @param next is the inconsistent `continue` that the server offers. */
export const continueTooOld = (next: string) =>
  refuse(
    statusOf(
      410,
      'Expired',
      'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
      { metadata: { continue: next } },
    ),
  )

/** The Status of the ERROR line of a watch that begins too early. */
export const watchTooOld = (asked: number, oldest: number) =>
  statusOf(410, 'Expired', `too old resource version: ${asked} (${oldest})`)

export const notAcceptable = () =>
  refuse(
    statusOf(
      406,
      'NotAcceptable',
      '406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, application/vnd.kubernetes.protobuf, application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch',
      { details: {} },
    ),
  )

export const throttled = (retryAfter = 2): Refusal => ({
  status: 429,
  headers: { 'retry-after': String(retryAfter) },
  body: 'Too many requests, please try again later.\n',
})

export const starting = () =>
  refuse(
    statusOf(
      503,
      'ServiceUnavailable',
      'the request has been made before all known HTTP paths have been installed, please try again',
      { details: { retryAfterSeconds: 5 } },
    ),
    { 'retry-after': '5' },
  )

export const aggregatedUnavailable = (): Refusal => ({ status: 503, body: 'service unavailable\n' })

/** A request that the server gave up: a Status without kind and apiVersion, labelled as text. */
export const timedOut = (): Refusal => {
  const {
    kind: _,
    apiVersion: __,
    ...status
  } = statusOf(504, 'Timeout', 'Timeout: request did not complete within the allotted timeout', { details: {} })
  return { status: 504, body: status as Status, contentType: TEXT }
}

export const internalError = (message = 'etcdserver: leader changed') =>
  refuse(statusOf(500, 'InternalError', `Internal error occurred: ${message}`, { details: { causes: [{ message }] } }))
