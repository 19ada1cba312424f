/**
 * Ways in which a tenant of namespace `shop` may try to have a pod of namespace `pond` dialled: by objects that it sends,
 * by objects that it has in the cluster, and by what a request may say.
 *
 * @module
 */
import type { Call } from './tenants.ts'

type Spec = Record<string, unknown>

/** `P` is one port at all addresses. */
export type Attempt = {
  name: string
  /** The objects of the live cluster. Left out: those of the two tenants as they should be. */
  live?: readonly Spec[]
  /** Needs a live cluster, or names of the server's own DNS, which a Worker has not. */
  nodeOnly?: true
  /** @param admin makes beforehand what only an admin can. */
  send(call: Call, admin: Call): Promise<Response>
}

export const ADDRESSES = { shop: '127.0.0.5', pond: '127.0.0.77', router: '127.0.0.9', localhost: '127.0.0.1' } as const

export const POND_HOST = 'pond.example'
export const SHOP_HOST = 'shop.example'

const SLICE_LABELS = { 'kubernetes.io/service-name': 'web' }
const BY_CONTROLLER = { ...SLICE_LABELS, 'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io' }

export function objectsFor(P: number) {
  const service = (spec: Spec = {}, meta: Spec = {}, status: Spec = {}): Spec => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'shop', ...meta },
    spec: {
      clusterIP: ADDRESSES.shop,
      clusterIPs: [ADDRESSES.shop],
      selector: { app: 'web' },
      ports: [{ name: 'http', port: P, targetPort: P }],
      ...spec,
    },
    status,
  })
  const slice = (address: string, labels: Spec = BY_CONTROLLER, meta: Spec = {}): Spec => ({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'web-1', namespace: 'shop', labels, ...meta },
    addressType: 'IPv4',
    ports: [{ name: 'http', port: P, protocol: 'TCP' }],
    endpoints: [{ addresses: [address], conditions: { ready: true } }],
  })
  const pod = (ip: string = ADDRESSES.shop, spec: Spec = {}, meta: Spec = {}): Spec => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web-1', namespace: 'shop', labels: { app: 'web' }, ...meta },
    spec: { containers: [{ name: 'web', image: 'web:1', ports: [{ containerPort: P }] }], ...spec },
    status: { phase: 'Running', podIPs: [{ ip }], conditions: [{ type: 'Ready', status: 'True' }] },
  })
  const endpoints = (address: string): Spec => ({
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { name: 'web', namespace: 'shop' },
    subsets: [{ addresses: [{ ip: address }], ports: [{ name: 'http', port: P, protocol: 'TCP' }] }],
  })
  const node: Spec = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'node-1' },
    status: {
      addresses: [{ type: 'InternalIP', address: ADDRESSES.pond }],
      conditions: [{ type: 'Ready', status: 'True' }],
    },
  }
  const ingressClass: Spec = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata: { name: 'nginx' },
    spec: { controller: 'nginx.org/ingress-controller' },
  }
  const ingress = (
    host: string,
    more: { meta?: Spec; at?: string; path?: string; to?: string; ports?: boolean } = {},
  ): Spec => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'front', namespace: 'shop', annotations: { 'nginx.org/listen-ports': String(P) }, ...more.meta },
    spec: {
      ingressClassName: 'nginx',
      rules: [
        {
          host,
          http: {
            paths: [
              {
                path: more.path ?? '/',
                pathType: 'Prefix',
                backend: { service: { name: more.to ?? 'web', port: { number: P } } },
              },
            ],
          },
        },
      ],
    },
    status: {
      loadBalancer: {
        ingress: [
          { ip: more.at ?? ADDRESSES.router, ...(more.ports !== false && { ports: [{ port: P, protocol: 'TCP' }] }) },
        ],
      },
    },
  })
  const pondService = service(
    { clusterIP: ADDRESSES.pond, clusterIPs: [ADDRESSES.pond] },
    { name: 'toad', namespace: 'pond' },
  )
  const pond = [
    pondService,
    slice(
      ADDRESSES.pond,
      { ...BY_CONTROLLER, 'kubernetes.io/service-name': 'toad' },
      { name: 'toad-1', namespace: 'pond' },
    ),
    pod(ADDRESSES.pond, {}, { name: 'toad-1', namespace: 'pond' }),
  ]
  const own = [service(), slice(ADDRESSES.shop), pod()]
  return { service, slice, pod, endpoints, node, ingressClass, ingress, pond, own }
}

