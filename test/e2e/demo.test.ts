import { type ChildProcessByStdio, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { get } from 'node:http'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { beforeAll, describe, expect, it } from 'vitest'

let folder = ''
/** The bundled file alone, in a folder of its own. */
beforeAll(() => {
  execFileSync(process.execPath, ['scripts/build.ts', '--if-needed'])
  folder = mkdtempSync(join(tmpdir(), 'portolan-one-file-'))
  copyFileSync('dist/cli.js', join(folder, 'cli.mjs'))
  return () => rmSync(folder, { recursive: true })
})

/** All runs use the same loopback addresses: one at a time, and so all of them here. */
function startDemo(...options: string[]): ChildProcessByStdio<null, Readable, Readable> {
  return spawn(process.execPath, ['cli.mjs', 'demo', ...options], {
    ...{ cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] },
    // What is set for another Portolan counts for nothing here
    env: { PORTOLAN_SERVER: 'http://127.0.0.1:9', PORTOLAN_EGRESS_DENY: '127.0.0.0/8', TMPDIR: tmpdir() },
  })
}

async function runDemo(...options: string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const child = startDemo(...options)
  const exited = once(child, 'exit')
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), exited])
  return { code, stdout, stderr }
}

/** Masks what differs between runs: figures, the API's port, which pod answered, and the padding around them. */
const masked = (output: string): string =>
  output
    .replace(/\d+(\.\d+)? (ms|s)\b/g, '<time>')
    .replace(/127\.0\.0\.1:\d{5}/g, '<api>')
    .replace(/toad-(xueq1|b7fn2|m4ztk)/g, '<pod>')
    .replace(/ +/g, ' ')
    .trim()

/** The fenced block of README.md that begins with the demonstration's first word. */
function readmeBlock(): string {
  const readme = readFileSync('README.md', 'utf8')
  const block = readme.match(/```text\n(FAIL [\s\S]*?)```/)?.[1]
  if (block === undefined) {
    throw new Error('README.md has no block of the demonstration')
  }
  return block
}

const left = () => readdirSync(tmpdir()).filter((name) => name.startsWith('portolan-demo-'))

describe('portolan demo', () => {
  it('prints what the README shows, red and then green, from the one file, and leaves nothing behind', async () => {
    const { code, stdout, stderr } = await runDemo()
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(masked(stdout)).toBe(masked(readmeBlock()))
    expect(readdirSync(folder)).toEqual(['cli.mjs'])
  })

  it('does with 127.0.0.1 alone, as on a machine that has no other loopback address', async () => {
    const { code, stdout, stderr } = await runDemo('--one-address')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const rows = masked(stdout).split('\n')
    expect(rows.filter((line) => /^[✗!] /.test(line))).toEqual([
      '✗ NodePort http 127.0.0.1:30376 (node-1) <time> connection_refused'.replace('127.0.0.1:30376', '<api>'),
    ])
    expect(rows.filter((line) => /^(FAIL|PASS) /.test(line))).toEqual([
      'FAIL default/toad-svc 15 passed, 1 failed in <time>',
      'PASS default/toad-svc 16 passed in <time>',
    ])
  })

  it('stays with --keep until it is told to stop, answers the curl line it prints, and leaves nothing behind', async () => {
    const before = left()
    const child = startDemo('--keep')
    const exited = once(child, 'exit')
    const errors = text(child.stderr)
    let output = ''
    await new Promise<void>((resolve) => {
      child.stdout.on('data', (chunk: Buffer) => {
        output += chunk
        if (output.includes('/docs')) {
          resolve()
        }
      })
    })
    const [, file = '', url = ''] = /--data-binary @(\S+) "(http:\/\/127\.0\.0\.1:\d+)\//.exec(output) ?? []
    const again = await fetch(`${url}/v1/jobs?wait=30&format=junit&failStatus=424`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: readFileSync(file),
    })
    expect({ status: again.status, type: again.headers.get('content-type') }).toMatchObject({ status: 424 })
    expect(await again.text()).toContain('<failure type="connection_refused"')
    // A page of another site, whose name leads here
    const [foreign] = await once(get(`${url}/v1/jobs`, { headers: { host: 'evil.example' } }), 'response')
    expect(foreign.resume().statusCode).toBe(403)
    child.kill('SIGTERM')
    expect(await exited).toEqual([143, null])
    expect(await errors).toBe('')
    expect([readdirSync(folder), left()]).toEqual([['cli.mjs'], before])

    const free = createServer().listen(9080, '127.96.30.80')
    await once(free, 'listening')
    free.close()
  })

  it('says which address is taken, and by what it would have been used', async () => {
    const other = createServer().listen(9080, '127.96.30.80')
    await once(other, 'listening')
    const { code, stdout, stderr } = await runDemo()
    other.close()
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^127\.96\.30\.80:9080 \(ClusterIP of toad-svc\) is taken/)
  })
})

it.each([
  [
    ['serve'],
    'portolan serve needs server.js, which this installation is without: use the npm package or the image.\n',
  ],
  [['backup', 'copy.db'], 'portolan backup needs better-sqlite3, which this installation is without: '],
])('what needs more than the one file says so in one line: portolan %j', async (words, said) => {
  // It is there, and what it needs is not
  copyFileSync('dist/backup.js', join(folder, 'backup.js'))
  const child = spawn(process.execPath, ['cli.mjs', ...words], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {},
  })
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  rmSync(join(folder, 'backup.js'))
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr.startsWith(said) && stderr.split('\n').length === 2, stderr).toBe(true)
})
