/**
 * `portolan backup` and `portolan restore`: a copy of the database that a server writes to, and back. They need no
 * shell.
 *
 * @module
 */
import { createReadStream, existsSync, rmSync } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { toInstant } from '../../lib/clock.ts'
import { ConfigError, type NameOf } from '../config.ts'
import { backUp, beforeRestore, type Copied, restore, temporary } from './backup.ts'
import { type Config, readConfig } from './config.ts'
import { StartError } from './start-error.ts'

/** Settings as a server of the database has them, and the names by which messages call them. */
export type ServerSettings = { env: Readonly<Record<string, string>>; nameOf: NameOf }

/** @returns why it could not be done, as one line; `null`: it is done. */
export const copyOut = (file: string, settings: ServerSettings): Promise<string | null> =>
  refusal(settings, async ({ databaseFile, secretKeys }) => {
    say(file === '-' ? await send(databaseFile) : `${file} is whole: ${told(backUp(databaseFile, file))}`)
    const keyFile = `${databaseFile}.key`
    const key = secretKeys.length > 0 ? 'what PORTOLAN_SECRET_KEYS holds' : existsSync(keyFile) ? keyFile : null
    if (key !== null) {
      say(`the key of secrets is not in the copy: keep ${key} apart from it, without which its secrets are lost`)
    }
  })

/** @returns why it could not be done, as one line; `null`: it is done. */
export const putBack = (
  file: string,
  { replace, ...settings }: ServerSettings & { replace: boolean },
): Promise<string | null> =>
  refusal(settings, async ({ databaseFile, secretKeys }) => {
    if (file !== '-' && !existsSync(file)) {
      throw new StartError(
        `${file} is not there: name a copy that portolan backup has made, or - for the standard input`,
      )
    }
    const restored = await restore(file === '-' ? process.stdin : createReadStream(file), databaseFile, { replace })
    say(`${databaseFile} is restored: ${told(restored)}`)
    if (restored.replaced) {
      say(`the one before is ${beforeRestore(databaseFile)}`)
    }
    say(
      `at its start a server takes up what is under way, makes up by one run for those that schedules have missed, and ` +
        'deletes nothing for its age for PORTOLAN_RETENTION_HOLD where the copy is older than that',
    )
    const keyFile = `${databaseFile}.key`
    if (secretKeys.length === 0 && !existsSync(keyFile)) {
      say(`the key of secrets is not there: put ${keyFile} back, or set PORTOLAN_SECRET_KEYS, before the server starts`)
    }
  })

/** The copy is made beside the database, where there is room for it as a rule, and goes when it is sent. */
async function send(databaseFile: string): Promise<string> {
  const copy = temporary(databaseFile, 'copy')
  try {
    const copied = backUp(databaseFile, copy)
    await pipeline(createReadStream(copy), process.stdout, { end: false })
    return `sent: ${told(copied)}`
  } finally {
    rmSync(copy, { force: true })
  }
}

const told = ({ bytes, jobs, underWay, newestAtMs }: Copied): string =>
  `${bytes} bytes, ${jobs} jobs${underWay > 0 ? `, ${underWay} of them under way` : ''}` +
  (newestAtMs === null ? '' : `, the newest of ${toInstant(newestAtMs)}`)

const say = (line: string): void => void process.stderr.write(`${line}\n`)

async function refusal(
  { env, nameOf }: ServerSettings,
  done: (config: Config) => Promise<void>,
): Promise<string | null> {
  try {
    await done(readConfig(env, nameOf))
    return null
  } catch (error) {
    if (error instanceof StartError || error instanceof ConfigError) {
      return error.message
    }
    throw error
  }
}
