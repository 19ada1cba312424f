/**
 * Reads `PORTOLAN_JWT_RULES`: a JSON list of rules for tokens that others have signed.
 *
 * @module
 */
import { z } from 'zod'
import { isIssuer } from '../../record/issuer-url.ts'
import type { JwtRule } from '../../record/jwt-rule.ts'
import { isNarrowed, type Principal, SCOPES } from '../../record/principal.ts'

/** Read words of a rule as the other settings do. Each returns null for a word that it does not take. */
export type Readers = Record<'cidr' | 'namespace' | 'cluster', (text: string) => string | null>

const RULES_MAX = 200
const TEXT_MAX = 1000

const text = z.string().min(1).max(TEXT_MAX)
const patterns = z.union([text.transform((one) => [one]), z.array(text).min(1).max(100)], {
  error: 'expected a text with * for any characters but ":", or a list of such texts',
})
const count = z.int().min(1).max(1_000_000_000).nullable().default(null)

const listOf = (expected: string, read: (text: string) => string | null) =>
  z
    .array(
      z.string().transform((each, context) => {
        const value = read(each)
        if (value !== null) {
          return value
        }
        context.addIssue({ code: 'custom', message: `expected ${expected}` })
        return z.NEVER
      }),
    )
    .min(1)
    .max(1000)
    .nullable()
    .default(null)

/** The members that a public key of each kind must have (RFC 7518 6). */
const KEY_PARTS: Readonly<Record<string, readonly string[]>> = {
  RSA: ['n', 'e'],
  EC: ['crv', 'x', 'y'],
  OKP: ['crv', 'x'],
}
const isText = (value: unknown): boolean => typeof value === 'string' && value !== ''

const keySet = z.strictObject({
  keys: z
    .array(z.looseObject({ kty: z.enum(['RSA', 'EC', 'OKP'], { error: 'expected a public key: RSA, EC or OKP' }) }))
    .min(1)
    .max(100)
    .refine((keys) => keys.every((key) => !Object.hasOwn(key, 'd')), {
      error: 'expected public keys, found a private one',
    })
    .refine((keys) => keys.every((key) => KEY_PARTS[key.kty]?.every((part) => isText(key[part]))), {
      error: 'expected keys with n and e (RSA), crv, x and y (EC), or crv and x (OKP)',
    }),
})

const shapeOf = ({ cidr, namespace, cluster }: Readers) =>
  z.strictObject({
    issuer: z.string().max(TEXT_MAX).refine(isIssuer, {
      error: 'expected a URL like https://token.actions.githubusercontent.com, exactly as tokens have it in "iss"',
    }),
    audience: text,
    claims: z.record(text, patterns).refine((claims) => Object.keys(claims).length > 0, {
      error: 'expected one claim at least: who else has such a token?',
    }),
    keys: keySet.nullable().default(null),
    tokenReview: z
      .string({ error: 'expected the name of a cluster' })
      .refine((name) => cluster(name) !== null, { error: 'expected the name of a cluster' })
      .nullable()
      .default(null),
    scopes: z.array(z.enum(SCOPES, { error: `expected one of ${SCOPES.join(', ')}` })).min(1),
    namespaces: listOf('names of namespaces like shop', namespace),
    clusters: listOf('names of clusters', cluster),
    manifests: z.boolean().default(false),
    egressOnly: listOf('CIDRs like 10.0.0.0/8', cidr),
    rateLimit: z
      .strictObject({ requestsPerMinute: count, jobsUnderWay: count, triesPerMinute: count })
      .nullable()
      .default(null),
  })

/**
 * @returns the rules, or what is wrong: each with the number of its rule, from 1, and the field.
 */
export function readJwtRules(json: string, readers: Readers): JwtRule[] | { wrong: string[] } {
  const parsed = z.array(shapeOf(readers)).max(RULES_MAX).safeParse(parseJson(json))
  if (!parsed.success) {
    return { wrong: parsed.error.issues.map(describe) }
  }
  const rules = parsed.data
  const wrong = rules.flatMap((rule, at) =>
    [...contradictions(rule), ...wrongReview(rule, rules)].map((each) => `rule ${at + 1}: ${each}`),
  )
  return wrong.length > 0
    ? { wrong }
    : rules.map(({ issuer, audience, claims, keys, tokenReview, scopes, ...grant }) => {
        return { issuer, audience, claims, keys, tokenReview, grant: { ...grant, scopes: new Set(scopes) } }
      })
}

/** As for a token that is made. */
function contradictions({
  manifests,
  egressOnly,
  ...reach
}: Pick<Principal, 'namespaces' | 'clusters' | 'manifests' | 'egressOnly'>) {
  return isNarrowed(reach) && manifests && egressOnly === null
    ? ['manifests: posted manifests can name any address, so with namespaces or clusters they need egressOnly as well']
    : []
}

type Verified = Pick<JwtRule, 'issuer' | 'keys' | 'tokenReview'>

/** All rules of an issuer must verify alike: nothing but the issuer can choose a rule before a token is verified. */
function wrongReview({ issuer, keys, tokenReview }: Verified, rules: readonly Verified[]): string[] {
  const first = rules.findIndex((each) => each.issuer === issuer)
  if (tokenReview !== null && keys !== null) {
    return ['tokenReview: expected either this or keys: the cluster is asked, and no key is looked at']
  }
  return rules[first]?.tokenReview === tokenReview
    ? []
    : [`tokenReview: expected as in rule ${first + 1}, which has the same issuer`]
}

/**
 * Names the rules that would have a cluster asked that is not read.
 *
 * @param names of the clusters that this server reads.
 * @returns one line, or `null`: there are none.
 */
export function unreadReviews(rules: readonly Pick<JwtRule, 'tokenReview'>[], names: readonly string[]): string | null {
  const known = names.length > 0 ? `one of the clusters that this server reads, ${names.join(', ')}` : null
  const expected = known ?? 'none: this server reads no cluster (keys in the rule need none)'
  const wrong = rules.flatMap(({ tokenReview }, at) =>
    tokenReview === null || names.includes(tokenReview) ? [] : [`rule ${at + 1}: tokenReview: expected ${expected}`],
  )
  return wrong.length > 0 ? `PORTOLAN_JWT_RULES: ${wrong.join('; ')}` : null
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

function describe({ path, message, code, ...issue }: z.core.$ZodIssue): string {
  const [at, ...field] = path
  if (typeof at !== 'number') {
    return 'expected a JSON list of rules like [{"issuer": "https://…", "audience": "…", "claims": {…}, "scopes": [...]}]'
  }
  const where = `rule ${at + 1}${field.length > 0 ? `: ${onOneLine(field.join('.'))}` : ''}`
  if (code === 'unrecognized_keys' && 'keys' in issue && Array.isArray(issue.keys)) {
    return `${where}: there is no ${onOneLine(issue.keys.join(', '))}`
  }
  return `${where}: ${message}`
}

/** The names of claims and fields are whoever wrote them's. */
const onOneLine = (text: string): string => text.replace(/\p{Cc}/gu, '?')
