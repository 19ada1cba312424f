/**
 * What an API server answers to the questions that Portolan puts: status, content type and shape. The test server must
 * answer as a real one does, or what is tested on it is worth nothing.
 *
 * @module
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answer, type Asking, ask } from '../../support/api-server/ask.ts'
import type { LiveCluster, StartCluster } from '../support/live-cluster.ts'
import { until } from '../support/until.ts'
import { bind, NARROW, OBJECTS, READER } from './objects.ts'

type Who = 'admin' | 'reader' | 'shop-only' | 'by-name' | 'wild' | 'nobody' | 'anonymous' | 'forged'

type Question = {
  title: string
  path: string
  who?: Who
  accept?: string
  status: number
  /** Default: JSON. */
  type?: string
  /** The message of a Status, or the whole of a text. */
  message?: string
  /** What is compared of a body that is no Status. */
  of?: (body: Body) => unknown
  is?: unknown
}

type Item = {
  kind?: string
  apiVersion?: string
  metadata: { name: string; [field: string]: unknown }
  [field: string]: unknown
}
type Body = Item & {
  items: Item[]
  metadata: { continue?: string; remainingItemCount?: number; resourceVersion?: string }
}

const names = ({ items }: Body) => items.map(({ metadata }) => metadata.name)
const SHOP = '/api/v1/namespaces/shop'
const SLICES = '/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices'
const GATEWAY = '/apis/gateway.networking.k8s.io/v1'
const PARTIAL = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io'

const user = (account: string) => `User "system:serviceaccount:portolan:${account}"`

