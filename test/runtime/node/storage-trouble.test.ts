import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startTestPortolan, type TestPortolan } from '../../support/portolan.ts'
import { readJob, readProblem } from '../../support/read.ts'
import { type Pod, startPod, toadService } from '../../support/toad.ts'

let folder = ''
let portolan: TestPortolan
let pod: Pod
/** Answers that the pod holds back, so that jobs are in the middle. */
let held: ServerResponse[] = []
let asked: () => void

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'portolan-trouble-'))
  held = []
  pod = await startPod('toad', '127.0.0.1', (_request, response) => {
    held.push(response)
    asked()
  })
  portolan = await startTestPortolan({ PORTOLAN_DATABASE: file() })
})
afterEach(async () => {
  answer()
  await portolan.close()
  await pod.close()
  rmSync(folder, { recursive: true })
})

const file = () => join(folder, 'portolan.db')
const answer = (): void => {
  for (const response of held.splice(0)) {
    response.end('ok')
  }
}
const json = () => ({ target: { manifests: [toadService(pod.port)] }, paths: { include: ['ClusterIP'] } })

/** A job whose try is under way. */
async function jobInTheMiddle(): Promise<string> {
  const isAsked = new Promise<void>((resolve) => {
    asked = resolve
  })
  const { id } = await readJob(portolan.call('/v1/jobs', { json: json() }))
  await isAsked
  return id
}
const notReady = async (): Promise<string | null> => {
  const response = await portolan.call('/readyz')
  return response.status === 200 ? null : (await readProblem(response)).detail
}
const errors = () =>
  portolan.lines.map((line) => JSON.parse(line)).filter(({ level }) => level === 'error' || level === 'warn')

async function endsWell(id: string): Promise<void> {
  const job = await readJob(portolan.call(`/v1/jobs/${id}?wait=60`))
  expect([job.status, job.verdict, job.paths.flatMap(({ results }) => results).length]).toEqual(['finished', 'pass', 1])
}

describe('a database in the middle of a job', () => {
  it('that another process locks: requests are told, the job ends with its verdict when the lock is gone', async () => {
    const id = await jobInTheMiddle()
    const other = new Database(file())
    other.exec('begin immediate')
    answer()
    expect(await notReady()).toBe('database: another process has locked it')
    expect((await portolan.call(`/v1/jobs/${id}`)).status).toBe(200)
    other.exec('rollback')
    other.close()
    await endsWell(id)
    expect(await notReady()).toBeNull()
    expect(pod.requests).toHaveLength(1)
    expect(errors().length).toBeLessThanOrEqual(2)
  })

  it('that is moved away: nothing is recorded elsewhere, and all goes on when it is back', async () => {
    const id = await jobInTheMiddle()
    renameSync(file(), `${file()}.away`)
    answer()
    for (let i = 0; i < 20; i++) {
      const refused = await portolan.call('/v1/jobs', { json: json() })
      expect([refused.status, (await readProblem(refused)).code]).toEqual([503, 'unavailable'])
    }
    expect(await notReady()).toBe(
      'database: not writable (the database was moved, deleted or replaced under the server: put it back, or restart the server)',
    )
    renameSync(`${file()}.away`, file())
    await endsWell(id)
    expect(await notReady()).toBeNull()
    expect(errors().map(({ database }) => database)).toEqual(['not writable'])
    expect(pod.requests).toHaveLength(1)
  })

  it('whose log is deleted: nothing is lost', async () => {
    const id = await jobInTheMiddle()
    rmSync(`${file()}-wal`)
    rmSync(`${file()}-shm`)
    answer()
    await endsWell(id)
    expect(await notReady()).toBeNull()
    expect(errors().map(({ event }) => event)).toEqual(['database_log_was_removed'])
  })

  it('that is damaged: no verdict comes of it, and /readyz says what to do', async () => {
    const id = await jobInTheMiddle()
    const raw = new Database(file())
    raw.pragma('wal_checkpoint(truncate)')
    const pages = raw
      .prepare<[], { page: number }>("select rootpage page from sqlite_master where tbl_name in ('results', 'texts')")
      .all()
    raw.close()
    const bytes = readFileSync(file())
    for (const { page } of pages) {
      bytes.fill(0xa5, (page - 1) * 4096, page * 4096)
    }
    writeFileSync(file(), bytes)
    // What is in the cache of the server is not read again unless another connection has written.
    const other = new Database(file())
    other.pragma('user_version = 7')
    other.close()
    answer()
    for (let i = 0; i < 20; i++) {
      expect((await portolan.call('/v1/jobs', { json: json() })).status).toBe(503)
    }
    expect(await notReady()).toContain('database: the database file is damaged: stop this server and restore a backup')
    const [row] = new Database(file(), { readonly: true })
      .prepare<[string], { status: string; verdict: string | null }>('select status, verdict from jobs where id = ?')
      .all(id)
    expect([row?.status === 'finished', row?.verdict]).toEqual([false, null])
    expect(errors().filter(({ database }) => database === 'damaged')).toHaveLength(1)
  })
})
