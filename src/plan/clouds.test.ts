/** Load balancers of clouds: row 13 of the trials is one of these. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ingress, ingressClass, loadBalancerStatus, node, service, slice } from '../../test/support/manifests.ts'
import { doubtsOf, linesOf, pathOf } from '../../test/support/plan-lines.ts'
import { checkText, planOf } from '../../test/support/plan-text.ts'
import { CLOUDS } from './clouds-table.ts'
import type { PathKind } from './kinds.ts'
import type { Position } from './path.ts'

const trial = (name: string): string =>
  readFileSync(new URL(`../../test/fixtures/trials/${name}`, import.meta.url), 'utf8')
const beta = (annotations: Record<string, string>) =>
  Object.fromEntries(Object.entries(annotations).map(([name, value]) => [`service.beta.kubernetes.io/${name}`, value]))
const PORTS = [
  { name: 'http', port: 80, targetPort: 'http', nodePort: 31222 },
  { name: 'https', port: 443, targetPort: 'http', nodePort: 31333 },
]
const HOSTNAME = { hostname: 'lb-1.example.net' }
const balanced = (
  annotations: Record<string, string>,
  spec: Record<string, unknown> = {},
  ...entries: Record<string, unknown>[]
) =>
  service(
    { type: 'LoadBalancer', ports: PORTS, ...spec },
    { annotations },
    loadBalancerStatus(...(entries.length === 0 ? [HOSTNAME] : entries)),
  )
const arn = 'arn:aws:acm:eu-west-1:000000000000:certificate/x'
const everywhere = (manifest: unknown) => [
  manifest,
  slice([{ at: '10.244.0.9', node: 'node-1' }], {
    ports: [
      { name: 'http', port: 8080 },
      { name: 'https', port: 8080 },
    ],
  }),
  node('node-1', { InternalIP: '10.0.0.11' }),
]
/** The scheme of each port by kind: at the load balancer, then behind it. */
function schemesOf(manifest: unknown, port: string): string[] {
  const plan = planOf(everywhere(manifest), { target: { service: 'toad' } })
  const kinds: PathKind[] = ['LoadBalancer', 'ClusterIP', 'NodePort', 'Endpoint', 'DNS']
  return kinds.map((kind) => pathOf(plan, kind, (path) => path.dns === null && path.port?.name === port).scheme)
}
const all = (scheme: string): string[] => [scheme, scheme, scheme, scheme, scheme]
const ends = (front: string, behind: string): string[] => [front, behind, behind, behind, behind]

