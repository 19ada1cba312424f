/**
 * Asks clusters about tokens and keeps the answers for a moment: a token that comes with every request is asked about
 * every few seconds, and is taken at most that long after it ends. Nothing of a token is kept but its hash.
 *
 * @module
 */
import type { LiveClusters, Reviewed } from '../../kube/live-clusters.ts'
import { boundedCache } from '../../lib/bounded-cache.ts'
import type { Clock } from '../../lib/clock.ts'
import { hashParts } from '../../lib/hash.ts'
import { ProblemError } from '../../lib/problem.ts'

/** Milliseconds since the question, not the answer: a pod that is gone is known by no token after five seconds. */
const BELIEVED_MS = 4_000
/** Answers that are kept, those about what is no token among them. */
const KEPT_MAX = 2_000
/** Questions under way at once. A flood of tokens that nobody has issued does not keep a cluster busy. */
const UNDER_WAY_MAX = 32

export type TokenReviews = {
  /**
   * @returns `null`: the cluster does not know the token, or not any more.
   * @throws ProblemError `unavailable` where it cannot be asked.
   */
  ask(cluster: string, token: string, audiences: readonly string[]): Promise<Reviewed | null>
}

export function createTokenReviews(clusters: Pick<LiveClusters, 'reviewToken'>, clock: Clock): TokenReviews {
  const kept = boundedCache<{ untilMs: number; answer: Promise<Reviewed | null> }>(KEPT_MAX)
  let underWay = 0

  async function review(cluster: string, token: string, audiences: readonly string[]): Promise<Reviewed | null> {
    if (underWay >= UNDER_WAY_MAX) {
      throw new ProblemError('unavailable', 'Too many tokens are being checked right now: try again in a moment.', {
        headers: { 'retry-after': '1' },
      })
    }
    underWay++
    try {
      return await clusters.reviewToken(cluster, { token, audiences })
    } finally {
      underWay--
    }
  }

  return {
    ask(cluster, token, audiences) {
      const key = hashParts([cluster, token, ...audiences], 50)
      const found = kept.get(key)
      if (found !== undefined && clock.monotonic() < found.untilMs) {
        return found.answer
      }
      const entry = { untilMs: clock.monotonic() + BELIEVED_MS, answer: review(cluster, token, audiences) }
      kept.set(key, entry)
      // Requests that came meanwhile share the failure; later ones ask again
      entry.answer.catch(() => {
        entry.untilMs = Number.NEGATIVE_INFINITY
      })
      return entry.answer
    },
  }
}
