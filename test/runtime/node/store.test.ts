import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqlite } from '../../../src/runtime/node/sqlite.ts'
import { storeContract } from '../../contract/store.ts'

storeContract('better-sqlite3', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'portolan-'))
  const { store, close } = openSqlite(join(folder, 'portolan.db'))
  return {
    store,
    async close() {
      close()
      rmSync(folder, { recursive: true })
    },
  }
})
