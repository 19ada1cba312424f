/**
 * The login page, and what it shows when a login fails.
 *
 * @module
 */
import { ProblemError } from '../lib/problem.ts'
import { JwtRefused } from './access/jwts.ts'
import { HOME } from './access/own-path.ts'
import { answerLoginPage, type LoginPage, type PageStatus } from './access/pages.ts'
import type { ApiContext } from './route.ts'

const PAGE_STATUSES: readonly PageStatus[] = [400, 401, 403, 413, 415, 429, 503]

/** A person sees a page whatever goes wrong, and can try again on it. */
export async function orPage(context: ApiContext, act: () => Promise<Response>, next = HOME): Promise<Response> {
  try {
    return await act()
  } catch (error) {
    if (error instanceof JwtRefused) {
      context.get('deps').log.info('login_refused', { requestId: context.get('requestId'), why: error.message })
      return answerPage(context, { alert: whyRefused(error), claims: shownClaims(error.claims ?? {}) }, 403)
    }
    const status = error instanceof ProblemError && PAGE_STATUSES.find((each) => each === error.status)
    if (!status) {
      throw error
    }
    for (const [name, value] of Object.entries(error.headers)) {
      context.header(name, value)
    }
    return answerPage(context, { alert: error.detail, next }, status)
  }
}

const whyRefused = ({ claims, message }: JwtRefused): string =>
  claims === null
    ? message
    : 'The identity provider knows you, but no rule of this server lets you in. Ask its operator to add one to PORTOLAN_JWT_RULES.'

/** Claims that tell the person nothing new, or are for machines. */
const NOT_SHOWN = new Set(['nonce', 'at_hash', 'c_hash', 's_hash', 'sid', 'jti', 'iat', 'exp', 'nbf', 'auth_time'])
const SHOWN_MAX = 50

const shownClaims = (claims: Readonly<Record<string, unknown>>): [string, string][] =>
  Object.entries(claims)
    .filter(([name]) => !NOT_SHOWN.has(name))
    .slice(0, SHOWN_MAX)
    .map(([name, value]) => [name, (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, 500)])

export const answerPage = (context: ApiContext, page: Partial<LoginPage>, status?: PageStatus) =>
  answerLoginPage(context, { issuer: context.get('access').oidc?.client.issuer ?? null, ...page }, status)