describe('TLS that ends at the load balancer', () => {
  it('is https there and plain HTTP behind it (row 13)', () => {
    const plan = planOf(trial('13-tls-ends-at-cloud-load-balancer.yaml'))
    const urls = plan.paths.flatMap(({ kind, url, port }) =>
      port?.number === 443 && url !== null && !url.startsWith('dns:') && kind !== 'Environment'
        ? [`${kind} ${url}`]
        : [],
    )
    expect(urls).toEqual([
      'DNS http://toad.default.svc.cluster.local:443/',
      'ClusterIP http://10.96.0.20:443/',
      'LoadBalancer https://lb-1.example.net/',
    ])
    expect(pathOf(plan, 'ClusterIP', ({ port }) => port?.number === 443).because).toContain(
      `Service/toad metadata.annotations["service.beta.kubernetes.io/aws-load-balancer-ssl-cert"]=${arn}: TLS ends there`,
    )
  })

  const DO = 'do-loadbalancer'
  it.each<[string, Record<string, string>, string[], string[]]>([
    [
      'AWS, ports by name',
      beta({ 'aws-load-balancer-ssl-cert': arn, 'aws-load-balancer-ssl-ports': 'https' }),
      all('http'),
      ends('https', 'http'),
    ],
    [
      'AWS, ports by number',
      beta({ 'aws-load-balancer-ssl-cert': arn, 'aws-load-balancer-ssl-ports': '443, 8443' }),
      all('http'),
      ends('https', 'http'),
    ],
    [
      'AWS, all ports by *',
      beta({ 'aws-load-balancer-ssl-cert': arn, 'aws-load-balancer-ssl-ports': '*' }),
      ends('https', 'http'),
      ends('https', 'http'),
    ],
    [
      'AWS, all ports by default',
      beta({ 'aws-load-balancer-ssl-cert': arn }),
      ends('https', 'http'),
      ends('https', 'http'),
    ],
    [
      'AWS, encrypted again (https)',
      beta({
        'aws-load-balancer-ssl-cert': arn,
        'aws-load-balancer-ssl-ports': '443',
        'aws-load-balancer-backend-protocol': 'https',
      }),
      all('http'),
      all('https'),
    ],
    [
      'AWS, encrypted again (ssl)',
      beta({
        'aws-load-balancer-ssl-cert': arn,
        'aws-load-balancer-ssl-ports': '443',
        'aws-load-balancer-backend-protocol': 'ssl',
      }),
      all('http'),
      all('https'),
    ],
    [
      'AWS, HTTP/2 alone',
      beta({
        'aws-load-balancer-ssl-cert': arn,
        'aws-load-balancer-ssl-ports': '443',
        'aws-load-balancer-alpn-policy': 'HTTP2Only',
      }),
      all('http'),
      ends('tcp', 'http'),
    ],
    [
      'AWS, other ports',
      beta({ 'aws-load-balancer-ssl-cert': arn, 'aws-load-balancer-ssl-ports': '8443' }),
      all('http'),
      all('https'),
    ],
    ['Google Cloud ends none', { 'networking.gke.io/load-balancer-type': 'Internal' }, all('http'), all('https')],
    ['Azure ends none', beta({ 'azure-load-balancer-internal': 'true' }), all('http'), all('https')],
    [
      'OCI',
      beta({ 'oci-load-balancer-ssl-ports': '443', 'oci-load-balancer-tls-secret': 'toad-tls' }),
      all('http'),
      ends('https', 'http'),
    ],
    [
      'OCI, encrypted again',
      beta({ 'oci-load-balancer-ssl-ports': '443', 'oci-load-balancer-tls-backendset-secret': 'toad-tls' }),
      all('http'),
      all('https'),
    ],
    [
      'DigitalOcean, by its certificate',
      beta({ [`${DO}-protocol`]: 'http', [`${DO}-certificate-id`]: 'x' }),
      all('http'),
      ends('https', 'http'),
    ],
    [
      'DigitalOcean, by ports',
      beta({ [`${DO}-protocol`]: 'http', [`${DO}-tls-ports`]: '443', [`${DO}-certificate-name`]: 'x' }),
      all('http'),
      ends('https', 'http'),
    ],
    [
      'DigitalOcean, passthrough',
      beta({ [`${DO}-protocol`]: 'http', [`${DO}-tls-ports`]: '443', [`${DO}-tls-passthrough`]: 'true' }),
      all('http'),
      all('https'),
    ],
    [
      'Linode',
      beta({ 'linode-loadbalancer-port-443': '{"tls-secret-name": "toad-tls", "protocol": "https"}' }),
      all('http'),
      ends('https', 'http'),
    ],
    [
      'Vultr',
      beta({
        'vultr-loadbalancer-protocol': 'http',
        'vultr-loadbalancer-https-ports': '443',
        'vultr-loadbalancer-ssl': 'toad-tls',
      }),
      all('http'),
      ends('https', 'http'),
    ],
    [
      'Vultr, passthrough',
      beta({ 'vultr-loadbalancer-https-ports': '443', 'vultr-loadbalancer-ssl-pass-through': 'true' }),
      all('http'),
      all('https'),
    ],
    [
      'Scaleway',
      beta({ 'scw-loadbalancer-certificate-ids': '443:x', 'scw-loadbalancer-protocol-http': 'true' }),
      all('http'),
      ends('https', 'http'),
    ],
    [
      'Hetzner',
      { 'load-balancer.hetzner.cloud/protocol': 'https', 'load-balancer.hetzner.cloud/http-certificates': 'x' },
      ends('https', 'http'),
      ends('https', 'http'),
    ],
    [
      'OpenStack',
      { 'loadbalancer.openstack.org/default-tls-container-ref': 'https://barbican/x' },
      ends('https', 'http'),
      ends('https', 'http'),
    ],
    [
      'Alibaba Cloud',
      beta({
        'alibaba-cloud-loadbalancer-protocol-port': 'https:443,http:80',
        'alibaba-cloud-loadbalancer-cert-id': 'x',
      }),
      all('http'),
      ends('https', 'http'),
    ],
    ['Huawei Cloud', { 'kubernetes.io/elb.protocol-port': 'https:443,http:80' }, all('http'), ends('https', 'http')],
    ['nothing said', {}, all('http'), all('https')],
  ])('%s', (_cloud, annotations, http, https) => {
    const manifest = balanced(annotations)
    expect([schemesOf(manifest, 'http'), schemesOf(manifest, 'https')]).toEqual([http, https])
  })

  it('in front of what is no HTTP stays a connection on both sides', () => {
    const manifest = balanced(beta({ 'aws-load-balancer-ssl-cert': arn }), {
      ports: [{ name: 'redis-tls', port: 6380 }],
    })
    const plan = planOf([manifest])
    expect([pathOf(plan, 'LoadBalancer').scheme, pathOf(plan, 'ClusterIP').scheme]).toEqual(['tcp', 'tcp'])
  })

  it('says nothing of a Service that is no load balancer', () => {
    const manifest = service(
      { type: 'NodePort', ports: PORTS },
      { annotations: beta({ 'aws-load-balancer-ssl-cert': arn }) },
    )
    expect(pathOf(planOf([manifest]), 'ClusterIP', ({ port }) => port?.number === 443).scheme).toBe('https')
  })

  const cut = beta({ 'do-loadbalancer-protocol': 'https', 'do-loadbalancer-certificate-id': 'x' })
  it('is not met by the short cut inside the cluster, which answers plain', () => {
    const manifest = balanced(cut, {}, { ip: '203.0.113.7' })
    const lines = (vantage: Position) =>
      planOf([manifest], { vantage }).paths.flatMap(({ kind, port, url, shortCut }) =>
        kind === 'LoadBalancer' && port?.number === 443 ? [`${url}${shortCut ? ' short cut' : ''}`] : [],
      )
    expect(lines('in-cluster')).toEqual(['http://203.0.113.7:443/ short cut'])
    expect(lines('outside')).toEqual(['https://203.0.113.7/'])
  })

  it('shows a certificate that is judged by the name that its DNS is given, not by the cloud’s', () => {
    const checksOf = (annotations: Record<string, string>) =>
      pathOf(planOf([balanced(annotations)]), 'LoadBalancer', ({ port }) => port?.number === 443).checks.map(checkText)
    const tls = beta({ 'aws-load-balancer-ssl-cert': arn, 'aws-load-balancer-ssl-ports': '443' })
    expect(checksOf(tls)).toEqual(['http GET https://lb-1.example.net/ SNI lb-1.example.net'])
    expect(checksOf({ ...tls, 'external-dns.alpha.kubernetes.io/hostname': 'toad.example.com,b.example.com' })).toEqual(
      ['http GET https://lb-1.example.net/ SNI toad.example.com, certificate judged'],
    )
    expect(checksOf({})).toEqual(['http GET https://lb-1.example.net/ SNI lb-1.example.net, certificate judged'])
  })

  it('in front of a controller is not met inside the cluster either', () => {
    const labels = { 'app.kubernetes.io/name': 'ingress-nginx', 'app.kubernetes.io/component': 'controller' }
    const front = service(
      { type: 'LoadBalancer', clusterIP: '10.96.0.200', ports: PORTS, selector: labels },
      {
        name: 'ingress-nginx-controller',
        namespace: 'ingress-nginx',
        labels,
        annotations: { ...cut, ...beta({ 'do-loadbalancer-enable-proxy-protocol': 'true' }) },
      },
      loadBalancerStatus({ ip: '203.0.113.80' }),
    )
    const manifests = [
      service(),
      front,
      ingressClass('nginx', 'k8s.io/ingress-nginx'),
      ingress([{}], { tls: [{ hosts: ['toad.example.com'] }] }),
    ]
    const lines = (vantage: Position) => linesOf(planOf(manifests, { vantage, target: { service: 'toad' } }), 'Ingress')
    expect(lines('in-cluster')).toEqual([
      'https://toad.example.com/ at 203.0.113.80:443 unknown short cut',
      'http://toad.example.com/ at 203.0.113.80:80 unknown short cut',
    ])
    expect(lines('outside')[0]).toBe('https://toad.example.com/ at 203.0.113.80:443')
  })
})

