import { hasAdminToken } from '../store/tokens.ts'
import type { Deps } from './deps.ts'

/** Milliseconds between two looks whether the first token is needed still. */
const LOOK_MS = 60_000

/**
 * PORTOLAN_ADMIN_TOKEN makes the first token, and stands where many can read it: in the environment of a process. Once
 * others may do everything it is to go, which the log says once.
 *
 * @returns to be called when somebody is known; it looks now and then, and nobody waits for it.
 */
export function createBootstrapWarning({ settings, store, clock, log, inBackground }: Deps): () => void {
  let isOver = settings.auth.adminToken === null
  let lookedAtMs = Number.NEGATIVE_INFINITY
  async function look(): Promise<void> {
    try {
      if (!(await hasAdminToken(store, clock.now())) || isOver) {
        return
      }
      isOver = true
      log.warn('bootstrap_token_still_set', {
        setting: 'PORTOLAN_ADMIN_TOKEN',
        why:
          'tokens with the scope admin are in force: take it out of the environment, and start again' +
          (settings.auth.loopbackOnly === true
            ? '; a request without a token may do everything here, until PORTOLAN_AUTH=tokens is set'
            : ''),
      })
    } catch (cause) {
      log.debug('bootstrap_token_not_looked_at', { cause })
    }
  }
  return () => {
    if (!isOver && Math.abs(clock.now() - lookedAtMs) >= LOOK_MS) {
      lookedAtMs = clock.now()
      inBackground(look())
    }
  }
}
