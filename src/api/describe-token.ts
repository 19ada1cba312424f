import { toInstant } from '../lib/clock.ts'
import { ProblemError } from '../lib/problem.ts'
import type { Principal } from '../record/principal.ts'
import { beyond, stateOf, type Token } from '../record/token.ts'
import type { Deps } from './deps.ts'
import { ADMIN, SCRAPER } from './principal-of.ts'

/** A token of the database, or one that a setting holds. */
export type ShownToken = Token & { source?: 'environment' }

/** Position of the tokens of the environment in a list that comes newest first: before all others. */
const FIRST_MS = Number.MAX_SAFE_INTEGER

/** Those of the environment that whoever asks could have made, in the order of the list. */
export function environmentTokensOf({ settings, store }: Pick<Deps, 'settings' | 'store'>): ShownToken[] {
  const { adminToken, metricsToken } = settings.auth
  const tokens = [
    ...(metricsToken === null ? [] : [asToken(SCRAPER, 'PORTOLAN_METRICS_TOKEN')]),
    ...(adminToken === null ? [] : [asToken(ADMIN, 'PORTOLAN_ADMIN_TOKEN')]),
  ]
  return tokens.filter((token) => beyond(store.principal, token).length === 0)
}

const asToken = ({ id, scopes, ...bounds }: Principal, name: string): ShownToken => ({
  ...bounds,
  ...{ id, name, scopes: scopes === 'all' ? ['admin'] : [...scopes], source: 'environment' as const },
  ...{ prefix: '', createdAtMs: FIRST_MS, createdBy: '', lastUsedAtMs: null, lastUsedFrom: null, revokedAtMs: null },
})

/** Tells whether a token comes after a position in a list that comes newest first. */
export const isBefore = (token: Token, position: { createdAtMs: number; id: string }): boolean =>
  token.createdAtMs < position.createdAtMs || (token.createdAtMs === position.createdAtMs && token.id < position.id)

const instantOf = (ms: number | null): string | null => (ms === null ? null : toInstant(ms))

/** The document of a token. What is secret of it is nowhere. */
export function describeToken({ clock }: Pick<Deps, 'clock'>, token: ShownToken) {
  const { id, name, scopes, namespaces, manifests, clusters, egressOnly, rateLimit, lastUsedFrom } = token
  const isMade = token.source === undefined
  return {
    ...{ id, name, prefix: isMade ? token.prefix : null, source: token.source ?? ('api' as const) },
    state: stateOf(token, clock.now()),
    ...{ scopes, namespaces, manifests, clusters, egressOnly, rateLimit },
    createdAt: isMade ? toInstant(token.createdAtMs) : null,
    createdBy: isMade ? token.createdBy : null,
    expiresAt: instantOf(token.expiresAtMs),
    lastUsedAt: instantOf(token.lastUsedAtMs),
    lastUsedFrom,
    revokedAt: instantOf(token.revokedAtMs),
  }
}

/** A token of the environment is ended where it was set. */
export const ofEnvironment = ({ id, name }: ShownToken): ProblemError =>
  new ProblemError(
    'conflict',
    `The token "${id}" is set by ${name} in the environment of this server, and cannot be revoked here. ` +
      `Take ${name} out of it, or set it to another value, and start the server again.`,
  )