describe('what a port speaks by annotations of the Service', () => {
  it.each([
    ['cloud.google.com/app-protocols', '{"web": "HTTPS"}', 'https'],
    ['cloud.google.com/app-protocols', '{"other": "HTTPS"}', 'http'],
    ['traefik.ingress.kubernetes.io/service.serversscheme', 'https', 'https'],
    ['konghq.com/protocol', 'https', 'https'],
    ['konghq.com/protocol', 'grpc', 'tcp'],
    ['projectcontour.io/upstream-protocol.tls', '443,web', 'https'],
    ['konghq.com/protocol', 'constructor', 'http'],
  ])('%s: %s is %s', (annotation, value, scheme) => {
    const manifest = service({ ports: [{ name: 'web', port: 8080 }] }, { annotations: { [annotation]: value } })
    expect(pathOf(planOf([manifest]), 'ClusterIP').scheme).toBe(scheme)
  })
})

describe('what a port speaks by annotations of an Ingress to it', () => {
  const nginx = 'nginx.ingress.kubernetes.io/backend-protocol'
  it.each([
    ['ingress-nginx', 'nginx', { [nginx]: 'HTTPS' }, 'https'],
    ['ingress-nginx, plain', 'nginx', { [nginx]: 'HTTP' }, 'tcp'],
    ['AWS', 'alb', { 'alb.ingress.kubernetes.io/backend-protocol': 'HTTPS' }, 'https'],
    ['AGIC', 'azure-application-gateway', { 'appgw.ingress.kubernetes.io/backend-protocol': 'https' }, 'https'],
    ['HAProxy', 'haproxy', { 'haproxy.org/server-ssl': 'true' }, 'https'],
    ['HAProxy Ingress', 'haproxy', { 'haproxy-ingress.github.io/backend-protocol': 'h1-ssl' }, 'https'],
    ['nginxinc, this Service', 'nginx', { 'nginx.org/ssl-services': 'frog,toad' }, 'https'],
    ['nginxinc, another', 'nginx', { 'nginx.org/ssl-services': 'frog' }, 'tcp'],
    ['another controller', 'traefik', { [nginx]: 'HTTPS' }, 'tcp'],
  ])('%s', (_what, name, annotations, scheme) => {
    const ports = [{ name: 'main', port: 9999 }]
    const manifests = [service({ ports }), ingress([{ port: 'main' }], { ingressClassName: name }, { annotations })]
    const path = pathOf(planOf(manifests, { target: { service: 'toad' } }), 'ClusterIP')
    expect(path.scheme).toBe(scheme)
    expect(path.because.some((each) => each.includes('what the controller speaks to it'))).toBe(scheme === 'https')
  })

  it.each([
    ['appProtocol', { ports: [{ name: 'main', port: 9999, appProtocol: 'http' }] }, {}],
    ['an annotation of the Service', { ports: [{ name: 'main', port: 9999 }] }, { 'konghq.com/protocol': 'http' }],
    ['a name', { ports: [{ name: 'http-main', port: 9999 }] }, {}],
    ['a number', { ports: [{ port: 80 }] }, {}],
  ])('come after %s, as the Ingress may be what is wrong', (_what, spec, annotations) => {
    const [{ name = 80 } = {}] = spec.ports as { name?: string }[]
    const rule = ingress([{ port: name }], {}, { annotations: { [nginx]: 'HTTPS' } })
    const manifests = [service(spec, { annotations }), rule]
    expect(pathOf(planOf(manifests, { target: { service: 'toad' } }), 'ClusterIP').scheme).toBe('http')
  })
})

