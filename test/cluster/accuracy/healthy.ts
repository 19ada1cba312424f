/** Unusual, and nothing is broken: whatever is told beside the notes is an alarm. */
import { ingress, loadBalancerStatus, pod, service, slice, workload } from '../../support/manifests.ts'
import { endpoints, type Manifest, TOADS, WORLD } from '../world.ts'
import { all, annotate, type Change, edit, editEndpoints, editSpec, type Fault, type Inject } from './fault.ts'
import { LOAD_BALANCER, SHAPES, type ShapeName } from './shapes.ts'

type Oddity = {
  name: string
  shapes: readonly ShapeName[]
  objects?: Change
  plane?: Change
  inject?: Inject
  asked?: Manifest
  also?: readonly string[]
}

const ALLOW_8080 = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'allow-8080', namespace: 'pond' },
  spec: {
    podSelector: { matchLabels: { app: 'toad' } },
    policyTypes: ['Ingress'],
    ingress: [{ ports: [{ port: 8080 }] }],
  },
}

const FEED = { name: 'feed', port: 9999, protocol: 'UDP' }
const DECLARED = { name: 'feed', containerPort: 9999, protocol: 'UDP' }

const withPort = (port: Manifest): Change =>
  edit('Service', (manifest) => {
    const spec = manifest.spec as Manifest & { ports: Manifest[] }
    return { ...manifest, spec: { ...spec, ports: [...spec.ports, port] } }
  })

