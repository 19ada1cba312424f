import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { runBackup } from '../support/backup.ts'
import { type Bundle, startBundle } from '../support/bundle.ts'
import { readJob, readJobs, readSchedule } from '../support/read.ts'
import { type Pod, startPod, toadService } from '../support/toad.ts'

let pod: Pod
/** Answers are held back while there is a list. */
let held: ServerResponse[] | null = null
let asked: () => void = () => undefined
let folder = ''
let database = ''
let running: Bundle | null = null

beforeAll(async () => {
  execFileSync(process.execPath, ['scripts/build.ts', '--if-needed'])
  pod = await startPod('toad-1', '127.0.0.1', (_request, response) => {
    if (held === null) {
      response.end('ok')
      return
    }
    held.push(response)
    asked()
  })
})
afterAll(() => pod.close())
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'portolan-backup-'))
  database = join(folder, 'portolan.db')
  return async () => {
    await stop('SIGKILL')
    held = null
    rmSync(folder, { recursive: true })
  }
})

const start = async (): Promise<Bundle> => {
  running = await startBundle({
    ...{ PORTOLAN_DATABASE: database, PORTOLAN_EGRESS_ALLOW: '127.0.0.0/8', PORTOLAN_VANTAGE: 'in-cluster' },
  })
  return running
}
const stop = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<void> => {
  running?.program.process.kill(signal)
  await running?.stop()
  running = null
}
const post = (url: string, json: unknown): Promise<Response> =>
  fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(json) })
const job = () => ({ target: { manifests: [toadService(pod.port)] }, paths: { include: ['ClusterIP'] } })

/** Ids of the jobs of a database that nobody has open, which must be whole. */
function jobsIn(file: string): string[] {
  const raw = new Database(file)
  try {
    expect(raw.pragma('integrity_check', { simple: true })).toBe('ok')
    return raw
      .prepare<[], { id: string }>('select id from jobs order by id')
      .all()
      .map(({ id }) => id)
  } finally {
    raw.close()
  }
}

describe('a copy that is put back', () => {
  it('has its jobs that were under way taken up, and one run made up for all that its schedules have missed', async () => {
    const server = await start()
    const { id: scheduleId } = await readSchedule(
      post(`${server.url}/v1/schedules`, { name: 'minutely', cron: '@every 60s', job: job() }),
    )
    held = []
    const isAsked = new Promise<void>((resolve) => {
      asked = resolve
    })
    const { id } = await readJob(post(`${server.url}/v1/jobs`, job()))
    await isAsked
    const copy = join(folder, 'copy.db')
    const { said } = await runBackup(database, [copy])
    expect(said[0]).toContain('1 jobs, 1 of them under way')
    await stop('SIGKILL')
    // As if it had been made 100 runs ago.
    const raw = new Database(copy)
    raw.exec(
      'update schedules set anchor_at_ms = anchor_at_ms - 6000000, next_at_ms = next_at_ms - 6000000, due_at_ms = due_at_ms - 6000000',
    )
    raw.close()
    expect((await runBackup(database, ['restore', '--replace', copy])).status).toBe(0)

    held = null
    const { url } = await start()
    const taken = await readJob(fetch(`${url}/v1/jobs/${id}?wait=60`))
    expect([taken.status, taken.verdict]).toEqual(['finished', 'pass'])
    const jobs = async () => (await readJobs(fetch(`${url}/v1/schedules/${scheduleId}/jobs`))).items
    for (const { id: run } of await jobs()) {
      await fetch(`${url}/v1/jobs/${run}?wait=60`)
    }
    const { lastRun } = await readSchedule(fetch(`${url}/v1/schedules/${scheduleId}`))
    expect([(await jobs()).map(({ verdict }) => verdict), lastRun?.outcome]).toEqual([['pass'], 'started'])
  })

  it('is not mixed with what a database has left behind that is gone', async () => {
    const server = await start()
    const { id } = await readJob(post(`${server.url}/v1/jobs?wait=20`, job()))
    const copy = join(folder, 'copy.db')
    await runBackup(database, [copy])
    await readJob(post(`${server.url}/v1/jobs?wait=20`, job()))
    await stop('SIGKILL')
    expect(existsSync(`${database}-wal`)).toBe(true)
    rmSync(database)
    expect((await runBackup(database, ['restore', copy])).status).toBe(0)
    expect(jobsIn(database)).toEqual([id])
  })
})

describe('whenever it is killed', () => {
  it('a backup leaves a whole copy or none, and the next one clears up', async () => {
    const { url } = await start()
    const posting = new AbortController()
    const writes = (async () => {
      for (let i = 0; !posting.signal.aborted && i < 2000; i++) {
        await readJob(post(`${url}/v1/jobs?wait=20`, job()))
      }
    })()
    const whole: string[] = []
    for (let ms = 40; ms <= 400; ms += 30) {
      const copy = join(folder, `copy-${ms}.db`)
      const { status } = await runBackup(database, [copy], { killAfterMs: ms })
      if (existsSync(copy)) {
        whole.push(copy)
        jobsIn(copy)
      } else {
        expect(status).toBeNull()
      }
    }
    const last = join(folder, 'copy-40.db')
    rmSync(last, { force: true })
    expect((await runBackup(database, [last])).status).toBe(0)
    posting.abort()
    await writes
    expect(jobsIn(last).length).toBeGreaterThan(0)
    expect(readdirSync(folder).filter((name) => name.startsWith('copy-40.db'))).toEqual(['copy-40.db'])
  })

  it('a restore leaves the database before or the one after', async () => {
    const server = await start()
    await readJob(post(`${server.url}/v1/jobs?wait=20`, job()))
    const copy = join(folder, 'copy.db')
    await runBackup(database, [copy])
    await readJob(post(`${server.url}/v1/jobs?wait=20`, job()))
    await stop()
    const before = join(folder, 'before.db')
    copyFileSync(database, before)
    const [old, restored] = [jobsIn(before), jobsIn(copy)]
    expect([old.length, restored.length]).toEqual([2, 1])
    let replaced = 0
    for (let ms = 60; ms <= 360; ms += 15) {
      copyFileSync(before, database)
      await runBackup(database, ['restore', '--replace', copy], { killAfterMs: ms })
      const found = jobsIn(database)
      expect([old, restored]).toContainEqual(found)
      replaced += found.length === 1 ? 1 : 0
    }
    expect((await runBackup(database, ['restore', '--replace', copy])).status).toBe(0)
    expect(jobsIn(database)).toEqual(restored)
    expect(readdirSync(folder).filter((name) => name.includes('incoming'))).toEqual([])
    expect(replaced).toBeLessThan(21)
  })
})
