import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DnsServer, startDnsServer } from '../support/dns-server.ts'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { type Pod, startPod, toadService } from '../support/toad.ts'

const NAME = 'toad-svc.default.svc.cluster.local'

let folder: string
let pod: Pod
let dns: DnsServer
let portolan: TestPortolan

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'portolan-smoke-'))
  pod = await startPod('toad-xueq1')
  dns = await startDnsServer({
    [NAME]: { A: ['127.0.0.1'] },
    [`_http._tcp.${NAME}`]: { SRV: [{ port: pod.port, target: NAME }] },
  })
  portolan = await startTestPortolan({ PORTOLAN_DNS_SERVERS: dns.server })
})
afterAll(async () => {
  await Promise.all([portolan.close(), pod.close(), dns.close()])
  rmSync(folder, { recursive: true })
})

/** Runs the script with a kubectl that prints `objects`. */
function smoke(objects: unknown, env: Record<string, string> = {}): Promise<{ code: unknown; stdout: string }> {
  const file = join(folder, 'objects.json')
  writeFileSync(file, JSON.stringify(objects))
  writeFileSync(join(folder, 'kubectl'), `#!/bin/sh\ncat '${file}'\n`, { mode: 0o755 })
  const settings = { PORTOLAN: portolan.url, SERVICE: 'toad-svc', SETTLE_MS: '0', ...env }
  return new Promise((resolve) => {
    execFile(
      'examples/ci/smoke.sh',
      { env: { ...process.env, GITHUB_SHA: '', PATH: `${folder}:${process.env.PATH}`, ...settings } },
      (error, stdout) => resolve({ code: error === null ? 0 : error.code, stdout }),
    )
  })
}

/** A port on which nothing listens. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

describe('examples/ci/smoke.sh', () => {
  it('exits 0 when every path works, and leaves the reports', async () => {
    const reports = join(folder, 'reports')
    const { code, stdout } = await smoke(toadService(pod.port), { REPORTS: reports })
    expect({ code, verdict: stdout.split(' ')[0] }).toEqual({ code: 0, verdict: 'PASS' })
    expect(readFileSync(join(reports, 'portolan.md'), 'utf8')).toMatch(/^### ✅ PASS: `default\/toad-svc`\n/)
    expect(readFileSync(join(reports, 'portolan.xml'), 'utf8')).toContain('<testsuite name="default/toad-svc"')
  })

  it('exits 1 when a path fails', async () => {
    const { code, stdout } = await smoke(toadService(await freePort()))
    expect({ code, verdict: stdout.split(' ')[0] }).toEqual({ code: 1, verdict: 'FAIL' })
  })

  it.each([
    ['the Service is not among the objects', { SERVICE: 'frog-svc' }],
    ['Portolan cannot be reached', { PORTOLAN: 'http://127.0.0.1:1' }],
  ])('exits 2, which is no verdict on the Service, when %s', async (_why, env) => {
    expect(await smoke(toadService(pod.port), env)).toMatchObject({ code: 2 })
  })
})

describe('examples/ci/all-fine.sh', () => {
  const allFine = (env: Record<string, string> = {}): Promise<{ code: unknown; stdout: string }> =>
    new Promise((resolve) => {
      const settings = { PORTOLAN: portolan.url, ...env }
      execFile('examples/ci/all-fine.sh', { env: { ...process.env, ...settings } }, (error, stdout) =>
        resolve({ code: error === null ? 0 : error.code, stdout }),
      )
    })
  const run = async (name: string, port: number) => {
    const manifest = { ...toadService(port), metadata: { name, namespace: 'fine' } }
    const json = { target: { manifests: [manifest] }, paths: { include: ['ClusterIP'] } }
    expect((await portolan.call('/v1/jobs?wait=20', { json })).status).toBe(200)
  }

  it('exits 0 when all is fine, 1 when something is not, by the objective', async () => {
    await run('up', pod.port)
    const fine = await allFine({ NAMESPACE: 'fine' })
    expect({ code: fine.code, verdict: fine.stdout.split(' ')[0] }).toEqual({ code: 0, verdict: 'PASS' })
    await run('down', await freePort())
    expect(await allFine({ NAMESPACE: 'fine' })).toMatchObject({ code: 1 })
    expect(await allFine({ NAMESPACE: 'fine', OBJECTIVE: '0' })).toMatchObject({ code: 0 })
    expect(await allFine({ NAMESPACE: 'fine', SERVICE: 'up' })).toMatchObject({ code: 0 })
  })

  it.each([
    ['nothing was tested', { NAMESPACE: 'empty' }],
    ['the Service was never probed', { NAMESPACE: 'fine', SERVICE: 'newt' }],
    ['Portolan cannot be reached', { PORTOLAN: 'http://127.0.0.1:1' }],
  ])('exits 2, which is no verdict, when %s', async (_why, env) => {
    expect(await allFine(env)).toMatchObject({ code: 2 })
  })
})