const TARGET = { namespace: 'shop', service: 'web' }
const SOON = 'wait=20'

const job = (body: Spec) => (call: Call) => call(`/v1/jobs?${SOON}`, { json: { ...LESS, ...body } })
const batch =
  (target: Spec, more: Spec = {}) =>
  (call: Call) =>
    call(`/v1/batches?${SOON}`, { json: { ...LESS, ...more, target } })
const flagger =
  ({ namespace = 'shop', service = 'toad', ...metadata }: Record<string, string>) =>
  (call: Call) =>
    call('/v1/gates/flagger', {
      json: { name: 'canary', namespace, metadata: { service, deadlineMs: '5000', ...metadata } },
    })
const LESS = { timeoutMs: 2000, deadlineMs: 10_000, history: false }

const schedule = (body: Spec) => async (call: Call) => {
  const made = await call('/v1/schedules', { json: { name: 'smoke', cron: '@every 1h', job: { ...LESS, ...body } } })
  if (made.status !== 201) {
    return made
  }
  const { id } = (await made.json()) as { id: string }
  return call(`/v1/schedules/${id}/run?${SOON}`, { method: 'POST' })
}

/** Objects that anybody can write, and that lead elsewhere. */
function written(P: number): Record<string, readonly Spec[]> {
  const { service, slice, pod, endpoints, node, ingressClass, ingress } = objectsFor(P)
  return {
    'a cluster IP': [service({ clusterIP: ADDRESSES.pond, clusterIPs: [ADDRESSES.pond] })],
    'an EndpointSlice': [service(), slice(ADDRESSES.pond)],
    Endpoints: [service({ selector: null }), endpoints(ADDRESSES.pond)],
    'a pod': [service(), slice(ADDRESSES.pond), pod(ADDRESSES.pond)],
    externalIPs: [service({ externalIPs: [ADDRESSES.pond] })],
    'an ExternalName': [
      service({ type: 'ExternalName', externalName: 'localhost', clusterIP: null, clusterIPs: null, selector: null }),
    ],
    'a Node': [service({ type: 'NodePort', ports: [{ name: 'http', port: P, targetPort: P, nodePort: P }] }), node],
    'a load balancer': [service({ type: 'LoadBalancer' }, {}, { loadBalancer: { ingress: [{ ip: ADDRESSES.pond }] } })],
    'the status of an Ingress': [service(), ingressClass, ingress(SHOP_HOST, { at: ADDRESSES.pond })],
    'the host of an Ingress': [service(), ingressClass, ingress(POND_HOST)],
  }
}

const posted = (P: number): Attempt[] =>
  Object.entries(written(P)).flatMap(([what, manifests]): Attempt[] => [
    { name: `a job with ${what}`, send: job({ target: { ...TARGET, manifests } }) },
    { name: `a batch with ${what}`, send: batch({ namespace: 'shop', manifests }) },
    { name: `a schedule with ${what}`, send: schedule({ target: { ...TARGET, manifests } }) },
  ])