describe('a controller that is told to speak TLS to pods', () => {
  const isTold = (ofService: Record<string, string>, ofIngress: Record<string, string> = {}) =>
    planOf([service({}, { annotations: ofService }), ingress([{}], {}, { annotations: ofIngress })], {
      target: { service: 'toad' },
    }).beside?.backendsByTls

  it.each<[string, string]>([
    ['nginx.ingress.kubernetes.io/backend-protocol', 'HTTPS'],
    ['nginx.ingress.kubernetes.io/backend-protocol', 'GRPCS'],
    ['nginx.org/ssl-services', 'frog, toad'],
    ['alb.ingress.kubernetes.io/backend-protocol', 'HTTPS'],
    ['appgw.ingress.kubernetes.io/backend-protocol', 'https'],
    ['haproxy.org/server-ssl', 'true'],
    ['haproxy-ingress.github.io/backend-protocol', 'h2-ssl'],
    ['haproxy-ingress.github.io/secure-backends', 'true'],
  ])('is known by %s=%s of the Ingress', (annotation, value) => {
    expect(isTold({}, { [annotation]: value })).toBe(true)
  })

  it.each<[string, string]>([
    ['traefik.ingress.kubernetes.io/service.serversscheme', 'https'],
    ['konghq.com/protocol', 'grpcs'],
    ['projectcontour.io/upstream-protocol.tls', 'http'],
    ['haproxy.org/server-ssl', 'true'],
  ])('is known by %s=%s of the Service', (annotation, value) => {
    expect(isTold({ [annotation]: value })).toBe(true)
  })

  it.each<[string, string]>([
    ['nginx.ingress.kubernetes.io/backend-protocol', 'HTTP'],
    ['nginx.ingress.kubernetes.io/backend-protocol', 'constructor'],
    ['nginx.org/ssl-services', 'frog'],
    ['haproxy.org/server-ssl', 'false'],
  ])('is not by %s=%s', (annotation, value) => {
    expect(isTold({}, { [annotation]: value })).toBe(false)
  })
})

