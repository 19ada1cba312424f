/**
 * Tells who asks, by an ordered list of ways. Another way is one more entry of {@link waysOf}.
 *
 * @module
 */
import { boundedCache } from '../lib/bounded-cache.ts'
import { isSameDigest, sha256Hex } from '../lib/hash.ts'
import { isToken } from '../lib/token.ts'
import { type Principal, UNBOUNDED } from '../record/principal.ts'
import { holderOf, stateOf, type Token } from '../record/token.ts'
import { findTokenByHash, noteTokenUse, USE_NOTED_MS } from '../store/tokens.ts'
import type { Access } from './access/access.ts'
import type { Credential, Way } from './access/way.ts'
import { sessionCookies, signedTokens } from './access/ways.ts'
import { createBootstrapWarning } from './bootstrap.ts'
import type { Deps } from './deps.ts'

/** The holder of the admin token, and whoever asks a server that needs none: both may do everything. */
export const ADMIN: Principal = { ...UNBOUNDED, id: 'admin', scopes: 'all' }
export const ANONYMOUS: Principal = { ...UNBOUNDED, id: 'anonymous', scopes: 'all' }
/** The holder of PORTOLAN_METRICS_TOKEN. */
export const SCRAPER: Principal = { ...UNBOUNDED, id: 'metrics', manifests: false, scopes: new Set(['metrics:read']) }

/** In the order in which they are asked: what costs nothing first. */
const waysOf = (deps: Deps, access: Access): readonly Way[] => [
  environmentTokens(deps),
  storedTokens(deps),
  signedTokens(access, deps.settings.jwtRules.length > 0),
  sessionCookies(access),
]

/** Tells who asks; `null`: nobody that is known. */
export function createPrincipalOf(deps: Deps, access: Access): (credential: Credential) => Promise<Principal | null> {
  const ways = waysOf(deps, access)
  const warn = createBootstrapWarning(deps)
  return async (credential) => {
    for (const way of ways) {
      const principal = await way(credential)
      if (principal !== null) {
        warn()
        return principal
      }
    }
    return null
  }
}

/** The tokens of PORTOLAN_ADMIN_TOKEN and PORTOLAN_METRICS_TOKEN. */
function environmentTokens(deps: Deps): Way {
  const holderOf = holderInEnvironment(deps)
  return ({ digest }) => holderOf(digest ?? '')
}

function holderInEnvironment({ settings }: Deps): (digest: string) => Principal | null {
  const { adminToken, metricsToken } = settings.auth
  const known = [
    ...(adminToken === null ? [] : [{ digest: sha256Hex(adminToken), principal: ADMIN }]),
    ...(metricsToken === null ? [] : [{ digest: sha256Hex(metricsToken), principal: SCRAPER }]),
  ]
  // Digests are compared, each of them and in constant time, so that the time taken says nothing about a token.
  return (digest) => known.filter((each) => isSameDigest(each.digest, digest))[0]?.principal ?? null
}

/**
 * Finds the holder of a token of the environment or of the database by its hash; `null`: it is none, or not any more.
 */
export function createHolderOf(deps: Deps): (hash: string) => Promise<Principal | null> {
  const holderOf = holderInEnvironment(deps)
  return async (hash) => holderOf(hash) ?? (await activeHolder(deps, hash))
}

async function activeHolder({ store, clock }: Deps, hash: string): Promise<Principal | null> {
  const found = await findTokenByHash(store, hash)
  return found !== null && stateOf(found, clock.now()) === 'active' ? holderOf(found) : null
}

/** Tokens whose last use may have been noted within a minute: others of more are noted by the database alone. */
const NOTED_MAX = 10_000

/**
 * Those that `POST /v1/tokens` made. Each request looks its token up, so that one that is revoked is refused at the
 * next request, whichever process it comes to.
 */
export function storedTokens(deps: Pick<Deps, 'store' | 'clock' | 'log' | 'inBackground'>): Way {
  const { store, clock } = deps
  const noted = boundedCache<number>(NOTED_MAX)
  /** Nobody waits for it, and nothing fails by it: a disk may be full, a database locked. It is tried once a minute. */
  function note({ id, lastUsedAtMs }: Token, from: string | null): void {
    const atMs = clock.now()
    const isRecent = (beforeMs: number | null | undefined) =>
      typeof beforeMs === 'number' && Math.abs(atMs - beforeMs) < USE_NOTED_MS
    if (isRecent(lastUsedAtMs) || isRecent(noted.get(id))) {
      return
    }
    noted.set(id, atMs)
    deps.inBackground(
      noteTokenUse(store, id, { atMs, from }).catch((cause) => deps.log.warn('token_use_not_noted', { id, cause })),
    )
  }
  return async ({ token, digest, context }) => {
    if (token === null || digest === null || !isToken(token)) {
      return null
    }
    const found = await findTokenByHash(store, digest)
    if (found === null || stateOf(found, clock.now()) !== 'active') {
      return null
    }
    note(found, context.get('clientAddress'))
    return holderOf(found)
  }
}
