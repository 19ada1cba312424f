/**
 * Flagger and Argo Rollouts themselves ask: their packages, built by Go from the module proxy, in programs that take one
 * question a line. What the transcriptions of `test/support/controllers/` make of an answer is compared with what they do.
 *
 * @module
 */
import { execFileSync, spawn } from 'node:child_process'
import { globSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { Ajv, type SchemaObject } from 'ajv'
import { load } from 'js-yaml'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readYaml } from '../../src/kube/yaml/read-yaml.ts'
import { type Metric, measure } from '../support/controllers/argo-rollouts.ts'
import { type CanaryWebhook, callWebhook } from '../support/controllers/flagger.ts'
import { balanced, metricOf, OUTSIDE, SHOP } from '../support/gates.ts'
import { liveObjects } from '../support/live-objects.ts'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { refusedPort, serveHttp, type TestServer } from '../support/servers.ts'
import { type Pod, startPod } from '../support/toad.ts'

const GO = process.env.GO ?? 'go'
const BUILT = 'node_modules/.cache/gates'
const MODULES = { flagger: 'github.com/fluxcd/flagger', 'argo-rollouts': 'github.com/argoproj/argo-rollouts' } as const
type Tool = keyof typeof MODULES

const go = (tool: Tool, ...args: string[]): string =>
  execFileSync(GO, args, { cwd: join('test/gates', tool), encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })

/** Has the tool's own code answer each question. */
async function asked<T>(tool: Tool, questions: readonly unknown[]): Promise<T[]> {
  const program = spawn(join(BUILT, tool), { stdio: ['pipe', 'pipe', 'ignore'] })
  program.stdin.end(questions.map((question) => `${JSON.stringify(question)}\n`).join(''))
  const lines = (await text(program.stdout)).trim().split('\n')
  return lines.map((line) => JSON.parse(line) as T)
}

/** All that may be answered, by path: the status and the body. */
const ANSWERS: Readonly<Record<string, readonly [number, string]>> = {
  '/pass': [200, '{"verdict":"pass","pass":true}'],
  '/fail': [200, '{"verdict":"fail","pass":false}'],
  '/error': [200, '{"verdict":"error","pass":null}'],
  '/nothing': [200, '{"pass":null}'],
  '/page': [200, '<p>Log in'],
  '/202': [202, ''],
  '/203': [203, 'later'],
  '/400': [400, '{"code":"invalid_request"}'],
  '/401': [401, '{"code":"unauthenticated"}'],
  '/412': [412, 'FAIL  shop/toad-canary'],
  '/429': [429, 'slowly'],
  '/500': [500, 'broken'],
  '/501': [501, 'not here'],
  '/502': [502, 'behind'],
  '/503': [503, 'later'],
}

let server: TestServer
let api: TestPortolan
let pod: Pod

beforeAll(async () => {
  mkdirSync(BUILT, { recursive: true })
  for (const tool of Object.keys(MODULES) as Tool[]) {
    go(tool, 'build', '-o', join(process.cwd(), BUILT, tool), '.')
  }
  const cluster = liveObjects()
  ;[server, api, pod] = await Promise.all([
    serveHttp((request, response) => {
      const [status, body] = ANSWERS[request.url ?? ''] ?? [404, '']
      response.writeHead(status, { 'retry-after': '1' }).end(body)
    }),
    startTestPortolan(OUTSIDE, { clusterSource: cluster.source }),
    startPod('toad'),
  ])
  cluster.set([balanced('toad-canary', pod.port), balanced('broken-canary', await refusedPort())])
  // With cold caches of Go
}, 1_800_000)
afterAll(() => Promise.all([server.close(), api.close(), pod.close()]))

describe('Flagger', () => {
  type Told = { error: string | null }
  const canary = (name: string) => ({ metadata: { name, namespace: SHOP } })
  const call = (webhook: CanaryWebhook, name = 'toad') => ({ canary: canary(name), phase: 'Progressing', webhook })

  it('makes of each answer what the transcription makes of it', async () => {
    const webhooks: CanaryWebhook[] = [
      ...Object.keys(ANSWERS).map((path) => ({ url: server.url + path })),
      ...['/503', '/429', '/500', '/412'].map((path) => ({ url: server.url + path, retries: 1 })),
      { url: `${server.url.replace('//', '//flagger:secret@')}/503` },
    ]
    const told = await asked<Told>(
      'flagger',
      webhooks.map((webhook) => call(webhook)),
    )
    const transcribed = await Promise.all(
      webhooks.map((webhook) => callWebhook({ name: 'toad', namespace: SHOP, checksum: '' }, 'Progressing', webhook)),
    )
    expect(told).toEqual(transcribed.map(({ error }) => ({ error })))
  })

  it('goes on, halts with the report, and gives up at a 503, as Portolan answers', async () => {
    const url = `${api.url}/v1/gates/flagger`
    const [passed, failed, absent, refused] = await asked<Told>('flagger', [
      call({ url }),
      call({ url }, 'broken'),
      call({ url, metadata: { cluster: 'nowhere' } }),
      call({ url, metadata: { cmd: 'test' } }),
    ])
    expect(passed).toEqual({ error: null })
    expect(failed?.error).toMatch(/^FAIL {2}shop\/broken-canary/)
    expect(absent?.error).toMatch(/giving up after 1 attempt\(s\)$/)
    expect(JSON.parse(refused?.error ?? '')).toMatchObject({ code: 'invalid_request' })
  })

  it('takes the example, and refuses a field that there is not', () => {
    const text = readFileSync('examples/kubernetes/flagger-canary.yaml', 'utf8')
    expect(faultsOf('flagger', text)).toEqual([])
    expect(faultsOf('flagger', text.replace(/timeout(Seconds)?: /, 'timeoutt: '))).toEqual([
      expect.stringContaining('"additionalProperty":"timeoutt"'),
    ])
  })
})

