import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { load } from 'js-yaml'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DnsServer, startDnsServer } from '../support/dns-server.ts'
import { type Cluster, writeKubectl } from '../support/kubectl.ts'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { freePort } from '../support/program.ts'
import { type Pod, startPod, toadService } from '../support/toad.ts'

const NAMES = ['default', 'shop'].map((namespace) => `toad-svc.${namespace}.svc.cluster.local`)

let folder: string
let pod: Pod
let dns: DnsServer
let portolan: TestPortolan

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'portolan-smoke-'))
  pod = await startPod('toad-xueq1')
  dns = await startDnsServer(
    Object.fromEntries(
      NAMES.flatMap((name) => [
        [name, { A: ['127.0.0.1'] }],
        [`_http._tcp.${name}`, { SRV: [{ port: pod.port, target: name }] }],
      ]),
    ),
  )
  portolan = await startTestPortolan({ PORTOLAN_DNS_SERVERS: dns.server })
})
afterAll(async () => {
  await Promise.all([portolan.close(), pod.close(), dns.close()])
  rmSync(folder, { recursive: true })
})

const serviceOf = (objects: unknown): Cluster => ({ svc: [objects], httproutes: 404 })

/** Runs a script with a kubectl that reads `cluster`. */
function runWith(cluster: Cluster, file: string, args: readonly string[], env: Record<string, string>): Promise<Ran> {
  const bin = mkdtempSync(join(folder, 'bin-'))
  writeKubectl(bin, cluster)
  const settings = {
    ...process.env,
    GITHUB_SHA: '',
    PORTOLAN: portolan.url,
    PATH: `${bin}:${process.env.PATH}`,
    ...env,
  }
  return new Promise((resolve) => {
    execFile(file, args, { env: settings, ...(env.PWD !== undefined && { cwd: env.PWD }) }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : error.code, stdout, stderr }),
    )
  })
}
type Ran = { code: unknown; stdout: string; stderr: string }

const smoke = (
  objects: unknown,
  env: Record<string, string> = {},
  cluster: Cluster = serviceOf(objects),
): Promise<Ran> => runWith(cluster, 'examples/ci/smoke.sh', [], { SERVICE: 'toad-svc', SETTLE_MS: '0', ...env })

/** As a step of CI runs it: any command that fails ends it, and pipes fail by their first fault. */
const bash = (script: string, cluster: Cluster, env: Record<string, string> = {}): Promise<Ran> =>
  runWith(cluster, 'bash', ['-eo', 'pipefail', '-c', script], env)

/** The first block of a page that hands a cluster's objects over, without its own address. */
function blockOf(page: string): string {
  const blocks = [...readFileSync(page, 'utf8').matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block = '']) => block)
  const found = blocks.find((block) => / get svc,/.test(block) && block.includes('/v1/jobs?'))
  if (found === undefined) {
    throw new Error(`${page} has no such block`)
  }
  return found.replace(/^PORTOLAN=.*\n/, '')
}

/** The clusters and permissions that people have. */
const CLUSTERS: readonly [what: string, more: Cluster, said: readonly RegExp[]][] = [
  ['all is installed and may be read', {}, []],
  ['the Gateway API is not installed', { httproutes: 404 }, [/resource type "httproutes"/]],
  ['nodes may not be read', { nodes: 403 }, [/nodes is forbidden: User ".*" cannot list resource "nodes"/]],
  [
    'nothing without a namespace may be read, nor is the Gateway API installed',
    { nodes: 403, ingressclasses: 403, httproutes: 404 },
    [/nodes is forbidden/, /ingressclasses.* is forbidden/, /resource type "httproutes"/],
  ],
]