/** The same objects in the cluster, but those that only controllers and the API server write. */
function live(P: number): Attempt[] {
  const { service, slice, pod, endpoints, node, ingressClass, ingress, pond, own } = objectsFor(P)
  const asked = job({ target: TARGET })
  const byHand = { 'kubernetes.io/service-name': 'web' }
  const pondNodePort = service(
    {
      type: 'NodePort',
      clusterIP: ADDRESSES.pond,
      clusterIPs: [ADDRESSES.pond],
      ports: [{ name: 'http', port: P, targetPort: P, nodePort: P }],
    },
    { name: 'toad', namespace: 'pond' },
  )
  const objects: Record<string, readonly Spec[]> = {
    'a hand-written EndpointSlice': [service(), pod(), slice(ADDRESSES.pond, byHand)],
    "an EndpointSlice that passes for the controller's": [service(), pod(), slice(ADDRESSES.pond)],
    'an EndpointSlice beside the true one': [...own, slice(ADDRESSES.pond, byHand, { name: 'more' })],
    'a Service without a selector, and a slice': [service({ selector: null }), slice(ADDRESSES.pond, byHand)],
    'a Service without a selector, and Endpoints': [service({ selector: null }), endpoints(ADDRESSES.pond)],
    externalIPs: [...own.slice(1), service({ externalIPs: [ADDRESSES.pond] })],
    'an ExternalName': [
      service({ type: 'ExternalName', externalName: 'localhost', clusterIP: null, clusterIPs: null, selector: null }),
    ],
    'a pod on the network of the node': [service(), slice(ADDRESSES.pond), pod(ADDRESSES.pond, { hostNetwork: true })],
    'a pod that is over, whose address another has': [
      service(),
      slice(ADDRESSES.pond),
      { ...pod(ADDRESSES.pond), status: { phase: 'Succeeded', podIPs: [{ ip: ADDRESSES.pond }] } },
    ],
    'a port of the controller that is the node port of another': [
      ...own,
      node,
      ingressClass,
      pondNodePort,
      ingress(SHOP_HOST, { at: ADDRESSES.pond, ports: false }),
    ],
    'the host of another': [
      ...own,
      ...pond,
      ingressClass,
      ingress(POND_HOST),
      ingress(POND_HOST, { meta: { name: 'toad', namespace: 'pond' }, to: 'toad' }),
    ],
  }
  return [
    ...Object.entries(objects).map(
      ([what, of]): Attempt => ({ name: `live: ${what}`, live: of, nodeOnly: true, send: asked }),
    ),
    {
      name: 'live: a schedule of an EndpointSlice',
      live: objects['an EndpointSlice beside the true one'] ?? [],
      nodeOnly: true,
      send: schedule({ target: TARGET }),
    },
    {
      name: 'live: a batch of an EndpointSlice',
      live: objects['an EndpointSlice beside the true one'] ?? [],
      nodeOnly: true,
      send: batch({ namespace: 'shop' }),
    },
    {
      name: 'live: a comparison of the host of another',
      live: [...(objects['the host of another'] ?? []), ingress(SHOP_HOST, { meta: { name: 'own' } })],
      nodeOnly: true,
      send: (call) =>
        call(`/v1/compare?${SOON}`, {
          json: { target: TARGET, left: { kind: 'Ingress', name: 'front' }, right: { kind: 'Ingress', name: 'own' } },
        }),
    },
  ]
}

/** What a request may say besides, about live objects that are as they should be. */
function words(P: number, dnsServer: string): Attempt[] {
  const { own, ingressClass, ingress, pond, service } = objectsFor(P)
  const objects = [...own, ...pond, ingressClass, ingress(SHOP_HOST, { path: '/shop' })]
  const say = (name: string, body: Spec, at: readonly Spec[] = objects): Attempt => ({
    name: `a word: ${name}`,
    live: at,
    nodeOnly: true,
    send: job({ target: TARGET, ...body }),
  })
  const check = (of: Spec) => ({ checks: [{ type: 'http', name: 'own', ...of }] })
  const nodePort = [
    ...own.slice(1),
    service({ type: 'NodePort', ports: [{ name: 'http', port: P, targetPort: P, nodePort: P }] }),
  ]
  const balanced = [...own.slice(1), service({ type: 'LoadBalancer' })]
  return [
    say('addresses.nodes', { addresses: { nodes: [ADDRESSES.pond] } }, nodePort),
    say('addresses.loadBalancer', { addresses: { loadBalancer: [ADDRESSES.pond] } }, balanced),
    say('addresses.ingressController', {
      addresses: { ingressController: [ADDRESSES.pond], controllerPorts: { http: P, https: P } },
    }),
    say('addresses.dnsServers', { addresses: { dnsServers: [dnsServer] } }),
    say('addresses.clusterDomain', { addresses: { clusterDomain: 'pond.example' } }),
    say('the host of a check', check({ host: POND_HOST })),
    say('a header that names the host', check({ headers: { 'x-forwarded-host': POND_HOST } })),
    say('a Host header', check({ headers: { host: POND_HOST } })),
    say('a redirect', check({ path: '/shop/go', followRedirects: true })),
    say('ingressPath', check({ ingressPath: '/pond' })),
    say('a path that is undone', check({ path: '/shop/../pond' })),
    {
      ...say('addresses of a schedule', {}),
      send: schedule({ target: TARGET, addresses: { nodes: [ADDRESSES.pond] } }),
      live: nodePort,
    },
    {
      ...say('addresses of a batch', {}),
      send: batch({ namespace: 'shop' }, { addresses: { loadBalancer: [ADDRESSES.pond] } }),
      live: balanced,
    },
    {
      ...say('addresses for Flagger', {}),
      send: flagger({ service: 'web', job: `addresses: {loadBalancer: [${ADDRESSES.pond}]}` }),
      live: balanced,
    },
    {
      ...say('addresses for Argo Rollouts', {}),
      send: (call) =>
        call('/v1/gates/argo-rollouts?service=web&namespace=shop&deadlineMs=5000', {
          json: { addresses: { loadBalancer: [ADDRESSES.pond] } },
        }),
      live: balanced,
    },
    {
      ...say('addresses of a side', {}),
      send: (call) =>
        call(`/v1/compare?${SOON}`, {
          json: {
            target: TARGET,
            left: { kind: 'Ingress', name: 'front' },
            right: {
              kind: 'Ingress',
              name: 'front',
              addresses: { ingressController: [ADDRESSES.pond], controllerPorts: { http: P, https: P } },
            },
          },
        }),
    },
  ]
}

