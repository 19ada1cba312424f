import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'

/** As `npm run demo` runs it. All runs use the same loopback addresses: one at a time, and so all of them here. */
function startDemo(...options: string[]): ChildProcessByStdio<null, Readable, Readable> {
  return spawn(process.execPath, ['examples/demo/main.ts', ...options], { stdio: ['ignore', 'pipe', 'pipe'] })
}

async function runDemo(...options: string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const child = startDemo(...options)
  const exited = once(child, 'exit')
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), exited])
  return { code, stdout, stderr }
}

/** Masks what differs between runs: figures, ids, the API's port, which pod answered, and the padding around them. */
const masked = (output: string): string =>
  output
    .replace(/\d+(\.\d+)? (ms|s)\b/g, '<time>')
    .replace(/job_\w{26}/g, '<job>')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<instant>')
    .replace(/127\.0\.0\.1:\d+/g, '<api>')
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

/** Marks and places of the table's rows, and what came of them. */
const rowsOf = (output: string): string[] =>
  masked(output)
    .split('\n')
    .filter((line) => /^[✓✗!–…] /.test(line))

describe('npm run demo', () => {
  it('exits 0 and prints what the README shows: every path passes but the node port of node-2', async () => {
    const { code, stdout, stderr } = await runDemo()
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(rowsOf(stdout).filter((line) => !line.startsWith('✓'))).toEqual([
      '✗ NodePort http 127.172.0.12:30376 (node-2) <time> connection_refused',
    ])
    expect(masked(stdout)).toContain(masked(readmeBlock()))
  })

  it('passes with nothing broken', async () => {
    const { code, stdout, stderr } = await runDemo('--all-pass')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout.split(' ')[0]).toBe('PASS')
    expect(rowsOf(stdout).filter((line) => line.startsWith('✗'))).toEqual([])
  })

  it('stays with --keep until it is told to stop, answers the curl line it prints, and leaves nothing behind', async () => {
    const child = startDemo('--keep')
    const exited = once(child, 'exit')
    const errors = text(child.stderr)
    let output = ''
    for await (const chunk of child.stdout) {
      output += chunk
      if (output.includes('/docs')) {
        break
      }
    }
    const url = output.match(/http:\/\/127\.0\.0\.1:\d+/)?.[0]
    const again = await fetch(`${url}/v1/jobs?wait=30&format=junit&failStatus=424`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: readFileSync('data/demo/job.json'),
    })
    expect({ status: again.status, type: again.headers.get('content-type') }).toMatchObject({ status: 424 })
    expect(await again.text()).toContain('<failure type="connection_refused"')
    child.kill('SIGTERM')
    expect(await exited).toEqual([0, null])
    expect(await errors).toBe('')

    const free = createServer().listen(9080, '127.96.30.80')
    await once(free, 'listening')
    free.close()
  })

  it.each([[[]], [['--keep']]])('ends, and quietly, when nobody reads on, as with | head: %j', async (options) => {
    const child = startDemo(...options)
    const exited = once(child, 'exit')
    const errors = text(child.stderr)
    child.stdout.destroy()
    expect([await exited, await errors]).toEqual([[0, null], ''])
  })

  it('says which address is taken, and by what it would have been used', async () => {
    const other = createServer().listen(9080, '127.96.30.80')
    await once(other, 'listening')
    const { code, stdout, stderr } = await runDemo()
    other.close()
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/^127\.96\.30\.80:9080 \(ClusterIP of toad-svc\) is taken/)
  })
})
