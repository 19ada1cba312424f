import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { load } from 'js-yaml'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Rule } from '../support/deploy.ts'
import { kept, type Manifest } from '../support/deploy.ts'
import { liveClusters } from '../support/live-cluster.ts'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { freePort } from '../support/program.ts'
import { type Ran, runWith, serviceFromOutside } from '../support/run-pod.ts'
import { type Pod, startPod } from '../support/toad.ts'

/** The commands that follow an installation, against a Portolan with the rights of `deploy/` on a live cluster. */
const TOKEN = 'an-admin-token-from-a-secret'
const live = liveClusters()
let folder = ''
let pod: Pod
let portolan: TestPortolan

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'portolan-in-cluster-'))
  pod = await startPod('toad-1')
  const { rules } = kept('cluster-wide').find(({ kind }) => kind === 'ClusterRole') as Manifest & { rules: Rule[] }
  const subjects = [{ kind: 'ServiceAccount', name: 'portolan', namespace: 'portolan' }]
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'portolan' }
  const apiVersion = 'rbac.authorization.k8s.io/v1'
  const server = await live.start()
  server.objects.applyAll([
    { apiVersion, kind: 'ClusterRole', metadata: { name: 'portolan' }, rules },
    { apiVersion, kind: 'ClusterRoleBinding', metadata: { name: 'portolan' }, roleRef, subjects },
    serviceFromOutside('shop', 'toad-svc', pod.port),
    serviceFromOutside('shop', 'frog-svc', await freePort()),
  ])
  server.tokens.addServiceAccount('token-of-the-account', 'portolan', 'portolan')
  const { source } = live.connect(server, { token: 'token-of-the-account', namespace: 'portolan' })
  portolan = await startTestPortolan(
    { PORTOLAN_AUTH: 'tokens', PORTOLAN_ADMIN_TOKEN: TOKEN, PORTOLAN_VANTAGE: 'outside' },
    { clusterSource: source },
  )
  const kubectl = `#!/bin/sh\n[ "$3 $4 $5" = 'get secret portolan-admin' ] && printf %s '${btoa(TOKEN)}'\n`
  writeFileSync(join(folder, 'kubectl'), kubectl, { mode: 0o755 })
})
afterAll(async () => {
  await Promise.all([portolan.close(), pod.close()])
  await live.closeAll()
  rmSync(folder, { recursive: true })
})

const run = (program: string, args: readonly string[], env: Record<string, string> = {}): Promise<Ran> =>
  runWith(program, args, { PATH: `${folder}:${process.env.PATH}`, ...env })

const firstWord = ({ code, stdout }: Ran) => ({ code, verdict: stdout.split(' ')[0] })

describe.each(['README.md', 'docs/guides/in-cluster.md'])('%s', (page) => {
  const text = readFileSync(page, 'utf8')
  const blocks = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block = '']) => block)

  it('asks for a verdict with the token of the Secret, and gets it', async () => {
    const block = blocks.find((each) => each.includes('TOKEN=$(kubectl') && each.includes('/v1/jobs?')) ?? ''
    expect(block).toContain('http://127.0.0.1:8080/v1/jobs?service=toad-svc&namespace=shop')
    const ran = await run('bash', ['-euc', block.replace('http://127.0.0.1:8080', portolan.url)])
    expect(firstWord(ran)).toEqual({ code: 0, verdict: 'PASS' })
    expect(ran.stdout).toContain('shop/toad-svc')
  })

  it('applies folders that there are', () => {
    const folders = [...text.matchAll(/kubectl (?:apply|delete) -k (deploy\/\S+)/g)].map(([, each = '']) => each)
    expect(folders.length).toBeGreaterThan(0)
    expect(folders.filter((each) => !existsSync(join(each, 'kustomization.yaml')))).toEqual([])
  })
})

describe('examples/ci, which need no kubectl here', () => {
  const asking = (service: string) => ({
    ...{ PORTOLAN: portolan.url, PORTOLAN_TOKEN: TOKEN, SERVICE: service, NAMESPACE: 'shop' },
    ...{ LIVE: '1', SETTLE_MS: '0', GITHUB_SHA: '' },
  })

  it.each([
    ['toad-svc', 0, 'PASS'],
    ['frog-svc', 1, 'FAIL'],
  ])('smoke.sh with LIVE=1 gets a verdict on %s', async (service, code, verdict) => {
    expect(firstWord(await run('examples/ci/smoke.sh', [], asking(service)))).toEqual({ code, verdict })
  })

  it('smoke.sh exits 2, which is no verdict, for a Service that is not there', async () => {
    expect((await run('examples/ci/smoke.sh', [], asking('newt-svc'))).code).toBe(2)
  })

  it('the step of github-actions.yml fills the summary and the test report', async () => {
    const workflow = load(readFileSync('examples/ci/github-actions.yml', 'utf8')) as {
      jobs: { 'smoke-test': { steps: { run?: string }[] } }
    }
    const script = workflow.jobs['smoke-test'].steps.find((step) => step.run !== undefined)?.run ?? ''
    const summary = join(folder, 'summary.md')
    const ran = await run('bash', ['-eo', 'pipefail', '-c', `cd ${folder}\n${script}`], {
      ...asking('toad-svc'),
      ...{ GITHUB_STEP_SUMMARY: summary, GITHUB_RUN_ID: '1', GITHUB_RUN_ATTEMPT: '1' },
    })
    expect(ran.code).toBe(0)
    expect(readFileSync(summary, 'utf8')).toContain('PASS')
    expect(readFileSync(join(folder, 'portolan.xml'), 'utf8')).toContain('<testsuite name="shop/toad-svc"')
  })
})
