/**
 * Tokens: what one may be given, by whom, and the principal that its holder is. Pure.
 *
 * @module
 */
import { isWithinRanges } from '../lib/cidr.ts'
import type { ProblemDetail } from '../lib/problem.ts'
import { hasScope, isNarrowed, type Principal, type RateLimit, type Scope } from './principal.ts'

/** A token allows this. It never changes: what was made under it goes on under it. */
export type Grant = Pick<Principal, 'namespaces' | 'clusters' | 'manifests' | 'egressOnly' | 'rateLimit'> & {
  scopes: readonly Scope[]
  /** `null`: it does not expire. */
  expiresAtMs: number | null
}

export type Token = Grant & {
  id: string
  name: string
  /** The first characters of the token. */
  prefix: string
  createdAtMs: number
  /** The id of the principal that made it. */
  createdBy: string
  lastUsedAtMs: number | null
  lastUsedFrom: string | null
  revokedAtMs: number | null
}

/** Tokens that there may be, those that have ended and are still shown included. */
const TOKENS_MAX = 10_000
/** Of these, for whoever may do everything: the tokens that others make keep nobody from making one that revokes them. */
const KEPT_FOR_ADMINS = 1_000

/** How many tokens there may be with one that this principal makes. */
export const tokensMost = (maker: Principal): number =>
  hasScope(maker, 'admin') && !isNarrowed(maker) ? TOKENS_MAX : TOKENS_MAX - KEPT_FOR_ADMINS

export const TOKEN_STATES = ['active', 'expired', 'revoked'] as const
export type TokenState = (typeof TOKEN_STATES)[number]

export function stateOf({ expiresAtMs, revokedAtMs }: Pick<Token, 'expiresAtMs' | 'revokedAtMs'>, nowMs: number) {
  if (revokedAtMs !== null) {
    return 'revoked'
  }
  return (expiresAtMs !== null && expiresAtMs <= nowMs ? 'expired' : 'active') satisfies TokenState
}

/** Whoever sends a token acts as this. */
export function holderOf(token: Token): Principal {
  const { id, name, namespaces, clusters, manifests, egressOnly, rateLimit, expiresAtMs } = token
  const scopes = new Set(token.scopes)
  return { id, name, scopes, namespaces, clusters, manifests, egressOnly, rateLimit, expiresAtMs }
}

type Field = keyof Grant

/**
 * For each field what of it the principal cannot give, in words; `null`: nothing. `findable` in `store/tokens.ts` says
 * the same in SQL.
 */
const BEYOND: { readonly [F in Field]: (giver: Principal, asked: Grant[F]) => string | null } = {
  scopes(giver, asked) {
    const lacking = asked.filter((scope) => !hasScope(giver, scope))
    return lacking.length === 0 ? null : `The caller does not have ${lacking.join(', ')} itself`
  },
  namespaces: (giver, asked) => beyondList(giver.namespaces, asked, 'namespace'),
  clusters: (giver, asked) => beyondList(giver.clusters, asked, 'cluster'),
  manifests: (giver, asked) =>
    asked && isNarrowed(giver) && !giver.manifests ? 'The caller may not send manifests itself: set it to false' : null,
  egressOnly({ egressOnly: own }, asked) {
    if (own === null || asked?.every((range) => isWithinRanges(range, own))) {
      return null
    }
    return `The caller dials only ${own.join(', ')}: name ranges that each lie in one of those`
  },
  rateLimit({ rateLimit: own }, asked) {
    const higher = Object.entries(own ?? {}).flatMap(([name, most]) => {
      const wanted = asked?.[name as keyof RateLimit] ?? null
      return most === null || (wanted !== null && wanted <= most) ? [] : [`${name} at most ${most}`]
    })
    return higher.length === 0 ? null : `The caller has ${higher.join(' and ')} itself: set no more than that`
  },
  expiresAtMs({ expiresAtMs: own }, asked) {
    if (own === null || (asked !== null && asked <= own)) {
      return null
    }
    return `The caller expires at ${new Date(own).toISOString()}: set no later instant`
  },
}

function beyondList(own: readonly string[] | null, asked: readonly string[] | null, what: string): string | null {
  if (own === null) {
    return null
  }
  if (asked === null) {
    return `The caller does not reach every ${what}, only ${own.join(', ') || 'none'}: name them`
  }
  const others = asked.filter((name) => !own.includes(name))
  return others.length === 0 ? null : `The caller does not reach ${what} ${others.join(', ')}`
}

/** The fields of the API, where they are called otherwise. */
const POINTERS: Partial<Record<Field, string>> = { expiresAtMs: 'expiresAt' }

/** Finds all that a principal would give without having it. Empty: it may make such a token, see it and revoke it. */
export const beyond = (giver: Principal, asked: Grant): ProblemDetail[] =>
  (Object.keys(BEYOND) as Field[]).flatMap((field) => {
    const detail = beyondField(giver, asked, field)
    return detail === null ? [] : [{ pointer: `/${POINTERS[field] ?? field}`, detail }]
  })

const beyondField = <F extends Field>(giver: Principal, asked: Grant, field: F): string | null =>
  BEYOND[field](giver, asked[field])
