/**
 * Seals anew what an older key has sealed, so that the older key can be taken away: secrets of schedules, and of jobs
 * that have not ended. A job that runs meanwhile has read its secrets already, or reads them by whichever key.
 *
 * @module
 */
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Store } from '../store/db.ts'
import {
  keepLookedForSealed,
  listSealedByOthers,
  lookedForSealed,
  replaceSealed,
  type SealedIn,
} from '../store/sealed.ts'
import type { SecretBox } from './secret-box.ts'

export type ResealDeps = { store: Store; secrets: SecretBox; clock: Clock; log: Log }

/** Another process may still seal by an older key for a while, so it is looked again. */
const LOOK_AGAIN_MS = 3_600_000
const PAGE = 100

export type ResealOptions = {
  /** Tells whether it may go on; what is left is done the next time. */
  mayGoOn?: () => boolean
  /** Looks though it has looked a short while ago. */
  again?: boolean
}

/**
 * Does nothing where it has found nothing to do within the hour.
 *
 * @returns whether all is sealed by the newest key.
 */
export async function resealSecrets(
  { store, secrets, clock, log }: ResealDeps,
  { mayGoOn = () => true, again = false }: ResealOptions = {},
): Promise<boolean> {
  const { newest, older } = secrets
  const nowMs = clock.now()
  if (newest === null || (!again && isRecent(await lookedForSealed(store, newest), nowMs))) {
    return true
  }
  const schedules = await resealIn('schedules', { store, secrets }, newest, mayGoOn)
  const jobs = await resealIn('jobs', { store, secrets }, newest, mayGoOn)
  if (schedules.resealed + jobs.resealed > 0) {
    log.info('secrets_resealed', { key: newest, schedules: schedules.resealed, jobs: jobs.resealed })
  }
  if (schedules.unreadable + jobs.unreadable > 0) {
    const hint = 'sealed by a key that is not here: give it back in PORTOLAN_SECRET_KEYS, or create the schedules again'
    log.warn('secrets_unreadable', { schedules: schedules.unreadable, jobs: jobs.unreadable, hint })
  }
  const done = schedules.done && jobs.done
  if (done) {
    await keepLookedForSealed(store, newest, nowMs)
    if (older > 0) {
      log.info('older_secret_keys_unneeded', { key: newest, older })
    }
  }
  return done
}

/** A clock may have been set back since. */
const isRecent = (atMs: number | null, nowMs: number): boolean =>
  atMs !== null && Math.abs(nowMs - atMs) < LOOK_AGAIN_MS

type Resealed = { resealed: number; unreadable: number; done: boolean }

async function resealIn(
  table: SealedIn,
  { store, secrets }: Pick<ResealDeps, 'store' | 'secrets'>,
  newest: string,
  mayGoOn: () => boolean,
): Promise<Resealed> {
  const found = { resealed: 0, unreadable: 0 }
  let isSure = true
  for (let cursor = 0; ; ) {
    const page = await listSealedByOthers(store, table, newest, { cursor, limit: PAGE })
    for (const each of page) {
      if (!mayGoOn()) {
        return { ...found, done: false }
      }
      const text = await secrets.open(each.sealed)
      if (text === null) {
        found.unreadable++
      } else if (await replaceSealed(store, table, each, await secrets.seal(text))) {
        found.resealed++
      } else {
        // It has changed meanwhile, perhaps by a process that seals by an older key.
        isSure = false
      }
      cursor = each.no
    }
    if (page.length < PAGE) {
      return { ...found, done: isSure }
    }
  }
}