/** What belongs to others, by its name or its id. */
function others(P: number): Attempt[] {
  const { own, pond, ingressClass, ingress, service } = objectsFor(P)
  const live = [...own, ...pond]
  const there = { namespace: 'pond', service: 'toad' }
  const manifests = [service({ clusterIP: ADDRESSES.pond, clusterIPs: [ADDRESSES.pond] })]
  const asAdmin = async (admin: Call, path: string, json: unknown): Promise<string> =>
    ((await (await admin(path, { json })).json()) as { id: string }).id
  return [
    { name: 'the other namespace', live, nodeOnly: true, send: job({ target: there }) },
    { name: 'the other namespace in a batch', live, nodeOnly: true, send: batch({ namespaces: ['shop', 'pond'] }) },
    { name: 'all namespaces', live, nodeOnly: true, send: batch({ allNamespaces: true }) },
    { name: 'the other namespace in a schedule', live, nodeOnly: true, send: schedule({ target: there }) },
    { name: 'the other namespace, for Flagger', live, nodeOnly: true, send: flagger({ namespace: 'pond' }) },
    {
      name: 'the other namespace, for Argo Rollouts',
      live,
      nodeOnly: true,
      send: (call) => call(`/v1/gates/argo-rollouts?service=toad&namespace=pond&deadlineMs=5000`),
    },
    { name: '/probe over HTTP', send: (call) => call(`/probe?target=http://${ADDRESSES.pond}:${P}/`) },
    { name: '/probe over TCP', send: (call) => call(`/probe?module=tcp_connect&target=${ADDRESSES.pond}:${P}`) },
    {
      name: "an admin's schedule with manifests",
      send: async (call, admin) => {
        const work = { ...LESS, target: { ...TARGET, manifests } }
        const id = await asAdmin(admin, '/v1/schedules', { name: 'admin', cron: '@every 1h', job: work })
        return call(`/v1/schedules/${id}/run?${SOON}`, { method: 'POST' })
      },
    },
    {
      name: "an admin's job with manifests, compared",
      send: async (call, admin) => {
        const of = [service(), ingressClass, ingress(POND_HOST)]
        const id = await asAdmin(admin, '/v1/jobs?wait=20', { ...LESS, target: { ...TARGET, manifests: of } })
        return call(`/v1/compare?${SOON}`, { json: { left: { job: id }, right: { job: id } } })
      },
    },
    {
      name: 'a schedule of its own that is changed',
      live,
      nodeOnly: true,
      send: async (call) => {
        const made = await call('/v1/schedules', {
          json: { name: 'own', cron: '@every 1h', job: { ...LESS, target: TARGET } },
        })
        const { id } = (await made.json()) as { id: string }
        const changed = await call(`/v1/schedules/${id}`, {
          method: 'PATCH',
          headers: { 'if-match': '*' },
          json: { job: { ...LESS, target: { ...TARGET, manifests } } },
        })
        const run = await call(`/v1/schedules/${id}/run?${SOON}`, { method: 'POST' })
        return changed.status < 300 ? run : changed
      },
    },
  ]
}

export const attemptsAt = (P: number, dnsServer: string): readonly Attempt[] => [
  ...posted(P),
  ...live(P),
  ...words(P, dnsServer),
  ...others(P),
]
