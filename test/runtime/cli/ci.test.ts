/** What CI systems are told of a check. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cliFolder } from '../../support/cli.ts'
import { loopbackService } from '../../support/loopback-service.ts'
import { startTestPortolan, type TestPortolan } from '../../support/portolan.ts'
import { refusedPort } from '../../support/servers.ts'

const folder = cliFolder()
let portolan: TestPortolan

beforeAll(async () => {
  portolan = await startTestPortolan({ PORTOLAN_VANTAGE: 'outside' })
  folder.write('deploy/fail.json', loopbackService(await refusedPort()))
  folder.write(
    'deploy/bad.yaml',
    'apiVersion: v1\nkind: Service\nmetadata:\n  name: x\nspec:\n  ports:\n    - port: none\n',
  )
})
afterAll(async () => {
  await portolan.close()
  folder.remove()
})

const check = (args: string, env: Record<string, string>) =>
  folder.run(['check', ...args.split(' '), '--server', portolan.url], { env })
const FAIL = '-f deploy/fail.json --include LoadBalancer'

describe('in GitHub', () => {
  const github = { GITHUB_ACTIONS: 'true', CI: 'true', GITHUB_WORKSPACE: folder.cwd }

  it('a finding is an annotation at the line of its file, and the report is added to the summary of the step', async () => {
    folder.write('summary.md', '# Before\n')
    const { exitCode, stdout } = await check(FAIL, { ...github, GITHUB_STEP_SUMMARY: join(folder.cwd, 'summary.md') })
    expect(exitCode).toBe(1)
    expect(stdout).toMatch(/^FAIL {2}shop\/toad-svc/m)
    expect(stdout).toMatch(/^::(error|warning|notice) .*file=deploy\/fail\.json,line=1/m)
    expect(folder.read('summary.md')).toMatch(/^# Before\n.*### ❌ FAIL: `shop\/toad-svc`/s)
  })

  it('the summary begins with the command that tests inside the cluster, where that is needed', async () => {
    folder.write('internal.json', loopbackService(80).replace('LoadBalancer', 'ClusterIP'))
    folder.write('inside.md', '')
    const env = { ...github, GITHUB_STEP_SUMMARY: join(folder.cwd, 'inside.md') }
    expect((await check('-f internal.json', env)).exitCode).toBe(2)
    expect(folder.read('inside.md')).toMatch(
      /^```text\nNothing of shop\/toad-svc can be reached from here: .*kubectl run .*\n```\n/s,
    )
  })

  it('annotations stand beside what other programs read from standard output', async () => {
    const { stdout, stderr } = await check(`${FAIL} -o json`, github)
    expect(JSON.parse(stdout).verdict).toBe('fail')
    expect(stderr).toMatch(/^::(error|warning|notice) /m)
  })

  it('is exit 2 where the summary cannot be written, which hides no report', async () => {
    mkdirSync(join(folder.cwd, 'a-folder'))
    const { exitCode, stderr } = await check(`${FAIL} --json kept.json`, {
      ...github,
      GITHUB_STEP_SUMMARY: join(folder.cwd, 'a-folder'),
    })
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(/^GITHUB_STEP_SUMMARY could not be written: it is a folder; name a file in it\.$/m)
    expect(JSON.parse(folder.read('kept.json')).verdict).toBe('fail')
  })

  it('refused manifests are annotations, each at its line', async () => {
    const { exitCode, stderr } = await check('-f deploy/bad.yaml', github)
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(/^::error .*file=deploy\/bad\.yaml,line=7/m)
    expect(stderr).toMatch(/^deploy\/bad\.yaml:7: Service\/x spec\.ports\[0\]\.port: /m)
  })

  it('nothing is told that is not wanted', async () => {
    const { stdout, stderr } = await check(`${FAIL} --ci none`, github)
    expect(stdout + stderr).not.toMatch(/^::/m)
  })
})

describe('in Azure', () => {
  it('a finding is an issue, and the Markdown report is uploaded', async () => {
    const { stdout } = await check(`${FAIL} --markdown report.md`, {
      TF_BUILD: 'True',
      BUILD_SOURCESDIRECTORY: folder.cwd,
    })
    expect(stdout).toMatch(/^##vso\[task\.logissue [^\]]*sourcepath=deploy\/fail\.json/m)
    expect(stdout).toContain(`##vso[task.uploadsummary]${join(folder.cwd, 'report.md')}`)
  })
})

describe('in GitLab', () => {
  it('a finding is an entry of Code Quality, by the path in the repository', async () => {
    await check(`${FAIL} --code-quality quality.json`, {
      GITLAB_CI: 'true',
      CI_PROJECT_DIR: join(folder.cwd, 'deploy'),
    })
    const [entry] = JSON.parse(folder.read('quality.json'))
    expect(entry.location).toEqual({ path: 'fail.json', lines: { begin: 1 } })
  })
})