const FOUND: readonly Question[] = [
  {
    title: 'one object has its kind and apiVersion',
    path: `${SHOP}/services/frog`,
    status: 200,
    of: ({ kind, apiVersion, metadata, spec }) => [
      kind,
      apiVersion,
      metadata.name,
      (spec as { clusterIP: string }).clusterIP,
    ],
    is: ['Service', 'v1', 'frog', '10.96.200.10'],
  },
  {
    title: 'items of a list have neither kind nor apiVersion',
    path: `${SHOP}/services`,
    status: 200,
    of: (body) => [
      body.kind,
      body.apiVersion,
      names(body),
      body.items.map((item) => 'kind' in item || 'apiVersion' in item),
    ],
    is: ['ServiceList', 'v1', ['frog'], [false]],
  },
  {
    title: 'a list of all namespaces is sorted by namespace and name',
    path: '/apis/apps/v1/deployments',
    status: 200,
    of: (body) => [body.kind, names(body)],
    is: ['DeploymentList', ['newt', 'frog']],
  },
  {
    title: 'labels select by equality',
    path: `${SLICES}?labelSelector=kubernetes.io%2Fservice-name%3Dfrog`,
    status: 200,
    of: (body) => body.items.length,
    is: 1,
  },
  {
    title: 'labels select by sets',
    path: '/api/v1/pods?labelSelector=app%20in%20(frog%2Ctoad)%2C!gone%2Cpod-template-hash',
    status: 200,
    of: names,
    is: ['frog-a', 'frog-b'],
  },
  {
    title: 'labels select what is not in a set',
    path: '/api/v1/pods?labelSelector=app%20notin%20(frog)%2Capp!%3Dtoad',
    status: 200,
    of: names,
    is: ['newt-a'],
  },
  {
    title: 'fields select pods of a node',
    path: '/api/v1/pods?fieldSelector=spec.nodeName%3Dpond-2',
    status: 200,
    of: names,
    is: ['frog-b'],
  },
  {
    title: 'fields select by name, in all namespaces',
    path: '/api/v1/services?fieldSelector=metadata.name%3Dnewt',
    status: 200,
    of: names,
    is: ['newt'],
  },
  {
    title: 'fields select events of an object',
    path: `${SHOP}/events?fieldSelector=involvedObject.kind%3DService%2CinvolvedObject.name%3Dfrog`,
    status: 200,
    of: (body) => [body.kind, names(body)],
    is: ['EventList', []],
  },
  {
    title: 'metadata alone comes for who accepts it',
    path: `${SHOP}/pods`,
    accept: PARTIAL,
    status: 200,
    of: (body) => [
      body.kind,
      body.apiVersion,
      body.items.map(({ kind, apiVersion, metadata, spec }) => [kind, apiVersion, metadata.name, spec]),
    ],
    is: [
      'PartialObjectMetadataList',
      'meta.k8s.io/v1',
      [
        ['PartialObjectMetadata', 'meta.k8s.io/v1', 'frog-a', undefined],
        ['PartialObjectMetadata', 'meta.k8s.io/v1', 'frog-b', undefined],
      ],
    ],
  },
  {
    title: 'a page says how much is left',
    path: '/api/v1/pods?limit=2',
    status: 200,
    of: (body) => [names(body), body.metadata.remainingItemCount, typeof body.metadata.continue],
    is: [['newt-a', 'frog-a'], 1, 'string'],
  },
  {
    title: 'a page of what is selected does not',
    path: '/api/v1/pods?limit=1&labelSelector=app%3Dfrog',
    status: 200,
    of: (body) => [names(body), body.metadata.remainingItemCount, typeof body.metadata.continue],
    is: [['frog-a'], undefined, 'string'],
  },
  {
    title: 'resourceVersion 0 takes no notice of a limit',
    path: `${SHOP}/pods?resourceVersion=0&limit=1`,
    status: 200,
    of: (body) => [names(body), body.metadata.continue],
    is: [['frog-a', 'frog-b'], undefined],
  },
  {
    title: 'a namespace that does not exist is empty',
    path: '/api/v1/namespaces/none/services',
    status: 200,
    of: (body) => [body.kind, body.items],
    is: ['ServiceList', []],
  },
  {
    title: 'who may read one object by its name may list it by that name',
    path: `${SHOP}/services?fieldSelector=metadata.name%3Dfrog`,
    who: 'by-name',
    status: 200,
    of: names,
    is: ['frog'],
  },
  {
    title: 'who may read one object by its name reads it',
    path: `${SHOP}/services/frog`,
    who: 'by-name',
    status: 200,
    of: ({ metadata }) => metadata.name,
    is: 'frog',
  },
  {
    title: 'a role of stars allows everything in its namespace',
    path: '/apis/apps/v1/namespaces/shop/deployments',
    who: 'wild',
    status: 200,
    of: names,
    is: ['frog'],
  },
  {
    title: 'a cluster is known by the UID of kube-system',
    path: '/api/v1/namespaces/kube-system',
    status: 200,
    of: ({ kind, metadata }) => [kind, /^[0-9a-f-]{36}$/.test(String(metadata.uid))],
    is: ['Namespace', true],
  },
  {
    title: 'its version is told to anybody',
    path: '/version',
    who: 'anonymous',
    status: 200,
    of: (body) => /^v1\.\d+\.\d+/.test(String(body.gitVersion)),
    is: true,
  },
  {
    title: 'its health is told to anybody',
    path: '/livez',
    who: 'anonymous',
    status: 200,
    type: 'text/plain; charset=utf-8',
    message: 'ok',
  },
  {
    title: 'discovery lists the resources of a group',
    path: '/apis/discovery.k8s.io/v1',
    who: 'nobody',
    status: 200,
    of: ({ kind, groupVersion, resources }) => [
      kind,
      groupVersion,
      (resources as { name: string; namespaced: boolean; kind: string }[]).map(({ name, namespaced, kind }) => [
        name,
        namespaced,
        kind,
      ]),
    ],
    is: ['APIResourceList', 'discovery.k8s.io/v1', [['endpointslices', true, 'EndpointSlice']]],
  },
]

