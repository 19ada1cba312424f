import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answer, ask } from '../support/api-server/ask.ts'
import { HELM, helmTemplate, kept, type Manifest, NAMES, nameOf, OVERLAYS, titled } from '../support/deploy.ts'
import type { LiveCluster } from './support/cluster.ts'
import { realPrograms, startKubeApiServer } from './support/kube-apiserver.ts'

/** The objects of `deploy/` are put to this server by a dry run: it says what it would refuse, and makes nothing. */
let cluster: LiveCluster

beforeAll(async () => {
  const programs = realPrograms()
  if (!programs) {
    throw new Error('KUBE_APISERVER and ETCD name no programs')
  }
  cluster = await startKubeApiServer(programs)
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted', 'pod-security.kubernetes.io/warn': 'restricted' }
  await cluster.apply(
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'portolan', labels } },
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } },
  )
})
afterAll(() => cluster?.close())

const plural = (kind: string): string => kind.toLowerCase().replace(/y$/, 'ie').concat('s')

function create({ apiVersion, kind, metadata, ...rest }: Manifest): Promise<Answer> {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
  const within = metadata.namespace === undefined ? '' : `/namespaces/${metadata.namespace}`
  return ask(cluster, `${root}${within}/${plural(kind)}?dryRun=All&fieldValidation=Strict`, {
    method: 'POST',
    token: cluster.adminToken,
    body: { apiVersion, kind, metadata, ...rest },
  })
}

/** Returns what the server says of each object beyond "created": nothing, if all is well. */
async function objections(manifests: readonly Manifest[]): Promise<string[]> {
  const own = manifests.filter(({ apiVersion }) => !apiVersion.startsWith('monitoring.coreos.com/'))
  expect(own.length).toBeGreaterThan(5)
  const said = await Promise.all(
    own.map(async (manifest) => {
      const { status, text, headers } = await create(manifest)
      const warning = headers.warning === undefined ? [] : [`${nameOf(manifest)}: ${headers.warning}`]
      return status === 201 ? warning : [`${nameOf(manifest)}: ${status} ${text}`]
    }),
  )
  return said.flat()
}

const deployed = (): Manifest => {
  const found = kept('cluster-wide').find(({ kind }) => kind === 'Deployment')
  if (found === undefined) {
    throw new Error('there is no Deployment')
  }
  return structuredClone(found)
}

// biome-ignore lint/suspicious/noExplicitAny: the server knows the type
const podOf = ({ spec }: any): Manifest => ({
  apiVersion: 'v1',
  kind: 'Pod',
  ...spec.template,
  metadata: { ...spec.template.metadata, name: 'portolan', namespace: 'portolan' },
})

describe('deploy/ on a real API server, by a strict dry run', () => {
  it.each(NAMES)('%s is taken without a warning', async (overlay) => {
    expect(await objections(kept(overlay))).toEqual([])
  })

  it.skipIf(HELM === null).each(NAMES)(
    titled('the chart, by the values of %s, is taken without a warning', HELM !== null),
    async (overlay) => {
      expect(await objections(helmTemplate(...OVERLAYS[overlay].values))).toEqual([])
    },
  )

  it('the pod is admitted where the Pod Security Standard "restricted" is enforced, and one with more rights is not', async () => {
    const pod = podOf(deployed())
    expect((await create(pod)).status).toBe(201)
    const more = podOf(deployed()) as { spec?: { securityContext?: unknown } } & Manifest
    more.spec = { ...more.spec, securityContext: {} }
    expect(await create(more)).toMatchObject({ status: 403, text: expect.stringContaining('violates PodSecurity') })
  })

  it('a field that there is not is refused', async () => {
    const manifest = deployed()
    Object.assign(manifest.spec as object, { replica: 1 })
    expect(await create(manifest)).toMatchObject({
      status: 400,
      text: expect.stringContaining('unknown field \\"spec.replica\\"'),
    })
  })
})
