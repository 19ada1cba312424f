/** A check within the process and one of a server are the same check. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ApiServer } from '../../support/api-server.ts'
import { cliFolder } from '../../support/cli.ts'
import { writeKubeconfig } from '../../support/kubeconfig.ts'
import { liveClusters } from '../../support/live-cluster.ts'
import { loopbackService } from '../../support/loopback-service.ts'
import { startTestPortolan, type TestPortolan } from '../../support/portolan.ts'
import { sameIn } from '../../support/same-document.ts'
import { keeper, refusedPort, serveHttp, type TestServer } from '../../support/servers.ts'

const { keep, closeAll } = keeper()
const live = liveClusters()
const folder = cliFolder()
let cluster: ApiServer
let portolan: TestPortolan
let kubeconfig: string
let well: TestServer

const EXAMPLES = new URL('../../../examples/manifests/', import.meta.url).pathname

beforeAll(async () => {
  well = await keep(
    serveHttp((_request, response) => {
      response.sendDate = false
      response.end('toad')
    }),
  )
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }
  folder.write('pass.json', loopbackService(well.port))
  folder.write('fail.json', loopbackService(await refusedPort()))
  const { server } = await live.of([namespace, JSON.parse(loopbackService(well.port, { labels: { app: 'toad' } }))], {
    isPlain: false,
  })
  cluster = server
  kubeconfig = writeKubeconfig(folder.cwd, { here: { server: cluster, namespace: 'shop' } })
  portolan = await keep(startTestPortolan({ PORTOLAN_VANTAGE: 'outside', PORTOLAN_KUBECONFIG: kubeconfig }))
})
afterAll(async () => {
  await closeAll()
  await live.closeAll()
  folder.remove()
})

/** Its exit code, and what it found. */
async function found(args: readonly string[], options = {}) {
  const { exitCode, stderr, stdout } = await folder.run(['check', ...args, '-o', 'json'], options)
  expect(stdout, stderr).toMatch(/^\{/)
  return { exitCode, document: sameIn(JSON.parse(stdout)) }
}

describe('the same words', () => {
  it.each([
    ['a Service that is reached', ['-f', 'pass.json'], 0],
    ['a Service that refuses', ['-f', 'fail.json', '--samples', '2', '--retries', '1'], 1],
    ['a Service inside a cluster', ['-f', `${EXAMPLES}clusterip.yaml`], 2],
    ['paths that must not be reachable', ['-f', 'fail.json', '--expect-unreachable', 'LoadBalancer,port=http'], 0],
    ['several Services', ['-f', 'pass.json', '-l', 'app=none', '-A'], 2],
  ])('find the same here and by a server: %s', async (_what, args, exitCode) => {
    if (args.includes('-A')) {
      const here = await folder.run(['check', ...args])
      const there = await folder.run(['check', ...args, '--server', portolan.url])
      expect([here.exitCode, here.stderr]).toEqual([there.exitCode, there.stderr])
      return
    }
    const here = await found(args)
    expect(here).toEqual(await found([...args, '--server', portolan.url]))
    expect(here.exitCode).toBe(exitCode)
  })

  it('find the same of a live Service, in the namespace of the context', async () => {
    const here = await found(['svc/toad-svc', '--kubeconfig', kubeconfig])
    expect(here).toEqual(await found(['svc/toad-svc', '-n', 'shop', '--server', portolan.url]))
    expect(here.exitCode).toBe(0)
  })

  it('find the live Services with a label, in the namespace of the context', async () => {
    const here = await found(['-l', 'app=toad', '--kubeconfig', kubeconfig])
    const there = await found(['-l', 'app=toad', '-n', 'shop', '--server', portolan.url])
    expect(here).toEqual(there)
    expect(here.exitCode).toBe(0)
  })

  it('plan every live Service, here and by a server', async () => {
    const here = await folder.run(['plan', '-A', '-o', 'json', '--kubeconfig', kubeconfig])
    const there = await folder.run(['plan', '-A', '-o', 'json', '--server', portolan.url])
    expect(sameIn(JSON.parse(here.stdout))).toEqual(sameIn(JSON.parse(there.stdout)))
  })

  it('wait for a live Service that is not there yet', async () => {
    const { stdout } = await folder.run(
      ['watch', 'late', '--until', 'pass', '--every', '100ms', '--include', 'LoadBalancer', '--kubeconfig', kubeconfig],
      {
        onStdout(text: string) {
          if (text.includes('UNKNOWN')) {
            cluster.objects.apply(JSON.parse(loopbackService(well.port, { name: 'late' })))
          }
        },
      },
    )
    expect(stdout.split('\n').map((line) => line.slice(25, 70))).toEqual([
      'UNKNOWN  Service/late is not in namespace sho',
      'PASS  shop/late  1 pass',
      '',
    ])
  })

  it('name what is near where there is no such Service', async () => {
    const { exitCode, stderr } = await folder.run(['check', 'toad-scv', '--kubeconfig', kubeconfig])
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(/^Service\/toad-scv is not in namespace shop of cluster default\. Did you mean toad-svc\?/)
  })
})
