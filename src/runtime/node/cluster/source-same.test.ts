/** A live cluster, in whatever steps it is read, makes the same plans and findings as its objects sent as manifests. */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { loadAll } from 'js-yaml'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type ApiServer, type KubeObject, recordedObjects } from '../../../../test/support/api-server.ts'
import { type Authority, createAuthority } from '../../../../test/support/certificates.ts'
import { liveClusters, PLAN_DEPS } from '../../../../test/support/live-cluster.ts'
import { ingress, ingressClass, node, pod, service, slice, workload } from '../../../../test/support/manifests.ts'
import { aRequest } from '../../../../test/support/request.ts'
import { planRequest } from '../../../job/plan-request.ts'
import { isReadKind } from '../../../kube/kinds.ts'
import { manifestSource, type ObjectKind, type ObjectSource, type Wanted } from '../../../kube/object-source.ts'
import type { KubeObjects } from '../../../kube/objects.ts'
import { parseManifests } from '../../../kube/parse.ts'
import { systemClock } from '../../../lib/clock.ts'
import { unmarkedValue } from '../../../lib/marked.ts'
import { ProblemError } from '../../../lib/problem.ts'
import { READ_KINDS } from './requests.ts'

const live = liveClusters()
let authority: Authority
beforeAll(async () => {
  authority = await createAuthority()
})
afterEach(live.closeAll)

const FIXTURES = new URL('../../../../test/fixtures/', import.meta.url)
const file = (name: string): string => readFileSync(new URL(name, FIXTURES), 'utf8')

/** Lists the objects of a manifest, those of Lists too. */
const objectsOf = (text: string): KubeObject[] =>
  loadAll(text).flatMap((document) => {
    const { items } = document as { items?: KubeObject[] }
    return items ?? [document as KubeObject]
  })

const orderOf = ({ kind, metadata }: KubeObject): string => `${kind}/${metadata.namespace ?? null}/${metadata.name}`

/** As `kubectl get -A -o yaml` would print all that the cluster has of the kinds that are read. */
const printed = ({ objects }: ApiServer) =>
  parseManifests(
    ['services', 'endpoints', 'endpointslices', 'ingresses', 'ingressclasses', 'nodes', 'pods', 'networkpolicies']
      .concat('events', 'namespaces', 'deployments', 'statefulsets', 'daemonsets', 'replicasets', 'jobs')
      .flatMap((kind) => objects.all(kind).toSorted((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1))),
    { pointer: '' },
  )

/** Plans, and leaves out where the objects came from. */
async function planned(source: ObjectSource, namespace: string, name: string) {
  const request = aRequest({ target: { cluster: 'default', namespace, service: name } })
  try {
    const { provenance: _, ...rest } = await planRequest(PLAN_DEPS, request, source)
    // Marks are left out: whoever has seen more namespaces knows more words to be theirs
    return unmarkedValue(rest, null)
  } catch (error) {
    if (error instanceof ProblemError) {
      return { code: error.code, detail: error.detail }
    }
    throw error
  }
}

const RECORDED = [
  'healthy',
  'node-notready-lb-pending',
  'one-pod-notready',
  'selector-typo',
  'targetport-unknown-name',
].map((name): [string, () => KubeObject[]] => [name, () => objectsOf(file(`kubernetes-api/${name}.json`))])

const TRIALS = [
  '03-alb-https-by-annotation',
  '06-job-and-rc-make-pods',
  '07-udp-port-declared-without-protocol',
  '08-alb-use-annotation',
  '09-ingress-to-externalname-without-ports',
  '12-require-dual-stack',
  '13-tls-ends-at-cloud-load-balancer',
  '15-traefik-tls-by-annotation',
].map((name): [string, () => KubeObject[]] => [name, () => objectsOf(file(`trials/${name}.yaml`))])

describe('a live cluster', () => {
  it.each([['the recorded answers', recordedObjects], ...RECORDED, ...TRIALS] as const)(
    'is planned as what kubectl prints of it: %s',
    async (_name, objects) => {
      const server = await live.start({ authority })
      server.objects.applyAll(objects().filter(({ kind }) => isReadKind(kind)))
      const { source } = live.connect(server)
      const manifests = printed(server)
      expect(manifests.objects.services).not.toEqual([])
      for (const { meta } of manifests.objects.services) {
        const where = meta.namespace ?? ''
        const [ofCluster, ofManifests] = [
          await planned(source, where, meta.name),
          await planned(manifestSource(manifests), where, meta.name),
        ]
        expect(ofCluster).toEqual(ofManifests)
      }
    },
  )
})

const NAMESPACES = ['pond', 'moor'] as const
const APPS = ['toad', 'newt', 'eft'] as const
const anApp = fc.constantFrom(...APPS)
const aPlace = fc.constantFrom(...NAMESPACES)

