import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { refuseSpecial } from './sqlite.ts'

/**
 * The key that seals secrets of checks: PORTOLAN_SECRET_KEY, else the 0600 file beside the database, made at the
 * first start. Two processes that start at once agree: only one creates the file.
 *
 * @param configured 32 bytes in base64, or `null`.
 */
export function readSecretKey(configured: string | null, databaseFile: string): Uint8Array<ArrayBuffer> {
  if (configured !== null) {
    return Uint8Array.from(Buffer.from(configured, 'base64'))
  }
  const file = `${databaseFile}.key`
  refuseSpecial(file)
  try {
    writeFileSync(file, randomBytes(32).toString('base64'), { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) {
      throw error
    }
  }
  const key = Uint8Array.from(Buffer.from(readFileSync(file, 'utf8').trim(), 'base64'))
  if (key.length !== 32) {
    throw new Error(
      'it does not hold 32 bytes in base64. Restore it, or set PORTOLAN_SECRET_KEY; or remove it to have a new one ' +
        'made, with which the secrets of the schedules that there are cannot be read any more',
    )
  }
  return key
}