describe('an internal load balancer', () => {
  const INTERNAL: readonly [string, Record<string, string>, Record<string, unknown>?][] = [
    ['AWS by scheme', beta({ 'aws-load-balancer-scheme': 'internal' })],
    ['AWS of old', beta({ 'aws-load-balancer-internal': '0.0.0.0/0' })],
    ['AWS, the controller’s default', beta({ 'aws-load-balancer-type': 'external' })],
    ['AWS, the controller’s class', {}, { loadBalancerClass: 'service.k8s.aws/nlb' }],
    ['Google Cloud', { 'networking.gke.io/load-balancer-type': 'Internal' }],
    ['Google Cloud of old', { 'cloud.google.com/load-balancer-type': 'internal' }],
    ['Azure', beta({ 'azure-load-balancer-internal': 'true' })],
    ['OCI', beta({ 'oci-load-balancer-internal': 'true' })],
    ['OCI, network', { 'oci-network-load-balancer.oraclecloud.com/internal': 'true' }],
    ['DigitalOcean', beta({ 'do-loadbalancer-network': 'INTERNAL' })],
    ['OpenStack', beta({ 'openstack-internal-load-balancer': 'true' })],
    ['Alibaba Cloud', beta({ 'alibaba-cloud-loadbalancer-address-type': 'intranet' })],
    ['IBM', { 'service.kubernetes.io/ibm-load-balancer-cloud-provider-ip-type': 'private' }],
    ['Tencent', { 'service.kubernetes.io/qcloud-loadbalancer-internal-subnetid': 'subnet-1' }],
    ['Hetzner', { 'load-balancer.hetzner.cloud/disable-public-network': 'true' }],
    ['Scaleway', beta({ 'scw-loadbalancer-private': 'true' })],
    ['Yandex', { 'yandex.cloud/load-balancer-type': 'internal' }],
  ]
  it.each(INTERNAL)('%s: unknown from outside, promised from inside', (_cloud, annotations, spec = {}) => {
    const expectedFrom = (vantage: Position) =>
      pathOf(planOf([balanced(annotations, spec)], { vantage }), 'LoadBalancer').expected
    expect([expectedFrom('outside'), expectedFrom('edge'), expectedFrom('in-cluster')]).toEqual([
      'unknown',
      'unknown',
      'reachable',
    ])
  })

  it.each([
    ['internet-facing', beta({ 'aws-load-balancer-type': 'external', 'aws-load-balancer-scheme': 'internet-facing' })],
    ['not internal', beta({ 'aws-load-balancer-internal': 'false', 'azure-load-balancer-internal': 'false' })],
  ])('is none that says %s', (_what, annotations) => {
    expect(pathOf(planOf([balanced(annotations)], { vantage: 'outside' }), 'LoadBalancer').expected).toBe('reachable')
  })

  it.each(['10.1.2.3', '172.16.0.9', '192.168.1.20', '100.64.0.7', 'fd00::7'])(
    'is one at a private address, %s, unless the caller names it',
    (ip) => {
      const manifest = balanced({}, {}, { ip })
      const expectedOf = (asked: Parameters<typeof planOf>[1]) =>
        pathOf(planOf([manifest], { vantage: 'outside', ...asked }), 'LoadBalancer').expected
      expect([expectedOf({}), expectedOf({ addresses: { loadBalancer: [ip] } })]).toEqual(['unknown', 'reachable'])
    },
  )
})

