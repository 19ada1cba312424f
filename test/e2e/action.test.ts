import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { load } from 'js-yaml'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ACTION_INPUTS, runAction, wordsOfInputs } from '../../src/runtime/cli/action.ts'
import { createProgram } from '../../src/runtime/cli/program.ts'
import { buildOnce } from '../support/bundle.ts'
import { type Pod, startPod, toadService } from '../support/toad.ts'

type ActionFile = {
  inputs: Record<string, { default?: string }>
  outputs: Record<string, unknown>
  runs: { using: string; main: string }
}
const ACTION = load(readFileSync('action.yml', 'utf8')) as ActionFile

const NOWHERE = { write: () => undefined, isTTY: false, columns: 100 }
const NO_IO = {
  ...{ name: 'portolan', argv: [], env: {}, cwd: '/', stdout: NOWHERE, stderr: NOWHERE },
  ...{ stdin: async () => new Uint8Array(), signal: new AbortController().signal },
}

describe('action.yml', () => {
  it('has every input that the program reads, and no other', () => {
    expect(Object.keys(ACTION.inputs).toSorted()).toEqual(
      ['service', 'token', ...ACTION_INPUTS.map(({ name }) => name)].toSorted(),
    )
  })

  it('has inputs that are options of check', () => {
    const check = createProgram(NO_IO, () => undefined).commands.find((each) => each.name() === 'check')
    const options = check?.options.map(({ long }) => long)
    expect(ACTION_INPUTS.filter(({ name }) => !options?.includes(`--${name}`))).toEqual([])
  })
})

it('the example gives inputs that there are, and reads outputs that there are', () => {
  const text = readFileSync('examples/ci/github-actions-action.yml', 'utf8')
  const { jobs } = load(text) as { jobs: { 'smoke-test': { steps: { id?: string; with?: object }[] } } }
  const used = jobs['smoke-test'].steps.find(({ id }) => id === 'portolan')?.with ?? {}
  expect(Object.keys(used).filter((name) => !(name in ACTION.inputs))).toEqual([])
  const read = [...text.matchAll(/steps\.portolan\.outputs\.(\w+)/g)].map(([, name = '']) => name)
  expect([read.length > 0, read.filter((name) => !(name in ACTION.outputs))]).toEqual([true, []])
})

describe('inputs', () => {
  it('become options, lines one each, and nothing of them an option of its own', () => {
    const env = { INPUT_SERVICE: 'toad-svc\n--server=x', INPUT_FILENAME: 'a.yaml\n\n b.yaml ', INPUT_NAMESPACE: '-o' }
    const words = ['check', '--filename=a.yaml', '--filename=b.yaml', '--namespace=-o', '--', 'toad-svc', '--server=x']
    expect(wordsOfInputs({ ...env, INPUT_SERVER: '', 'INPUT_STRICT-EGRESS': 'false' })).toEqual(words)
  })

  it('say nothing of what the runner dials where a server is asked', () => {
    const env = { INPUT_SERVICE: 'toad-svc', 'INPUT_STRICT-EGRESS': 'true' }
    const server = 'https://portolan.example'
    expect(wordsOfInputs({ ...env, INPUT_SERVER: server })).toEqual(['check', `--server=${server}`, '--', 'toad-svc'])
    expect(wordsOfInputs({ ...env, PORTOLAN_SERVER: server })).toEqual(['check', '--', 'toad-svc'])
  })

  it.each([
    [
      'an input',
      { 'INPUT_STRICT-EGRESS': 'yes' },
      /^The input strict-egress is true or false, and "yes" was given\.\n$/,
    ],
    ['a folder', { RUNNER_TEMP: '/dev/null' }, /^\/dev\/null\/portolan-\w+ could not be written: .+\.\n$/],
    ['the file of outputs', { GITHUB_OUTPUT: '/dev/null/output' }, /^GITHUB_OUTPUT could not be written: .+\.\n$/],
  ])('is told in a line, with 2, what is wrong with %s', async (_what, env, says) => {
    const said: string[] = []
    const temp = mkdtempSync(join(tmpdir(), 'portolan-inputs-'))
    const stderr = { ...NOWHERE, write: (text: string) => void said.push(text) }
    const code = await runAction({ ...NO_IO, stderr, env: { RUNNER_TEMP: temp, ...env } }, async () => 1)
    rmSync(temp, { recursive: true })
    expect([code, said.join('')]).toEqual([2, expect.stringMatching(says)])
  })

  it('that are switches are true or false', () => {
    expect(wordsOfInputs({ 'INPUT_STRICT-EGRESS': 'True' })).toEqual(['check', '--strict-egress', '--'])
    expect(() => wordsOfInputs({ 'INPUT_STRICT-EGRESS': 'yes' })).toThrow(
      'The input strict-egress is true or false, and "yes" was given.',
    )
  })
})

