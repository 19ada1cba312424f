import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { runBackup } from '../support/backup.ts'
import { type Bundle, startBundle } from '../support/bundle.ts'
import { runCommand } from '../support/cli.ts'
import { type Pod, startPod, toadService } from '../support/toad.ts'

let pod: Pod
let folder = ''
let database = ''
let running: Bundle | null = null

beforeAll(async () => {
  execFileSync(process.execPath, ['scripts/build.ts', '--if-needed'])
  pod = await startPod('toad-1')
})
afterAll(() => pod.close())
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'portolan-backup-'))
  database = join(folder, 'portolan.db')
  return async () => {
    await running?.stop()
    running = null
    rmSync(folder, { recursive: true })
  }
})

const start = async (): Promise<Bundle> => {
  running = await startBundle({
    ...{ PORTOLAN_DATABASE: database, PORTOLAN_EGRESS_ALLOW: '127.0.0.0/8', PORTOLAN_VANTAGE: 'in-cluster' },
  })
  return running
}
const stop = async (): Promise<void> => {
  await running?.stop()
  running = null
}

const backup = (args: readonly string[], input?: Uint8Array) => runBackup(database, args, input && { input })

const post = async ({ url }: Bundle): Promise<string> => {
  const response = await fetch(`${url}/v1/jobs?wait=20`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ target: { manifests: [toadService(pod.port)] }, paths: { include: ['ClusterIP'] } }),
  })
  const { id, verdict } = (await response.json()) as { id: string; verdict: string }
  expect(verdict).toBe('pass')
  return id
}
const jobsOf = async ({ url }: Bundle): Promise<string[]> => {
  const { items } = (await (await fetch(`${url}/v1/jobs?limit=200`)).json()) as { items: { id: string }[] }
  return items.map(({ id }) => id).toSorted()
}

const keepKey = (): string =>
  `the key of secrets is not in the copy: keep ${database}.key apart from it, without which its secrets are lost`
const takesUp = expect.stringMatching(
  /^at its start a server takes up what is under way, makes up by one run .* PORTOLAN_RETENTION_HOLD/,
)
const counted = (what: string) =>
  expect.stringMatching(new RegExp(`^${what}: \\d+ bytes, \\d+ jobs.*, the newest of 20\\d\\d-.*Z$`))

describe('portolan backup', () => {
  it('copies the database while the server writes, and restores it: what was recorded before is there, in one piece', async () => {
    const server = await start()
    const before = [await post(server), await post(server)]
    const copy = join(folder, 'copy.db')
    const [copied, ...meanwhile] = await Promise.all([
      backup([copy]),
      ...Array.from({ length: 12 }, () => post(server)),
    ])
    expect(copied).toEqual({ status: 0, stdout: Buffer.of(), said: [counted(`${copy} is whole`), keepKey()] })
    const after = await post(server)
    expect(statSync(copy).mode & 0o777).toBe(0o600)
    await stop()

    expect(await backup(['restore', copy])).toEqual({
      status: 2,
      stdout: Buffer.of(),
      said: [
        `${database} is there: add --replace to put the copy in its place; the one that is there is kept beside it`,
      ],
    })
    expect(await backup(['restore', '--replace', copy])).toEqual({
      status: 0,
      stdout: Buffer.of(),
      said: [counted(`${database} is restored`), `the one before is ${database}.before-restore`, takesUp],
    })
    const jobs = await jobsOf(await start())
    expect(jobs).toEqual(expect.arrayContaining(before))
    expect(jobs).not.toContain(after)
    expect(jobs.filter((id) => !before.includes(id) && !meanwhile.includes(id))).toEqual([])
  })

  it('sends the copy to the standard output and takes it from the standard input, as kubectl exec does', async () => {
    const id = await post(await start())
    const { status, stdout, said } = await backup(['-'])
    expect([status, said]).toEqual([0, [counted('sent'), keepKey()]])
    expect(readdirSync(folder).filter((name) => name.includes('copy'))).toEqual([])
    await stop()
    rmSync(database)
    expect((await backup(['restore', '-'], stdout)).status).toBe(0)
    expect(await jobsOf(await start())).toEqual([id])
  })

  it('restores in the place of a damaged database', async () => {
    const id = await post(await start())
    const copy = join(folder, 'copy.db')
    await backup([copy])
    await stop()
    writeFileSync(database, 'SQLite format 3\0'.padEnd(8192, 'x'))
    expect((await backup(['restore', '--replace', copy])).status).toBe(0)
    expect(await jobsOf(await start())).toEqual([id])
  })

  it('refuses what it cannot do, in one line, and changes nothing', async () => {
    const server = await start()
    const id = await post(server)
    const [copy, cut, empty] = [join(folder, 'copy.db'), join(folder, 'cut.db'), join(folder, 'empty.db')]
    await backup([copy])
    const bytes = readFileSync(copy)
    writeFileSync(cut, bytes.subarray(0, bytes.length / 2))
    writeFileSync(empty, '')
    const newer = join(folder, 'newer.db')
    copyFileSync(copy, newer)
    const raw = new Database(newer)
    raw.exec(`insert into migrations (name, digest) values ('9999_later.sql', '')`)
    raw.close()
    const none = 'the copy is no database of Portolan'
    for (const [args, said] of [
      [[copy], `${copy} is there already: choose another file`],
      [['restore', '--replace', copy], `${database} is open in another process: stop the server first`],
      [['restore', '--replace', 'package.json'], `${none}: file is not a database`],
      [['restore', '--replace', cut], `${none}: database disk image is malformed`],
      [['restore', '--replace', empty], `${none}: it is empty`],
      [
        ['restore', '--replace', newer],
        `${none}: the database was written by a newer release (migration 9999_later.sql): use that release`,
      ],
      [['restore', '--replace', join(folder, 'absent')], expect.stringMatching(/absent is not there: name a copy/)],
    ] as const) {
      expect(await backup(args)).toEqual({ status: 2, stdout: Buffer.of(), said: [said] })
    }
    expect(readdirSync(folder).filter((name) => /incoming|unfinished|before/.test(name))).toEqual([])
    expect(await jobsOf(server)).toEqual([id])
  })

  it('says how it is called', async () => {
    const refusals = await Promise.all(
      [['backup'], ['restore'], ['backup', 'one', 'two'], ['restore', '-', 'more'], ['backup', '--replace', 'one']].map(
        (words) => runCommand(words),
      ),
    )
    expect(refusals.map(({ exitCode, stderr }) => [exitCode, stderr.split('\n')[0]])).toEqual([
      [2, "error: missing required argument 'file'"],
      [2, "error: missing required argument 'file'"],
      [2, expect.stringMatching(/^error: too many arguments for 'backup'/)],
      [2, expect.stringMatching(/^error: too many arguments for 'restore'/)],
      [2, "error: unknown option '--replace'"],
    ])
  })

  it('says so of a database that is not there', async () => {
    database = join(folder, 'absent.db')
    expect(await backup(['-'])).toMatchObject({
      status: 2,
      said: [expect.stringContaining('absent.db cannot be copied to')],
    })
  })
})
