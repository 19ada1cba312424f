import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cliFolder } from '../../support/cli.ts'
import { loopbackService } from '../../support/loopback-service.ts'
import { startTestPortolan, type TestPortolan } from '../../support/portolan.ts'

const folder = cliFolder()
let portolan: TestPortolan

beforeAll(async () => {
  portolan = await startTestPortolan({ PORTOLAN_VANTAGE: 'outside' })
  folder.write('a/toad.json', loopbackService(80))
  folder.write(
    'a/frog.yaml',
    'apiVersion: v1\nkind: Service\nmetadata:\n  name: frog\n  namespace: pond\nspec:\n  selector:\n    app: frog\n  ports:\n    - port: 80\n---\n' +
      'apiVersion: v1\nkind: Pod\nmetadata:\n  name: frog-1\n  namespace: pond\n  labels:\n    app: forg\nspec:\n  containers:\n    - name: web\n',
  )
})
afterAll(async () => {
  await portolan.close()
  folder.remove()
})

type Place = { artifactLocation: { uri: string }; region: { startLine: number } }

const plan = (args: string, options = {}) => folder.run(['plan', ...args.split(' ')], options)

describe('portolan plan', () => {
  it('shows the paths with the fields that they come from, and dials nothing', async () => {
    const { exitCode, stdout, stderr } = await plan('-f a/toad.json')
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toMatch(/^PLAN {2}shop\/toad-svc {2}\d+ paths, \d+ not tested from here\n/)
    expect(stdout).toMatch(/^LoadBalancer +http +127\.0\.0\.1:80 +Service\/toad-svc status\.loadBalancer/m)
  })

  it('says the same of a server', async () => {
    const here = await plan('-f a -o json')
    const there = await plan(`-f a -o json --server ${portolan.url}`)
    expect(JSON.parse(there.stdout)).toEqual(JSON.parse(here.stdout))
    expect(JSON.parse(here.stdout).plans.map(({ target }: { target: unknown }) => target)).toEqual([
      { cluster: 'default', namespace: 'pond', service: 'frog' },
      { cluster: 'default', namespace: 'shop', service: 'toad-svc' },
    ])
  })

  it('has the plan itself of a Service that was named, and a list else', async () => {
    const named = await plan(`toad-svc -f a -o json --server ${portolan.url}`)
    expect(JSON.parse(named.stdout).target.service).toBe('toad-svc')
    const alone = await plan(`-f a/toad.json -o json --server ${portolan.url}`)
    expect(JSON.parse(alone.stdout).plans).toHaveLength(1)
  })

  it('exits 1 for findings alone where that is asked for, and names their lines in SARIF', async () => {
    const args = `-f a --sarif out.sarif --server ${portolan.url}`
    expect((await plan(args)).exitCode).toBe(0)
    expect((await plan(`${args} --fail-on possible`)).exitCode).toBe(1)
    const { results } = JSON.parse(folder.read('out.sarif')).runs[0]
    expect(
      results.map(({ locations: [{ physicalLocation: at }] }: { locations: [{ physicalLocation: Place }] }) => [
        at.artifactLocation.uri,
        at.region.startLine,
      ]),
    ).toEqual([
      ['a/frog.yaml', 7],
      ['a/toad.json', 1],
    ])
  })

  it('writes a refusal of manifests into SARIF, and exits 2', async () => {
    folder.write(
      'bad/service.yaml',
      'apiVersion: v1\nkind: Service\nmetadata:\n  name: x\nspec:\n  ports:\n    - port: none\n',
    )
    folder.write('bad/other.json', loopbackService(80))
    const { exitCode, stderr } = await plan(`-f bad --sarif refused.sarif --server ${portolan.url}`)
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(/^bad\/service\.yaml:7: Service\/x spec\.ports\[0\]\.port: /)
    const [result] = JSON.parse(folder.read('refused.sarif')).runs[0].results
    expect(result.locations[0].physicalLocation.region.startLine).toBe(7)
  })
})
