import type { MiddlewareHandler } from 'hono'
import { sha256Hex } from '../lib/hash.ts'
import { ProblemError } from '../lib/problem.ts'
import type { Principal } from '../record/principal.ts'
import { actingAs } from '../store/db.ts'
import type { Access } from './access/access.ts'
import type { Credential } from './access/way.ts'
import { askingOf } from './asking.ts'
import { countGuess, countRequest, wasNoGuess } from './count-request.ts'
import { type Deps, hasOwnTokens } from './deps.ts'
import { ANONYMOUS, createPrincipalOf } from './principal-of.ts'
import type { Quota } from './request-limits.ts'
import { type ApiContext, type ApiEnv, opennessOf } from './route.ts'

/** Clients that ask for these may be unable to send a Bearer token: they may send it as the password of Basic. */
const takesBasic = (path: string): boolean => path === '/metrics' || path === '/probe' || path.startsWith('/v1/gates/')

/**
 * A request that goes on for long looks so often whether its token is still known: one that is revoked stops in 5 s.
 */
const LOOK_AGAIN_MS = 3_000

/**
 * Stands before every route: what is not marked as open needs `Authorization: Bearer …` where tokens are needed, and so
 * does what is no route. Says who asks. A server that has no token takes any: a client is configured once for all its
 * servers.
 */
export function authenticate(deps: Deps, access: Access): MiddlewareHandler<ApiEnv> {
  const { auth, docs } = deps.settings
  const { required, loopbackOnly = false } = auth
  const principalOf = createPrincipalOf(deps, access)

  /** A server that asks for none takes any, unless it has one of its own that this may be meant to be. */
  const isNeeded = ({ token }: Credential): boolean => required || (token !== null && hasOwnTokens(auth))

  const unknown = ({ token, context: { req } }: Credential): ProblemError =>
    new ProblemError('unauthenticated', whatToSend(auth, token, req.path), {
      headers: { 'www-authenticate': challenge(req.path) },
    })

  /** A token that could not be looked at, as its issuer is away, was no guess. */
  async function whoAsks(credential: Credential, guesses: readonly Quota[]): Promise<Principal | null> {
    try {
      return await principalOf(credential)
    } catch (error) {
      const isRefused = error instanceof ProblemError && error.code === 'unauthenticated'
      if (credential.digest !== null && !isRefused) {
        wasNoGuess(credential.context, credential.digest)
      }
      await countRequest(credential.context, null, guesses)
      throw error
    }
  }

  /** The same of a request that answers anybody: what is not known is nobody. */
  async function whoLooks(context: ApiContext): Promise<Principal | null> {
    if (loopbackOnly && !isLoopbackName(context.req.header('host') ?? '')) {
      return null
    }
    const credential = credentialOf(context)
    if (credential.digest !== null) {
      countGuess(context, credential.digest)
    }
    const known = await whoAsks(credential, []).catch(orNobody)
    if (known === null && isNeeded(credential)) {
      return null
    }
    if (credential.digest !== null) {
      wasNoGuess(context, credential.digest)
    }
    return known ?? ANONYMOUS
  }

  /** Looks again who asks, not too often. */
  function stillKnown(credential: Credential, principal: Principal | null): () => Promise<void> {
    let lookedAtMs = deps.clock.monotonic()
    return async () => {
      const nowMs = deps.clock.monotonic()
      if (principal === null || nowMs - lookedAtMs < LOOK_AGAIN_MS) {
        return
      }
      lookedAtMs = nowMs
      if ((await principalOf(credential)) === null) {
        throw unknown(credential)
      }
    }
  }

  return async (context, next) => {
    const openness = opennessOf(context)
    context.set('whoAsks', () => whoLooks(context))
    if (openness === 'open' || (openness === 'docs' && docs === 'open')) {
      return next()
    }
    if (loopbackOnly) {
      refuseForeignHost(context.req.header('host') ?? '')
    }
    const credential = credentialOf(context)
    const guesses = credential.digest === null ? [] : countGuess(context, credential.digest)
    const known = await whoAsks(credential, guesses)
    if (known === null && isNeeded(credential)) {
      await countRequest(context, null, guesses)
      throw unknown(credential)
    }
    if (credential.digest !== null) {
      wasNoGuess(context, credential.digest)
    }
    actAs(context, known ?? ANONYMOUS, stillKnown(credential, known))
    await countRequest(context, known)
    return next()
  }
}

function credentialOf(context: ApiContext): Credential {
  const token = tokenOf(context.req.header('authorization') ?? '', takesBasic(context.req.path))
  return { token, digest: token === null ? null : sha256Hex(token), context }
}

/** A token that is none of ours is refused elsewhere. */
function orNobody(error: unknown): null {
  if (error instanceof ProblemError && error.code === 'unauthenticated') {
    return null
  }
  throw error
}

function tokenOf(authorization: string, basic: boolean): string | null {
  const bearer = /^Bearer +(\S+)$/i.exec(authorization)?.[1]
  if (bearer !== undefined || !basic) {
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
  takesBasic(path) ? 'Bearer realm="portolan", Basic realm="portolan"' : 'Bearer realm="portolan"'

/** The same for every token that is not known, whatever it lacks: who guesses learns nothing. */
function whatToSend({ adminToken }: Deps['settings']['auth'], token: string | null, path: string): string {
  const scrapers = path === '/metrics' ? 'PORTOLAN_METRICS_TOKEN or ' : ''
  const tokens =
    adminToken === null
      ? 'one that POST /v1/tokens made; if there is none yet, set PORTOLAN_ADMIN_TOKEN'
      : `one that POST /v1/tokens made, or the token of ${scrapers}PORTOLAN_ADMIN_TOKEN`
  return token === null
    ? `Send "Authorization: Bearer TOKEN": ${tokens}.`
    : `This token is not known here: it may be mistyped, expired or revoked. Send ${tokens}.`
}

/** Whatever the request reads and writes from here on, it does as this principal. */
function actAs(context: ApiContext, principal: Principal, refuseUnknown: () => Promise<void>): void {
  const deps = context.get('deps')
  context.set('principal', principal)
  const store = actingAs(deps.store, principal, askingOf(context, principal))
  context.set('deps', { ...deps, store, refuseUnknown })
}

const isLoopbackName = (host: string): boolean => /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i.test(host)

function refuseForeignHost(host: string): void {
  if (isLoopbackName(host)) {
    return
  }
  throw new ProblemError(
    'forbidden',
    `This server asks for no token, so it answers to its loopback names only, not to "${host.slice(0, 100)}". ` +
      'Behind a proxy, set PORTOLAN_ADMIN_TOKEN and PORTOLAN_AUTH=tokens, or PORTOLAN_AUTH=none to serve anyone.',
  )
}
