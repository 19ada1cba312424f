import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { sql } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DatabaseLockedError, type OpenDatabase, openSqlite } from '../../../src/runtime/node/sqlite.ts'
import { isStorageBusy, isStorageDamaged, isStorageFull, storageTrouble } from '../../../src/store/db.ts'
import { countQueued, getJob, insertJob } from '../../../src/store/jobs.ts'
import { listResults } from '../../../src/store/results.ts'
import { aJob, NOW } from '../../support/stored.ts'

const script = fileURLToPath(new URL('../../support/store-process.ts', import.meta.url))

describe('a database file', () => {
  let folder = ''
  let file = ''
  let opened: OpenDatabase[] = []
  const open = (): OpenDatabase => {
    const database = openSqlite(file)
    opened.push(database)
    return database
  }
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'portolan-'))
    file = join(folder, 'data', 'portolan.db')
  })
  afterEach(() => {
    for (const { close } of opened) {
      close()
    }
    opened = []
    rmSync(folder, { recursive: true })
  })

  const start = (role: string): ChildProcess =>
    spawn(process.execPath, [script, role, file], { stdio: ['ignore', 'pipe', 'inherit'] })
  const linesOf = async (child: ChildProcess): Promise<string[]> => {
    const lines: string[] = []
    if (child.stdout) {
      for await (const line of createInterface(child.stdout)) {
        lines.push(line)
      }
    }
    return lines
  }

  it('is made with its folder, for its owner alone', () => {
    open()
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(statSync(`${file}-wal`).mode & 0o777).toBe(0o600)
    expect(statSync(join(folder, 'data')).mode & 0o777).toBe(0o700)
  })

  it('is durable at each commit, checks its references, and can give space back', async () => {
    const { db } = open().store
    const pragmas = ['journal_mode', 'synchronous', 'foreign_keys', 'auto_vacuum']
    const values = []
    for (const name of pragmas) {
      values.push(await db.get(sql.raw(`pragma ${name}`)))
    }
    expect(values).toEqual([{ journal_mode: 'wal' }, { synchronous: 2 }, { foreign_keys: 1 }, { auto_vacuum: 2 }])
  })

  it('takes values beside texts that have question marks, whatever was bound before', async () => {
    const { db } = open().store
    for (const value of [1, 'a?b', null]) {
      expect(await db.get(sql`select '?' a, 'it''s ?' b, ${value} "c?" limit ${1}`)).toEqual({
        ...{ a: '?', b: "it's ?", 'c?': value },
      })
    }
  })

  it('makes one job of 200 requests with one key from two processes that start at once', async () => {
    const ids = (await Promise.all([linesOf(start('insert')), linesOf(start('insert'))])).flat()
    expect(ids).toHaveLength(200)
    expect(new Set(ids).size).toBe(1)
    expect(await countQueued(open().store)).toBe(1)
  })

  it('gives each job to one of three processes', async () => {
    const { store } = open()
    const jobs = Array.from({ length: 90 }, () => aJob())
    await Promise.all(jobs.map((job) => insertJob(store, job, null, NOW)))
    const claimed = await Promise.all([linesOf(start('claim')), linesOf(start('claim')), linesOf(start('claim'))])
    expect(claimed.flat().sort()).toEqual(jobs.map(({ id }) => id).sort())
  })

  it('holds every acknowledged result, once, after its process was killed', async () => {
    const first = open()
    const job = aJob()
    await insertJob(first.store, job, null, NOW)
    const child = start('record')
    let acknowledged = 0
    if (child.stdout) {
      for await (const line of createInterface(child.stdout)) {
        acknowledged = Number(line)
        if (acknowledged === 50) {
          child.kill('SIGKILL')
        }
      }
    }
    if (child.exitCode === null && child.signalCode === null) {
      await once(child, 'exit')
    }
    expect(child.signalCode).toBe('SIGKILL')
    const { store } = open()
    const samples = (await listResults(store, job.id)).map(({ result }) => result.sample)
    expect(samples.slice(0, acknowledged)).toEqual(Array.from({ length: acknowledged }, (_, i) => i + 1))
    expect(samples.length - acknowledged).toBeLessThanOrEqual(1)
    expect(await store.db.all(sql`pragma integrity_check`)).toEqual([{ integrity_check: 'ok' }])
  })

  it('does not open what a newer release, or another build, has written', () => {
    open().close()
    const raw = new Database(file)
    raw.exec(`insert into migrations (name, digest) values ('9999_later.sql', '')`)
    expect(() => openSqlite(file)).toThrow('newer release (migration 9999_later.sql)')
    raw.exec(`delete from migrations where name like '9999%'; update migrations set digest = ''`)
    expect(() => openSqlite(file)).toThrow('another build')
    raw.close()
    opened = []
    writeFileSync(join(folder, 'text.db'), 'this is no database, however long the text may be'.repeat(100))
    expect(() => openSqlite(join(folder, 'text.db'))).toThrow('file is not a database')
  })

  it('takes no database of another program, and leaves it as it was', () => {
    mkdirSync(dirname(file), { recursive: true })
    const other = new Database(file)
    other.exec('pragma application_id = 42; create table notes (id integer primary key, text text)')
    other.close()
    const before = readFileSync(file)
    expect(() => openSqlite(file)).toThrow(
      'it is the database of another program (tables notes …): choose another file',
    )
    expect(readFileSync(file)).toEqual(before)
  })

  it('says in the file whose it is, and takes one of a build that did not', () => {
    open().close()
    const raw = new Database(file)
    expect(raw.pragma('application_id', { simple: true })).toBe(0x50544c4e)
    raw.pragma('application_id = 0')
    raw.close()
    opened = []
    open()
    expect(new Database(file, { readonly: true }).pragma('application_id', { simple: true })).toBe(0x50544c4e)
  })

  it('is not ready once it has found the file damaged, wherever that was', async () => {
    const first = open()
    for (let i = 0; i < 20; i++) {
      await insertJob(first.store, aJob(), null, NOW)
    }
    first.close()
    opened = []
    const raw = new Database(file)
    raw.pragma('wal_checkpoint(truncate)')
    const root = raw
      .prepare<[], { rootpage: number }>("select rootpage from sqlite_master where name = 'jobs_id'")
      .get()
    raw.close()
    const bytes = readFileSync(file)
    bytes.fill(0xa5, ((root?.rootpage ?? 0) - 1) * 4096, (root?.rootpage ?? 0) * 4096)
    writeFileSync(file, bytes)
    const { store, checkWritable } = open()
    await checkWritable(10_000)
    const failure = await getJob(store, 'job_01KB0000000000000000000000').catch((error: unknown) => error)
    expect(isStorageDamaged(failure)).toBe(true)
    const notReady = await checkWritable(10_000).catch((error: unknown) => error)
    expect(isStorageDamaged(notReady)).toBe(true)
  })

  it('tells that another process has locked it before a caller gives up, and is well again after', async () => {
    const { checkWritable } = open()
    const other = new Database(file)
    other.exec('begin immediate')
    await expect(checkWritable(50)).rejects.toThrow(DatabaseLockedError)
    other.exec('rollback')
    await checkWritable(10_000)
    other.close()
  })

  it('says that the disk is full, keeps what it has, and goes on when there is room', async () => {
    const { store, checkWritable } = open()
    const kept = aJob()
    await insertJob(store, kept, null, NOW)
    await store.db.run(sql`pragma max_page_count = 1`)
    const large = aJob({ labels: { large: 'x'.repeat(100_000) } })
    const failure = await insertJob(store, large, null, NOW).catch((error: unknown) => error)
    expect([isStorageFull(failure), isStorageBusy(failure)]).toEqual([true, false])
    expect(await getJob(store, large.id)).toBeNull()
    expect(await getJob(store, kept.id)).toMatchObject({ id: kept.id })
    await store.db.run(sql`pragma max_page_count = 1000000`)
    await insertJob(store, large, null, NOW)
    await checkWritable(10_000)
    expect(await countQueued(store)).toBe(2)
  })

  it('saves what its log holds when somebody deletes the log, and goes on with a new one', async () => {
    let renewed = 0
    const database = openSqlite(file, () => renewed++)
    opened.push(database)
    const jobs = [aJob(), aJob(), aJob()] as const
    await insertJob(database.store, jobs[0], null, NOW)
    rmSync(`${file}-wal`)
    rmSync(`${file}-shm`)
    await insertJob(database.store, jobs[1], null, NOW)
    await insertJob(database.store, jobs[2], null, NOW)
    expect(renewed).toBe(1)
    // As a process would find it after this one was killed.
    const copy = join(folder, 'copy.db')
    for (const suffix of ['', '-wal']) {
      copyFileSync(file + suffix, copy + suffix)
    }
    const left = openSqlite(copy)
    opened.push(left)
    expect(await Promise.all(jobs.map(async ({ id }) => (await getJob(left.store, id))?.id))).toEqual(
      jobs.map(({ id }) => id),
    )
    expect(await left.store.db.all(sql`pragma integrity_check`)).toEqual([{ integrity_check: 'ok' }])
  })

  it('writes nothing into a file that was moved away or replaced, and goes on when it is back', async () => {
    const { store, checkWritable } = open()
    const [kept, refused, later] = [aJob(), aJob(), aJob()]
    await insertJob(store, kept, null, NOW)
    renameSync(file, `${file}.away`)
    for (const other of [null, 'another file']) {
      if (other !== null) {
        writeFileSync(file, other)
      }
      const failure = await insertJob(store, refused, null, NOW).catch((error: unknown) => error)
      expect(storageTrouble(failure)).toBe('not writable')
      await expect(checkWritable(10_000)).rejects.toThrow('was moved, deleted or replaced under the server')
    }
    renameSync(`${file}.away`, file)
    await insertJob(store, later, null, NOW)
    await checkWritable(10_000)
    expect(await Promise.all([kept, refused, later].map(async ({ id }) => (await getJob(store, id))?.id))).toEqual([
      ...[kept.id, undefined, later.id],
    ])
  })

  it('says that it is read-only, and goes on when it is not', async () => {
    const { store, checkWritable } = open()
    await store.db.run(sql`pragma query_only = 1`)
    const failure = await insertJob(store, aJob(), null, NOW).catch((error: unknown) => error)
    expect(storageTrouble(failure)).toBe('not writable')
    expect(storageTrouble(await checkWritable(10_000).catch((error: unknown) => error))).toBe('not writable')
    await store.db.run(sql`pragma query_only = 0`)
    await insertJob(store, aJob(), null, NOW)
    await checkWritable(10_000)
    expect(await countQueued(store)).toBe(1)
  })

  it('waits while another process holds the lock', async () => {
    const { store } = open()
    const other = new Database(file)
    other.exec('begin immediate')
    const job = aJob()
    const inserted = insertJob(store, job, null, NOW)
    expect(await getJob(store, job.id)).toBeNull()
    // After the write's first attempt, which comes first in this turn of the event loop.
    setImmediate(() => other.exec('rollback'))
    expect(await inserted).toEqual({ outcome: 'created', id: job.id })
    other.close()
  })

  it('commits what waits together, and what fails alone', async () => {
    const { store } = open()
    const jobs = [aJob(), aJob()]
    const [first, broken, second] = await Promise.allSettled([
      insertJob(store, jobs[0] ?? aJob(), null, NOW),
      store.atomic([sql`insert into jobs (id) values ('job_incomplete')`]),
      insertJob(store, jobs[1] ?? aJob(), null, NOW),
    ])
    expect([first?.status, broken?.status, second?.status]).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(await countQueued(store)).toBe(2)
  })
})