const ODDITIES: readonly Oddity[] = [
  ...(Object.keys(SHAPES) as ShapeName[]).map((name): Oddity => ({ name: 'nothing', shapes: [name] })),
  { name: 'pods answer 404 at /', shapes: ['nodePort', 'everything'], inject: all({ status: 404 }) },
  { name: 'pods answer 401 at /', shapes: ['nodePort', 'everything'], inject: all({ status: 401 }) },
  {
    name: 'pods redirect to a page for logging in',
    shapes: ['nodePort', 'everything'],
    inject: all({ status: 302, headers: { location: '/login' } }),
  },
  { name: 'all pods give one body', shapes: ['nodePort', 'proxied', 'everything'], inject: all({ body: 'ribbit' }) },
  { name: 'pods give more than a packet holds', shapes: ['nodePort', 'everything'], inject: all('large') },
  { name: 'pods take a third of a second', shapes: ['nodePort', 'everything'], inject: all({ afterMs: 300 }) },
  {
    name: 'two versions behind one Service',
    shapes: ['nodePort', 'everything', 'proxied'],
    inject: async ({ fault }, { shape }) => {
      await fault.pods(shape.pods.slice(0, 2), { body: 'version 1', headers: { 'x-version': '1' } })
      await fault.pods(shape.pods.slice(2), { body: 'version 2', headers: { 'x-version': '2' } })
    },
  },
  { name: 'a NetworkPolicy lets the port in', shapes: ['nodePort', 'everything'], objects: (m) => [...m, ALLOW_8080] },
  {
    name: 'a port over UDP beside',
    shapes: ['nodePort'],
    objects: (manifests) =>
      withPort({ name: 'feed', port: 9999, protocol: 'UDP', nodePort: 30999 })(
        edit('EndpointSlice', (each) => ({ ...each, ports: [...(each.ports as Manifest[]), FEED] }))(
          edit('Pod', (each) =>
            JSON.parse(JSON.stringify(each).replace(/"ports":\[/, `"ports":[${JSON.stringify(DECLARED)},`)),
          )(manifests),
        ),
      ),
  },
  {
    name: 'only endpoints that serve while they terminate',
    shapes: ['nodePort', 'clusterIP'],
    objects: editEndpoints((each) => ({ ...each, conditions: { ready: false, serving: true, terminating: true } })),
    also: ['pods_terminating_only'],
  },
  {
    name: 'one pod of four is not Ready, and is left out',
    shapes: ['nodePort', 'everything'],
    objects: (manifests) =>
      edit('EndpointSlice', () =>
        slice(endpoints(...TOADS).map((each) => (each.pod === 'toad-4' ? { ...each, ready: false } : each))),
      )(
        edit('Pod', (each) => {
          const { name } = each.metadata as { name: string }
          const status = { ...(each.status as Manifest), conditions: [{ type: 'Ready', status: 'False' }] }
          return name === 'toad-4' ? { ...each, status } : each
        })(manifests),
      ),
    also: ['pods_not_ready'],
  },
  {
    name: 'the endpoints are in two slices, one of them in both',
    shapes: ['nodePort'],
    objects: (manifests) => [
      ...edit('EndpointSlice', () => slice(endpoints('toad-1', 'toad-2', 'toad-3')))(manifests),
      slice(endpoints('toad-3', 'toad-4'), { name: 'toad-second' }),
    ],
  },
  {
    name: 'no nodes are among the objects',
    shapes: ['nodePort', 'clusterIP'],
    objects: (manifests) => manifests.filter(({ kind }) => kind !== 'Node'),
    plane: (manifests) => [...manifests, ...WORLD.filter(({ kind }) => kind === 'Node')],
  },
  {
    name: 'only the Service and its slice are handed in',
    shapes: ['clusterIP', 'nodePort'],
    objects: (manifests) => {
      const known = new Set<unknown>(WORLD)
      return manifests.filter((manifest) => !known.has(manifest))
    },
    plane: (manifests) => [...WORLD, ...manifests],
  },
  {
    name: 'Endpoints stand for slices',
    shapes: ['clusterIP', 'nodePort'],
    objects: edit('EndpointSlice', () => ({
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata: { name: 'toad', namespace: 'pond' },
      subsets: [
        {
          addresses: endpoints(...TOADS).map(({ at, node }) => ({ ip: at, nodeName: node })),
          ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
        },
      ],
    })),
  },
  {
    name: 'pods of a CronJob and of something that is not read',
    shapes: ['nodePort'],
    objects: (manifests) => [
      ...manifests,
      workload('Deployment', 'frog', { app: 'frog' }),
      pod('frog-1', {}, { labels: { app: 'frog' } }),
    ],
  },
  {
    name: 'two headless Services of one StatefulSet',
    shapes: ['headless'],
    objects: (manifests) => [
      ...manifests,
      workload('StatefulSet', 'toad', { app: 'toad' }, { serviceName: 'toad-governing' }),
      service({ clusterIP: 'None', ports: [{ name: 'http', port: 8080 }] }, { name: 'toad-governing' }),
    ],
  },
  {
    name: 'HAProxy is the load balancer, and checks health',
    shapes: ['proxied'],
    inject: ({ fault }) =>
      fault.balancer({
        ...{ address: LOAD_BALANCER, port: 80, checksHealth: true },
        servers: ['172.30.0.11:30080', '172.30.0.12:30080', '172.30.0.13:30080'],
      }),
  },
  {
    name: 'HAProxy ends TLS before the controller, which is told so',
    shapes: ['everything'],
    inject: ({ fault }) => fault.balancer({ address: '203.0.113.80', port: 80, servers: ['172.30.0.11:30880'] }),
  },
  {
    name: 'several paths, one of them Exact',
    shapes: ['everything'],
    objects: edit('Ingress', () => ingress([{ path: '/pads' }, { path: '/leaf', pathType: 'Exact' }, { path: '/' }])),
  },
  {
    name: 'two addresses of one load balancer',
    shapes: ['local'],
    objects: edit('Service', (manifest) => ({
      ...manifest,
      status: loadBalancerStatus({ ip: LOAD_BALANCER }, { ip: '203.0.113.12' }),
    })),
  },
  {
    name: 'internalTrafficPolicy Local, with an endpoint on the node',
    shapes: ['neighbour'],
    objects: editSpec('Service', { internalTrafficPolicy: 'Local' }),
    // Pods of the other two nodes have none.
    also: ['traffic_policy_local_no_endpoint'],
  },
  {
    name: 'an annotation of a controller that is not this one',
    shapes: ['everything'],
    objects: annotate('Ingress', { 'haproxy.org/server-ssl': 'false' }),
  },
  {
    name: 'a second Ingress of the same host, with another path',
    shapes: ['everything'],
    objects: (manifests) => [...manifests, ingress([{ path: '/other' }], {}, { name: 'other' })],
  },
  {
    name: 'a wildcard search domain, as a cloud adds it',
    shapes: ['nodePort'],
    inject: ({ fault }) =>
      fault.searchList('pond.svc.cluster.local', 'svc.cluster.local', 'cluster.local', 'eu-west.compute.internal'),
  },
  {
    name: 'a foreign name in the hosts file',
    shapes: ['nodePort'],
    inject: ({ fault }) => fault.hosts('10.0.0.9 frog.example.com'),
  },
  {
    name: 'HTTP/1.0 with the end of the connection as the end of the body',
    shapes: ['nodePort'],
    inject: all({ raw: 'HTTP/1.0 200 OK\r\nserver: old\r\n\r\nribbit\n' }),
  },
]

export const HEALTHY: readonly Fault[] = ODDITIES.map((oddity) => ({
  since: 'new',
  on: () => false,
  codes: [],
  ...oddity,
}))
