import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { Hono } from 'hono'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { answerError } from '../../src/api/problem.ts'
import type { ApiEnv } from '../../src/api/route.ts'
import { readConfig } from '../../src/runtime/node/config.ts'
import { startPortolan } from '../../src/runtime/node/server.ts'
import { StartError } from '../../src/runtime/node/start-error.ts'
import { quietLog } from '../support/checks.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'portolan-storage-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** Returns how the API answers what SQLite throws, and what it logs. */
async function answered(fail: () => unknown) {
  const log = quietLog()
  const app = new Hono<ApiEnv>()
  app.get('/', (context) => context.json(fail()))
  app.onError((error, context) => answerError({ log }, error, context))
  const response = await app.request('/')
  const { code, detail } = (await response.json()) as { code: string; detail: string }
  const logged = log.events.map(({ level, event }) => [level, event])
  return { status: response.status, code, detail, retryAfter: response.headers.get('retry-after'), logged }
}

describe('a database that does not take what is asked for', () => {
  it('is a 507 where it cannot grow, logged once', async () => {
    const database = new Database(join(folder, 'full.db'))
    database.exec('create table filled (text text)')
    database.pragma('max_page_count = 3')
    expect(await answered(() => database.prepare('insert into filled values (?)').run('x'.repeat(100_000)))).toEqual({
      status: 507,
      code: 'storage_full',
      detail: 'The database cannot grow. What was asked for is not recorded.',
      retryAfter: null,
      logged: [['error', 'request_failed']],
    })
    database.close()
  })

  it('is a 503 with Retry-After where another process holds it', async () => {
    const file = join(folder, 'busy.db')
    const [holder, database] = [new Database(file), new Database(file, { timeout: 0 })]
    holder.exec('create table held (text text); begin exclusive')
    expect(await answered(() => database.prepare('insert into held values (1)').run())).toMatchObject({
      status: 503,
      code: 'unavailable',
      retryAfter: '5',
    })
    database.close()
    holder.close()
  })

  it.each(['SQLITE_READONLY', 'SQLITE_READONLY_DBMOVED', 'SQLITE_IOERR_WRITE', 'SQLITE_CANTOPEN'])(
    'is a 503 with Retry-After where it cannot be written: %s',
    async (code) => {
      const fail = () => {
        throw Object.assign(new Error('attempt to write a readonly database'), { code })
      }
      expect(await answered(fail)).toEqual({
        status: 503,
        code: 'unavailable',
        detail: 'The database cannot be written; /readyz says why. What was asked for is not recorded.',
        retryAfter: '5',
        logged: [['error', 'request_failed']],
      })
    },
  )
})

describe('a database that cannot be used', () => {
  it.each([
    ['a folder', () => folder, /EISDIR/],
    [
      'another file',
      () => {
        const file = join(folder, 'notes.txt')
        writeFileSync(file, 'no database, but long enough to be looked at as if it were one. '.repeat(20))
        return file
      },
      /file is not a database/,
    ],
  ])('%s: stops the start with one line that names the setting and the file', async (_what, make, why) => {
    const file = make()
    const starting = startPortolan(readConfig({ PORTOLAN_PORT: '0', PORTOLAN_DATABASE: file }), { log: quietLog() })
    const error = await starting.then(
      () => null,
      (reason: unknown) => reason,
    )
    if (!(error instanceof StartError)) {
      throw new Error(`${error} is no refusal to start`)
    }
    expect(error.message.split('\n')).toHaveLength(1)
    expect(error.message).toContain(`PORTOLAN_DATABASE: cannot use ${file}: `)
    expect(error.message).toMatch(why)
  })
})