const REFUSED: readonly Question[] = [
  { title: 'an absent object', path: `${SHOP}/services/none`, status: 404, message: 'services "none" not found' },
  {
    title: 'an absent resource of a group that is served',
    path: '/api/v1/nonsense',
    status: 404,
    message: 'the server could not find the requested resource',
  },
  {
    title: 'an absent version of a group that is served',
    path: '/apis/discovery.k8s.io/v1beta1/endpointslices',
    status: 404,
    message: 'the server could not find the requested resource',
  },
  {
    title: 'a group that is not installed, in text',
    path: `${GATEWAY}/httproutes`,
    who: 'reader',
    status: 404,
    type: 'text/plain; charset=utf-8',
    message: '404 page not found\n',
  },
  {
    title: 'a watch of a group that is not installed, in text',
    path: `${GATEWAY}/httproutes?watch=1&timeoutSeconds=1`,
    who: 'reader',
    status: 404,
    type: 'text/plain; charset=utf-8',
    message: '404 page not found\n',
  },
  {
    title: 'the same to who may not list it: 403, as authorization comes first',
    path: `${GATEWAY}/httproutes`,
    who: 'nobody',
    status: 403,
    message: `httproutes.gateway.networking.k8s.io is forbidden: ${user('nobody')} cannot list resource "httproutes" in API group "gateway.networking.k8s.io" at the cluster scope`,
  },
  {
    title: 'a list to who has no role',
    path: `${SHOP}/services`,
    who: 'nobody',
    status: 403,
    message: `services is forbidden: ${user('nobody')} cannot list resource "services" in API group "" in the namespace "shop"`,
  },
  {
    title: 'an object to who has no role, whether it exists or not',
    path: `${SHOP}/services/none`,
    who: 'nobody',
    status: 403,
    message: `services "none" is forbidden: ${user('nobody')} cannot get resource "services" in API group "" in the namespace "shop"`,
  },
  {
    title: 'a watch to who has no role',
    path: '/api/v1/services?watch=1&timeoutSeconds=1',
    who: 'nobody',
    status: 403,
    message: `services is forbidden: ${user('nobody')} cannot watch resource "services" in API group "" at the cluster scope`,
  },
  {
    title: 'a list to who may read one object by its name',
    path: `${SHOP}/services`,
    who: 'by-name',
    status: 403,
    message: `services is forbidden: ${user('by-name')} cannot list resource "services" in API group "" in the namespace "shop"`,
  },
  {
    title: 'another verb than those of the role',
    path: `${SHOP}/services?watch=1&fieldSelector=metadata.name%3Dfrog&timeoutSeconds=1`,
    who: 'by-name',
    status: 403,
    message: `services "frog" is forbidden: ${user('by-name')} cannot watch resource "services" in API group "" in the namespace "shop"`,
  },
  {
    title: 'all namespaces to who has a role in one',
    path: '/apis/discovery.k8s.io/v1/endpointslices',
    who: 'shop-only',
    status: 403,
    message: `endpointslices.discovery.k8s.io is forbidden: ${user('shop-only')} cannot list resource "endpointslices" in API group "discovery.k8s.io" at the cluster scope`,
  },
  {
    title: 'nodes to who has a role in one namespace',
    path: '/api/v1/nodes',
    who: 'shop-only',
    status: 403,
    message: `nodes is forbidden: ${user('shop-only')} cannot list resource "nodes" in API group "" at the cluster scope`,
  },
  {
    title: 'who has no credentials: anonymous, and 403',
    path: `${SHOP}/services`,
    who: 'anonymous',
    status: 403,
    message:
      'services is forbidden: User "system:anonymous" cannot list resource "services" in API group "" in the namespace "shop"',
  },
  { title: 'a token that is none', path: `${SHOP}/services`, who: 'forged', status: 401, message: 'Unauthorized' },
  {
    title: 'a field that pods have and services have not',
    path: '/api/v1/services?fieldSelector=spec.nodeName%3Dpond-1',
    status: 400,
    message: 'field label not supported: spec.nodeName',
  },
  {
    title: 'a field of a kind that selects by name alone',
    path: '/apis/discovery.k8s.io/v1/endpointslices?fieldSelector=spec.nodeName%3Dpond-1',
    status: 400,
    message: '"spec.nodeName" is not a known field selector: only "metadata.name", "metadata.namespace"',
  },
  {
    title: 'a label selector that is none',
    path: '/api/v1/services?labelSelector=a%20b%20c',
    status: 400,
    message: "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt",
  },
  {
    title: 'a list from a resourceVersion that is none',
    path: '/api/v1/services?resourceVersion=rubbish',
    status: 400,
    message:
      'invalid resource version: resourceVersion: Invalid value: "rubbish": strconv.ParseUint: parsing "rubbish": invalid syntax',
  },
  {
    title: 'a watch from a resourceVersion that is none',
    path: `${SHOP}/services?watch=1&resourceVersion=rubbish`,
    status: 500,
    message: 'resourceVersion: Invalid value: "rubbish": strconv.ParseUint: parsing "rubbish": invalid syntax',
  },
  {
    title: 'initial events without a match of the resourceVersion',
    path: `${SHOP}/services?watch=1&sendInitialEvents=true&allowWatchBookmarks=true&timeoutSeconds=1`,
    status: 422,
    message:
      'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
  },
  {
    title: 'a match of no resourceVersion',
    path: '/api/v1/services?resourceVersionMatch=Exact',
    status: 422,
    message:
      'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided',
  },
]

