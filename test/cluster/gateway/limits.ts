import type { Case, Test } from './cases.ts'

type Limit = { reason: string; holds(asked: Case, test: Test): boolean }

/** What HAProxy cannot do, as rows of the suite that are not judged. */
export const LIMITS: readonly Limit[] = [
  { reason: 'HAProxy proxies no UDP', holds: ({ request }) => request.protocol === 'UDP' },
  {
    reason: 'HAProxy sends no copies of requests (RequestMirror)',
    holds: ({ expect }) => expect.mirroredTo !== undefined,
  },
  {
    reason: 'HAProxy judges a server by the name that it asks for, and by no subjectAltNames besides',
    holds: ({ expect }, { features }) =>
      features.includes('BackendTLSPolicySANValidation') && expect.outcome !== 'failure',
  },
  {
    reason: 'HAProxy has no timeout for a request with all of its retries (timeouts.request)',
    holds: ({ request, expect }, { features }) =>
      features.includes('HTTPRouteRetryBackendTimeout') &&
      request.path?.startsWith('/retry/request-timeout') === true &&
      expect.status?.includes(504) === true,
  },
  {
    reason: 'HAProxy answers 502 where the last try ends without an answer, the suite wants 500 or 503',
    holds: ({ expect }, { features }) =>
      features.includes('HTTPRouteRetryConnectionError') && expect.outcome === 'status',
  },
]
