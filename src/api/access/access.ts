/** Identifies callers by other means than our own tokens: tokens that others have signed, sessions, and OIDC. */
import { sha256Hex } from '../../lib/hash.ts'
import { quietJson } from '../../lib/json.ts'
import type { Principal } from '../../record/principal.ts'
import type { Opener } from '../../store/sessions.ts'
import type { Deps } from '../deps.ts'
import { createIssuers } from './issuers.ts'
import { createJwts, JwtRefused, type Jwts } from './jwts.ts'
import { createOidc, type Oidc } from './oidc.ts'
import { createSessions, type Sessions } from './sessions.ts'
import { createTokenReviews } from './token-reviews.ts'

export type Access = {
  jwts: Jwts
  sessions: Sessions
  /** `null`: people log in with a token alone. */
  oidc: Oidc | null
  /** Names the rules of now, by which issuers vouch. */
  rules: string
  /** The holder of the token with this hash, as it is now; `null`: there is none, or not any more. */
  holderOf(tokenHash: string): Promise<Principal | null>
}

/** Names the person whose token was sent to log in with, and what the new session depends on. */
export type Found = { principal: Principal; opener: Opener }

export function createAccess(deps: Deps, holderOf: Access['holderOf']): Access {
  const { settings, store, clock, log } = deps
  const { jwtRules, oidc } = settings
  const rules = sha256Hex(quietJson(jwtRules, (_key, value) => (value instanceof Set ? [...value].sort() : value)))
  const issuers = createIssuers({ port: deps.issuers, clock, log })
  return {
    jwts: createJwts(jwtRules, { issuers, reviews: createTokenReviews(deps.clusters, clock), clock, log }),
    sessions: createSessions({ store, clock, log, rules, holderOf }),
    oidc: oidc === null ? null : createOidc(oidc, { port: deps.issuers, issuers, clock, log }),
    rules,
    holderOf,
  }
}

/**
 * Tells whose a token is that somebody logs in with.
 *
 * @throws JwtRefused
 */
export async function findHolder({ jwts, holderOf, rules }: Access, token: string): Promise<Found | null> {
  const tokenHash = sha256Hex(token)
  const holder = await holderOf(tokenHash)
  if (holder !== null) {
    return { principal: holder, opener: { tokenHash } }
  }
  if (!jwts.looksLikeOne(token)) {
    return null
  }
  const { principal, endsBefore } = await jwts.identify(token)
  if (endsBefore) {
    throw new JwtRefused(
      'A session could not end with this token, which its cluster is asked about each time: send the token with each ' +
        'request in its place.',
    )
  }
  return { principal, opener: { principal, rules } }
}
