/**
 * Tokens that others have signed (JWT): verified by the keys of their issuer, and worth what the first rule says that
 * fits them.
 *
 * @module
 */
import {
  decodeJwt,
  decodeProtectedHeader,
  errors,
  type JWTHeaderParameters,
  type JWTPayload,
  jwtVerify,
  type ProtectedHeaderParameters,
} from 'jose'
import { type Clock, LAST_INSTANT_MS } from '../../lib/clock.ts'
import { hashParts } from '../../lib/hash.ts'
import type { Log } from '../../lib/log.ts'
import { audiencesOf, type Claims, type JwtRule, misfits } from '../../record/jwt-rule.ts'
import type { Principal } from '../../record/principal.ts'
import type { Issuers } from './issuers.ts'
import type { TokenReviews } from './token-reviews.ts'

/** The token is worth nothing here. The message is for whoever sent it, and tells nothing of what others may. */
export class JwtRefused extends Error {
  override name = 'JwtRefused'
  /** The claims of a token whose signature is right and that fits no rule; else null. */
  readonly claims: Claims | null
  constructor(message: string, claims: Claims | null = null) {
    super(message)
    this.claims = claims
  }
}

/** All are asymmetric: neither `none` nor a shared secret, which whoever verifies could sign with, is ever taken. */
const ALGORITHMS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
]
/** Others are made for other purposes with the same keys: to log out, to prove possession, to authenticate clients. */
const TYPES = new Set(['jwt', 'at+jwt'])
/** A request's headers hold no more than 16 KiB together. */
const TOKEN_MAX = 12 * 1024
const KID_MAX = 512
const SUBJECT_MAX = 1000
/** Clocks of issuers may differ from ours by so much. */
const LEEWAY_SECONDS = 30
const SHOWN_MAX = 200

/** `endsBefore`: the token may end before it expires, which is known by identifying it again. */
export type Identified = { principal: Principal; claims: Claims; endsBefore: boolean }

export type Jwts = {
  /** Tells whether a text looks like one: three parts in base64url. */
  looksLikeOne(token: string): boolean
  /**
   * @param only for one audience of one issuer: other rules are not looked at.
   * @throws JwtRefused
   * @throws ProblemError `unavailable` where the keys of the issuer cannot be had, or its cluster cannot be asked.
   */
  identify(token: string, only?: { issuer: string; audience: string }): Promise<Identified>
}

export function createJwts(
  rules: readonly JwtRule[],
  { issuers, reviews, clock, log }: { issuers: Issuers; reviews: TokenReviews; clock: Clock; log: Log },
): Jwts {
  async function verify(
    token: string,
    candidates: readonly JwtRule[],
    header: JWTHeaderParameters,
  ): Promise<JWTPayload> {
    const [first] = candidates
    const issuer = first?.issuer ?? ''
    // Rules of one issuer may bring its keys along; those of the first that does stand for it.
    const given = candidates.find(({ keys }) => keys !== null)?.keys ?? null
    const key = await issuers.keyFor(issuer, given, header)
    if (key === null) {
      throw new JwtRefused(`${issuer} has no key ${shown(header.kid)} for ${shown(header.alg)}.`)
    }
    try {
      const { payload } = await jwtVerify(token, key, {
        issuer,
        algorithms: ALGORITHMS,
        currentDate: new Date(clock.now()),
        clockTolerance: LEEWAY_SECONDS,
        requiredClaims: ['exp', 'sub'],
      })
      return payload
    } catch (error) {
      if (error instanceof TypeError) {
        // jose throws this for a key that is too short, or made for another algorithm
        log.warn('issuer_key_not_usable', { issuer, cause: error })
        throw new JwtRefused(`The key ${shown(header.kid)} of ${issuer} cannot be used for ${shown(header.alg)}.`)
      }
      throw error instanceof errors.JOSEError ? new JwtRefused(whyNotVerified(error)) : error
    }
  }

  /**
   * Believes what the cluster says whose token it is, in place of a signature. Nobody is asked about a token that would
   * be refused anyway.
   */
  async function review(token: string, candidates: readonly JwtRule[], cluster: string): Promise<JWTPayload> {
    const claims = decodeJwt(token)
    refuseWrongTime(claims, clock.now())
    const audiences = addressedTo(candidates, claims).map(({ audience }) => audience)
    const reviewed = await reviews.ask(cluster, token, [...new Set(audiences)])
    // The user is the subject of a service account; of anybody else the cluster would vouch for other claims
    if (reviewed === null || reviewed.username !== claims.sub) {
      throw new JwtRefused('The cluster that issued this token does not know it, or no longer knows it.')
    }
    return { ...claims, aud: [...reviewed.audiences] }
  }

  return {
    looksLikeOne: (token) => /^[\w-]{2,}\.[\w-]{2,}\.[\w-]*$/.test(token),
    async identify(token, only) {
      const { header, issuer } = read(token)
      const candidates = rules.filter((rule) => rule.issuer === issuer && (only === undefined || isFor(rule, only)))
      if (candidates.length === 0) {
        throw new JwtRefused(`No rule here is for tokens of the issuer ${shown(issuer)}.`)
      }
      // The same in all of them
      const cluster = candidates[0]?.tokenReview ?? null
      const claims =
        cluster === null ? await verify(token, candidates, header) : await review(token, candidates, cluster)
      const subject = subjectOf(claims, clock.now())
      const addressed = addressedTo(candidates, claims)
      const rule = addressed.find((each) => misfits(each, claims).length === 0)
      if (rule === undefined) {
        log.info('jwt_fits_no_rule', {
          issuer,
          subject,
          rules: addressed.map((each) => ({ rule: rules.indexOf(each) + 1, misfits: misfits(each, claims) })),
        })
        throw new JwtRefused(
          'The issuer, the audience and the time of this token are right, and its claims fit no rule here. The log ' +
            'says which do not.',
          claims,
        )
      }
      const id = `jwt_${hashParts([rule.issuer, subject], 20)}`
      const expiresAtMs = Math.min(Math.floor((claims.exp ?? 0) * 1000), LAST_INSTANT_MS)
      const principal = { ...rule.grant, id, name: subject, expiresAtMs }
      return { principal, claims, endsBefore: cluster !== null }
    },
  }
}

