/**
 * Reads a cluster as Portolan does, whoever serves it: plans equal those of kubectl's manifests, smaller roles make
 * smaller plans, and neither new tokens nor restarts stop the reading.
 *
 * @module
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dump, loadAll } from 'js-yaml'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Planned, planRequest } from '../../../src/job/plan-request.ts'
import { manifestSource, type ObjectSource } from '../../../src/kube/object-source.ts'
import { parseManifests } from '../../../src/kube/parse.ts'
import { RESOURCES } from '../../../src/kube/resources.ts'
import { systemClock } from '../../../src/lib/clock.ts'
import { createLog } from '../../../src/lib/log.ts'
import { unmarked } from '../../../src/lib/marked.ts'
import { forbiddenOf } from '../../../src/plan/forbidden.ts'
import { type ApiClient, createApiClient } from '../../../src/runtime/node/cluster/api-client.ts'
import { createHeld } from '../../../src/runtime/node/cluster/held.ts'
import { kubeconfigAccess } from '../../../src/runtime/node/cluster/kubeconfig.ts'
import { readKubeconfig } from '../../../src/runtime/node/cluster/kubeconfig-file.ts'
import { createClusterSource } from '../../../src/runtime/node/cluster/source.ts'
import { ask } from '../../support/api-server/ask.ts'
import { recordedObjects } from '../../support/api-server/recordings.ts'
import { serviceOf } from '../../support/api-server/workload.ts'
import type { KubeObject } from '../../support/api-server.ts'
import { PLAN_DEPS } from '../../support/live-cluster.ts'
import { diagnosisText, planText } from '../../support/plan-text.ts'
import { aRequest } from '../../support/request.ts'
import type { LiveCluster, StartCluster } from '../support/cluster.ts'
import { until } from '../support/until.ts'
import { bind, OBJECTS, READER } from './objects.ts'

/** The recorded cluster; its server made `default/kubernetes` itself, as each does. */
const RECORDED = recordedObjects().filter(({ metadata }) => metadata.name !== 'kubernetes')

const SERVICES = [...OBJECTS, ...RECORDED]
  .filter(({ kind }) => kind === 'Service')
  .map(({ metadata }) => ({ namespace: metadata.namespace ?? 'default', service: metadata.name }))

type Target = (typeof SERVICES)[number]

const FROG = { namespace: 'shop', service: 'frog' }

