/**
 * Sessions: a browser that has logged in asks on with a cookie, until it is idle, the session is old, or what opened it
 * has ended.
 *
 * @module
 */
import type { Clock } from '../../lib/clock.ts'
import { sha256Hex } from '../../lib/hash.ts'
import type { Log } from '../../lib/log.ts'
import type { Asking } from '../../record/audit.ts'
import type { Principal } from '../../record/principal.ts'
import { actingAs, type Store } from '../../store/db.ts'
import {
  countSessions,
  endSession,
  noteSessionSeen,
  type Opener,
  openSession,
  readSession,
  SEEN_NOTED_MS,
} from '../../store/sessions.ts'

export const IDLE_MS = 12 * 3_600_000
export const LONGEST_MS = 7 * 24 * 3_600_000
const VALUE = /^[\w-]{43}$/

export type Sessions = {
  /**
   * Opens one under a value that nobody has seen before, whatever the browser has sent.
   *
   * @param replacing what the browser had before; that session ends.
   * @param asking who has logged in, for the audit log.
   */
  open(
    opener: Opener,
    endsAtMs: number | null,
    replacing: string | null,
    asking: Asking,
  ): Promise<{ value: string; expiresAtMs: number }>
  /** Tells who has logged in; `null`: there is no such session, or not any more. */
  identify(value: string): Promise<Principal | null>
  /** Tells how many sessions share the opener of this one, and when it ends at the latest; null if it is no session. */
  describe(value: string): Promise<{ expiresAtMs: number; open: number } | null>
  end(value: string, asking: Asking): Promise<void>
}

export type SessionsDeps = {
  store: Store
  clock: Clock
  log: Log
  /** Names the rules by which issuers vouch for people here: sessions of other rules have ended. */
  rules: string
  /** The holder of the token with this hash; `null`: there is none, or not any more. */
  holderOf(tokenHash: string): Promise<Principal | null>
}

export function createSessions({ store, clock, log, rules, holderOf }: SessionsDeps): Sessions {
  const window = () => ({ nowMs: clock.now(), idleSinceMs: clock.now() - IDLE_MS })
  const find = async (value: string) => (VALUE.test(value) ? readSession(store, sha256Hex(value), window()) : null)

  function opened(opener: Opener): Promise<Principal | null> | Principal | null {
    if ('tokenHash' in opener) {
      return holderOf(opener.tokenHash)
    }
    return opener.rules === rules ? opener.principal : null
  }

  return {
    async open(opener, endsAtMs, replacing, asking) {
      const value = newValue()
      const createdAtMs = clock.now()
      const expiresAtMs = Math.min(createdAtMs + LONGEST_MS, endsAtMs ?? Number.POSITIVE_INFINITY)
      const before = replacing === null ? null : sha256Hex(replacing)
      const asked = actingAs(store, store.principal, asking)
      await openSession(asked, sha256Hex(value), { opener, createdAtMs, expiresAtMs }, before)
      return { value, expiresAtMs }
    },
    async identify(value) {
      const session = await find(value)
      if (session === null) {
        return null
      }
      const nowMs = clock.now()
      if (nowMs - session.seenAtMs >= SEEN_NOTED_MS) {
        // Nothing fails by it: a disk may be full, and who reads may go on
        await noteSessionSeen(store, sha256Hex(value), nowMs).catch((cause) =>
          log.warn('session_use_not_noted', { cause }),
        )
      }
      return opened(session.opener)
    },
    async describe(value) {
      const session = await find(value)
      return session && { expiresAtMs: session.expiresAtMs, open: await countSessions(store, session.opener, window()) }
    },
    async end(value, asking) {
      if (VALUE.test(value)) {
        await endSession(actingAs(store, store.principal, asking), sha256Hex(value))
      }
    },
  }
}

/** 256 random bits in base64url. */
function newValue(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32))
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '')
}
