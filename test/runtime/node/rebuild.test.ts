import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { sql } from 'drizzle-orm'
import { expect, it } from 'vitest'
import { openSqlite } from '../../../src/runtime/node/sqlite.ts'
import { HOUR, ran } from '../../support/history.ts'
import { rollupsOf } from '../../support/rollups.ts'
import { NOW } from '../../support/stored.ts'

const script = fileURLToPath(new URL('../../../scripts/rebuild-rollups.ts', import.meta.url))

it('rebuilds damaged rollups from raw results by a command, beside an open database', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'portolan-'))
  const file = join(folder, 'portolan.db')
  const { store, close } = openSqlite(file)
  try {
    for (let hour = 0; hour < 3; hour++) {
      await ran(store, { atMs: NOW + hour * HOUR })
    }
    const before = await rollupsOf(store)
    await store.atomic([sql`delete from rollup_latency`, sql`update rollups set pass = 100`])
    const args = ['--database', file, '--from', '2026-11-23T00:30:00Z', '--to', '2026-11-23T03:00:00Z']
    const { stdout } = await promisify(execFile)(process.execPath, [script, ...args])
    expect(stdout).toBe('3 hours rebuilt between 2026-11-23T00:30:00.000Z and 2026-11-23T03:00:00.000Z\n')
    expect(await rollupsOf(store)).toEqual(before)
  } finally {
    close()
    rmSync(folder, { recursive: true })
  }
})

it.each([
  ['a file that is not there', ['--from', '2026-11-23T00:00:00Z'], /^There is no database .*none\.db\n$/],
  ['no instant to begin at', [], /^--from is an instant like 2026-11-23T00:00:00Z\n$/],
  ['an option that it does not know', ['--form', 'x'], /^Unknown option '--form'.*\n$/],
])('refuses %s in one line, and makes no file', async (_what, args, line) => {
  const file = join(tmpdir(), 'portolan-none', 'none.db')
  const failure: unknown = await promisify(execFile)(process.execPath, [script, '--database', file, ...args]).then(
    () => null,
    (error: unknown) => error,
  )
  expect(failure).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(line) })
  expect(existsSync(file)).toBe(false)
})