const isFor = (rule: JwtRule, only: { issuer: string; audience: string }): boolean =>
  rule.issuer === only.issuer && rule.audience === only.audience

/** @throws JwtRefused if no rule has an audience of the token. */
function addressedTo(candidates: readonly JwtRule[], claims: Claims): JwtRule[] {
  const audiences = audiencesOf(claims)
  const addressed = candidates.filter(({ audience }) => audiences.includes(audience))
  if (addressed.length === 0) {
    throw new JwtRefused(`No rule for its issuer has the audience of this token, ${shown(audiences)}.`)
  }
  return addressed
}

/** As `jwtVerify` does it, for a token whose signature somebody else looks at. */
function refuseWrongTime({ exp, nbf, sub }: JWTPayload, nowMs: number): void {
  const seconds = Math.floor(nowMs / 1000)
  for (const [name, value] of Object.entries({ exp, sub })) {
    if (value === undefined) {
      throw new JwtRefused(`This token has no "${name}", which is needed.`)
    }
  }
  if (typeof exp !== 'number' || (nbf !== undefined && typeof nbf !== 'number')) {
    throw new JwtRefused('The times of this token are not right.')
  }
  if (exp <= seconds - LEEWAY_SECONDS) {
    throw new JwtRefused('This token has expired.')
  }
  if (nbf !== undefined && nbf > seconds + LEEWAY_SECONDS) {
    throw new JwtRefused('This token is not valid yet; compare the clocks of its issuer and of this server.')
  }
}

/** Reads what decides whose keys are asked for. Nothing of it is believed yet. */
function read(token: string): { header: JWTHeaderParameters; issuer: string } {
  if (token.length > TOKEN_MAX) {
    throw new JwtRefused(`This token is longer than ${TOKEN_MAX} characters.`)
  }
  const { header, issuer } = decode(token)
  const { alg, kid, typ } = header
  if (typeof alg !== 'string' || !ALGORITHMS.includes(alg)) {
    throw new JwtRefused(`This token is signed with ${shown(alg)}; taken are ${ALGORITHMS.join(', ')}.`)
  }
  if (kid !== undefined && (typeof kid !== 'string' || kid.length > KID_MAX)) {
    throw new JwtRefused(`The "kid" of this token is no text of up to ${KID_MAX} characters.`)
  }
  if (
    typ !== undefined &&
    !TYPES.has(
      String(typ)
        .toLowerCase()
        .replace(/^application\//, ''),
    )
  ) {
    throw new JwtRefused(`The type ${shown(typ)} of this token is for something else than asking.`)
  }
  return { header: { ...header, alg }, issuer }
}

function decode(token: string): { header: ProtectedHeaderParameters; issuer: string } {
  try {
    const { iss } = decodeJwt(token)
    if (typeof iss !== 'string') {
      throw new JwtRefused('This token does not say who issued it.')
    }
    return { header: decodeProtectedHeader(token), issuer: iss }
  } catch (error) {
    // jose throws TypeError for what is no token at all
    throw error instanceof errors.JOSEError || error instanceof TypeError
      ? new JwtRefused('This looks like a JWT and cannot be read as one.')
      : error
  }
}

function subjectOf({ sub, iat, events }: JWTPayload, nowMs: number): string {
  if (typeof sub !== 'string' || sub === '' || sub.length > SUBJECT_MAX) {
    throw new JwtRefused(`The subject of this token is no text of 1 to ${SUBJECT_MAX} characters.`)
  }
  if (iat !== undefined && iat > nowMs / 1000 + LEEWAY_SECONDS) {
    throw new JwtRefused('This token is issued in the future; compare the clocks of its issuer and of this server.')
  }
  // OpenID Connect Back-Channel Logout 1.0, 2.4: those may have the type of others
  if (events !== undefined) {
    throw new JwtRefused('This token tells of events; it is for something else than asking.')
  }
  return sub
}

function whyNotVerified(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) {
    return 'This token has expired.'
  }
  if (error instanceof errors.JWTClaimValidationFailed) {
    const { claim, reason } = error
    if (reason === 'missing') {
      return `This token has no "${claim}", which is needed.`
    }
    return claim === 'nbf'
      ? 'This token is not valid yet; compare the clocks of its issuer and of this server.'
      : `The claim "${claim}" of this token is not right.`
  }
  return 'The signature of this token is not that of its issuer.'
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'none'
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text
}
