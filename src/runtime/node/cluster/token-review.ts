/**
 * Asks a cluster about a token (TokenReview, authentication.k8s.io/v1).
 *
 * @module
 */
import { isMapping } from '../../../kube/fields.ts'
import type { Reviewed } from '../../../kube/live-clusters.ts'
import type { Log } from '../../../lib/log.ts'
import { ProblemError } from '../../../lib/problem.ts'
import type { ApiClient } from './api-client.ts'
import { ApiError } from './api-error.ts'

const PATH = '/apis/authentication.k8s.io/v1/tokenreviews'
/** A request waits for it: it is given less time than a read. */
const REVIEW_MS = 5_000
/** Seconds after which whoever asked may come again: a cluster may be back, a right is not given so soon. */
const AGAIN = { away: '5', refused: '60' }

const RIGHT = 'create on tokenreviews in the API group authentication.k8s.io, by a ClusterRole'

/**
 * @returns `null`: the token is none of this cluster's, or not any more.
 * @throws ProblemError `unavailable`. It names nothing, as whoever asked is not known; the log says what is wrong.
 */
export async function reviewToken(
  client: ApiClient,
  { cluster, token, audiences }: { cluster: string; token: string; audiences: readonly string[] },
  log: Log,
): Promise<Reviewed | null> {
  const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token, audiences } }
  const answer = await client
    .ask({ path: PATH, body: review, secrets: [token] }, { timeoutMs: REVIEW_MS })
    .catch((error: unknown) => {
      throw error instanceof ApiError ? notAsked(error, cluster, log) : error
    })
  const status = isMapping(answer) ? answer.status : null
  if (!isMapping(status)) {
    log.warn('token_review_failed', { cluster, why: 'what came is no TokenReview' })
    throw away()
  }
  const { authenticated, user, audiences: valid } = status
  const username = isMapping(user) ? user.username : null
  // Without audiences it is for those of the API server alone, and an API server that knows no audiences says the same
  if (authenticated !== true || typeof username !== 'string' || !Array.isArray(valid)) {
    return null
  }
  return { username, audiences: audiences.filter((each) => valid.includes(each)) }
}

function notAsked({ kind, message }: ApiError, cluster: string, log: Log): ProblemError {
  if (kind !== 'forbidden' && kind !== 'unauthorized') {
    log.warn('token_review_failed', { cluster, why: message })
    return away()
  }
  log.error('token_review_refused', { cluster, why: message, ...(kind === 'forbidden' && { missing: RIGHT }) })
  return new ProblemError(
    'unavailable',
    'This server may not ask the cluster of this token whether it is valid. That is no fault of the token: the log of ' +
      'the server says what is missing.',
    { headers: { 'retry-after': AGAIN.refused } },
  )
}

const away = (): ProblemError =>
  new ProblemError(
    'unavailable',
    'The cluster of this token cannot be asked now whether it is valid. That is no fault of the token: try again later.',
    { headers: { 'retry-after': AGAIN.away } },
  )
