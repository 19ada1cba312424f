import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as exported from '../../src/client/index.ts'
import { CLIENT_GUIDE, guideProgram } from '../support/client-guide.ts'
import { liveObjects } from '../support/live-objects.ts'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { startPod, toadService } from '../support/toad.ts'

const run = promisify(execFile)
const MODULE = new URL('../../src/client/index.ts', import.meta.url).pathname

const cluster = liveObjects()
let api: TestPortolan
let folder: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'portolan-guide-'))
  api = await startTestPortolan({}, { clusterSource: cluster.source })
  const closed = await startPod('closed')
  await closed.close()
  const service = { ...toadService(closed.port), metadata: { name: 'toad', namespace: 'shop' } }
  cluster.set([service])
  writeFileSync(join(folder, 'toad.yaml'), JSON.stringify(service))
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  writeFileSync(join(folder, 'guide.ts'), guideProgram(MODULE, api.url))
})
afterAll(async () => {
  await api.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('docs/guides/client.md', () => {
  it('has examples that do what it says', async () => {
    const { stdout } = await run(process.execPath, ['guide.ts'], { cwd: folder })
    const printed = stdout.split(/^== ?/m).map((text) => text.trim().split('\n'))
    const [waited = [], , progress = [], followed = [], listed = [], , , refused = [], changed] = printed
    expect(waited).toContain('ClusterIP 127.0.0.1 fail connection_refused')
    expect(progress.slice(1)).toEqual([expect.stringMatching(/^0 passed, [1-9]\d* failed$/)])
    expect(followed).toContain('ClusterIP fail')
    expect(listed.slice(1).every((line) => /^job_\w+ toad$/.test(line))).toBe(true)
    expect(listed.length).toBeGreaterThan(1)
    expect(readFileSync(join(folder, 'portolan.xml'), 'utf8')).toContain('connection_refused')
    expect(refused.slice(1).join('\n')).toContain('toda')
    expect(changed).toEqual(['false'])
  })

  it('tells of every error, and of every option of a client', () => {
    const errors = Object.keys(exported).filter((name) => name.startsWith('Portolan') && name !== 'PortolanError')
    expect(errors.filter((name) => !CLIENT_GUIDE.includes(`| \`${name}\` | `))).toEqual([])
    const options = readFileSync('src/client/options.ts', 'utf8')
      .split('export type ClientOptions')[1]
      ?.split('\n}\n')[0]
    const names = [...(options ?? '').matchAll(/^ {2}(\w+)\??:/gm)].map(([, name]) => name)
    expect(names).toContain('baseUrl')
    expect(names.filter((name) => name !== 'clock' && !CLIENT_GUIDE.includes(`| \`${name}\` | `))).toEqual([])
  })
})
