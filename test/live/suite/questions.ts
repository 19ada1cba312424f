/**
 * Questions that Portolan puts to an API server, and what is found.
 *
 * @module
 */

export type Who = 'admin' | 'reader' | 'shop-only' | 'by-name' | 'wild' | 'nobody' | 'anonymous' | 'forged'

export type Question = {
  title: string
  path: string
  who?: Who
  accept?: string
  status: number
  /** The content type of the answer; JSON by default. */
  type?: string
  /** The message of a Status, or the whole of a text. */
  message?: string
  /** The part that is compared of a body that is no Status. */
  of?: (body: Body) => unknown
  is?: unknown
}

type Item = {
  kind?: string
  apiVersion?: string
  metadata: { name: string; [field: string]: unknown }
  [field: string]: unknown
}
export type Body = Item & {
  items: Item[]
  metadata: { continue?: string; remainingItemCount?: number; resourceVersion?: string }
}

export const names = ({ items }: Body) => items.map(({ metadata }) => metadata.name)
export const SHOP = '/api/v1/namespaces/shop'
const SLICES = '/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices'
const PARTIAL = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io'

export const FOUND: readonly Question[] = [
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