describe('the PROXY protocol', () => {
  const PROXY: readonly [string, Record<string, string>][] = [
    ['AWS', beta({ 'aws-load-balancer-proxy-protocol': '*' })],
    ['AWS, target group', beta({ 'aws-load-balancer-target-group-attributes': 'proxy_protocol_v2.enabled=true' })],
    ['DigitalOcean', beta({ 'do-loadbalancer-enable-proxy-protocol': 'true' })],
    ['Hetzner', { 'load-balancer.hetzner.cloud/uses-proxyprotocol': 'true' }],
    ['Linode', beta({ 'linode-loadbalancer-default-proxy-protocol': 'v2' })],
    ['Scaleway', beta({ 'scw-loadbalancer-proxy-protocol-v2': 'true' })],
    ['OpenStack', { 'loadbalancer.openstack.org/proxy-protocol': 'true' }],
    ['Vultr', beta({ 'vultr-loadbalancer-proxy-protocol': 'true' })],
    ['OCI', beta({ 'oci-load-balancer-connection-proxy-protocol-version': '2' })],
    ['Alibaba Cloud', beta({ 'alibaba-cloud-loadbalancer-proxy-protocol': 'on' })],
    ['Civo', { 'kubernetes.civo.com/loadbalancer-enable-proxy-protocol': 'send-proxy-v2' }],
  ]
  it.each(PROXY)('of %s is missing on the short cut past the load balancer', (_cloud, annotations) => {
    const at = (entry: Record<string, unknown>, vantage: Position = 'in-cluster') =>
      pathOf(planOf([balanced(annotations, {}, entry)], { vantage }), 'LoadBalancer')
    expect(doubtsOf(at({ ip: '203.0.113.7' })).at(-1)).toContain(
      'the short cut past the load balancer has no PROXY protocol',
    )
    expect(at({ ip: '203.0.113.7', ipMode: 'Proxy' }).expected).toBe('reachable')
    expect(at({ ip: '203.0.113.7' }, 'outside').expected).toBe('reachable')
  })
})

it('a cloud has its sources and tells what it reads', () => {
  for (const { sources, reads } of CLOUDS) {
    expect([sources.length > 0, reads.length > 0]).toEqual([true, true])
  }
})
