/** The ways to tell who asks that are no token of ours: a token that somebody else has signed, and a session. */
import { ProblemError } from '../../lib/problem.ts'
import { actsByReading, mayAct } from '../acts.ts'
import { refuseOtherOrigins } from '../same-origin.ts'
import type { Access } from './access.ts'
import { readCookie } from './cookies.ts'
import { JwtRefused } from './jwts.ts'
import type { Way } from './way.ts'

/** A JWT, where there are rules for any. It says what is wrong with the caller's own token. */
export const signedTokens =
  ({ jwts }: Access, hasRules: boolean): Way =>
  async ({ token }) => {
    if (!hasRules || token === null || !jwts.looksLikeOne(token)) {
      return null
    }
    try {
      return (await jwts.identify(token)).principal
    } catch (error) {
      throw error instanceof JwtRefused ? refusedJwt(error) : error
    }
  }

export const refusedJwt = ({ message }: JwtRefused): ProblemError =>
  new ProblemError('unauthenticated', message, {
    headers: { 'www-authenticate': 'Bearer realm="portolan", error="invalid_token"' },
  })

/**
 * The cookie of a login, where nothing is sent in Authorization. A page of another site can make a browser send it, so
 * what may change something must come from a page of ours, and what acts by a GET takes no cookie at all.
 */
export const sessionCookies =
  ({ sessions }: Access): Way =>
  async ({ context }) => {
    const { method, path } = context.req
    if (context.req.header('authorization') !== undefined || actsByReading(path)) {
      return null
    }
    const value = readCookie(context, 'portolan')
    const principal = value === null ? null : await sessions.identify(value)
    if (principal !== null && mayAct(method, path)) {
      refuseOtherOrigins(context)
    }
    return principal
  }
