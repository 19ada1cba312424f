import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ApiServer, KubeObject } from '../support/api-server.ts'
import { HELM, helmTemplate, SECRET, titled } from '../support/deploy.ts'
import { writeKubeconfig } from '../support/kubeconfig.ts'
import { liveClusters } from '../support/live-cluster.ts'
import { startTestPortolan, type TestPortolan } from '../support/portolan.ts'
import { freePort } from '../support/program.ts'
import { type PodSpec, runPod, serviceFromOutside } from '../support/run-pod.ts'

/** The pod of `helm test`, against Portolans with the rights that the chart gives them on a live cluster. */
const TOKEN = 'an-admin-token-from-a-secret'
const live = liveClusters()
const others: TestPortolan[] = []
let folder = ''
let server: ApiServer

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'portolan-helm-test-'))
  server = await live.start()
  server.objects.applyAll([serviceFromOutside('shop', 'toad-svc', 1), serviceFromOutside('shop', 'frog-svc', 1)])
})
afterAll(async () => {
  await Promise.all(others.map((each) => each.close()))
  await live.closeAll()
  rmSync(folder, { recursive: true })
})

describe.skipIf(HELM === null)(titled('the pod of helm test', HELM !== null), () => {
  /** A Portolan with the rights that the chart gives with these values, on the same cluster. */
  async function installed(values: readonly string[], env: Record<string, string> = {}): Promise<string> {
    const name = `reader-${others.length}`
    const roles = helmTemplate(...SECRET, ...values).filter(({ apiVersion }) => apiVersion.startsWith('rbac.'))
    const subjects = [{ kind: 'ServiceAccount', name, namespace: 'portolan' }]
    const named = roles.map(({ metadata, ...rest }) => ({
      ...{ ...rest, metadata: { ...metadata, name } },
      ...(rest.roleRef !== undefined && { roleRef: { ...rest.roleRef, name }, subjects }),
    }))
    server.objects.applyAll(named as unknown as KubeObject[])
    server.tokens.addServiceAccount(`token-of-${name}`, 'portolan', name)
    const at = mkdtempSync(join(folder, 'kube-'))
    const started = await startTestPortolan({
      ...{ PORTOLAN_AUTH: 'tokens', PORTOLAN_ADMIN_TOKEN: TOKEN, PORTOLAN_CLUSTER: 'prod', ...env },
      PORTOLAN_KUBECONFIG: writeKubeconfig(at, { here: { server, token: `token-of-${name}`, namespace: 'portolan' } }),
    })
    others.push(started)
    return started.url
  }

  const podOf = (...values: string[]): PodSpec =>
    helmTemplate(...SECRET, ...values).find(({ kind }) => kind === 'Pod')?.spec
  const only = (namespaces: string): string[] => ['--set', `rbac.namespaces={${namespaces}}`]

  it('passes where Portolan is ready, takes the token, and plans its own Service from what it reads', async () => {
    const everywhere = await installed([])
    const own = serviceFromOutside('portolan', 'portolan', Number(new URL(everywhere).port))
    server.objects.applyAll([own])
    const passed = {
      code: 0,
      stdout: expect.stringMatching(
        /^it is ready\nit takes the token: admin, admin\nit reads portolan\/portolan and plans its paths: [1-9]\d*\nPASS\n$/,
      ),
    }
    expect(await runPod(podOf(), everywhere, TOKEN)).toEqual(passed)
    const there = await installed(only('shop,portolan'), { PORTOLAN_NAMESPACES: 'shop,portolan' })
    expect(await runPod(podOf(...only('shop,portolan')), there, TOKEN)).toEqual(passed)
  })

  it('passes where Portolan reads other namespaces alone, by the Services of the first', async () => {
    const elsewhere = await installed(only('shop,pond'), { PORTOLAN_NAMESPACES: 'shop,pond' })
    expect(await runPod(podOf(...only('shop,pond')), elsewhere, TOKEN)).toEqual({
      code: 0,
      stdout: 'it is ready\nit takes the token: admin, admin\nit reads the Services of shop: 2\nPASS\n',
    })
  })

  it('fails, and says why, where the token is another, the cluster may not be read, or nobody answers', async () => {
    const noRights = await installed(['--set', 'rbac.create=false'])
    const other = await runPod(podOf(), noRights, 'another-token')
    expect([other.code, other.stdout]).toEqual([1, expect.stringContaining('FAIL GET /v1/whoami is answered with 401')])
    for (const values of [[], only('shop')]) {
      const { code, stdout } = await runPod(podOf(...values), noRights, TOKEN)
      expect([code, stdout]).toEqual([
        1,
        expect.stringMatching(/token: admin, admin\nFAIL .* is answered with 502:\n.*"cluster_refused"/),
      ])
    }
    const nobody = await runPod(podOf(), `http://127.0.0.1:${await freePort()}`, TOKEN)
    expect([nobody.code, nobody.stdout]).toEqual([
      1,
      expect.stringMatching(/^FAIL GET \/readyz is not answered: .*ECONNREFUSED.*\n$/),
    ])
  })
})
