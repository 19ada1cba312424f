/**
 * Requests a minute: of a token, or of a client address where none is known. `RateLimit-Policy` and `RateLimit` tell
 * how the caller stands, as draft-ietf-httpapi-ratelimit-headers-11 has them (ADR 0059).
 *
 * Each token that an address has not sent before is a guess until it is known, and of guesses it has far fewer. When
 * those are used up, other tokens of it are not looked at for a while: an answer would tell a right guess from a wrong
 * one. A token that was right before is looked at all the same, so that nobody is shut out by a neighbour; and one that
 * was wrong is no new guess, so that a client with an old token shuts nobody out.
 *
 * @module
 */
import { inSeconds, MINUTE_MS, type RateLimits } from '../job/limits.ts'
import { boundedCache } from '../lib/bounded-cache.ts'
import { clientGroup } from '../lib/client-address.ts'
import type { Clock } from '../lib/clock.ts'
import { ProblemError } from '../lib/problem.ts'
import { createRateWindow, type Standing } from '../lib/rate-window.ts'
import type { Principal } from '../record/principal.ts'

/** Tells how much of one policy a caller has left. */
export type Quota = Standing & { policy: 'token' | 'address' | 'failures' }

/** The parts of a request that decide under which limit it counts. */
export type Asking = { path: string; clientAddress: string | null }

export type RequestLimits = {
  /**
   * Called with the digest of a token before it is looked at.
   *
   * @returns how the address stands with its guesses, to be told where the token is not known.
   * @throws ProblemError `too_many_requests`
   */
  guess(asking: Asking, digest: string): Quota[]
  /** The token is known: it was no guess. */
  right(asking: Asking, digest: string): void
  /**
   * Counts a request.
   *
   * @param principal `null`: nobody known.
   * @throws ProblemError `too_many_requests`
   */
  count(asking: Asking, principal: Principal | null): Promise<Quota[]>
}

/** Addresses and tokens that are remembered: some megabytes, whatever addresses an attacker has. */
const KEYS_MAX = 10_000
/** An address that is not known counts as one. */
const UNKNOWN = 'unknown'
/** These tell how the server does: neither counted nor refused. `/metrics` is not once its caller is known. */
const NEVER_COUNTED: ReadonlySet<string> = new Set(['/livez', '/readyz'])
const METRICS = '/metrics'
/** Status pages, and what they load, are looked at by many behind one address and cost next to nothing. */
const PUBLISHED = /^\/(?:status|assets)\//
const PUBLISHED_TIMES = 10
/** Callers wait this long after a shared counter refuses them, as it does not tell when it allows more. */
const SHARED_WAIT_MS = 10_000

/**
 * @param shared another counter, that all processes share, for callers with the limits of the server; resolves with
 * whether the request may go on. Left out: there is none.
 */
export function createRequestLimits(
  clock: Clock,
  limits: Pick<RateLimits, 'requests' | 'address' | 'failures'>,
  shared?: (key: string) => Promise<boolean>,
): RequestLimits {
  const tokens = createRateWindow(MINUTE_MS, KEYS_MAX, clock.monotonic)
  const addresses = createRateWindow(MINUTE_MS, KEYS_MAX, clock.monotonic)
  const published = createRateWindow(MINUTE_MS, KEYS_MAX, clock.monotonic)
  const failures = createRateWindow(MINUTE_MS, KEYS_MAX, clock.monotonic)
  /** The tokens that each address has sent. */
  const sent = boundedCache<'guess' | 'right'>(KEYS_MAX)

  const groupOf = ({ clientAddress }: Asking): string => (clientAddress === null ? UNKNOWN : clientGroup(clientAddress))

  return {
    guess(asking, digest) {
      if (limits.failures === null) {
        return []
      }
      const group = groupOf(asking)
      const pair = `${group} ${digest}`
      if (sent.get(pair) === undefined) {
        const { taken, ...standing } = failures.take(group, limits.failures)
        if (!taken) {
          throw refused(
            [{ ...standing, policy: 'failures' }],
            'Too many tokens from this address were not known, so that no other is looked at for a while. ' +
              'Send the right one when Retry-After has passed.',
          )
        }
        sent.set(pair, 'guess')
      }
      return [{ ...failures.look(group, limits.failures), policy: 'failures' }]
    },
    right(asking, digest) {
      const group = groupOf(asking)
      const pair = `${group} ${digest}`
      if (sent.get(pair) === 'guess') {
        failures.giveBack(group, 1)
        sent.set(pair, 'right')
      }
    },
    async count(asking, principal) {
      const { path } = asking
      if (NEVER_COUNTED.has(path) || (path === METRICS && principal !== null)) {
        return []
      }
      const [policy, key] =
        principal === null ? (['address', groupOf(asking)] as const) : (['token', principal.id] as const)
      const own = principal?.rateLimit?.requestsPerMinute ?? null
      const isPublished = principal === null && PUBLISHED.test(path)
      const most = own ?? (principal === null ? limits.address : limits.requests)
      if (most === null) {
        return []
      }
      const limit = isPublished ? most * PUBLISHED_TIMES : most
      const asked = (isPublished ? published : principal === null ? addresses : tokens).take(key, limit)
      const quota: Quota = { policy, limit, remaining: asked.remaining, resetMs: asked.resetMs }
      if (!asked.taken) {
        throw refused([quota], `${limit} requests a minute are allowed here. ${CALMER}`)
      }
      if (own === null && !isPublished && shared !== undefined && !(await shared(`${policy}:${key}`))) {
        throw refused(
          [{ ...quota, remaining: 0, resetMs: SHARED_WAIT_MS }],
          `More requests come than are allowed here. ${CALMER}`,
        )
      }
      return [quota]
    },
  }
}

const CALMER = 'Wait as long as Retry-After says, and use ?wait= instead of polling.'

function refused(quotas: readonly Quota[], detail: string): ProblemError {
  const resetMs = Math.max(...quotas.map((quota) => quota.resetMs))
  return new ProblemError('too_many_requests', detail, {
    headers: { 'retry-after': inSeconds(resetMs), ...limitFields(quotas) },
  })
}

/** The two fields, structured as RFC 9651 has lists of strings with parameters. */
export const limitFields = (quotas: readonly Quota[]): Record<string, string> =>
  quotas.length === 0
    ? {}
    : {
        'ratelimit-policy': quotas
          .map(({ policy, limit }) => `"${policy}";q=${limit};w=${MINUTE_MS / 1000}`)
          .join(', '),
        ratelimit: quotas
          .map(({ policy, remaining, resetMs }) => `"${policy}";r=${remaining};t=${inSeconds(resetMs)}`)
          .join(', '),
      }
