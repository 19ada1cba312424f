/**
 * Records what a test server was asked, so that a test can say "seven requests" and "one connection".
 *
 * @module
 */
import { type Matchable, matches, type RequestMatch } from './faults.ts'

export type SeenRequest = Matchable & {
  method: string
  /** `null`: none was sent. */
  status: number | null
  /** Bytes of the body as sent. */
  bytes: number
  atMs: number
  /** Who is impersonated, as the headers say. */
  impersonated: { user: string; groups: readonly string[] } | null
  userAgent: string
  /** A watch that is still open; another request that is not yet answered. */
  isOpen: boolean
}

export type Seen = ReturnType<typeof createSeen>

export function createSeen(now: () => number) {
  let requests: SeenRequest[] = []
  return {
    note(request: Omit<SeenRequest, 'status' | 'bytes' | 'atMs' | 'isOpen'>): SeenRequest {
      const seen = { ...request, status: null, bytes: 0, atMs: now(), isOpen: true }
      requests.push(seen)
      return seen
    },
    get requests(): readonly SeenRequest[] {
      return requests
    },
    /** Counts the requests that match. */
    count: (match: RequestMatch = {}): number => requests.filter((request) => matches(match, request)).length,
    /** `list services shop`, in their order: a short form of each request. */
    lines: (): string[] =>
      requests.map(({ verb, resource, namespace, name, path }) =>
        [verb, resource ?? path, namespace, name].filter((word) => word !== undefined).join(' '),
      ),
    bytes: (): number => requests.reduce((sum, { bytes }) => sum + bytes, 0),
    clear(): void {
      requests = []
    },
  }
}
