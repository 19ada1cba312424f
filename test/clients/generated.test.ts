import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { type Pod, startPod, toadService } from '../support/toad.ts'

const run = promisify(execFile)
const TOKEN = 'the-admin-token-of-the-tests'

let api: TestPortolan
let pod: Pod
/** What each program runs in: the example, `openapi.yaml`, and manifests of a Service that answers and of one that does not. */
let folder: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'portolan-clients-'))
  api = await startTestPortolan({ PORTOLAN_ADMIN_TOKEN: TOKEN, PORTOLAN_VANTAGE: 'outside' })
  pod = await startPod('toad')
  const closed = await startPod('closed')
  await closed.close()
  for (const language of ['go', 'python']) {
    const at = join(folder, language)
    cpSync(`examples/clients/${language}`, at, { recursive: true })
    cpSync('openapi.yaml', join(at, 'openapi.yaml'))
    for (const [name, { port }] of Object.entries({ open: pod, closed })) {
      writeFileSync(join(at, `${name}.json`), JSON.stringify(balanced(port)))
    }
  }
})
afterAll(async () => {
  await Promise.all([api.close(), pod.close()])
  rmSync(folder, { recursive: true, force: true })
})

/** From outside it has one path, behind which is nothing but its pod. */
const balanced = (port: number) => ({
  ...toadService(port, { type: 'LoadBalancer' }),
  status: { loadBalancer: { ingress: [{ ip: '127.0.0.1' }] } },
})

const here = { ...process.env, PORTOLAN_TOKEN: TOKEN }

/** Where a program is missing, or its registry out of reach, the suite says so, and tests nothing. */
const works = (cwd: string | undefined, program: string, ...args: string[]): Promise<boolean> =>
  run(program, args, { cwd }).then(
    () => true,
    () => false,
  )

/** @returns what it prints, and how it ends. */
const check = async (cwd: string, program: string, args: readonly string[]) =>
  run(program, args, { cwd, env: { ...here, PORTOLAN_SERVER: api.url } }).then(
    ({ stdout }) => ({ code: 0, stdout }),
    ({ code, stdout, stderr }) => ({ code, stdout: stdout + stderr }),
  )

describe('the program of', () => {
  it('examples/clients/go is generated from openapi.yaml, and tells pass from fail', async ({ skip }) => {
    const cwd = join(folder, 'go')
    mkdirSync(join(cwd, 'portolan'))
    skip(!(await works(cwd, 'go', 'mod', 'download')), 'there is no Go, or its proxy is out of reach')
    await run('go', ['generate', './...'], { cwd })
    await run('go', ['build', '-mod=readonly', '-o', 'check', '.'], { cwd })
    expect(await check(cwd, './check', ['open.json'])).toEqual({ code: 0, stdout: 'verdict pass\n' })
    const failed = await check(cwd, './check', ['closed.json'])
    expect(failed).toEqual({ code: 1, stdout: 'LoadBalancer connection_refused\nverdict fail\n' })
    writeFileSync(join(cwd, 'none.json'), '[]')
    expect(await check(cwd, './check', ['none.json'])).toMatchObject({ code: 2 })
  }, 600_000)

  it('examples/clients/python is generated from openapi.yaml, and tells pass from fail', async ({ skip }) => {
    const cwd = join(folder, 'python')
    skip(!(await works(cwd, 'python3', '-m', 'venv', 'venv')), 'there is no Python with venv')
    const install = ['install', '--quiet', 'openapi-python-client==0.29.1']
    skip(!(await works(cwd, 'venv/bin/pip', ...install)), "Python's registry is out of reach")
    const output = ['--meta', 'none', '--output-path', 'portolan_client']
    const told = await run('venv/bin/openapi-python-client', ['generate', '--path', 'openapi.yaml', ...output], { cwd })
    const leftOut = told.stdout + told.stderr
    // What it leaves out is what docs/guides/client.md says.
    expect([...leftOut.matchAll(/^WARNING parsing (\w+ \S+)/gm)].map(([, route]) => route)).toEqual([
      ...['POST /v1/jobs', 'POST /v1/batches', 'POST /v1/compare', 'GET /v1/services/{namespace}/{name}/badge.svg'],
      ...['GET /status/{slug}/badge.svg', 'GET /status/{slug}/feed.rss', 'GET /status/{slug}/feed.atom'],
      ...['POST /v1/plan', 'GET /openapi.yaml'],
    ])
    expect(leftOut).not.toContain('Unable to process schema')
    const python = (file: string) => check(cwd, 'venv/bin/python', ['check.py', file])
    const failed = { code: 1, stdout: 'LoadBalancer connection_refused\nverdict fail\n' }
    expect(await python('open.json')).toEqual({ code: 0, stdout: 'verdict pass\n' })
    expect(await python('closed.json')).toEqual(failed)
    writeFileSync(join(cwd, 'none.json'), '[]')
    expect(await python('none.json')).toMatchObject({ code: 2 })
  }, 600_000)
})
