import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { expect, it } from 'vitest'
import { type Clock, toInstant } from '../../../src/lib/clock.ts'
import { createLog } from '../../../src/lib/log.ts'
import { keepRetention } from '../../../src/runtime/node/retention.ts'
import { openSqlite } from '../../../src/runtime/node/sqlite.ts'
import { DAY, pathOf, ran } from '../../support/history.ts'
import { NOW } from '../../support/stored.ts'

const KEEP = {
  ...{ rawMs: 30 * DAY, failuresMs: 90 * DAY, hourlyMs: 400 * DAY, dailyMs: 1825 * DAY },
  ...{ auditMs: 400 * DAY, holdMs: 3 * DAY },
}

it('makes the file smaller again once what it held is too old, and ends when it is told to', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'portolan-'))
  const file = join(folder, 'portolan.db')
  const database = openSqlite(file)
  const sizes = async () => {
    await database.store.db.all(sql`pragma wal_checkpoint(truncate)`)
    return statSync(file).size
  }
  try {
    for (let job = 0; job < 20; job++) {
      const paths = Array.from({ length: 100 }, (_, i) => pathOf(`${job}x${i}`))
      await ran(database.store, { atMs: NOW + job, paths })
    }
    await ran(database.store, { atMs: NOW + 2000 * DAY, paths: [pathOf('Z')] })
    const before = await sizes()

    const stop = new AbortController()
    const lines: string[] = []
    const log = createLog('info', (line) => lines.push(line), clock.now)
    // A pause takes no time; the long one, after all is done, is the end.
    const ending: Clock = { ...clock, sleep: async (ms) => void (ms > 1000 && stop.abort()) }
    await keepRetention({ database, clock: ending, log }, KEEP, stop.signal)

    expect(await sizes()).toBeLessThan(before / 3)
    expect(await database.store.db.all(sql`pragma freelist_count`)).toEqual([{ freelist_count: 0 }])
    expect(await database.store.db.all(sql`pragma integrity_check`)).toEqual([{ integrity_check: 'ok' }])
    expect(lines.map((line) => JSON.parse(line).event)).toEqual(['retention'])
  } finally {
    database.close()
    rmSync(folder, { recursive: true })
  }
})

it('deletes nothing by a clock that jumps in the middle of a pass, or before it, and says so', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'portolan-'))
  const database = openSqlite(join(folder, 'portolan.db'))
  try {
    for (const days of [-31, -31, 0, 0, 0]) {
      await ran(database.store, { atMs: NOW + days * DAY, paths: [pathOf('A')] })
    }
    const stop = new AbortController()
    const lines: string[] = []
    let nowMs = NOW
    let passes = 0
    let sleeps = 0
    const jumping: Clock = {
      now: () => nowMs,
      monotonic: () => 0,
      async sleep(ms) {
        passes += ms > 1000 ? 1 : 0
        // The first is before the first pass, the second in it.
        nowMs += ++sleeps === 2 ? 365 * DAY : 0
        if (passes === 2) {
          stop.abort()
        }
      },
    }
    const log = createLog('info', (line) => lines.push(line), jumping.now)
    await keepRetention({ database, clock: jumping, log }, KEEP, stop.signal)
    expect(await database.store.db.all(sql`select count(*) n from jobs`)).toEqual([{ n: 3 }])
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ event: 'retention' }),
      expect.objectContaining({
        ...{ level: 'warn', event: 'retention_held', setting: 'PORTOLAN_RETENTION_HOLD' },
        ...{ clock: toInstant(NOW + 365 * DAY), lastBelieved: toInstant(NOW), until: toInstant(NOW + 368 * DAY) },
      }),
    ])
  } finally {
    database.close()
    rmSync(folder, { recursive: true })
  }
})

const clock: Clock = { now: () => NOW + 2000 * DAY, monotonic: () => 0, sleep: async () => undefined }
