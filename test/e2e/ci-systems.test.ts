/**
 * The examples for CI systems whose steps are shell: each is parsed, filled in as the system fills it in, and its step run
 * with what the system sets, against a Portolan that reads a cluster.
 *
 * @module
 */
import { execFile } from 'node:child_process'
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { load, loadAll } from 'js-yaml'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { VERSION } from '../../src/runtime/version.ts'
import { buildOnce } from '../support/bundle.ts'
import { balanced, OUTSIDE } from '../support/gates.ts'
import { liveObjects } from '../support/live-objects.ts'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { refusedPort } from '../support/servers.ts'
import { type Pod, startPod } from '../support/toad.ts'

const TOKEN = 'an-admin-token-from-a-secret'
let folder = ''
let pod: Pod
let portolan: TestPortolan

beforeAll(async () => {
  buildOnce()
  folder = mkdtempSync(join(tmpdir(), 'portolan-ci-'))
  const cluster = liveObjects()
  ;[portolan, pod] = await Promise.all([
    startTestPortolan(
      { ...OUTSIDE, PORTOLAN_AUTH: 'tokens', PORTOLAN_ADMIN_TOKEN: TOKEN },
      { clusterSource: cluster.source },
    ),
    startPod('toad'),
  ])
  cluster.set([balanced('toad-svc', pod.port), balanced('frog-svc', await refusedPort())])
  // In place of npm's, which would fetch the package: it runs what is packed
  const program = `exec '${process.execPath}' '${resolve('dist/portolan.cjs')}' "$@"\n`
  const npx = `#!/bin/sh\n[ "$1 $2" = "--yes portolan@${VERSION}" ] || exit 64\nshift 2\n${program}`
  writeFileSync(join(folder, 'npx'), npx, { mode: 0o755 })
  writeFileSync(join(folder, 'portolan'), `#!/bin/sh\n${program}`, { mode: 0o755 })
}, 120_000)
afterAll(async () => {
  await Promise.all([portolan.close(), pod.close()])
  rmSync(folder, { recursive: true })
})

type Ran = { code: unknown; stdout: string; at: string }

let runs = 0

/** A workspace of its own, and nothing of this machine's settings. */
function workspace(): string {
  const at = join(folder, `workspace-${++runs}`)
  mkdirSync(at)
  return at
}

const run = (at: string, command: readonly [string, ...string[]], env: Record<string, string>): Promise<Ran> =>
  new Promise((ended) => {
    const [program, ...args] = command
    const all = { HOME: at, PATH: `${folder}:${process.env.PATH}`, CI: 'true', ...env }
    execFile(program, args, { cwd: at, env: all }, (error, stdout) =>
      ended({ code: error === null ? 0 : error.code, stdout, at }),
    )
  })

/** The Service and the address of an example, for those of this test; nothing settles. */
const here = (text: string, service: string): string =>
  text
    .replaceAll('toad-svc', service)
    .replaceAll('https://portolan.example', portolan.url)
    .replaceAll('settle 30s', 'settle 0s')

/** A line before the report says what was not tested from there. */
const verdictIn = (log: string): string | null => /^(PASS|FAIL|ERROR|INCONCLUSIVE) /m.exec(log)?.[1] ?? null

const testsIn = (at: string, file: string): string => readFileSync(join(at, file), 'utf8')

/** Service, exit code of the program, and the verdict in the log. */
const CASES = [
  ['toad-svc', 0, 'PASS'],
  ['frog-svc', 1, 'FAIL'],
  ['newt-svc', 2, null],
] as const

describe('docs/guides/ci.md', () => {
  const page = readFileSync('docs/guides/ci.md', 'utf8')

  it('begins with a command that is run as it stands', async () => {
    const [, command = ''] = /```sh\n([\s\S]*?)```/.exec(page) ?? []
    expect(command).toMatch(/^portolan check /)
    const at = workspace()
    const env = { PORTOLAN_SERVER: portolan.url, PORTOLAN_TOKEN: TOKEN }
    const ran = await run(at, ['bash', '-eo', 'pipefail', '-c', command], env)
    expect([ran.code, verdictIn(ran.stdout)]).toEqual([0, 'PASS'])
    expect([existsSync(join(at, 'portolan.xml')), existsSync(join(at, 'portolan.md'))]).toEqual([true, true])
  })

  it('leads to every example for a system', () => {
    const files = globSync(['examples/ci/**', 'examples/kubernetes/*'], { exclude: ['**/all-fine.sh'] })
    const named = files.filter((file) => statSync(file).isFile() && !GATES.test(file))
    expect(named.filter((file) => !page.includes(`](../../${file})`))).toEqual([])
  })
})

