/**
 * The faults between a reader and an API server. Each is switched on for chosen requests and a number of times.
 *
 * @module
 */
import {
  aggregatedUnavailable,
  internalError,
  type Refusal,
  refuse,
  type Status,
  starting,
  statusOf,
  throttled,
  timedOut,
  unauthorized,
} from './status.ts'

/** A refusal that a real server gives, by name. */
const REFUSALS = {
  /** Of a list: HTTP 410. Of a watch: 200 and an ERROR line. */
  gone: () => refuse(statusOf(410, 'Expired', 'The resourceVersion for the provided list is too old.')),
  unauthorized,
  forbidden: () => refuse(statusOf(403, 'Forbidden', 'forbidden: by a fault of the test', { details: {} })),
  throttled,
  internal: () => internalError(),
  starting,
  aggregated: aggregatedUnavailable,
  'timed-out': timedOut,
  html: (): Refusal => ({
    status: 502,
    body: '<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>\n',
    contentType: 'text/html',
  }),
  /** A login page in place of an answer: 200. */
  'html-200': (): Refusal => ({
    status: 200,
    body: '<!doctype html><title>Log in</title>\n',
    contentType: 'text/html',
  }),
  empty: (): Refusal => ({ status: 200, body: '', contentType: 'application/json' }),
  'not-json': (): Refusal => ({
    status: 200,
    body: '{"kind":"ServiceList","items":[',
    contentType: 'application/json',
  }),
} as const

export type Fault =
  | { kind: keyof typeof REFUSALS; retryAfter?: number }
  /** Answers whatever is given. */
  | { kind: 'answer'; status: number; body: string; contentType?: string; headers?: Record<string, string> }
  /** The answer begins only after so long. */
  | { kind: 'slow'; ms: number }
  /** The answer comes in pieces, with so long between them. */
  | { kind: 'slow-body'; ms: number; chunkBytes?: number }
  /** The connection breaks within the body (default: in its middle), of a watch within the line after `events` whole ones. */
  | { kind: 'cut'; afterBytes?: number; events?: number }
  /** The connection is reset, or closed, and no answer came. */
  | { kind: 'reset' | 'close' }
  /** No answer; of a watch: 200, and nothing more, not even its end. */
  | { kind: 'silent' }
  /** Compressed, however small. */
  | { kind: 'gzip' }
  /** Of a watch: it ends well after so many events. */
  | { kind: 'end'; events: number }
  /** Of a watch: after so many events comes an ERROR line with this Status (default: 410), and its end. */
  | { kind: 'error-line'; events: number; status?: Status }
  /** Of a watch: it is answered as if its resourceVersion were of the future, silent until its time ends. */
  | { kind: 'future' }

/** Chooses requests; a field that is left out matches all. */
export type RequestMatch = {
  verb?: string
  resource?: string
  namespace?: string
  name?: string
  user?: string
  path?: string | RegExp
  /** The requests for a further page of a list. */
  isContinued?: boolean
}

export type Matchable = {
  verb: string
  path: string
  resource?: string | undefined
  namespace?: string | undefined
  name?: string | undefined
  user: string
  isContinued: boolean
}

export type AddedFault = {
  match?: RequestMatch
  /** Default: every time. */
  times?: number
  /** The first requests that match, this many, are answered normally. */
  after?: number
  fault: Fault
}

export type Faults = ReturnType<typeof createFaults>

export function createFaults() {
  const added = new Set<AddedFault & { left: number; skip: number; seen: number }>()
  return {
    /** Switches a fault on; of several that match a request, the one that was added first is taken. */
    add(options: AddedFault): { remove(): void; readonly times: number } {
      const fault = { ...options, left: options.times ?? Number.POSITIVE_INFINITY, skip: options.after ?? 0, seen: 0 }
      added.add(fault)
      return {
        remove: () => added.delete(fault),
        get times() {
          return fault.seen
        },
      }
    },
    clear: () => added.clear(),
    /** Takes the fault for a request, and counts it. */
    take(request: Matchable): Fault | null {
      for (const fault of added) {
        if (fault.left > 0 && matches(fault.match ?? {}, request)) {
          if (fault.skip > 0) {
            fault.skip -= 1
            continue
          }
          fault.left -= 1
          fault.seen += 1
          return fault.fault
        }
      }
      return null
    },
  }
}

export function matches(match: RequestMatch, request: Matchable): boolean {
  const { path, ...rest } = match
  const isOfPath =
    path === undefined || (typeof path === 'string' ? request.path.split('?')[0] === path : path.test(request.path))
  return isOfPath && Object.entries(rest).every(([key, value]) => request[key as keyof Matchable] === value)
}

/** The refusal that a fault is, where it is one. */
export function refusalOf(fault: Fault): Refusal | null {
  if (fault.kind === 'answer') {
    const { status, body, contentType = 'application/json', headers } = fault
    return { status, body, contentType, ...(headers && { headers }) }
  }
  if (fault.kind === 'throttled') {
    return throttled('retryAfter' in fault ? fault.retryAfter : undefined)
  }
  return fault.kind in REFUSALS ? REFUSALS[fault.kind as keyof typeof REFUSALS]() : null
}