describe('a step', () => {
  let folder = ''
  let pod: Pod
  beforeAll(async () => {
    buildOnce()
    folder = mkdtempSync(join(tmpdir(), 'portolan-action-'))
    pod = await startPod('toad-1')
  })
  afterAll(async () => {
    await pod.close()
    rmSync(folder, { recursive: true })
  })

  type Step = { code: unknown; stdout: string; stderr: string; outputs: Record<string, string>; summary: string }

  /** As the runner starts a step: its node, the file that action.yml names, inputs with their defaults, its files. */
  async function step(name: string, inputs: Record<string, string>): Promise<Step> {
    const at = join(folder, name)
    mkdirSync(at)
    const files = { GITHUB_OUTPUT: join(at, 'output'), GITHUB_STEP_SUMMARY: join(at, 'summary') }
    for (const file of Object.values(files)) {
      writeFileSync(file, '')
    }
    const defaults = Object.entries(ACTION.inputs).map(([input, { default: value = '' }]) => [input, value])
    const given = Object.entries({ ...Object.fromEntries(defaults), ...inputs })
    const env = {
      ...Object.fromEntries(given.map(([input, value]) => [`INPUT_${input.toUpperCase()}`, value])),
      ...{ GITHUB_ACTIONS: 'true', CI: 'true', GITHUB_WORKSPACE: folder, RUNNER_TEMP: at, ...files },
    }
    const main = join(import.meta.dirname, '../..', ACTION.runs.main)
    const [code, stdout, stderr] = await new Promise<[unknown, string, string]>((resolve) => {
      execFile(process.execPath, [main], { env, cwd: folder }, (error, out, said) =>
        resolve([error === null ? 0 : error.code, out, said]),
      )
    })
    const output = readFileSync(files.GITHUB_OUTPUT, 'utf8')
    const outputs = Object.fromEntries(
      [...output.matchAll(/^(\w+)<<(.*)\n([\s\S]*?)\n\2$/gm)].map(([, key = '', , value = '']) => [key, value]),
    )
    return { code, stdout, stderr, outputs, summary: readFileSync(files.GITHUB_STEP_SUMMARY, 'utf8') }
  }

  const manifest = (port: number): string => {
    const service = toadService(port, { type: 'LoadBalancer' })
    const status = { loadBalancer: { ingress: [{ ip: '127.0.0.1' }] } }
    return JSON.stringify({ ...service, metadata: { name: 'toad-svc', namespace: 'shop' }, status })
  }

  it('passes, and tells the verdict, the summary and where the reports are', async () => {
    writeFileSync(join(folder, 'toad.json'), manifest(pod.port))
    const { code, outputs, summary } = await step('passes', { filename: 'toad.json', 'strict-egress': 'false' })
    expect([code, outputs.verdict, outputs.summary]).toEqual([
      0,
      'pass',
      expect.stringMatching(/^pass {2}shop\/toad-svc {2}1 pass/),
    ])
    expect(Object.keys(outputs).toSorted()).toEqual(Object.keys(ACTION.outputs).toSorted())
    expect(JSON.parse(readFileSync(outputs.report ?? '', 'utf8')).verdict).toBe('pass')
    expect(readFileSync(outputs.junit ?? '', 'utf8')).toContain('<testsuite')
    expect(summary).toContain('shop/toad-svc')
  })

  it('fails with 1 where a path fails, with an annotation', async () => {
    writeFileSync(join(folder, 'gone.json'), manifest(1))
    const { code, outputs, stdout } = await step('fails', { filename: 'gone.json', 'strict-egress': 'false' })
    expect([code, outputs.verdict]).toEqual([1, 'fail'])
    expect(stdout).toMatch(/^::(error|warning|notice)\b/m)
  })

  it('ends with 2 where it could not be asked, with an empty verdict', async () => {
    const { code, outputs, stdout } = await step('nothing', { filename: 'nowhere.yaml' })
    expect([code, outputs]).toEqual([2, { verdict: '', summary: '' }])
    expect(stdout).toBe('::error title=Portolan::nowhere.yaml: there is no such file.\n')
  })

  it.each<[string, Record<string, string>, string]>([
    [
      'a switch',
      { 'strict-egress': 'y\n::warning::es' },
      'The input strict-egress is true or false, and "y%0A\\u{3a}:warning::es" was given.',
    ],
    ['a number', { filename: 'a.json', samples: '3%' }, '--samples takes a whole number, not "3%25".'],
    [
      'two Services',
      { service: 'toad\nfrog' },
      'One Service at a time: "toad" and "frog" are two. -l SELECTOR or -A check several.',
    ],
  ])('tells in an annotation what is wrong with an input: %s', async (what, inputs, said) => {
    const { code, stdout } = await step(`wrong ${what}`, inputs)
    expect([code, stdout]).toEqual([2, `::error title=Portolan::${said}\n`])
  })

  it('has one annotation for each mistake of manifests, and no other', async () => {
    writeFileSync(
      join(folder, 'wrong.yaml'),
      'apiVersion: v1\nkind: Service\nmetadata: {name: toad-svc}\nspec: {ports: [{port: x}]}\n',
    )
    const { code, stdout, stderr } = await step('manifests', { filename: 'wrong.yaml' })
    expect([code, `${stdout}${stderr}`.match(/^::\w+ [^,:]*/gm)]).toEqual([2, ['::error file=wrong.yaml']])
  })

  it('asks a server by inputs and defaults alone', async () => {
    const { stderr } = await step('server', { service: 'toad-svc', server: 'http://127.0.0.1:1' })
    expect(stderr).toMatch(/^POST http:\/\/127\.0\.0\.1:1\/v1\/jobs was not answered/)
  })

  it('has its token masked', async () => {
    const { stdout } = await step('token', { service: 'toad-svc', server: 'http://127.0.0.1:1', token: 'a%secret' })
    expect(stdout.split('\n')[0]).toBe('::add-mask::a%25secret')
  })
})