/** They are in the guide of gates. */
const GATES = /flagger|argo-rollouts/

describe('GitLab: the component, as examples/ci/gitlab/.gitlab-ci.yml includes it', () => {
  type Spec = { spec: { inputs: Record<string, { default?: string } | null> } }
  type Job = {
    image: string
    variables: Record<string, string>
    script: string[]
    allow_failure: { exit_codes: number[] }
    artifacts: { paths: string[]; reports: { junit: string } }
  }
  const inputsOf = (service: string): Record<string, string> => {
    const pipeline = load(here(readFileSync('examples/ci/gitlab/.gitlab-ci.yml', 'utf8'), service)) as {
      stages: string[]
      include: { component: string; inputs: Record<string, string> }[]
    }
    const [{ component = '', inputs = {} } = {}] = pipeline.include
    // The name of a component is that of its file below templates/
    expect(component).toMatch(/^\$CI_SERVER_FQDN\/[\w-]+\/[\w-]+\/portolan@\d+\.\d+\.\d+$/)
    expect(pipeline.stages).toContain(inputs.stage)
    return inputs
  }
  /** As GitLab interpolates: unknown inputs and those that are missing are errors of the pipeline. */
  function jobOf(inputs: Record<string, string>): Job {
    const text = readFileSync('examples/ci/gitlab/templates/portolan.yml', 'utf8')
    const { spec } = loadAll(text)[0] as Spec
    expect(Object.keys(inputs).filter((name) => !(name in spec.inputs))).toEqual([])
    const values = Object.entries(spec.inputs).map(([name, input]) => [name, inputs[name] ?? input?.default])
    expect(values.filter(([, value]) => value === undefined)).toEqual([])
    const given = Object.fromEntries(values)
    const [, body = ''] = text.split(/^---$/m)
    const filled = body.replaceAll(/\$\[\[ inputs\.(\w+) \]\]/g, (_, name) => given[name])
    expect(filled).not.toContain('$[[')
    const jobs = Object.values(load(filled) as Record<string, Job>)
    expect(jobs).toHaveLength(1)
    return jobs[0] as Job
  }
  const step = (job: Job, env: Record<string, string>) => {
    const at = workspace()
    const set = { GITLAB_CI: 'true', CI_PROJECT_DIR: at, ...job.variables, ...env }
    return run(at, ['bash', '-eo', 'pipefail', '-c', job.script.join('\n')], set)
  }

  it.each(CASES)('%s ends with %i, and leaves what the job names as its artifacts', async (service, code, verdict) => {
    const job = jobOf({ ...inputsOf(service), settle: '0s' })
    const ran = await step(job, { PORTOLAN_TOKEN: TOKEN })
    expect([ran.code, verdictIn(ran.stdout)]).toEqual([code, verdict])
    const { paths, reports } = job.artifacts
    expect([...paths, reports.junit].map((file) => existsSync(join(ran.at, file)))).toEqual(
      verdict === null ? [false, false] : [true, true],
    )
    if (verdict !== null) {
      expect(testsIn(ran.at, reports.junit)).toContain(`name="shop/${service}"`)
    }
    // 2 is a warning, 1 fails the pipeline
    expect(job.allow_failure.exit_codes).toEqual([2])
  })

  it('tests by itself where no server is named', async () => {
    const { server: _, ...inputs } = inputsOf('toad-svc')
    const ran = await step(jobOf(inputs), {})
    // There is no cluster: which is nobody's fault
    expect([ran.code, ran.stdout]).toEqual([2, ''])
  })
})

