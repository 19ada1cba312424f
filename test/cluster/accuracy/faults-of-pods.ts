/** Applications and endpoints. */
import { loadBalancerStatus, slice } from '../../support/manifests.ts'
import type { Mode } from '../pod.ts'
import { endpoints, type Manifest, TOADS } from '../world.ts'
import { edit, editEndpoints, editSpec, type Fault, type Inject, named } from './fault.ts'
import { HOST, type Kind } from './shapes.ts'

export const EVERYWHERE: readonly Kind[] = [
  'DNS',
  'ClusterIP',
  'NodePort',
  'LoadBalancer',
  'ExternalIP',
  'Ingress',
  'Endpoint',
  'ExternalName',
]
const WEB = ['everything', 'nodePort', 'clusterIP', 'ingress', 'proxied', 'single', 'neighbour'] as const
const SEVERAL = ['everything', 'nodePort', 'clusterIP', 'ingress', 'proxied'] as const

/** Every pod of the shape. */
export const all =
  (mode: Mode): Inject =>
  ({ fault }, { shape }) =>
    fault.pods(shape.pods, mode)
/**
 * One of several pods fails: in the cluster each is asked, from outside every so manieth connection meets it, unless a
 * controller hides it by asking another.
 */
const onePod: Pick<Fault, 'asked' | 'on' | 'outside'> = {
  asked: { samples: 8 },
  on: ({ vantage, shape: { kinds } }) => vantage === 'inside' || kinds.includes('NodePort'),
  outside: ['some_endpoints_fail', 'fails_now_and_then'],
}

/** The last of them. */
const last =
  (mode: Mode): Inject =>
  ({ fault }, { shape }) =>
    fault.pods(shape.pods.slice(-1), mode)

const portOf = (number: number) =>
  edit('EndpointSlice', (manifest) => ({ ...manifest, ports: [{ name: 'http', port: number, protocol: 'TCP' }] }))

/** Objects say that pods are not Ready, and slices leave them out. */
const notReady = (manifests: readonly Manifest[]): Manifest[] =>
  editEndpoints((endpoint) => ({ ...endpoint, conditions: { ready: false, serving: false, terminating: false } }))(
    edit('Pod', (pod) => ({
      ...pod,
      status: { ...(pod.status as Manifest), conditions: [{ type: 'Ready', status: 'False' }] },
    }))(manifests),
  )

const DENY_ALL = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'deny-all', namespace: 'pond' },
  spec: { podSelector: {}, policyTypes: ['Ingress'] },
}

const dropToPods =
  (rule: (to: string) => string): Inject =>
  async ({ fault }) => {
    const to = `ip daddr { ${endpoints(...TOADS).map(({ at }) => at)} } tcp dport 8080`
    for (const node of ['node-1', 'node-2']) await fault.filter(node, 'forward', [rule(to)])
  }

