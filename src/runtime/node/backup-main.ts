/** `node dist/backup.js`: a copy of the database that a server writes to, and back. It needs no shell. */
import { createReadStream, existsSync, rmSync } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { ConfigError } from '../config.ts'
import { backUp, restore } from './backup.ts'
import { readConfig } from './config.ts'
import { StartError } from './start-error.ts'

const USAGE = `Usage: node dist/backup.js FILE            copies the database into FILE, which must not be there
       node dist/backup.js -               the same to the standard output
       node dist/backup.js restore FILE|-  puts a copy in its place; no server may have it open

The database is that of PORTOLAN_DATABASE. A server may run, and write, while it is copied. Unless PORTOLAN_SECRET_KEY
is set, the key of secrets stands in a file beside the database, PORTOLAN_DATABASE.key, which is in no copy: keep it, too.
Exit codes: 0 done; 1 a bug; 2 it could not be done, and one line says why.
`

async function main([first, second, ...more]: readonly string[]): Promise<void> {
  const { databaseFile, secretKey } = readConfig(process.env)
  if (first === undefined || more.length > 0 || (first === 'restore') !== (second !== undefined)) {
    throw new StartError(USAGE.trimEnd())
  }
  if (second !== undefined) {
    await restore(second === '-' ? process.stdin : createReadStream(second), databaseFile)
    return say(`${databaseFile} is restored; the one before is ${databaseFile}.before-restore`)
  }
  if (first === '-') {
    await send(databaseFile)
  } else {
    backUp(databaseFile, first)
  }
  if (secretKey === null && existsSync(`${databaseFile}.key`)) {
    say(`the key of secrets is not in the copy: keep ${databaseFile}.key, too, or set PORTOLAN_SECRET_KEY`)
  }
}

/** The copy is made beside the database, where there is room for it as a rule, and goes when it is sent. */
async function send(databaseFile: string): Promise<void> {
  const copy = `${databaseFile}.copy-${process.pid}`
  backUp(databaseFile, copy)
  try {
    await pipeline(createReadStream(copy), process.stdout)
  } finally {
    rmSync(copy)
  }
}

const say = (line: string): void => void process.stderr.write(`${line}\n`)

try {
  await main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof StartError || error instanceof ConfigError)) {
    throw error
  }
  say(error.message)
  process.exitCode = 2
}
