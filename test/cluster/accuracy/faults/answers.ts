/** These faults are in what applications answer, and in the protocol that they answer in. */
import { loadBalancerStatus } from '../../../support/manifests.ts'
import type { Manifest } from '../../world.ts'
import { all, edit, editSpec, type Fault, last, onePod, portOf } from '../fault.ts'
import { EVERYWHERE, HOST, SEVERAL, WEB } from '../shapes.ts'

export const FAULTS_OF_ANSWERS: readonly Fault[] = [
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
]
