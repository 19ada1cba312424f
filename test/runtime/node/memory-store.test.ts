import { openMemorySqlite } from '../../../src/runtime/node/memory-sqlite.ts'
import { storeContract } from '../../contract/store.ts'

storeContract('node:sqlite in memory', async () => {
  const { store, close } = openMemorySqlite()
  return { store, close: async () => close() }
})