describe.each(['README.md', 'docs/getting-started.md', 'docs/guides/ci.md'])('the line of %s', (page) => {
  it.each(CLUSTERS)('gets a verdict where %s', async (_what, more, said) => {
    const ran = await bash(blockOf(page), { svc: [toadService(pod.port)], ...more })
    expect({ code: ran.code, verdict: ran.stdout.split(' ')[0] }).toEqual({ code: 0, verdict: 'PASS' })
    for (const message of said) {
      expect(ran.stderr).toMatch(message)
    }
  })

  it('fails the step with the report where a path fails', async () => {
    const ran = await bash(blockOf(page), { svc: [toadService(await freePort())], nodes: 403 })
    expect({ code: ran.code, verdict: ran.stdout.split(' ')[0] }).toEqual({ code: 22, verdict: 'FAIL' })
  })

  it('fails the step, and says why, where not even the Service may be read', async () => {
    const ran = await bash(blockOf(page), { svc: 403, endpointslices: 403, pods: 403 })
    expect(ran.code).not.toBe(0)
    expect(ran.stderr).toMatch(/services is forbidden: User ".*" cannot list resource "services"/)
  })
})

describe('examples/ci/github-actions-kubectl.yml', () => {
  const steps = () => {
    const workflow = load(readFileSync('examples/ci/github-actions-kubectl.yml', 'utf8')) as {
      jobs: { 'smoke-test': { steps: { run?: string; with?: { report_paths: string } }[] } }
    }
    const { steps: all } = workflow.jobs['smoke-test']
    return { run: all.find(({ run }) => run !== undefined)?.run ?? '', report: all.find((step) => step.with)?.with }
  }
  const step = async (service: unknown) => {
    const where = mkdtempSync(join(folder, 'runner-'))
    const env = {
      ...{ PWD: where, GITHUB_STEP_SUMMARY: join(where, 'summary.md'), PORTOLAN_TOKEN: 'any-token-will-do-here' },
      ...{ GITHUB_RUN_ID: where.slice(-6), GITHUB_RUN_ATTEMPT: '1' },
    }
    const ran = await bash(
      steps().run.replace('settleMs=20000', 'settleMs=0'),
      { svc: [service], nodes: 403, httproutes: 404 },
      env,
    )
    return { ...ran, read: (file: string) => readFileSync(join(where, file), 'utf8') }
  }
  const inShop = (port: number) => ({ ...toadService(port), metadata: { name: 'toad-svc', namespace: 'shop' } })

  it('passes, with the report in the summary and in the file that the test report is made of', async () => {
    const { code, stdout, read } = await step(inShop(pod.port))
    expect(code).toBe(0)
    expect(stdout).toContain('PASS')
    expect(read('summary.md')).toContain('PASS')
    expect(read(String(steps().report?.report_paths))).toContain('<testsuite name="shop/toad-svc"')
  })

  it('fails, with the same, where a path fails', async () => {
    const { code, read } = await step(inShop(await freePort()))
    expect(code).toBe(22)
    expect(read('summary.md')).toContain('FAIL')
    expect(read('portolan.xml')).toContain('<failure ')
  })
})

it('what curl sends again is the same request with the same key, and makes one job', async () => {
  const seen: { key: unknown; body: string }[] = []
  const flaky = createHttpServer(async (request, response) => {
    seen.push({ key: request.headers['idempotency-key'], body: await text(request) })
    response.statusCode = seen.length === 1 ? 503 : 200
    response.end('PASS\n')
  })
  await new Promise<void>((resolve) => flaky.listen(0, '127.0.0.1', resolve))
  const address = flaky.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const ran = await bash(blockOf('docs/guides/ci.md'), serviceOf(toadService(80)), {
    PORTOLAN: `http://127.0.0.1:${port}`,
  })
  flaky.close()
  expect(ran.code).toBe(0)
  expect(seen).toHaveLength(2)
  expect(seen[1]).toEqual(seen[0])
  expect(seen[0]).toEqual({
    key: expect.stringMatching(/^toad-svc-\d+-\d+$/),
    body: expect.stringContaining('toad-svc'),
  })
})

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

  it.each(CLUSTERS)('has a verdict where %s', async (_what, more) => {
    const cluster = { svc: [toadService(pod.port)], ...more }
    expect(await smoke(null, {}, cluster)).toMatchObject({ code: 0, stdout: expect.stringMatching(/^PASS /) })
  })

  it('exits 2 when the Service may not be read', async () => {
    expect(await smoke(null, {}, { svc: 403 })).toMatchObject({ code: 2, stderr: expect.stringContaining('forbidden') })
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