export function answersSuite(start: StartCluster): void {
  describe('answers', () => {
    let cluster: LiveCluster
    const tokens: Partial<Record<Who, string>> = { forged: 'no-token' }

    beforeAll(async () => {
      cluster = await start()
      await cluster.apply(...OBJECTS, READER)
      tokens.admin = cluster.adminToken
      for (const account of ['reader', 'shop-only', 'by-name', 'wild', 'nobody'] as const) {
        tokens[account] = await cluster.serviceAccount('portolan', account)
      }
      await cluster.apply(
        bind('reader', 'live-reader'),
        bind('shop-only', 'live-reader', 'shop'),
        ...NARROW,
        bind('by-name', 'live-by-name', 'shop'),
        bind('wild', 'live-wild', 'shop'),
      )
      // A role holds as soon as the server's authorizer has heard of it
      await until(200, () => status('/api/v1/services', 'reader'))
      await until(200, () => status(`${SHOP}/services`, 'shop-only'))
      await until(200, () => status(`${SHOP}/services/frog`, 'by-name'))
      await until(200, () => status(`${SHOP}/services`, 'wild'))
    })
    afterAll(() => cluster?.close())

    const put = (path: string, who: Who = 'admin', asking: Asking = {}): Promise<Answer> => {
      const token = tokens[who]
      return ask(cluster, path, { ...asking, ...(token !== undefined && { token }) })
    }
    const status = async (path: string, who: Who) => (await put(path, who)).status

    it.each([...FOUND, ...REFUSED])('$title', async ({ path, who, accept, type = 'application/json', ...expected }) => {
      const { status, headers, text, body } = await put(path, who, accept === undefined ? {} : { headers: { accept } })
      const message = body === undefined ? text : (body as { message?: string }).message
      expect([status, headers['content-type'], expected.of ? expected.of(body as Body) : message]).toEqual([
        expected.status,
        type,
        expected.of ? expected.is : expected.message,
      ])
    })

    it('gives the next page of the same snapshot, whatever changed', async () => {
      const first = (await put('/api/v1/pods?limit=1')).body as Body
      const pod = OBJECTS.find(({ metadata }) => metadata.name === 'frog-b')
      await cluster.remove('Pod', 'shop', 'frog-b')
      const next = (await put(`/api/v1/pods?limit=5&continue=${first.metadata.continue}`)).body as Body
      expect([names(first), names(next), next.metadata.continue]).toEqual([['newt-a'], ['frog-a', 'frog-b'], undefined])
      await cluster.apply(...(pod ? [pod] : []))
    })

    it('says by a review what is allowed', async () => {
      const review = (who: Who, resource: string, namespace?: string) =>
        put('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', who, {
          method: 'POST',
          body: {
            apiVersion: 'authorization.k8s.io/v1',
            kind: 'SelfSubjectAccessReview',
            spec: { resourceAttributes: { verb: 'list', group: '', resource, ...(namespace && { namespace }) } },
          },
        }).then(({ status, body }) => [status, (body as { status: { allowed: boolean } }).status.allowed])
      expect(
        await Promise.all([
          review('reader', 'nodes'),
          review('shop-only', 'nodes'),
          review('shop-only', 'pods', 'shop'),
        ]),
      ).toEqual([
        [201, true],
        [201, false],
        [201, true],
      ])
    })

    it('knows who comes with a certificate of its authority', async () => {
      const certificate = await cluster.clientCertificate('ann', ['system:masters'])
      expect((await ask(cluster, `${SHOP}/services`, { certificate })).status).toBe(200)
    })

    it('refuses the tokens of a service account that was deleted', async () => {
      const old = await cluster.serviceAccount('portolan', 'short-lived')
      const next = await cluster.serviceAccount('portolan', 'short-lived')
      const statusOf = async (token: string) => (await ask(cluster, '/version', { token })).status
      // A server believes for ten seconds what it has found out of a token
      await until(401, () => statusOf(old))
      expect(await statusOf(next)).toBe(200)
    })
  })
}