export function readingSuite(start: StartCluster): void {
  describe('reading', () => {
    let cluster: LiveCluster
    let folder: string
    const clients: ApiClient[] = []

    beforeAll(async () => {
      cluster = await start()
      await cluster.apply(...OBJECTS, ...RECORDED, READER)
    })
    afterAll(() => cluster?.close())
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'portolan-reading-'))
    })
    afterEach(async () => {
      await Promise.all(clients.splice(0).map((client) => client.close()))
      await rm(folder, { recursive: true, force: true })
    })

    const put = (path: string) => ask(cluster, path, { token: cluster.adminToken })

    /** Reaches the cluster by a kubeconfig, whose token is in a file. */
    async function connect(token: string, namespaces: readonly string[] = []) {
      const [tokenFile, file] = [join(folder, 'token'), join(folder, 'config')]
      await writeFile(tokenFile, token)
      const authority = Buffer.from(cluster.caPem).toString('base64')
      const config = {
        apiVersion: 'v1',
        kind: 'Config',
        'current-context': 'live',
        contexts: [{ name: 'live', context: { cluster: 'live', user: 'live' } }],
        clusters: [{ name: 'live', cluster: { server: cluster.url, 'certificate-authority-data': authority } }],
        users: [{ name: 'live', user: { tokenFile } }],
      }
      await writeFile(file, dump(config))
      const client = createApiClient(await kubeconfigAccess(await readKubeconfig(file), null, 'default'))
      clients.push(client)
      return {
        client,
        source: createClusterSource(client, { clock: systemClock, namespace: null, namespaces }),
        replaceToken: (next: string) => writeFile(tokenFile, next),
      }
    }

    const planFrom = (source: ObjectSource, target: Target): Promise<Planned> =>
      planRequest(PLAN_DEPS, aRequest({ target: { cluster: 'default', ...target } }), source)
    const textOf = ({ plan, diagnosis }: Planned) => unmarked(`${planText(plan)}\n${diagnosisText(diagnosis)}`, null)

    /** Everything that Portolan reads, as `kubectl get … -A -o yaml` prints it. */
    async function printed(): Promise<string> {
      const lists = await Promise.all(
        Object.values(RESOURCES)
          .flat()
          .map(async ({ group, versions, resource, kind }) => {
            const apiVersion = group === '' ? (versions[0] ?? '') : `${group}/${versions[0]}`
            const { status, body } = await put(`/${group === '' ? 'api' : 'apis'}/${apiVersion}/${resource}`)
            const items = status === 200 ? (body as { items: object[] }).items : []
            return items.map((item) => ({ apiVersion, kind, ...item }))
          }),
      )
      return dump({ apiVersion: 'v1', kind: 'List', items: lists.flat() }, { noRefs: true })
    }

    it('plans each Service as from the manifests that kubectl prints', async () => {
      const { source } = await connect(cluster.adminToken)
      const manifests = manifestSource(parseManifests(await printed(), { pointer: '/target/manifests' }))
      expect(SERVICES.length).toBe(16)
      for (const target of SERVICES) {
        const [live, given] = [await planFrom(source, target), await planFrom(manifests, target)]
        expect(textOf(live), `${target.namespace}/${target.service}`).toBe(textOf(given))
      }
    })

    it('shows what the cluster says of a pod that is not Ready', async () => {
      const { source } = await connect(cluster.adminToken)
      const { diagnosis } = await planFrom(source, FROG)
      expect(diagnosis.findings.find(({ code }) => code === 'pods_not_ready')?.evidence).toContainEqual({
        ...{ object: 'Pod/frog-b', field: 'events' },
        value: {
          ...{ type: 'Warning', reason: 'Unhealthy', count: 12, lastAt: '2026-11-30T11:59:00Z' },
          message: 'Readiness probe failed: HTTP probe failed with statuscode: 503',
        },
      })
    })

    /** Roles that see less, by what they may list and where. */
    const ROLES: [account: string, bindings: (account: string) => KubeObject[], forbidden: string[]][] = [
      ['shop-only', (account) => [bind(account, 'live-reader', 'shop')], ['ingressclasses', 'nodes']],
      [
        'without-nodes',
        (account) => [withoutResource('live-without-nodes', 'nodes'), bind(account, 'live-without-nodes')],
        ['nodes'],
      ],
      [
        'without-pods',
        (account) => [withoutResource('live-without-pods', 'pods'), bind(account, 'live-without-pods')],
        ['pods'],
      ],
    ]

    it.each(ROLES)(
      'plans as %s, and says by which rules more would be seen, which apply',
      async (account, bindings, lost) => {
        const token = await cluster.serviceAccount('portolan', account)
        await cluster.apply(...bindings(account))
        const { client, source } = await connect(token, ['shop'])
        const may = (path: string) =>
          client.get({ path }).then(
            () => true,
            () => false,
          )
        await until(true, () => may('/api/v1/namespaces/shop/services'))
        const planned = await planFrom(source, FROG)
        expect(planned.plan.paths.length).toBeGreaterThan(0)
        const forbidden = forbiddenOf(planned.provenance, planned.plan)
        expect(forbidden.map(({ resource }) => resource)).toEqual(expect.arrayContaining(lost))
        // Each rule is applied as it is printed; then nothing is missing any more
        for (const { rule } of forbidden) {
          await cluster.apply(...(loadAll(rule) as KubeObject[]))
        }
        await until(0, async () => {
          // What was refused is not asked for again at once; a new reader has no memory of it
          const again = await planFrom((await connect(token, ['shop'])).source, FROG)
          return forbiddenOf(again.provenance, again.plan).length
        })
      },
    )

    it('goes on with a new token in its file, when the old one is refused', async () => {
      await cluster.apply(bind('rotated', 'live-reader'))
      const old = await cluster.serviceAccount('portolan', 'rotated')
      const { client, source, replaceToken } = await connect(old)
      await until(200, async () => (await ask(cluster, '/api/v1/services', { token: old })).status)
      const before = await planFrom(source, FROG)
      await replaceToken(await cluster.serviceAccount('portolan', 'rotated'))
      await until(401, async () => (await ask(cluster, '/version', { token: old })).status)
      expect(await client.get({ path: '/version' })).toHaveProperty('gitVersion')
      expect(textOf(await planFrom(source, FROG))).toBe(textOf(before))
    })

    it('follows by a watch what changes, over a restart of the server', async () => {
      const { client } = await connect(cluster.adminToken)
      const held = createHeld({
        client,
        clock: systemClock,
        log: createLog('error', () => undefined, systemClock.now),
        random: () => 0,
        cluster: 'default',
        namespaces: [],
        staleAfterMs: 300_000,
      })
      const names = new Set<string>()
      held.pin(['services'])
      held.onChange('services', (changes) => {
        for (const { type, object } of changes) {
          names[type === 'removed' ? 'delete' : 'add'](`${object.meta.namespace}/${object.meta.name}`)
        }
      })
      const { status: _, ...axolotl } = serviceOf({
        namespace: 'pond',
        name: 'axolotl',
        clusterIP: '10.96.200.40',
        pods: [],
      })
      const listed = async () => {
        const { items } = (await put('/api/v1/services')).body as { items: KubeObject[] }
        return items.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`).toSorted()
      }
      const isCurrent = async () => JSON.stringify([...names].toSorted()) === JSON.stringify(await listed())
      try {
        await until(true, isCurrent)
        await cluster.apply(axolotl)
        await until(true, async () => names.has('pond/axolotl') && isCurrent())
        await cluster.restart()
        await cluster.remove('Service', 'pond', 'axolotl')
        await until(true, async () => !names.has('pond/axolotl') && isCurrent())
      } finally {
        await held.close()
      }
    })
  })
}

/** The reader's role, but for one resource. */
function withoutResource(name: string, left: string): KubeObject {
  const rules = READER.rules as { apiGroups: string[]; resources: string[]; verbs: string[] }[]
  return {
    ...READER,
    metadata: { name },
    rules: rules.map((rule) => ({ ...rule, resources: rule.resources.filter((resource) => resource !== left) })),
  }
}
