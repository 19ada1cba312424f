import type { MiddlewareHandler } from 'hono'
import { sha256Hex } from '../lib/hash.ts'
import { ProblemError } from '../lib/problem.ts'
import type { Principal } from '../record/principal.ts'
import { actingAs } from '../store/db.ts'
import type { Deps } from './deps.ts'
import type { ApiContext, ApiEnv } from './route.ts'

/** The holder of the one token that there is, and whoever asks a server that needs none: both may do everything. */
const ADMIN: Principal = { id: 'admin', scopes: 'all', namespaces: null }
const ANONYMOUS: Principal = { id: 'anonymous', scopes: 'all', namespaces: null }

/**
 * Needs `Authorization: Bearer …` where tokens are needed, and says who asks. A server that has no token takes any:
 * a client is configured once for all its servers.
 */
export function authenticate(deps: Deps): MiddlewareHandler<ApiEnv> {
  const { required, adminToken, loopbackOnly = false } = deps.settings.auth
  const adminDigest = adminToken === null ? null : sha256Hex(adminToken)
  return async (context, next) => {
    if (loopbackOnly) {
      refuseForeignHost(context.req.header('host') ?? '')
    }
    const token = /^Bearer +(\S+)$/i.exec(context.req.header('authorization') ?? '')?.[1]
    // Digests are compared, so that the time taken says nothing about the token.
    if (token !== undefined && adminDigest !== null && sha256Hex(token) === adminDigest) {
      actAs(context, ADMIN)
    } else if (required || (token !== undefined && adminDigest !== null)) {
      throw new ProblemError(
        'unauthenticated',
        adminDigest === null
          ? 'This server needs a token and has none yet: set PORTOLAN_ADMIN_TOKEN.'
          : token === undefined
            ? 'Send "Authorization: Bearer TOKEN", with the token of PORTOLAN_ADMIN_TOKEN.'
            : 'This token is not known here. Send the token of PORTOLAN_ADMIN_TOKEN.',
        { headers: { 'www-authenticate': 'Bearer realm="portolan"' } },
      )
    } else {
      actAs(context, ANONYMOUS)
    }
    return next()
  }
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