export const FAULTS_OF_PODS: readonly Fault[] = [
  {
    name: 'no endpoint is in the slice',
    since: 'old',
    shapes: ['everything', 'nodePort', 'clusterIP', 'ingress', 'proxied'],
    objects: editEndpoints(() => null),
    on: EVERYWHERE,
    codes: ['no_endpoints'],
  },
  {
    name: 'pods are not Ready',
    since: 'old',
    shapes: ['everything', 'nodePort', 'clusterIP', 'ingress', 'proxied', 'single'],
    objects: notReady,
    on: EVERYWHERE,
    codes: ['pods_not_ready'],
    also: ['no_endpoints'],
  },
  {
    name: 'the slice calls its port otherwise',
    since: 'old',
    shapes: ['everything', 'nodePort', 'clusterIP'],
    objects: edit('EndpointSlice', (manifest) => ({
      ...manifest,
      ports: [{ name: 'web', port: 8080, protocol: 'TCP' }],
    })),
    on: EVERYWHERE,
    codes: ['slice_port_name_mismatch'],
    also: ['no_endpoints'],
  },
  {
    name: 'nobody listens on the targetPort',
    since: 'old',
    shapes: WEB,
    inject: all('closed'),
    on: EVERYWHERE,
    codes: ['nothing_listens'],
    // From there nobody tells the pods from the way to them.
    outside: ['nothing_listens', 'nothing_answers'],
  },
  {
    name: 'the targetPort is one that no container declares, and on which nobody listens',
    since: 'old',
    shapes: ['everything', 'nodePort', 'proxied'],
    objects: (manifests) =>
      portOf(8081)(
        edit('Service', (manifest) => {
          const spec = manifest.spec as Manifest & { ports: Manifest[] }
          return { ...manifest, spec: { ...spec, ports: spec.ports.map((port) => ({ ...port, targetPort: 8081 })) } }
        })(manifests),
      ),
    on: EVERYWHERE,
    codes: ['target_port_not_declared'],
    also: ['nothing_listens'],
  },
  {
    name: 'a NetworkPolicy denies everything and is enforced',
    since: 'old',
    shapes: ['everything', 'nodePort', 'clusterIP'],
    objects: (manifests) => [...manifests, DENY_ALL],
    inject: dropToPods((to) => `${to} drop`),
    on: EVERYWHERE,
    codes: ['network_policy_port'],
    also: ['endpoints_silent'],
  },
  {
    name: 'packets to the pods are dropped, and no object says why',
    since: 'old',
    shapes: ['everything', 'nodePort', 'clusterIP'],
    inject: dropToPods((to) => `${to} drop`),
    on: EVERYWHERE,
    codes: ['endpoints_silent'],
    // From there nobody tells the pods from the way to them.
    outside: ['endpoints_silent', 'nothing_answers'],
  },
  {
    name: 'pods take connections and never answer',
    since: 'old',
    shapes: WEB,
    inject: all('hang'),
    on: EVERYWHERE,
    codes: ['application_hangs'],
  },
  {
    name: 'pods reset connections',
    since: 'old',
    shapes: WEB,
    inject: all('reset'),
    on: EVERYWHERE,
    codes: ['application_cuts_connections'],
  },
  {
    name: 'the application answers 500',
    since: 'old',
    shapes: WEB,
    inject: all({ status: 500 }),
    on: EVERYWHERE,
    codes: ['application_answers_errors'],
  },
  {
    name: 'one pod of several is closed',
    since: 'old',
    shapes: SEVERAL,
    inject: last('closed'),
    ...onePod,
    codes: ['some_endpoints_fail'],
  },
  {
    name: 'one pod of several hangs',
    since: 'old',
    shapes: SEVERAL,
    inject: last('hang'),
    ...onePod,
    codes: ['some_endpoints_fail'],
  },
  {
    name: 'a pod of a headless Service is closed',
    since: 'old',
    shapes: ['headless'],
    inject: last('closed'),
    on: EVERYWHERE,
    codes: ['some_endpoints_fail'],
  },
  {
    name: 'an endpoint whose pod is long gone',
    since: 'old',
    shapes: ['single'],
    objects: editEndpoints((endpoint) => ({ ...endpoint, addresses: ['10.244.2.99'] })),
    asked: { timeoutMs: 4000, samples: 1 },
    on: EVERYWHERE,
    codes: ['endpoints_unreachable'],
    // From there nobody tells the pods from the way to them.
    outside: ['endpoints_unreachable', 'nothing_answers'],
  },
  {
    name: 'a firewall on the nodes prohibits the pods',
    since: 'old',
    shapes: ['everything', 'nodePort', 'clusterIP'],
    inject: dropToPods((to) => `${to} reject with icmp type host-prohibited`),
    on: EVERYWHERE,
    codes: ['endpoints_unreachable'],
    // From there nobody tells the pods from the way to them.
    outside: ['endpoints_unreachable', 'nothing_answers'],
  },
  {
    name: 'only the controller is let in',
    since: 'old',
    shapes: ['everything'],
    inject: dropToPods((to) => `ip saddr != 10.244.1.80 ${to} drop`),
    on: ['Endpoint', 'NodePort', 'LoadBalancer'],
    codes: ['endpoints_silent'],
  },
  {
    name: 'the controller alone is not let in',
    since: 'old',
    shapes: ['everything', 'ingress'],
    inject: dropToPods((to) => `ip saddr 10.244.1.80 ${to} drop`),
    on: ['Ingress'],
    codes: ['ingress_backend_silent'],
  },
  {
    name: 'the application listens in one family',
    since: 'old',
    shapes: ['dual'],
    inject: all('IPv4'),
    on: EVERYWHERE,
    codes: ['one_family_fails'],
  },
  {
    name: 'two families, endpoints of one',
    since: 'old',
    shapes: ['dual'],
    objects: (manifests) => named('toad-6', (manifest) => ({ ...manifest, endpoints: [] }))(manifests),
    on: EVERYWHERE,
    codes: ['single_family_endpoints'],
    also: ['one_family_fails'],
  },
  {
    name: 'a port taken for HTTPS speaks plain HTTP',
    since: 'old',
    shapes: ['nodePort', 'clusterIP'],
    objects: (manifests) => {
      const https = (port: Manifest): Manifest => ({ ...port, name: 'https', port: 443 })
      return edit('EndpointSlice', (manifest) => ({
        ...manifest,
        ports: [{ name: 'https', port: 8080, protocol: 'TCP' }],
      }))(
        edit('Service', (manifest) => {
          const spec = manifest.spec as Manifest & { ports: Manifest[] }
          return { ...manifest, spec: { ...spec, ports: spec.ports.map(https) } }
        })(manifests),
      )
    },
    on: EVERYWHERE,
    codes: ['port_speaks_no_tls'],
  },
  {
    name: 'one pod of several answers 404',
    since: 'new',
    shapes: SEVERAL,
    inject: last({ status: 404 }),
    on: ['Endpoint'],
    // Another application in that pod, or a pod that fails: the address is named either way.
    codes: ['some_endpoints_fail', 'wrong_responder'],
  },
  {
    name: 'one pod of several answers 503',
    since: 'new',
    shapes: SEVERAL,
    inject: last({ status: 503 }),
    ...onePod,
    // No controller asks another pod because of a status.
    on: ['Endpoint', 'NodePort', 'Ingress'],
    codes: ['some_endpoints_fail'],
  },
  {
    name: 'one pod refuses, and two answer 503 every second time',
    since: 'new',
    shapes: SEVERAL,
    inject: async ({ fault }, { shape }) => {
      await fault.pods(shape.pods.slice(0, 1), 'closed')
      await fault.pods(shape.pods.slice(1, 3), { status: 503, every: 2 })
    },
    ...onePod,
    // Each is a true account of it.
    codes: ['some_endpoints_fail', 'fails_now_and_then', 'every_endpoint_fails'],
  },
  {
    name: 'every pod answers 503 every third time',
    since: 'new',
    shapes: SEVERAL,
    inject: all({ status: 503, every: 3 }),
    asked: { samples: 8 },
    on: EVERYWHERE,
    codes: ['fails_now_and_then', 'application_answers_errors'],
  },
  {
    name: 'a body stops half-way, and the connection stays',
    since: 'new',
    shapes: WEB,
    inject: all('stall'),
    on: EVERYWHERE,
    // It began to answer: who says that it never does is wrong. A lost packet of full size looks the same.
    codes: ['body_stalls', 'mtu_too_small', 'answers_lost'],
  },
  {
    name: 'a body is shorter than its Content-Length',
    since: 'new',
    shapes: WEB,
    inject: all('cut'),
    on: EVERYWHERE,
    codes: ['body_cut_short'],
  },
  {
    name: 'an answer of HTTP that is malformed',
    since: 'new',
    shapes: ['nodePort', 'clusterIP', 'single', 'proxied'],
    inject: all({ raw: 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nok' }),
    on: EVERYWHERE,
    codes: ['malformed_response'],
  },
  {
    name: 'a port taken for HTTP speaks a protocol of its own',
    since: 'new',
    shapes: ['nodePort', 'clusterIP', 'single', 'proxied'],
    inject: all({ raw: '-ERR unknown command GET\r\n' }),
    on: EVERYWHERE,
    codes: ['port_speaks_no_http'],
  },
  {
    name: 'TLS that takes HTTP/2 alone',
    since: 'new',
    shapes: ['secure'],
    inject: all('h2'),
    on: EVERYWHERE,
    codes: ['http2_only'],
  },
  {
    name: 'TLS pods are closed',
    since: 'new',
    shapes: ['secure'],
    inject: all('closed'),
    on: EVERYWHERE,
    codes: ['nothing_listens'],
    // From there nobody tells the pods from the way to them.
    outside: ['nothing_listens', 'nothing_answers'],
  },
  {
    name: 'a port named http speaks TLS, and says so',
    since: 'new',
    shapes: ['neighbour'],
    objects: (manifests) => portOf(8443)(manifests),
    inject: all('tells'),
    on: EVERYWHERE,
    codes: ['backend_protocol_mismatch', 'port_speaks_tls'],
    // Its object says 8080, the slice 8443.
    also: ['target_port_not_declared'],
  },
  {
    name: 'the controller speaks plain HTTP to TLS pods',
    since: 'new',
    shapes: ['secure'],
    objects: (manifests) => [
      ...manifests,
      {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'Ingress',
        metadata: { name: 'toad', namespace: 'pond' },
        spec: {
          ingressClassName: 'nginx',
          rules: [
            {
              host: HOST,
              http: {
                paths: [
                  { path: '/', pathType: 'Prefix', backend: { service: { name: 'toad', port: { number: 443 } } } },
                ],
              },
            },
          ],
        },
        status: loadBalancerStatus({ ip: '203.0.113.80' }),
      },
    ],
    inject: all('tells'),
    on: () => true,
    codes: ['backend_protocol_mismatch'],
  },
  {
    name: "a header is larger than the controller's buffer",
    since: 'new',
    shapes: ['everything', 'ingress'],
    inject: all({ headers: { 'x-large': 'a'.repeat(6000) } }),
    on: ['Ingress'],
    codes: ['response_header_too_large'],
  },
  {
    name: 'the application wants its own Host',
    since: 'new',
    shapes: ['everything'],
    inject: all({ host: HOST }),
    on: ['ClusterIP', 'Endpoint', 'NodePort'],
    codes: ['answer_unexpected', 'application_wants_host'],
  },
  {
    name: 'the application is slower than the time for a try',
    since: 'new',
    shapes: ['nodePort', 'clusterIP', 'single'],
    inject: all({ afterMs: 3000 }),
    on: EVERYWHERE,
    codes: ['application_hangs'],
  },
  {
    name: 'affinity is not kept',
    since: 'new',
    shapes: ['sticky'],
    plane: editSpec('Service', { sessionAffinity: 'None' }),
    on: ['ClusterIP', 'NodePort'],
    codes: ['affinity_not_kept'],
  },
  {
    name: 'an ExternalName that leads to nothing',
    since: 'old',
    shapes: ['externalName'],
    objects: editSpec('Service', { externalName: 'gone.example.org' }),
    on: EVERYWHERE,
    codes: ['outside_name_unresolved'],
    also: ['external_name_host_mismatch'],
  },
  {
    name: 'the target of an ExternalName answers its own Host alone',
    since: 'new',
    shapes: ['externalName'],
    inject: all({ host: 'api.example.org' }),
    on: EVERYWHERE,
    codes: ['external_name_host_mismatch'],
  },
  {
    name: 'the server behind a Service without selector is down',
    since: 'new',
    shapes: ['selectorless'],
    inject: all('closed'),
    on: EVERYWHERE,
    codes: ['nothing_listens'],
    // From there nobody tells the pods from the way to them.
    outside: ['nothing_listens', 'nothing_answers'],
  },
  {
    name: 'pods are called not Ready by objects that are older than the cluster',
    since: 'new',
    shapes: ['everything', 'nodePort', 'clusterIP', 'single'],
    objects: notReady,
    plane: (manifests) =>
      editEndpoints((endpoint) => ({ ...endpoint, conditions: { ready: true, serving: true, terminating: false } }))(
        manifests,
      ),
    on: EVERYWHERE,
    codes: ['objects_out_of_date'],
  },
  {
    name: 'the slice was empty when the objects were read',
    since: 'new',
    shapes: ['everything', 'nodePort', 'clusterIP'],
    objects: editEndpoints(() => null),
    plane: (manifests) => edit('EndpointSlice', () => slice(endpoints(...TOADS)))(manifests),
    on: EVERYWHERE,
    codes: ['objects_out_of_date'],
  },
  {
    name: 'one endpoint of the objects is gone since',
    since: 'new',
    shapes: ['nodePort', 'clusterIP'],
    objects: edit('EndpointSlice', () =>
      slice([...endpoints('toad-1', 'toad-2', 'toad-3'), { at: '10.244.2.98', node: 'node-2' }]),
    ),
    plane: edit('EndpointSlice', () => slice(endpoints('toad-1', 'toad-2', 'toad-3'))),
    on: ['Endpoint'],
    // That the objects are old cannot be told from a pod that is dead: its address is named either way.
    codes: ['objects_out_of_date', 'some_endpoints_fail'],
  },
  {
    name: 'a label keeps kube-proxy away',
    since: 'old',
    shapes: ['nodePort'],
    objects: edit('Service', (manifest) => ({
      ...manifest,
      metadata: {
        ...(manifest.metadata as Manifest),
        labels: { 'service.kubernetes.io/service-proxy-name': 'other' },
      },
    })),
    on: EVERYWHERE,
    codes: ['proxy_label_excludes_service'],
  },
]