describe('Azure Pipelines: examples/ci/azure-pipelines.yml', () => {
  type Pipeline = {
    variables: Record<string, string>
    steps: { bash?: string; env?: Record<string, string>; task?: string; inputs?: Record<string, string> }[]
  }
  const pipeline = (service: string) =>
    load(here(readFileSync('examples/ci/azure-pipelines.yml', 'utf8'), service)) as Pipeline
  /** Variables are in the environment, secrets are not; macros of `env` are put in before the step. */
  async function step(service: string): Promise<Ran> {
    const { variables, steps } = pipeline(service)
    const { bash = '', env = {} } = steps.find((each) => each.bash !== undefined) ?? {}
    const at = workspace()
    const secrets: Record<string, string> = { PORTOLAN_TOKEN: TOKEN }
    const given = Object.entries(env).map(([name, value]) => [
      name,
      value.replaceAll(/\$\((\w+)\)/g, (macro, of) => secrets[of] ?? macro),
    ])
    writeFileSync(join(at, 'step.sh'), bash)
    const set = { TF_BUILD: 'True', AGENT_TEMPDIRECTORY: at, BUILD_SOURCESDIRECTORY: at, ...variables }
    return run(at, ['bash', '--noprofile', '--norc', join(at, 'step.sh')], { ...set, ...Object.fromEntries(given) })
  }

  it.each([
    ['toad-svc', 0, 'PASS', false],
    ['frog-svc', 1, 'FAIL', false],
    ['newt-svc', 0, null, true],
  ] as const)('%s ends the step with %i, with the report in the summary', async (service, code, verdict, isUnknown) => {
    const { stdout, at, ...ran } = await step(service)
    const shown = stdout.split('\n').filter((line) => line.startsWith('##vso[task.uploadsummary]'))
    expect([ran.code, stdout.includes('##vso[task.complete result=SucceededWithIssues;]')]).toEqual([code, isUnknown])
    expect(shown).toEqual(verdict === null ? [] : [`##vso[task.uploadsummary]${at}/portolan.md`])
    if (verdict !== null) {
      expect(verdictIn(stdout)).toBe(verdict)
      const published = pipeline(service).steps.find(({ task }) => task === 'PublishTestResults@2')?.inputs
      expect(published?.testResultsFiles).toBe('$(Agent.TempDirectory)/portolan.xml')
      expect(testsIn(at, 'portolan.xml')).toContain(`name="shop/${service}"`)
    }
  })
})

describe('Jenkins: examples/ci/Jenkinsfile', () => {
  const text = (service: string) => here(readFileSync('examples/ci/Jenkinsfile', 'utf8'), service)

  it('is blocks that are closed, and names the files that the step writes', () => {
    const bare = text('toad-svc').replaceAll(/'''[\s\S]*?'''|'[^'\n]*'|"[^"\n]*"|\/\/.*/g, '')
    let depth = 0
    const depths = [...bare.matchAll(/[{}]/g)].map(([brace]) => (depth += brace === '{' ? 1 : -1))
    expect([Math.min(...depths), depth]).toEqual([0, 0])
    expect(text('toad-svc')).toContain("junit testResults: 'portolan.xml'")
    expect(text('toad-svc')).toContain("archiveArtifacts artifacts: 'portolan.md'")
    // 1 fails the build, and any other is no failure of the Service
    expect(text('toad-svc').replaceAll(/\s+/g, ' ')).toMatch(
      /if \(code == 1\) \{ error .* if \(code != 0\) \{ unstable /,
    )
  })

  it.each(CASES)('the step about %s ends with %i', async (service, code, verdict) => {
    const jenkinsfile = text(service)
    const [, script = ''] = /script: '''([\s\S]*?)'''/.exec(jenkinsfile) ?? []
    const [, server = ''] = /PORTOLAN_SERVER = '(.*)'/.exec(jenkinsfile) ?? []
    const at = workspace()
    // Groovy reads a backslash at the end of a line of ''' as one of the shell
    const ran = await run(at, ['sh', '-xe', '-c', script.replaceAll('\\\\', '\\')], {
      ...{ PORTOLAN_SERVER: server, PORTOLAN_TOKEN: TOKEN, JENKINS_URL: 'https://jenkins.example/' },
    })
    expect([ran.code, verdictIn(ran.stdout)]).toEqual([code, verdict])
    if (verdict !== null) {
      expect(testsIn(at, 'portolan.xml')).toContain(`name="shop/${service}"`)
      expect(testsIn(at, 'portolan.md')).toContain(verdict)
    }
  })
})
