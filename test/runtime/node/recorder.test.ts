import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createRecorder, PROMPT } from '../../../src/job/recorder.ts'
import type { Clock } from '../../../src/lib/clock.ts'
import { type OpenDatabase, openSqlite } from '../../../src/runtime/node/sqlite.ts'
import { listResults, recordResults } from '../../../src/store/results.ts'
import { running } from '../../contract/opened.ts'
import { aResult, NOW } from '../../support/stored.ts'

describe('createRecorder', () => {
  let folder = ''
  let database: OpenDatabase
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'portolan-'))
    database = openSqlite(join(folder, 'portolan.db'))
  })
  afterEach(() => {
    database.close()
    rmSync(folder, { recursive: true })
  })

  /** A clock of which the test says when a moment is over. */
  const paused = () => {
    const sleeping: (() => void)[] = []
    const clock: Clock = {
      now: () => NOW,
      monotonic: () => 0,
      sleep: (_ms, signal) =>
        new Promise((resolve) => {
          sleeping.push(resolve)
          signal?.addEventListener('abort', () => resolve())
        }),
    }
    return { clock, sleeping }
  }

  const open = async () => {
    const { job, lease } = await running(database.store)
    const { clock, sleeping } = paused()
    const writes: number[] = []
    let written = Promise.withResolvers<void>()
    const recorder = createRecorder(clock, PROMPT, async (results) => {
      const isRecorded = await recordResults(database.store, lease, results)
      writes.push(writes.length)
      written.resolve()
      written = Promise.withResolvers()
      return isRecorded
    })
    const add = (sample: number) => recorder.add(aResult({ jobId: job.id, sample }))
    const stored = async () => (await listResults(database.store, job.id)).map(({ result }) => result.sample)
    return { recorder, add, stored, sleeping, writes, nextWrite: () => written.promise }
  }

  it('lets what comes while a write is under way gather, too, before it is written', async () => {
    const { add, stored, sleeping, writes, nextWrite } = await open()
    add(1)
    const first = nextWrite()
    sleeping.shift()?.()
    await Promise.resolve()
    await Promise.resolve()
    add(2)
    add(3)
    await first
    expect([await stored(), sleeping.length]).toEqual([[1], 1])
    add(4)
    const second = nextWrite()
    sleeping.shift()?.()
    await second
    expect([await stored(), writes.length]).toEqual([[1, 2, 3, 4], 2])
  })

  it('has no room while 256 wait, until the write has ended, also where that fails', async () => {
    const { recorder, add, stored, sleeping } = await open()
    for (let sample = 1; sample < 256; sample++) {
      add(sample)
    }
    expect(recorder.room()).toBe(null)
    add(256)
    const room = recorder.room()
    sleeping.shift()?.()
    await room
    expect([recorder.room(), (await stored()).length]).toEqual([null, 256])
    for (let sample = 257; sample <= 512; sample++) {
      add(sample)
    }
    const never = recorder.room()
    expect(never).not.toBe(null)
    database.close()
    sleeping.shift()?.()
    await never
    expect(recorder.room()).not.toBe(null)
  })

  it('waits for nobody once all is to be durable', async () => {
    const { recorder, add, stored, sleeping } = await open()
    add(1)
    const flushed = recorder.flush()
    add(2)
    await flushed
    expect(await stored()).toEqual([1, 2])
    expect(sleeping.length).toBeGreaterThan(0)
  })
})
