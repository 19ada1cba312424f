import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { startTestPortolan } from '../support/portolan.ts'
import { readJob, readProblem } from '../support/read.ts'
import { toadService } from '../support/toad.ts'

/** A disk of its own: of the mount namespace that this suite runs in, and gone with it. */
let disk = ''

const run = (command: string, ...args: string[]): void => {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  expect([status, stderr]).toEqual([0, ''])
}

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
