import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer, text } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Bundle, startBundle } from '../support/bundle.ts'
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

type Ran = { status: number | null; stdout: Buffer; said: string }

const backup = async (args: readonly string[], input: Uint8Array = Buffer.of()): Promise<Ran> => {
  const child = spawn(process.execPath, ['dist/backup.js', ...args], { env: { PORTOLAN_DATABASE: database } })
  // It may refuse before it has read anything.
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  const [stdout, said, [status]] = await Promise.all([buffer(child.stdout), text(child.stderr), once(child, 'close')])
  return { status, stdout, said: said.trimEnd() }
}

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
  `the key of secrets is not in the copy: keep ${database}.key, too, or set PORTOLAN_SECRET_KEY`

describe('node dist/backup.js', () => {
  it('copies the database while the server writes, and restores it: what was recorded before is there, in one piece', async () => {
    const server = await start()
    const before = [await post(server), await post(server)]
    const copy = join(folder, 'copy.db')
    const [copied, ...meanwhile] = await Promise.all([
      backup([copy]),
      ...Array.from({ length: 12 }, () => post(server)),
    ])
    expect(copied).toEqual({ status: 0, stdout: Buffer.of(), said: keepKey() })
    const after = await post(server)
    expect(statSync(copy).mode & 0o777).toBe(0o600)
    await stop()

    expect(await backup(['restore', copy])).toEqual({
      status: 0,
      stdout: Buffer.of(),
      said: `${database} is restored; the one before is ${database}.before-restore`,
    })
    const jobs = await jobsOf(await start())
    expect(jobs).toEqual(expect.arrayContaining(before))
    expect(jobs).not.toContain(after)
    expect(jobs.filter((id) => !before.includes(id) && !meanwhile.includes(id))).toEqual([])
  })

  it('sends the copy to the standard output and takes it from the standard input, as kubectl exec does', async () => {
    const id = await post(await start())
    const { status, stdout, said } = await backup(['-'])
    expect([status, said]).toEqual([0, keepKey()])
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
    expect((await backup(['restore', copy])).status).toBe(0)
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
    const none = 'the copy is no database of Portolan'
    for (const [args, said] of [
      [[copy], `${copy} is there already: choose another file`],
      [['restore', copy], `${database} is open in another process: stop the server first`],
      [['restore', 'package.json'], `${none}: file is not a database`],
      [['restore', cut], `${none}: database disk image is malformed`],
      [['restore', empty], `${none}: it is empty`],
    ] as const) {
      expect(await backup(args)).toEqual({ status: 2, stdout: Buffer.of(), said })
    }
    expect(readdirSync(folder).filter((name) => /incoming|unfinished|before/.test(name))).toEqual([])
    expect(await jobsOf(server)).toEqual([id])
  })

  it('says how it is called', async () => {
    for (const args of [[], ['restore'], ['one', 'two'], ['restore', '-', 'more']]) {
      expect(await backup(args)).toMatchObject({
        status: 2,
        said: expect.stringContaining('Usage: node dist/backup.js FILE'),
      })
    }
    database = join(folder, 'absent.db')
    expect(await backup(['-'])).toMatchObject({
      status: 2,
      said: expect.stringContaining('absent.db cannot be copied to'),
    })
  })
})
