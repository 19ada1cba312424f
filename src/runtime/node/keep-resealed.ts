import { type ResealDeps, resealSecrets } from '../../job/reseal.ts'

/** Milliseconds between two looks: another process may still seal by an older key for a while. */
const EVERY_MS = 10 * 60_000

/**
 * Seals anew what older keys have sealed, at the start and then now and then, until `stop` is aborted. Rejects never.
 */
export async function keepResealed(deps: ResealDeps, stop: AbortSignal): Promise<void> {
  for (let again = true; !stop.aborted; again = false) {
    try {
      await resealSecrets(deps, { again, mayGoOn: () => !stop.aborted })
    } catch (cause) {
      deps.log.error('reseal_failed', { cause })
    }
    await deps.clock.sleep(EVERY_MS, stop)
  }
}
