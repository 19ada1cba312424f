import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { load } from 'js-yaml'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { KubeObject } from '../support/api-server.ts'
import type { Rule } from '../support/deploy.ts'
import { HELM, helmTemplate, kept, type Manifest, manifestsOf, SECRET, titled } from '../support/deploy.ts'
import { liveClusters } from '../support/live-cluster.ts'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { freePort } from '../support/program.ts'
import { type Pod, startPod, toadService } from '../support/toad.ts'

/** The commands that follow an installation, against a Portolan with the rights of `deploy/` on a live cluster. */
const TOKEN = 'an-admin-token-from-a-secret'
const live = liveClusters()
let folder = ''
let pod: Pod
let portolan: TestPortolan

/** From outside, so that nothing is asked of this machine's DNS. */
const serviceIn = (namespace: string, name: string, port: number) =>
  ({
    ...toadService(port, { type: 'LoadBalancer' }),
    metadata: { name, namespace },
    status: { loadBalancer: { ingress: [{ ip: '127.0.0.1' }] } },
  }) as unknown as KubeObject

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
    serviceIn('shop', 'toad-svc', pod.port),
    serviceIn('shop', 'frog-svc', await freePort()),
  ])
  server.tokens.addServiceAccount('token-of-the-account', 'portolan', 'portolan')
  const { source } = live.connect(server, { token: 'token-of-the-account', namespace: 'portolan' })
  portolan = await startTestPortolan(
    { PORTOLAN_AUTH: 'tokens', PORTOLAN_ADMIN_TOKEN: TOKEN, PORTOLAN_VANTAGE: 'outside' },
    { clusterSource: source },
  )
  server.objects.applyAll([serviceIn('portolan', 'portolan', Number(new URL(portolan.url).port))])
  const kubectl = `#!/bin/sh\n[ "$3 $4 $5" = 'get secret portolan-admin' ] && printf %s '${btoa(TOKEN)}'\n`
  writeFileSync(join(folder, 'kubectl'), kubectl, { mode: 0o755 })
})
afterAll(async () => {
  await Promise.all([portolan.close(), pod.close()])
  await live.closeAll()
  rmSync(folder, { recursive: true })
})

type Ran = { code: unknown; stdout: string }

const run = (program: string, args: readonly string[], env: Record<string, string> = {}): Promise<Ran> =>
  new Promise((resolve) => {
    execFile(
      program,
      args,
      { env: { ...process.env, PATH: `${folder}:${process.env.PATH}`, ...env } },
      (error, stdout) => resolve({ code: error === null ? 0 : error.code, stdout }),
    )
  })

const firstWord = ({ code, stdout }: Ran) => ({ code, verdict: stdout.split(' ')[0] })

// biome-ignore lint/suspicious/noExplicitAny: the shape of a pod, which the schemas hold
type PodSpec = any

/** Runs the one container of a pod as the node of its image would, with the server's address and token. */
async function runPod({ containers: [container] }: PodSpec): Promise<Ran> {
  const [program, ...options] = container.command
  expect(program).toBe('/usr/bin/node')
  const given: { name: string; value?: string }[] = container.env
  const env = Object.fromEntries(given.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])))
  const ASK = env.ASK?.replace('http://portolan.portolan:8080', portolan.url) ?? ''
  return run(process.execPath, [...options, ...container.args], { ...env, ASK, TOKEN })
}

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

describe('a pod that asks', () => {
  it('is the example of a CronJob: it prints the report and passes', async () => {
    const [job] = manifestsOf(readFileSync('examples/kubernetes/cronjob.yaml', 'utf8')) as PodSpec[]
    expect(firstWord(await runPod(job.spec.jobTemplate.spec.template.spec))).toEqual({ code: 0, verdict: 'PASS' })
  })

  it('fails by its exit code: 1 where a path fails, 2 where there is no verdict', async () => {
    const [job] = manifestsOf(readFileSync('examples/kubernetes/cronjob.yaml', 'utf8')) as PodSpec[]
    const { spec } = job.spec.jobTemplate.spec.template
    const asking = (query: string) => {
      const other = structuredClone(spec)
      other.containers[0].env[0].value = `http://portolan.portolan:8080/v1/jobs?${query}&wait=20&failStatus=424&format=text`
      return runPod(other)
    }
    expect(firstWord(await asking('service=frog-svc&namespace=shop'))).toEqual({ code: 1, verdict: 'FAIL' })
    expect((await asking('service=newt&namespace=shop')).code).toBe(2)
  })

  it.skipIf(HELM === null)(
    titled('is that of helm test: it asks for a verdict on the own Service', HELM !== null),
    async () => {
      const test = helmTemplate(...SECRET).find(({ kind }) => kind === 'Pod')
      expect(firstWord(await runPod(test?.spec))).toEqual({ code: 0, verdict: 'PASS' })
    },
  )
})
