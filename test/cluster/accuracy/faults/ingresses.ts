/** Ingress controllers, their certificates and their load balancers. */
import type { Cluster } from '../../cluster.ts'
import { all, annotate, type Change, edit, editSpec, type Fault, type Inject, named } from '../fault.ts'
import { EVERYWHERE, HOST, TLS_SECRET } from '../shapes.ts'

const DAY_MS = 86_400_000
const certificate =
  (leaf: Parameters<Cluster['issue']>[1], by?: 'trusted' | 'stranger'): Inject =>
  async ({ issue, fault }) => {
    await issue(TLS_SECRET, leaf, by)
    // It is read when the controller is configured.
    await fault.controller({})
  }

export const FAULTS_OF_INGRESSES: readonly Fault[] = [
  {
    name: 'a certificate for another host',
    since: 'old',
    shapes: ['ingress'],
    inject: certificate({ altNames: ['frog.example.com'] }),
    on: ['Ingress'],
    codes: ['certificate_for_other_name'],
  },
  {
    name: 'a certificate that has expired',
    since: 'old',
    shapes: ['ingress'],
    inject: certificate({ altNames: [HOST], notBeforeMs: Date.now() - 9 * DAY_MS, notAfterMs: Date.now() - DAY_MS }),
    on: ['Ingress'],
    codes: ['certificate_expired'],
  },
  {
    name: 'a certificate that is not valid yet',
    since: 'old',
    shapes: ['ingress'],
    inject: certificate({ altNames: [HOST], notBeforeMs: Date.now() + DAY_MS }),
    on: ['Ingress'],
    codes: ['certificate_not_yet_valid'],
  },
  {
    name: 'a certificate of an authority that nobody knows',
    since: 'old',
    shapes: ['ingress'],
    inject: certificate({ altNames: [HOST] }, 'stranger'),
    on: ['Ingress'],
    codes: ['certificate_issuer_unknown'],
  },
  {
    name: 'the Secret of an Ingress is missing',
    since: 'old',
    shapes: ['ingress'],
    objects: editSpec('Ingress', { tls: [{ hosts: [HOST], secretName: 'missing' }] }),
    on: ['Ingress'],
    codes: ['ingress_default_certificate'],
  },
  {
    name: 'the class of the Ingress does not exist',
    since: 'old',
    shapes: ['everything', 'ingress'],
    objects: editSpec('Ingress', { ingressClassName: 'other' }),
    on: ['Ingress'],
    codes: ['ingress_class_missing'],
    also: ['ingress_does_not_route'],
  },
  {
    name: 'the backend port of the Ingress is none of the Service',
    since: 'old',
    shapes: ['everything'],
    objects: backendPort(81),
    on: ['Ingress'],
    codes: ['ingress_backend_port_missing'],
    also: ['ingress_has_no_backend'],
  },
  {
    name: 'the backend port of the Ingress is the targetPort',
    since: 'old',
    shapes: ['everything'],
    objects: backendPort(8080),
    on: ['Ingress'],
    codes: ['ingress_backend_is_target_port'],
    also: ['ingress_has_no_backend'],
  },
  {
    name: 'the controller does not know the Ingress',
    since: 'new',
    shapes: ['everything', 'ingress'],
    plane: (manifests) => manifests.filter(({ kind }) => kind !== 'Ingress'),
    on: ['Ingress'],
    // With TLS the first thing that is wrong is the controller's own certificate.
    codes: ['ingress_does_not_route', 'ingress_default_certificate'],
  },
  {
    name: 'the controller has old endpoints',
    since: 'new',
    shapes: ['everything'],
    // Only the controller is affected: kube-proxy and DNS are as they should be.
    inject: async ({ fault }) =>
      fault.filter('node-1', 'forward', ['ip saddr 10.244.1.80 tcp dport 8080 reject with tcp reset']),
    on: ['Ingress'],
    codes: ['ingress_backend_refuses'],
  },
  {
    name: 'the controller is gone',
    since: 'new',
    shapes: ['everything', 'ingress'],
    plane: named('ingress-nginx-controller-1', (manifest) => ({ ...manifest, endpoints: [] })),
    on: ['Ingress'],
    codes: ['ingress_controller_unreachable'],
  },
  {
    name: "requests by plain HTTP reach the controller's TLS port",
    since: 'new',
    shapes: ['everything'],
    plane: named('ingress-nginx-controller-1', (manifest) => ({
      ...manifest,
      ports: [
        { name: 'http', port: 443, protocol: 'TCP' },
        { name: 'https', port: 443, protocol: 'TCP' },
      ],
    })),
    on: ['Ingress'],
    codes: ['backend_protocol_mismatch'],
  },
  {
    name: "TLS reaches the controller's plain port",
    since: 'new',
    shapes: ['ingress'],
    plane: named('ingress-nginx-controller-1', (manifest) => ({
      ...manifest,
      ports: [
        { name: 'http', port: 80, protocol: 'TCP' },
        { name: 'https', port: 80, protocol: 'TCP' },
      ],
    })),
    on: ['Ingress'],
    codes: ['port_speaks_no_tls', 'backend_protocol_mismatch'],
  },
  {
    name: 'the controller expects PROXY protocol, and nobody sends it',
    since: 'new',
    shapes: ['everything', 'ingress'],
    inject: ({ fault }) => fault.controller({ expectsProxyLine: true }),
    on: ['Ingress'],
    codes: ['proxy_protocol_mismatch'],
  },
  {
    name: "the controller's load balancer sends PROXY protocol, and the controller does not expect it",
    since: 'new',
    shapes: ['everything'],
    from: 'outside',
    inject: ({ fault }) =>
      fault.balancer({
        address: '203.0.113.80',
        port: 80,
        servers: ['172.30.0.11:30880', '172.30.0.12:30880'],
        sendsProxyLine: true,
      }),
    // In the cluster nodes answer for the address themselves.
    on: ({ vantage }) => vantage === 'outside',
    codes: ['proxy_protocol_mismatch'],
  },
  {
    name: "the controller's load balancer does not answer",
    since: 'old',
    shapes: ['everything', 'ingress'],
    from: 'outside',
    inject: ({ fault }) => fault.blackhole('203.0.113.80'),
    on: ({ vantage }) => vantage === 'outside',
    codes: ['ingress_controller_unreachable'],
  },
  {
    name: 'TLS ends before the controller, which redirects to https for ever',
    since: 'new',
    shapes: ['ingress'],
    from: 'outside',
    inject: async ({ fault, issue }) => {
      const endsTls = await issue('balancer', { altNames: [HOST] })
      await fault.balancer({ address: '203.0.113.80', port: 443, servers: ['172.30.0.11:30880'], endsTls })
    },
    on: ({ vantage }) => vantage === 'outside',
    codes: ['redirect_loop'],
  },
  {
    name: 'the controller answers 504 as the pods are slow',
    since: 'old',
    shapes: ['everything'],
    objects: annotate('Ingress', {
      'nginx.ingress.kubernetes.io/proxy-read-timeout': '1',
      'nginx.ingress.kubernetes.io/proxy-next-upstream-tries': '1',
    }),
    inject: all('hang'),
    asked: { timeoutMs: 2500, samples: 1 },
    on: EVERYWHERE,
    codes: ['application_hangs'],
  },
]

function backendPort(number: number): Change {
  return edit('Ingress', (manifest) =>
    JSON.parse(JSON.stringify(manifest).replace('"number":80', `"number":${number}`)),
  )
}