/** One object of any kind, in a world that is small enough for them to meet. */
const anObject = fc.oneof(
  fc.record({ name: anApp, namespace: aPlace, app: anApp, at: fc.integer({ min: 1, max: 200 }) }).map((of) => ({
    ...service({ clusterIP: `10.96.0.${of.at}`, selector: of.at % 7 === 0 ? null : { app: of.app } }, of),
    metadata: { name: of.name, namespace: of.namespace },
  })),
  fc
    .record({ app: anApp, namespace: aPlace, at: fc.integer({ min: 1, max: 9 }), ready: fc.boolean() })
    .map(({ app, namespace, at, ready }) =>
      pod(`${app}-${at}`, { nodeName: `node-${at % 2}` }, { namespace, ready, labels: { app }, ip: `10.244.0.${at}` }),
    ),
  fc
    .record({ app: anApp, namespace: aPlace, ats: fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { maxLength: 3 }) })
    .map(({ app, namespace, ats }) =>
      slice(
        ats.map((at) => ({ at: `10.244.0.${at}`, node: `node-${at % 2}`, pod: `${app}-${at}` })),
        { name: `${app}-${ats.length}`, namespace, service: app },
      ),
    ),
  fc
    .record({ app: anApp, namespace: aPlace })
    .map(({ app, namespace }) => ingress([{ to: app }], { host: `${app}.example.com` }, { name: app, namespace })),
  fc
    .record({ kind: fc.constantFrom('Deployment', 'StatefulSet'), app: anApp, namespace: aPlace })
    .map(({ kind, app, namespace }) => workload(kind, app, { app }, {}, [{ name: 'web' }], namespace)),
  fc.constantFrom(0, 1).map((n) => node(`node-${n}`, { InternalIP: `192.0.2.${n + 1}` })),
  fc.constant(ingressClass('nginx', 'k8s.io/ingress-nginx')),
  fc.record({ app: anApp, namespace: aPlace }).map(({ app, namespace }) => ({
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${app}.1`, namespace },
    involvedObject: { kind: 'Service', name: app, namespace },
    reason: 'SyncLoadBalancerFailed',
    message: 'no address',
    type: 'Warning',
  })),
)

const aWish = fc.record({
  kind: fc.constantFrom<ObjectKind>(...READ_KINDS),
  namespace: fc.constantFrom(...NAMESPACES, null),
  part: fc.constantFrom('own' as const, 'others' as const),
})
const EVERYTHING: readonly Wanted[] = READ_KINDS.map((kind) => ({ kind, namespace: null, part: 'others' }))

describe('reading on', () => {
  it('comes to what reading all at once comes to, whatever was wanted in which order', async () => {
    const server = await live.start({ authority })
    const { source } = live.connect(server, { clock: NO_TIME_KEPT })
    const worlds = fc.array(anObject, { minLength: 5, maxLength: 30 })
    const wishes = fc.array(fc.array(aWish, { minLength: 1, maxLength: 4 }), { maxLength: 3 })
    await fc.assert(
      fc.asyncProperty(worlds, wishes, async (world, steps) => {
        for (const kind of KINDS_MADE) {
          for (const { metadata } of server.objects.all(kind)) {
            server.objects.remove(kind, metadata.namespace ?? null, metadata.name)
          }
        }
        server.objects.applyAll([service({ clusterIP: '10.96.0.201' }), ...world] as KubeObject[])
        const target = { cluster: 'default', namespace: 'pond', service: 'toad' }
        const all = printed(server)
        let read = await source.read(target, { held: false })
        for (const wanted of [...steps, EVERYTHING]) {
          expect(isAmong(read.objects, all.objects)).toBe(true)
          read = (await source.readOn?.(target, read, wanted)) ?? read
        }
        expect(inOrder(read.objects)).toEqual(inOrder(all.objects))
        expect(read.provenance.unread.filter(({ reason }) => reason !== 'not_served')).toEqual([])
        const whole: ObjectSource = { read: () => Promise.resolve(read) }
        expect(await planned(whole, 'pond', 'toad')).toEqual(await planned(manifestSource(all), 'pond', 'toad'))
      }),
      { numRuns: 60 },
    )
  })
})

const KINDS_MADE = ['services', 'pods', 'endpointslices', 'ingresses', 'ingressclasses', 'nodes', 'events'].concat(
  'deployments',
  'statefulsets',
)

/** By it each read is so much later than the one before that nothing is kept from one to the next. */
const NO_TIME_KEPT = (() => {
  let calls = 0
  return { ...systemClock, monotonic: () => ++calls * 60_000 }
})()

const flat = (objects: KubeObjects): string[] =>
  Object.values(objects).flatMap((each: readonly unknown[]) => each.map((one) => JSON.stringify(one)))
const inOrder = (objects: KubeObjects): string[] => flat(objects).toSorted()
function isAmong(some: KubeObjects, all: KubeObjects): boolean {
  const known = new Set(flat(all))
  return flat(some).every((each) => known.has(each))
}
