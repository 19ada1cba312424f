import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { KubeObject } from '../support/api-server.ts'
import { buildOnce } from '../support/bundle.ts'
import { cliFolder } from '../support/cli.ts'
import { measure } from '../support/controllers/argo-rollouts.ts'
import { callWebhook } from '../support/controllers/flagger.ts'
import { CANARY, metricOf } from '../support/gates.ts'
import { writeKubeconfig } from '../support/kubeconfig.ts'
import { liveClusters } from '../support/live-cluster.ts'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { startOnWorkers, WORKERS_TOKEN, type WorkersPortolan } from '../support/portolan-on-workers.ts'
import { freePort } from '../support/program.ts'
import { type Pod, startPod, toadService } from '../support/toad.ts'

/** Whoever is asked, and by whatever: the same objects are the same paths, with the same outcome and the same code. */
const live = liveClusters()
const folder = cliFolder()
let pod: Pod
let node: TestPortolan
let workers: WorkersPortolan

const exposed = (name: string, port: number) => ({
  ...toadService(port, { type: 'LoadBalancer' }),
  metadata: { name, namespace: 'shop' },
  status: { loadBalancer: { ingress: [{ ip: '127.0.0.1' }] } },
})

beforeAll(async () => {
  buildOnce()
  pod = await startPod('toad-1')
  const gone = await freePort()
  const cluster = await live.start()
  const inside = { ...toadService(80), metadata: { name: 'inside', namespace: 'shop' } }
  const worlds = { passes: exposed('passes', pod.port), fails: exposed('fails', gone), inside }
  cluster.objects.applyAll(Object.values(worlds) as unknown as KubeObject[])
  for (const [name, service] of Object.entries(worlds)) {
    folder.write(`${name}.json`, JSON.stringify(service))
  }
  folder.write('bad.json', '{"kind": "Service", "metadata": {"name": 3}}')
  mkdirSync(join(folder.cwd, 'home'), { recursive: true })
  const kubeconfig = writeKubeconfig(folder.cwd, { here: { server: cluster, namespace: 'shop' } })
  node = await startTestPortolan({ PORTOLAN_VANTAGE: 'outside', PORTOLAN_KUBECONFIG: kubeconfig })
  workers = await startOnWorkers({ TEST_VANTAGE: 'edge' })
}, 180_000)
afterAll(async () => {
  await Promise.all([pod.close(), node.close(), workers.close()])
  await live.closeAll()
  folder.remove()
})

type Told = { code: number; paths: { id: string; kind: string; outcome: string | null }[] | null }

type Document = { paths: { id: string; kind: string; outcome: string | null }[] }

/** What a run has told: the code it ended with, and of the document what does not depend on when and where it was made. */
function toldBy(code: number, file: string): Told {
  let document: Document | null = null
  try {
    document = JSON.parse(readFileSync(join(folder.cwd, file), 'utf8'))
  } catch {
    // It has come to no document
  }
  const paths = document?.paths.map(({ id, kind, outcome }) => ({ id, kind, outcome })) ?? null
  return { code, paths }
}

let runs = 0

async function inProcess(words: readonly string[], env: Record<string, string> = {}): Promise<Told> {
  const file = `report-${++runs}.json`
  const { exitCode } = await folder.run(['check', ...words, `--json=${file}`], { env })
  return toldBy(exitCode, file)
}

const spawned = (program: string, words: readonly string[], env: Record<string, string>): Promise<number> =>
  new Promise((ended) => {
    const at = { cwd: folder.cwd, env: { HOME: join(folder.cwd, 'home'), ...env } }
    execFile(process.execPath, [resolve('dist', program), ...words], at, (error) =>
      ended(error === null ? 0 : Number(error.code)),
    )
  })

