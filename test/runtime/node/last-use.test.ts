import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { storedTokens } from '../../../src/api/principal-of.ts'
import type { ApiContext } from '../../../src/api/route.ts'
import { sha256Hex } from '../../../src/lib/hash.ts'
import { createLog } from '../../../src/lib/log.ts'
import { newToken } from '../../../src/lib/token.ts'
import { UNBOUNDED } from '../../../src/record/principal.ts'
import { openSqlite } from '../../../src/runtime/node/sqlite.ts'
import { insertToken } from '../../../src/store/tokens.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { NOW } from '../../support/stored.ts'

const folder = mkdtempSync(join(tmpdir(), 'portolan-use-'))
const { store, close } = openSqlite(join(folder, 'portolan.db'))
afterAll(() => {
  close()
  rmSync(folder, { recursive: true, force: true })
})

it('a token is taken although its use cannot be written, which is tried and told once a minute', async () => {
  const token = newToken()
  const made = { ...UNBOUNDED, id: 'tok_01KAXW0000EXAMPLE0000000AB', name: 'CI', scopes: ['plan' as const] }
  const grown = { hash: sha256Hex(token), prefix: token.slice(0, 8), createdAtMs: NOW, createdBy: 'admin' }
  await insertToken(store, { ...made, ...grown }, null, 10)
  const [clock, lines, work] = [createManualClock(NOW), [] as string[], [] as Promise<void>[]]
  let tries = 0
  const full = async () => {
    tries++
    throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' })
  }
  const holderOf = storedTokens({
    ...{ store: { ...store, atomic: full }, clock },
    log: createLog('debug', (line) => lines.push(line), clock.now),
    inBackground: (each) => void work.push(each),
  })
  const context = { get: () => '192.0.2.1' } as unknown as ApiContext
  const ask = async () => (await holderOf({ token, digest: sha256Hex(token), context }))?.id
  const asked = [await ask(), await ask()]
  clock.advance(30_000)
  asked.push(await ask())
  await Promise.all(work)
  expect([asked, tries, lines.length]).toEqual([[made.id, made.id, made.id], 1, 1])
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'warn', event: 'token_use_not_noted', id: made.id })
  clock.advance(30_000)
  expect([await ask(), tries]).toEqual([made.id, 2])
  await Promise.all(work)
})
