import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { runBackup } from '../support/backup.ts'
import { startTestPortolan } from '../support/portolan.ts'
import { readJob, readProblem } from '../support/read.ts'
import { startPod, toadService } from '../support/toad.ts'

/** All of them are in the middle at once. */
const JOBS = 6

/** A disk of its own: of the mount namespace that this suite runs in, and gone with it. */
let disk = ''

const run = (command: string, ...args: string[]): void => {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  expect([status, stderr]).toEqual([0, ''])
}

beforeAll(() => run(process.execPath, 'scripts/build.ts', '--if-needed'))
beforeEach(() => {
  disk = mkdtempSync(join(tmpdir(), 'portolan-disk-'))
  run('mount', '-t', 'tmpfs', '-o', 'size=32m', 'tmpfs', disk)
})
afterEach(() => {
  run('umount', disk)
  rmdirSync(disk)
})

it('/readyz says that the disk is full before a job finds out, though a small write still fits', async () => {
  const file = join(disk, 'portolan.db')
  const portolan = await startTestPortolan({ PORTOLAN_DATABASE: file })
  try {
    const json = { target: { manifests: [toadService(1)] }, paths: { include: ['ClusterIP'] } }
    for (let i = 0; i < 10; i++) {
      await readJob(portolan.call('/v1/jobs?wait=20', { json }))
    }
    // The log is written anew from its beginning, and keeps its size: there is room in it.
    const other = new Database(file)
    other.pragma('wal_checkpoint(restart)')
    other.close()
    expect(existsSync(`${file}-wal`)).toBe(true)
    expect((await portolan.call('/readyz')).status).toBe(200)

    const { bavail, bsize } = statfsSync(disk)
    writeFileSync(join(disk, 'filling'), Buffer.alloc(bavail * bsize))
    const full = await portolan.call('/readyz')
    expect([full.status, (await readProblem(full)).detail]).toEqual([503, 'database: the disk is full'])

    rmSync(join(disk, 'filling'))
    expect((await portolan.call('/readyz')).status).toBe(200)
  } finally {
    await portolan.close()
  }
})

it('a disk that is full in the middle of jobs costs no verdict and no try: they end when there is room', async () => {
  const file = join(disk, 'portolan.db')
  const held: ServerResponse[] = []
  const asked = Promise.withResolvers<void>()
  const pod = await startPod('toad', '127.0.0.1', (_request, response) => {
    held.push(response)
    if (held.length === JOBS) {
      asked.resolve()
    }
  })
  const portolan = await startTestPortolan({ PORTOLAN_DATABASE: file })
  try {
    const json = { target: { manifests: [toadService(pod.port)] }, paths: { include: ['ClusterIP'] } }
    const ids: string[] = []
    for (let i = 0; i < JOBS; i++) {
      ids.push((await readJob(portolan.call('/v1/jobs', { json }))).id)
    }
    await asked.promise
    // A log that is cut has no room of its own.
    const other = new Database(file)
    other.pragma('wal_checkpoint(truncate)')
    other.close()
    const { bavail, bsize } = statfsSync(disk)
    writeFileSync(join(disk, 'filling'), Buffer.alloc(bavail * bsize))
    for (const response of held.splice(0)) {
      response.end('ok')
    }
    for (let i = 0; i < 50; i++) {
      const refused = await portolan.call('/v1/jobs', { json })
      expect([refused.status, (await readProblem(refused)).code]).toEqual([507, 'storage_full'])
    }
    expect((await portolan.call(`/v1/jobs/${ids[0]}`)).status).toBe(200)

    rmSync(join(disk, 'filling'))
    for (const id of ids) {
      const job = await readJob(portolan.call(`/v1/jobs/${id}?wait=60`))
      const tries = job.paths.flatMap(({ results }) => results)
      expect([job.status, job.verdict, tries.length]).toEqual(['finished', 'pass', 1])
    }
    expect(pod.requests).toHaveLength(JOBS)
    const told = portolan.lines.map((line) => JSON.parse(line)).filter(({ database }) => database === 'full')
    expect(told.length).toBeGreaterThanOrEqual(1)
    expect(told.length).toBeLessThanOrEqual(2)
    const after = await readJob(portolan.call('/v1/jobs', { json }))
    held[0]?.end('ok')
    expect(after.status).toBe('queued')
  } finally {
    for (const response of held) {
      response.end('ok')
    }
    await portolan.close()
    await pod.close()
  }
})

it('a file system that nobody may write is told in one line at the start', async () => {
  run('mount', '-o', 'remount,ro', disk)
  const starting = startTestPortolan({ PORTOLAN_DATABASE: join(disk, 'portolan.db') })
  await expect(starting).rejects.toThrow(/^PORTOLAN_DATABASE: cannot use .*portolan\.db: the file system is read-only/)
})

it('a full disk lets no backup and no restore end by half: both say so, and leave what was there', async () => {
  const file = join(disk, 'portolan.db')
  const portolan = await startTestPortolan({ PORTOLAN_DATABASE: file })
  const json = { target: { manifests: [toadService(1)] }, paths: { include: ['ClusterIP'] } }
  const { id } = await readJob(portolan.call('/v1/jobs?wait=20', { json }))
  const elsewhere = mkdtempSync(join(tmpdir(), 'portolan-copy-'))
  const copy = join(elsewhere, 'copy.db')
  try {
    expect((await runBackup(file, [copy])).status).toBe(0)
    const { bavail, bsize } = statfsSync(disk)
    writeFileSync(join(disk, 'filling'), Buffer.alloc(bavail * bsize - 64 * 1024))
    expect(await runBackup(file, [join(disk, 'other.db')])).toMatchObject({
      status: 2,
      said: [expect.stringMatching(/^.*portolan\.db cannot be copied to .*other\.db: .*full/)],
    })
    expect((await readJob(portolan.call(`/v1/jobs/${id}`))).verdict).toBe('fail')
    await portolan.close()
    expect(await runBackup(file, ['restore', '--replace', copy])).toMatchObject({
      status: 2,
      said: [expect.stringMatching(/^.*portolan\.db cannot be restored: .*full/)],
    })
    expect(readdirSync(disk).filter((name) => /other|incoming|unfinished|before/.test(name))).toEqual([])
    rmSync(join(disk, 'filling'))
    const again = await startTestPortolan({ PORTOLAN_DATABASE: file })
    expect((await readJob(again.call(`/v1/jobs/${id}`))).verdict).toBe('fail')
    await again.close()
  } finally {
    rmSync(elsewhere, { recursive: true })
  }
})
