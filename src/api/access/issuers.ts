/**
 * Reads the discovery document and the public keys of issuers, and keeps them. An issuer is asked seldom, however many
 * tokens come and whatever keys they name.
 *
 * @module
 */
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWSHeaderParameters } from 'jose'
import type { AuthorizationServer } from 'oauth4webapi'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import { ProblemError } from '../../lib/problem.ts'
import { isSecureUrl } from '../../record/issuer-url.ts'
import type { KeySet } from '../../record/jwt-rule.ts'

/** Sends requests to issuers; each runtime has its own. */
export type IssuerPort = {
  /**
   * Resolves with the whole answer, within bounds of time and bytes, and follows no redirect.
   *
   * @throws Error where there is no whole answer.
   */
  fetch(url: string, init?: IssuerRequest): Promise<Response>
  /** Requests may wait for what another has asked. Where each has a context of its own they must not. */
  sharesAnswers: boolean
}

export type IssuerRequest = {
  method?: string
  headers?: Headers | Record<string, string>
  body?: string | URLSearchParams
}

/** Keys of this age are asked for again, milliseconds. */
const FRESH_MS = 3_600_000
/** Keys of an issuer that no longer answers are used for this long. */
const STALE_MS = 24 * 3_600_000
/** An issuer is asked at most once in this time for a key that is not among those known. */
const UNKNOWN_MS = 30_000
/** An issuer that has not answered is left alone for this long. */
const FAILED_MS = 5_000
/** This many requests may ask an issuer of which nothing is known yet, where requests cannot share an answer. */
const ASKED_MAX = 20
const KEYS_MAX = 100
const PUBLIC = new Set(['RSA', 'EC', 'OKP'])

type Select = ReturnType<typeof createLocalJWKSet>
export type Key = Awaited<ReturnType<Select>>
/** The discovery document of an issuer. */
export type Discovered = AuthorizationServer & { jwks_uri: string }

type Held = {
  select: Select | null
  readAtMs: number
  /** Milliseconds of the monotonic clock, as `readAtMs` is. */
  askedAtMs: number
  /** Counts the requests to the issuer since `askedAtMs`. */
  asked: number
  failed: boolean
  flight: Promise<void> | null
}

export type Issuers = {
  /** @throws ProblemError `unavailable` where it cannot be had. */
  discover(issuer: string): Promise<Discovered>
  /**
   * Finds the key that a token names.
   *
   * @param given the keys of the rule, for which nobody is asked.
   * @returns `null`: the issuer has no such key.
   * @throws ProblemError `unavailable` where the keys cannot be had.
   */
  keyFor(issuer: string, given: KeySet | null, header: JWSHeaderParameters): Promise<Key | null>
}

export function createIssuers({ port, clock, log }: { port: IssuerPort; clock: Clock; log: Log }): Issuers {
  const holding = new Map<string, Held>()

  async function ask(issuer: string, held: Held): Promise<void> {
    held.asked++
    try {
      const { jwks_uri } = await discover(port, issuer)
      held.select = createLocalJWKSet(publicKeys(await readJson(port, jwks_uri)))
      held.readAtMs = clock.monotonic()
      held.failed = false
    } catch (cause) {
      held.failed = true
      log.warn('issuer_not_read', { issuer, cause })
    } finally {
      held.flight = null
    }
  }

  /** A token that names no key fits where the issuer has one of its kind alone. A key that is broken is none. */
  async function select(from: Select, issuer: string, header: JWSHeaderParameters): Promise<Key | null> {
    try {
      return await from(header)
    } catch (cause) {
      if (!(cause instanceof errors.JOSEError)) {
        // It is imported here, and nothing else: what is wrong is the key
        log.warn('issuer_key_not_usable', { issuer, cause })
      }
      return null
    }
  }

  /** Asks, unless that was done just now. Who comes meanwhile waits for the answer where it can. */
  async function refresh(issuer: string, held: Held): Promise<void> {
    if (clock.monotonic() - held.askedAtMs >= (held.failed ? FAILED_MS : UNKNOWN_MS)) {
      held.askedAtMs = clock.monotonic()
      held.asked = 0
      held.flight = ask(issuer, held)
      await held.flight
    } else if (port.sharesAnswers) {
      await held.flight
    } else if (held.select === null && !held.failed && held.asked < ASKED_MAX) {
      await ask(issuer, held)
    }
  }

  return {
    async discover(issuer) {
      try {
        return await discover(port, issuer)
      } catch (cause) {
        log.warn('issuer_not_read', { issuer, cause })
        throw notRead(issuer)
      }
    },
    async keyFor(issuer, given, header) {
      if (given !== null) {
        return select(createLocalJWKSet(publicKeys(given)), issuer, header)
      }
      const held = holding.get(issuer) ?? newlyHeld()
      holding.set(issuer, held)
      const ageMs = () => clock.monotonic() - held.readAtMs
      const find = async () =>
        held.select === null || ageMs() >= STALE_MS ? null : select(held.select, issuer, header)
      const known = await find()
      if (known !== null && ageMs() < FRESH_MS) {
        return known
      }
      await refresh(issuer, held)
      const found = await find()
      if (found === null && (held.failed || held.select === null)) {
        throw notRead(issuer)
      }
      return found
    },
  }
}

const newlyHeld = (): Held => ({
  select: null,
  readAtMs: Number.NEGATIVE_INFINITY,
  askedAtMs: Number.NEGATIVE_INFINITY,
  asked: 0,
  failed: false,
  flight: null,
})

const notRead = (issuer: string) =>
  new ProblemError(
    'unavailable',
    `The keys of ${issuer} could not be read, so nothing can be said about this token. Try again; the log says why.`,
    { headers: { 'retry-after': String(FAILED_MS / 1000) } },
  )

async function discover(port: IssuerPort, issuer: string): Promise<Discovered> {
  const found = await readJson(port, `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`)
  if (found.issuer !== issuer) {
    throw new Error(`its discovery document is that of ${JSON.stringify(found.issuer)?.slice(0, 200)}`)
  }
  const { jwks_uri } = found
  if (typeof jwks_uri !== 'string' || !isSecureUrl(jwks_uri)) {
    throw new Error('its discovery document has no jwks_uri with https')
  }
  return { ...(found as AuthorizationServer), issuer, jwks_uri }
}

async function readJson(port: IssuerPort, url: string): Promise<Readonly<Record<string, unknown>>> {
  const response = await port.fetch(url, { headers: { accept: 'application/json' } })
  if (response.status !== 200) {
    throw new Error(`${url} answered ${response.status}`)
  }
  const json: unknown = await response.json()
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new Error(`${url} answered with something else than a JSON object`)
  }
  return json as Readonly<Record<string, unknown>>
}

/** Keys that verify nothing here are left out, so that none of them keeps the others from being used. */
function publicKeys({ keys }: { keys?: unknown }): JSONWebKeySet {
  if (!Array.isArray(keys) || keys.length > KEYS_MAX) {
    throw new Error(`expected up to ${KEYS_MAX} keys`)
  }
  return { keys: keys.filter((key) => typeof key === 'object' && key !== null && PUBLIC.has(key.kty) && !('d' in key)) }
}