/** Each asks about the manifests of a file. */
const ASKERS: Readonly<Record<string, (file: string) => Promise<Told>>> = {
  here: (file) => inProcess(['-f', file]),
  'a server on Node': (file) => inProcess(['-f', file, '--server', node.url]),
  'a server on Workers': (file) =>
    inProcess(['-f', file, '--server', workers.url, '--wait', '100s'], { PORTOLAN_TOKEN: WORKERS_TOKEN }),
  async 'the plugin of kubectl'(file) {
    const report = `report-${++runs}.json`
    return toldBy(await spawned('kubectl-portolan.cjs', ['check', '-f', file, `--json=${report}`], {}), report)
  },
  async 'the Action'(file) {
    const output = join(folder.cwd, `output-${++runs}`)
    writeFileSync(output, '')
    const inputs = { INPUT_FILENAME: file, 'INPUT_STRICT-EGRESS': 'false', RUNNER_TEMP: folder.cwd }
    const code = await spawned('action.cjs', [], { ...inputs, GITHUB_OUTPUT: output })
    const [, report = 'none'] = /^report<<(?:.*)\n(.*)$/m.exec(readFileSync(output, 'utf8')) ?? []
    return toldBy(code, report.replace(`${folder.cwd}/`, ''))
  },
}

describe.each([
  ['passes', 0, { LoadBalancer: 'pass' }],
  ['fails', 1, { LoadBalancer: 'fail' }],
  ['inside', 2, {}],
  ['bad', 2, null],
] as const)('%s', (world, code, tried) => {
  it('is the same paths with the same ids and outcomes, and the same code, whoever is asked', async () => {
    const told: Record<string, Told> = {}
    for (const [name, ask] of Object.entries(ASKERS)) {
      told[name] = await ask(`${world}.json`)
    }
    const here = told.here as Told
    expect(told).toEqual(Object.fromEntries(Object.keys(ASKERS).map((name) => [name, here])))
    expect(here.code).toBe(code)
    const outcomes = here.paths
      ?.filter(({ outcome }) => outcome !== 'skipped')
      .map(({ kind, outcome }) => [kind, outcome])
    expect(outcomes === undefined ? null : Object.fromEntries(outcomes)).toEqual(tried)
  })
})

/** What Flagger and Argo Rollouts make of the gates, by the code of a check. */
const GATES: Readonly<Record<number, unknown>> = {
  0: { flagger: 'goes on', argo: 'Successful' },
  1: { flagger: 'POST is refused with 412', argo: 'Failed' },
  2: { flagger: expect.stringMatching(/with (412|503)$/), argo: 'Inconclusive' },
}

async function gates(service: string): Promise<unknown> {
  const url = `${node.url}/v1/gates/flagger?wait=8`
  const { error, attempts } = await callWebhook(CANARY, 'Progressing', { url, metadata: { service } })
  const { phase } = await measure(metricOf(node, `service=${service}&namespace=shop&wait=8`))
  return { flagger: error === null ? 'goes on' : `POST is refused with ${attempts.at(-1)?.status}`, argo: phase }
}

describe('a Service of a live cluster', () => {
  it.each([
    ['passes', 0],
    ['fails', 1],
    ['inside', 2],
    ['none', 2],
  ])('%s is the same here, by a server, by the plugin, and to the controllers that ask gates', async (name, code) => {
    const kubeconfig = join(folder.cwd, 'kubeconfig')
    const here = await inProcess([name, '-n', 'shop', `--kubeconfig=${kubeconfig}`])
    const report = `report-${++runs}.json`
    const words = ['check', `svc/${name}`, '-n', 'shop', '--context', 'here', `--json=${report}`]
    expect({
      server: await inProcess([name, '-n', 'shop', '--server', node.url]),
      plugin: toldBy(await spawned('kubectl-portolan.cjs', words, { KUBECONFIG: kubeconfig }), report),
    }).toEqual({ server: here, plugin: here })
    expect([here.code, here.paths === null]).toEqual([code, name === 'none'])
    expect(await gates(name)).toEqual(GATES[code])
  })
})
