/**
 * Rules for tokens that others have signed (JWT, RFC 7519): whose, and what they may. Pure.
 *
 * @module
 */
import { fromJsonPointer } from '../lib/json-pointer.ts'
import type { Principal } from './principal.ts'

/** A set of public keys (RFC 7517), as it stands in a rule or as an issuer publishes it. */
export type KeySet = { keys: readonly Readonly<Record<string, unknown>>[] }

export type JwtRule = {
  /** Equal to the `iss` of the token, character by character. */
  issuer: string
  /** One of the token's `aud`. */
  audience: string
  /** All of them must fit: each by its name, with the patterns of which one must fit. */
  claims: Readonly<Record<string, readonly string[]>>
  /** The issuer's keys; `null`: it is asked for them. */
  keys: KeySet | null
  /**
   * The cluster that is asked about each token, in place of verifying it by keys; `null`: none is. Rules of one issuer
   * have the same.
   */
  tokenReview: string | null
  /** The bearer of such a token may do this. */
  grant: Omit<Principal, 'id' | 'name' | 'expiresAtMs'>
}

export type Claims = Readonly<Record<string, unknown>>

/**
 * Tells whether a pattern fits a text. `*` stands for any run of characters without `:`, also for none. So both have the
 * same number of parts between colons, and each part fits its own: nothing that a name may contain reaches another part.
 */
export function patternFits(pattern: string, text: string): boolean {
  const patterns = pattern.split(':')
  const parts = text.split(':')
  return patterns.length === parts.length && patterns.every((each, at) => partFits(each, parts[at] ?? ''))
}

/** In time linear in the text for each `*`: what stands between two of them is found at its first place. */
function partFits(pattern: string, text: string): boolean {
  const [first = '', ...others] = pattern.split('*')
  const last = others.pop()
  if (last === undefined) {
    return first === text
  }
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) {
    return false
  }
  const end = text.length - last.length
  let at = first.length
  for (const middle of others) {
    const found = text.indexOf(middle, at)
    if (found < 0 || found + middle.length > end) {
      return false
    }
    at = found + middle.length
  }
  return true
}

/**
 * Tells whether a claim fits one of the patterns. Numbers and truth values are compared as JSON writes them; of a list
 * one member must fit. An object, `null`, an empty text and a claim that is absent never fit.
 */
function claimFits(patterns: readonly string[], claim: unknown): boolean {
  const members: unknown[] = Array.isArray(claim) ? claim : [claim]
  return members.some((member) => {
    const text = textOf(member)
    return text !== null && patterns.some((pattern) => patternFits(pattern, text))
  })
}

function textOf(value: unknown): string | null {
  if (typeof value === 'string') {
    return value === '' ? null : value
  }
  // A number that JSON cannot tell from its neighbour is nobody's id.
  return typeof value === 'boolean' || (typeof value === 'number' && Number.isSafeInteger(value)) ? String(value) : null
}

/** Finds a claim by its name, or by a JSON pointer (RFC 6901), which begins with `/`, through objects. */
export function claimOf(claims: Claims, name: string): unknown {
  const steps = name.startsWith('/') ? fromJsonPointer(name) : [name]
  let value: unknown = claims
  for (const step of steps) {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, step)) {
      return undefined
    }
    value = (value as Claims)[step]
  }
  return value
}

/** Names the claims of a rule that do not fit. */
export const misfits = (rule: JwtRule, claims: Claims): string[] =>
  Object.entries(rule.claims)
    .filter(([name, patterns]) => !claimFits(patterns, claimOf(claims, name)))
    .map(([name]) => name)

/** The audiences of a token: one, or a list. */
export function audiencesOf({ aud }: Claims): string[] {
  const list: unknown[] = Array.isArray(aud) ? aud : [aud]
  return list.filter((each) => typeof each === 'string')
}