describe('Argo Rollouts', () => {
  type Told = { phase: string; value?: string; message?: string }

  it('makes of each answer what the transcription makes of it', async () => {
    const over: Partial<Metric>[] = [
      {},
      { successCondition: 'result == "pass"', failureCondition: '' },
      { successCondition: '', failureCondition: 'result == "fail"' },
      { successCondition: '', failureCondition: '' },
    ]
    const metrics = Object.keys(ANSWERS).flatMap((path) => {
      const metric = (more: Partial<Metric>, web: Record<string, unknown> = {}): Metric => {
        const made = metricOf(server, '', web)
        return { ...made, ...more, provider: { web: { ...made.provider.web, url: server.url + path } } }
      }
      const whole = { successCondition: 'result.verdict == "pass"', failureCondition: 'result.verdict == "fail"' }
      const flag = { successCondition: 'result == true', failureCondition: 'result == false' }
      return [
        ...over.map((each) => metric(each)),
        ...(path === '/nothing' ? [] : [metric(whole, { jsonPath: '{$}' })]),
        metric(flag, { jsonPath: '{$.pass}' }),
        metric({}, { jsonPath: '$.verdict' }),
        metric({}, { method: 'POST', jsonBody: { samples: 3 } }),
      ]
    })
    const told = await asked<Told>('argo-rollouts', metrics)
    const transcribed = await Promise.all(metrics.map(measure))
    const shown = ({ phase, value = '' }: Told) => ({ phase, value: unordered(value) })
    expect(told.map(shown)).toEqual(transcribed.map(shown))
  })

  it('succeeds, fails, and is inconclusive, as Portolan answers', async () => {
    const told = await asked<Told>('argo-rollouts', [
      metricOf(api, `service=toad-canary&namespace=${SHOP}`),
      metricOf(api, `service=broken-canary&namespace=${SHOP}`),
      metricOf(api, `service=newt&namespace=${SHOP}`),
      metricOf(api, `service=toad-canary&namespace=${SHOP}&sampels=3`),
      metricOf(api, `service=toad-canary&namespace=${SHOP}`, { method: 'POST', jsonBody: { samples: 2 } }),
    ])
    expect(told.map(({ phase, value }) => [phase, value])).toEqual([
      ['Successful', '"pass"'],
      ['Failed', '"fail"'],
      ['Inconclusive', '"error"'],
      ['Inconclusive', '"error"'],
      ['Successful', '"pass"'],
    ])
  })

  it('takes the example, and refuses a field that there is not', () => {
    const text = readFileSync('examples/kubernetes/argo-rollouts-analysis.yaml', 'utf8')
    expect(faultsOf('argo-rollouts', text)).toEqual([])
    expect(faultsOf('argo-rollouts', text.replace(/timeout(Seconds)?: /, 'timeoutt: '))).toEqual([
      expect.stringContaining('"additionalProperty":"timeoutt"'),
    ])
  })
})

/** The same JSON whatever the order of its keys, where it is JSON. */
function unordered(value: string): string {
  try {
    const parsed: unknown = JSON.parse(value)
    const keys = typeof parsed === 'object' && parsed !== null ? Object.keys(parsed).toSorted() : undefined
    return JSON.stringify(parsed, keys)
  } catch {
    return value
  }
}

type Definition = {
  kind: string
  spec: { names: { kind: string }; versions: { name: string; schema: { openAPIV3Schema: SchemaObject } }[] }
}

/** Validates an example by the tool's own CustomResourceDefinition, as its module has it. */
function faultsOf(tool: Tool, text: string): string[] {
  const folder = go(tool, 'list', '-m', '-f', '{{.Dir}}', MODULES[tool]).trim()
  const object = load(text) as { apiVersion: string; kind: string }
  const definitions = globSync(['artifacts/**/crd.yaml', 'manifests/crds/*-crd.yaml'], { cwd: folder })
    .flatMap((each) => documentsOf(readFileSync(join(folder, each), 'utf8')) as Definition[])
    .filter((each) => each?.kind === 'CustomResourceDefinition' && each.spec.names.kind === object.kind)
  const version = definitions[0]?.spec.versions.find(({ name }) => object.apiVersion.endsWith(`/${name}`))
  const schema = version?.schema.openAPIV3Schema
  if (schema === undefined) {
    throw new Error(`${tool} has no definition of ${object.apiVersion} ${object.kind}`)
  }
  const validate = new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile(closed(schema))
  validate(object)
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  )
}

/** As tools written in Go read it: js-yaml refuses the folded texts of one. */
const documentsOf = (yaml: string): unknown[] =>
  yaml.split(/^---$/m).map((each) => readYaml(each, { depth: 100, aliased: 0 }).value)

/** Fields that there are not are dropped by an API server without a word: here they are faults. */
function closed(schema: SchemaObject): SchemaObject {
  if (Array.isArray(schema) || typeof schema !== 'object' || schema === null) {
    return schema
  }
  const inner = Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, closed(value)]))
  if (schema['x-kubernetes-int-or-string'] === true) {
    const { type: _type, ...rest } = inner
    return rest
  }
  const isClosed =
    schema.type === 'object' &&
    typeof schema.properties === 'object' &&
    Object.keys(schema.properties).length > 0 &&
    schema.additionalProperties === undefined &&
    schema['x-kubernetes-preserve-unknown-fields'] !== true
  const isObject = Object.hasOwn(schema.properties ?? {}, 'metadata') && Object.hasOwn(schema.properties ?? {}, 'kind')
  return isClosed && !isObject ? { ...inner, additionalProperties: false } : inner
}
