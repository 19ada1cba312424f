import type { MiddlewareHandler } from 'hono'
import { sha256Hex } from '../lib/hash.ts'
import { ProblemError } from '../lib/problem.ts'
import type { Principal } from '../record/principal.ts'
import { actingAs } from '../store/db.ts'
import type { Deps } from './deps.ts'
import type { ApiContext, ApiEnv } from './route.ts'

/** The holder of the admin token, and whoever asks a server that needs none: both may do everything. */
const ADMIN: Principal = { id: 'admin', scopes: 'all', namespaces: null }
const ANONYMOUS: Principal = { id: 'anonymous', scopes: 'all', namespaces: null }
const SCRAPER: Principal = { id: 'metrics', scopes: new Set(['metrics:read']), namespaces: null }

/** Clients that ask for these may be unable to send a Bearer token: they may send it as the password of Basic. */
const TAKES_BASIC: ReadonlySet<string> = new Set(['/metrics', '/probe'])

/**
 * Needs `Authorization: Bearer …` where tokens are needed, and says who asks. A server that has no token takes any:
 * a client is configured once for all its servers.
 */
export function authenticate(deps: Deps): MiddlewareHandler<ApiEnv> {
  const { required, adminToken, metricsToken, loopbackOnly = false } = deps.settings.auth
  const known = [
    ...(adminToken === null ? [] : [{ digest: sha256Hex(adminToken), principal: ADMIN }]),
    ...(metricsToken === null ? [] : [{ digest: sha256Hex(metricsToken), principal: SCRAPER }]),
  ]
  return async (context, next) => {
    if (loopbackOnly) {
      refuseForeignHost(context.req.header('host') ?? '')
    }
    const { path } = context.req
    const token = tokenOf(context.req.header('authorization') ?? '', TAKES_BASIC.has(path))
    // Digests are compared, so that the time taken says nothing about the token.
    const digest = token === null ? null : sha256Hex(token)
    const holder = known.find((each) => each.digest === digest)?.principal
    if (holder !== undefined) {
      refuseBeyondScope(holder, path)
      actAs(context, holder)
    } else if (required || (token !== null && adminToken !== null)) {
      throw new ProblemError('unauthenticated', whatToSend(adminToken, token, path), {
        headers: { 'www-authenticate': challenge(path) },
      })
    } else {
      actAs(context, ANONYMOUS)
    }
    return next()
  }
}

function tokenOf(authorization: string, takesBasic: boolean): string | null {
  const bearer = /^Bearer +(\S+)$/i.exec(authorization)?.[1]
  if (bearer !== undefined || !takesBasic) {
    return bearer ?? null
  }
  const credentials = /^Basic +([A-Za-z0-9+/]+={0,2})$/i.exec(authorization)?.[1]
  return credentials === undefined ? null : passwordOf(credentials)
}

/** RFC 7617: the user's name ends at the first colon; whoever that is, the password is the token. */
function passwordOf(credentials: string): string | null {
  try {
    const pair = atob(credentials)
    return pair.includes(':') ? pair.slice(pair.indexOf(':') + 1) : null
  } catch (error) {
    if (error instanceof DOMException) {
      return null
    }
    throw error
  }
}

const challenge = (path: string): string =>
  TAKES_BASIC.has(path) ? 'Bearer realm="portolan", Basic realm="portolan"' : 'Bearer realm="portolan"'

function whatToSend(adminToken: string | null, token: string | null, path: string): string {
  if (adminToken === null) {
    return 'This server needs a token and has none yet: set PORTOLAN_ADMIN_TOKEN.'
  }
  const tokens = path === '/metrics' ? 'PORTOLAN_METRICS_TOKEN or PORTOLAN_ADMIN_TOKEN' : 'PORTOLAN_ADMIN_TOKEN'
  return token === null
    ? `Send "Authorization: Bearer TOKEN", with the token of ${tokens}.`
    : `This token is not known here. Send the token of ${tokens}.`
}

/** The one token that has not every scope has one alone, for one path. */
function refuseBeyondScope({ scopes }: Principal, path: string): void {
  if (scopes === 'all' || path === '/metrics') {
    return
  }
  throw new ProblemError(
    'forbidden',
    'This token has the scope metrics:read alone, which opens /metrics. Send the token of PORTOLAN_ADMIN_TOKEN, ' +
      'whose scope is admin.',
  )
}

/** Whatever the request reads and writes from here on, it does as this principal. */
function actAs(context: ApiContext, principal: Principal): void {
  const deps = context.get('deps')
  context.set('principal', principal)
  context.set('deps', { ...deps, store: actingAs(deps.store, principal) })
}

function refuseForeignHost(host: string): void {
  if (/^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i.test(host)) {
    return
  }
  throw new ProblemError(
    'forbidden',
    `This server asks for no token, so it answers to its loopback names only, not to "${host.slice(0, 100)}". ` +
      'Behind a proxy, set PORTOLAN_ADMIN_TOKEN and PORTOLAN_AUTH=tokens, or PORTOLAN_AUTH=none to serve anyone.',
  )
}
