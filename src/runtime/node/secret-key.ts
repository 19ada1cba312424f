import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import type { SecretKey } from '../../job/secret-box.ts'
import { refuseSpecial } from './sqlite.ts'

/**
 * The keys that seal and open secrets of checks, the newest first: PORTOLAN_SECRET_KEYS, else the lines of the 0600
 * file beside the database, made with one key at the first start. Two processes that start at once agree: only one
 * creates the file.
 *
 * @param configured 32 bytes in base64 each; empty: the file is read.
 */
export function readSecretKeys(
  configured: readonly string[],
  databaseFile: string,
): readonly [SecretKey, ...SecretKey[]] {
  const [newest, ...older] = configured.length > 0 ? configured : linesOf(`${databaseFile}.key`)
  return [bytesOf(newest ?? ''), ...older.map(bytesOf)]
}

function linesOf(file: string): string[] {
  refuseSpecial(file)
  try {
    writeFileSync(file, randomBytes(32).toString('base64'), { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) {
      throw error
    }
  }
  const lines = readFileSync(file, 'utf8').split(/\s+/)
  return lines.filter((line) => line !== '')
}

function bytesOf(text: string): SecretKey {
  const key = Uint8Array.from(Buffer.from(text, 'base64'))
  if (key.length !== 32) {
    throw new Error(
      'it does not hold 32 bytes in base64 on each line: restore it, or set PORTOLAN_SECRET_KEYS; or remove it to have a ' +
        'new one made, with which the secrets of the schedules that there are cannot be read any more',
    )
  }
  return key
}
