/**
 * Makes rollups again from raw results, hour by hour: `npm run rollups:rebuild -- --from 2026-11-23T00:00:00Z`.
 * Hours whose raw results are partly gone are left as they are. May run beside the server.
 */
import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { systemClock, toInstant } from '../src/lib/clock.ts'
import { openSqlite } from '../src/runtime/node/sqlite.ts'
import { HOUR_MS } from '../src/store/rollup-steps.ts'
import { rebuildHour } from '../src/store/rollups.ts'

async function rebuild(): Promise<string> {
  const { values: options } = parseArgs({
    options: {
      from: { type: 'string' },
      /** Exclusive; by default now. */
      to: { type: 'string' },
      database: { type: 'string', default: process.env.PORTOLAN_DATABASE || './data/portolan.db' },
    },
  })
  const fromMs = instant('from', options.from)
  const toMs = options.to === undefined ? systemClock.now() : instant('to', options.to)
  if (!existsSync(options.database)) {
    throw new Error(`There is no database ${options.database}`)
  }
  const database = openSqlite(options.database)
  let rebuilt = 0
  let left = 0
  for (let hour = Math.floor(fromMs / HOUR_MS) * HOUR_MS; hour < toMs; hour += HOUR_MS) {
    if (await rebuildHour(database.store, hour)) {
      rebuilt++
    } else {
      left++
    }
  }
  database.close()
  return (
    `${rebuilt} hours rebuilt between ${toInstant(fromMs)} and ${toInstant(toMs)}` +
    (left > 0 ? `; ${left} left as they are: their raw results are partly gone` : '')
  )
}

function instant(name: string, text: string | undefined): number {
  const ms = Date.parse(text ?? '')
  if (Number.isNaN(ms)) {
    throw new Error(`--${name} is an instant like 2026-11-23T00:00:00Z`)
  }
  return ms
}

try {
  console.log(await rebuild())
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
