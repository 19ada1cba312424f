import { describe, expect, it } from 'vitest'
import { unsafeIn } from '../../test/support/commands.ts'
import { ingress, ingressClass, loadBalancerStatus, node, pod, service, slice } from '../../test/support/manifests.ts'
import { planInput } from '../../test/support/plan-text.ts'
import { seenAs, type Told } from '../../test/support/seen.ts'
import type { PathKind } from '../plan/kinds.ts'
import type { PlannedPath, Position } from '../plan/path.ts'
import { planPaths } from '../plan/plan.ts'
import { certificateFlaws } from './comparisons/certificates.ts'
import { gatewayAnswers } from './comparisons/gateway.ts'
import { diagnoseJob, diagnoseObjects } from './diagnose.ts'
import { RULES } from './rules.ts'

/** A Service with every kind of path: two endpoints on two nodes, a load balancer, an Ingress with TLS. */
const HEALTHY = [
  service(
    { type: 'LoadBalancer', ports: [{ name: 'http', port: 80, targetPort: 8080, nodePort: 30080 }] },
    {},
    loadBalancerStatus({ ip: '203.0.113.73', ipMode: 'Proxy' }),
  ),
  slice([
    { at: '10.244.1.5', node: 'node-1' },
    { at: '10.244.2.6', node: 'node-2' },
  ]),
  node('node-1', { InternalIP: '10.0.0.11' }),
  node('node-2', { InternalIP: '10.0.0.12' }),
  ingress([{}], { tls: [{ hosts: ['toad.example.com'], secretName: 'cert' }] }),
  ingressClass('nginx', 'k8s.io/ingress-nginx'),
]

type Saw = (path: PlannedPath) => Told

/** Findings as `code confidence: what it explains`. */
function findings(manifests: readonly unknown[], saw: Saw, vantage: Position = 'in-cluster'): string[] {
  const input = planInput(manifests, {
    target: { namespace: 'pond', service: 'toad' },
    vantage,
  })
  const plan = planPaths(input)
  const tested = plan.paths.map((path) => seenAs(path, saw(path)))
  const kinds = new Map(plan.paths.map(({ id, kind }) => [id, kind]))
  const found = diagnoseJob(diagnoseObjects(plan, input.objects), tested, plan).findings
  expect(found.flatMap((finding) => unsafeIn(finding, plan.paths))).toEqual([])
  return found.map(({ code, confidence, explains }) =>
    `${code} ${confidence}: ${[...new Set(explains.map((id) => kinds.get(id)))].join(' ')}`.trim(),
  )
}

const of =
  (told: Told, ...kinds: PathKind[]): Saw =>
  ({ kind, dns }) =>
    kinds.includes(kind) && dns === null ? told : 'pass'
const everywhere =
  (told: Told): Saw =>
  ({ dns }) =>
    dns === null ? told : 'pass'

const bothFamilies = [
  service({ clusterIPs: ['10.96.0.7', 'fd00::7'], ipFamilies: ['IPv4', 'IPv6'], ipFamilyPolicy: 'RequireDualStack' }),
  slice([{ at: '10.244.1.5' }]),
  slice([{ at: 'fd00:244::5' }], { name: 'toad-v6', addressType: 'IPv6' }),
]
/** Its load balancer has a name. */
const BY_NAME = [
  service({ type: 'LoadBalancer' }, {}, loadBalancerStatus({ hostname: 'lb.example.net' })),
  ...HEALTHY.slice(1, 4),
]
const alias = [service({ type: 'ExternalName', externalName: 'api.example.com', ports: [{ port: 5432 }] })]

const CASES: readonly [string, readonly unknown[], Saw, string[], Position?][] = [
  ['everything passes', HEALTHY, () => 'pass', []],
  [
    'the endpoints refuse, and so does everything before them',
    HEALTHY,
    (path) => (path.kind === 'Ingress' ? 502 : everywhere('connection_refused')(path)),
    ['nothing_listens likely: DNS ClusterIP NodePort LoadBalancer Ingress Endpoint'],
  ],
  [
    'the endpoints refuse, DNS is silent, and the controller shows an expired certificate',
    HEALTHY,
    ({ kind }) => (kind === 'DNS' ? 'dns_timeout' : kind === 'Ingress' ? 'certificate_expired' : 'connection_refused'),
    ['cluster_dns_fails likely: DNS', 'nothing_listens likely: ClusterIP NodePort LoadBalancer Endpoint'],
  ],
  [
    'the endpoints are silent',
    HEALTHY,
    (path) => (path.kind === 'Ingress' ? 504 : everywhere('connect_timeout')(path)),
    ['endpoints_silent possible: DNS ClusterIP NodePort LoadBalancer Ingress Endpoint'],
  ],
  [
    'the endpoints are silent here, and the controller reaches them',
    HEALTHY,
    of('connect_timeout', 'Endpoint', 'ClusterIP', 'DNS'),
    ['endpoints_silent likely: DNS ClusterIP Endpoint'],
  ],
  [
    'the controller alone reaches the endpoints: node ports and load balancers lead there, too',
    HEALTHY,
    of('connect_timeout', 'Endpoint', 'ClusterIP', 'DNS', 'NodePort', 'LoadBalancer'),
    ['endpoints_silent likely: DNS ClusterIP NodePort LoadBalancer Endpoint'],
  ],
  [
    'nobody has the addresses of the endpoints',
    HEALTHY,
    (path) => (path.kind === 'Ingress' ? 502 : everywhere('host_unreachable')(path)),
    ['endpoints_unreachable likely: DNS ClusterIP NodePort LoadBalancer Ingress Endpoint'],
  ],
  [
    'some endpoints are silent, the others unreachable',
    HEALTHY,
    ({ kind, node: on, dns }) =>
      dns !== null ? 'pass' : kind === 'Endpoint' && on === 'node-2' ? 'host_unreachable' : 'connect_timeout',
    ['endpoints_silent possible: DNS ClusterIP NodePort LoadBalancer Ingress Endpoint'],
  ],
  [
    'the endpoints accept and never answer, and so does everything before them',
    HEALTHY,
    (path) => (path.kind === 'Ingress' ? 504 : everywhere('response_timeout')(path)),
    ['application_hangs likely: DNS ClusterIP NodePort LoadBalancer Ingress Endpoint'],
  ],
  [
    'the endpoints hang, and the controller waits longer than the prober',
    HEALTHY,
    everywhere('response_timeout'),
    ['application_hangs likely: DNS ClusterIP NodePort LoadBalancer Ingress Endpoint'],
  ],
  [
    'every way from outside hangs, and no endpoint can be asked',
    HEALTHY.slice(0, 4),
    everywhere('response_timeout'),
    ['application_hangs possible: LoadBalancer'],
    'outside',
  ],
  [
    'direct answers do not arrive, those of the controller do',
    HEALTHY,
    of('response_timeout', 'Endpoint', 'ClusterIP', 'DNS', 'NodePort', 'LoadBalancer'),
    ['answers_lost possible: DNS ClusterIP NodePort LoadBalancer Endpoint'],
  ],
  [
    'answers by way of the nodes do not arrive, those of the pods do',
    HEALTHY,
    of('body_timeout', 'NodePort'),
    ['answers_lost possible: NodePort'],
  ],
  [
    'the endpoints cut connections, and the controller has nothing to hand on',
    HEALTHY,
    (path) => (path.kind === 'Ingress' ? 502 : everywhere('connection_reset')(path)),
    ['application_cuts_connections likely: DNS ClusterIP NodePort LoadBalancer Ingress Endpoint'],
  ],
  [
    'every endpoint fails, one refuses and one hangs',
    HEALTHY,
    (path) =>
      path.kind === 'Ingress'
        ? 502
        : everywhere(path.kind === 'Endpoint' && path.node === 'node-2' ? 'connection_refused' : 'response_timeout')(
            path,
          ),
    ['every_endpoint_fails likely: DNS ClusterIP NodePort LoadBalancer Ingress Endpoint'],
  ],
  [
    'redirects without end',
    HEALTHY,
    everywhere('too_many_redirects'),
    ['too_many_redirects likely: DNS ClusterIP NodePort LoadBalancer Ingress Endpoint'],
  ],
  [
    'no endpoint that the objects name can be reached, and the Service works: it has others',
    HEALTHY,
    of('connection_refused', 'Endpoint'),
    ['objects_out_of_date likely: Endpoint'],
  ],
  [
    'every way fails, each in a way of its own, and no endpoint was asked',
    [HEALTHY[0], ...HEALTHY.slice(2, 4)],
    ({ kind, dns }) =>
      dns !== null
        ? 'pass'
        : kind === 'NodePort'
          ? 'connection_reset'
          : kind === 'LoadBalancer'
            ? 503
            : 'connect_timeout',
    ['nothing_answers possible: DNS ClusterIP NodePort LoadBalancer'],
  ],
  [
    'one endpoint of two hangs, which says nothing about its node',
    HEALTHY,
    ({ kind, node: on }) =>
      (kind === 'Endpoint' && on === 'node-2') || kind === 'ClusterIP' ? 'response_timeout' : 'pass',
    ['some_endpoints_fail certain: ClusterIP Endpoint'],
  ],
  [
    'one endpoint fails, and a share of what goes through it',
    HEALTHY,
    ({ kind, node: on }) =>
      (kind === 'Endpoint' && on === 'node-2') || kind === 'ClusterIP' ? 'connection_refused' : 'pass',
    ['some_endpoints_fail certain: ClusterIP Endpoint'],
  ],
  [
    'one endpoint of two hangs, and the controller was sent there',
    HEALTHY,
    ({ kind, node: on }) =>
      (kind === 'Endpoint' && on === 'node-2') || kind === 'Ingress' ? 'response_timeout' : 'pass',
    ['some_endpoints_fail certain: Ingress Endpoint'],
  ],
  [
    'one endpoint of two is silent, and the controller tells that it waited for it',
    HEALTHY,
    ({ kind, node: on }) =>
      kind === 'Endpoint' && on === 'node-2' ? 'connect_timeout' : kind === 'Ingress' ? 504 : 'pass',
    ['some_endpoints_fail likely: Ingress Endpoint'],
  ],
  [
    'one endpoint of two cuts connections, and the controller tells that it was cut',
    HEALTHY,
    ({ kind, node: on }) =>
      kind === 'Endpoint' && on === 'node-2' ? 'connection_reset' : kind === 'Ingress' ? 502 : 'pass',
    ['some_endpoints_fail certain: Ingress Endpoint'],
  ],
  [
    'one endpoint of two refuses, and the controller waits in vain for something else',
    HEALTHY,
    ({ kind, node: on }) =>
      kind === 'Endpoint' && on === 'node-2' ? 'connection_refused' : kind === 'Ingress' ? 504 : 'pass',
    ['some_endpoints_fail certain: Endpoint', 'ingress_backend_silent likely: Ingress'],
  ],
  [
    'direct connections are cut, the Ingress works',
    HEALTHY,
    of('connection_reset', 'Endpoint', 'ClusterIP', 'DNS'),
    ['direct_connections_cut possible: DNS ClusterIP Endpoint'],
  ],
  [
    'the cluster IP is dead, the endpoints answer',
    HEALTHY,
    of('connect_timeout', 'ClusterIP', 'DNS'),
    ['service_proxy_fails likely: DNS ClusterIP'],
  ],
  [
    'the cluster IP is dead, and that of DNS with it',
    HEALTHY,
    ({ kind, dns }) =>
      kind === 'ClusterIP'
        ? 'connect_timeout'
        : kind !== 'DNS'
          ? 'pass'
          : dns === null
            ? 'dns_timeout'
            : 'dns_server_failure',
    ['service_proxy_fails likely: DNS ClusterIP'],
  ],
  [
    'one node refuses the node port',
    HEALTHY,
    ({ kind, node: on }) => (kind === 'NodePort' && on === 'node-2' ? 'connection_refused' : 'pass'),
    ['node_port_fails_on_some_nodes likely: NodePort'],
  ],
  [
    'one node refuses the node port, and one endpoint answers 500',
    HEALTHY,
    ({ kind, node: on }) =>
      on !== 'node-2' ? 'pass' : kind === 'NodePort' ? 'connection_refused' : kind === 'Endpoint' ? 500 : 'pass',
    ['node_port_fails_on_some_nodes likely: NodePort', 'some_endpoints_fail certain: Endpoint'],
  ],
  [
    'one endpoint of two refuses, and so does a node port that leads there',
    HEALTHY,
    ({ kind, node: on }) =>
      on === 'node-2' && (kind === 'NodePort' || kind === 'Endpoint') ? 'connection_refused' : 'pass',
    ['some_endpoints_fail certain: NodePort Endpoint'],
  ],
  ['all nodes drop the node port', HEALTHY, of('connect_timeout', 'NodePort'), ['node_port_blocked likely: NodePort']],
  [
    'every node refuses the node port, and the Service works',
    HEALTHY,
    of('connection_refused', 'NodePort'),
    ['only_one_way_fails possible: NodePort'],
  ],
  [
    'the load balancer answers by itself',
    HEALTHY,
    of(503, 'LoadBalancer'),
    ['only_one_way_fails possible: LoadBalancer'],
  ],
  [
    'nobody routes the external IP',
    [service({ externalIPs: ['203.0.113.20'] }), ...HEALTHY.slice(1, 4)],
    of('connect_timeout', 'ExternalIP'),
    ['only_one_way_fails possible: ExternalIP'],
  ],
  [
    'the load balancer is silent',
    HEALTHY,
    of('connect_timeout', 'LoadBalancer'),
    ['load_balancer_fails likely: LoadBalancer'],
  ],
  [
    'nothing answers over IPv6',
    bothFamilies,
    ({ family, dns }) => (family === 'IPv6' && dns === null ? 'connection_refused' : 'pass'),
    ['one_family_fails likely: ClusterIP Endpoint'],
  ],
  [
    'nothing answers over IPv6, nor does the load balancer',
    [
      service(
        {
          type: 'LoadBalancer',
          clusterIPs: ['10.96.0.7', 'fd00::7'],
          ports: [{ name: 'http', port: 80, targetPort: 8080, nodePort: 30080 }],
        },
        {},
        loadBalancerStatus({ ip: '203.0.113.73' }, { ip: '2001:db8::73' }),
      ),
      ...bothFamilies.slice(1),
    ],
    ({ family, dns }) => (family === 'IPv6' && dns === null ? 'connection_refused' : 'pass'),
    ['one_family_fails likely: ClusterIP LoadBalancer Endpoint'],
  ],
  [
    'DNS is silent',
    HEALTHY,
    ({ kind }) => (kind === 'DNS' ? 'dns_timeout' : 'pass'),
    ['cluster_dns_fails likely: DNS'],
  ],
  [
    'the long name does not exist, the short ones do',
    HEALTHY,
    ({ kind, dns }) => (kind === 'DNS' && dns?.how !== 'lookup' ? 'dns_not_found' : 'pass'),
    ['cluster_domain_wrong likely: DNS'],
  ],
  [
    'no name exists, the addresses answer',
    HEALTHY,
    ({ kind }) => (kind === 'DNS' ? 'dns_not_found' : 'pass'),
    ['service_name_unknown likely: DNS'],
  ],
  [
    'DNS gives another address',
    HEALTHY,
    ({ dns }) => (dns?.type === 'A' && dns.how === 'resolve' ? 'wrong_address' : 'pass'),
    ['stale_dns likely: DNS'],
  ],
  [
    'only the name that is dialled was asked for, and DNS is silent',
    HEALTHY,
    ({ kind, dns }) => (kind !== 'DNS' ? 'pass' : dns === null ? 'dns_timeout' : null),
    ['cluster_dns_fails likely: DNS'],
  ],
  [
    'DNS answers some questions',
    HEALTHY,
    ({ dns }) => (dns?.how === 'lookup' ? 'dns_timeout' : 'pass'),
    ['dns_answers_sometimes likely: DNS'],
  ],
  [
    'the long name leads to servers that do not answer, the short ones resolve',
    HEALTHY,
    ({ kind, dns }) => (kind === 'DNS' && dns?.how !== 'lookup' ? 'dns_timeout' : 'pass'),
    ['cluster_domain_wrong possible: DNS'],
  ],
  [
    'the whole name does not exist, and the rest of the search list leads to servers that do not answer',
    HEALTHY,
    ({ kind, dns }) => (kind !== 'DNS' ? 'pass' : dns?.how === 'lookup' ? 'dns_server_failure' : 'dns_not_found'),
    ['service_name_unknown likely: DNS'],
  ],
  [
    'DNS is dead, for the name of the load balancer as well',
    BY_NAME,
    ({ kind }) => (kind === 'DNS' || kind === 'LoadBalancer' ? 'dns_server_failure' : 'pass'),
    ['cluster_dns_fails likely: DNS LoadBalancer'],
  ],
  [
    'DNS knows the cluster, and gets no answer for the name of the load balancer',
    BY_NAME,
    of('dns_server_failure', 'LoadBalancer'),
    ['outside_dns_fails likely: LoadBalancer'],
  ],
  [
    'from outside, the name of the load balancer gets no answer',
    BY_NAME,
    of('dns_timeout', 'LoadBalancer'),
    ['outside_dns_fails possible: LoadBalancer'],
    'outside',
  ],
  [
    'the name of the load balancer does not exist',
    BY_NAME,
    of('dns_not_found', 'LoadBalancer'),
    ['outside_name_unresolved certain: LoadBalancer'],
  ],
  [
    'what an external name leads to gets no answer: no word about whether it exists',
    alias,
    ({ kind, dns }) => (kind === 'ExternalName' || dns?.how === 'lookup' ? 'dns_server_failure' : 'pass'),
    ['outside_dns_fails likely: DNS ExternalName'],
  ],
  [
    'an external name does not resolve',
    alias,
    ({ kind }) => (kind === 'ExternalName' ? 'dns_not_found' : 'pass'),
    ['outside_name_unresolved certain: ExternalName'],
  ],
  ['the controller has no route', HEALTHY, of(404, 'Ingress'), ['ingress_does_not_route likely: Ingress']],
  ['the controller has no backend', HEALTHY, of(503, 'Ingress'), ['ingress_has_no_backend likely: Ingress']],
  [
    'the controller has no backend, as the Ingress names the targetPort',
    [...HEALTHY.slice(0, 4), ingress([{ port: 8080 }]), HEALTHY[5]],
    of(503, 'Ingress'),
    ['ingress_backend_is_target_port likely: Ingress'],
  ],
  [
    'the class does not exist, and the controller that has the address knows no route',
    [...HEALTHY.slice(0, 4), ingress([{}], { ingressClassName: 'ngnix' }), HEALTHY[5]],
    of(404, 'Ingress'),
    ['ingress_class_missing likely: Ingress'],
  ],
  [
    'the class does not exist, and the controller that has the address cannot be reached',
    [...HEALTHY.slice(0, 4), ingress([{}], { ingressClassName: 'ngnix' }), HEALTHY[5]],
    of('connect_timeout', 'Ingress'),
    ['ingress_controller_unreachable likely: Ingress', 'ingress_class_missing possible:'],
  ],
  ['the controller is refused', HEALTHY, of(502, 'Ingress'), ['ingress_backend_refuses likely: Ingress']],
  [
    'the controller does not answer in time, and the application does',
    HEALTHY,
    of('response_timeout', 'Ingress'),
    ['ingress_backend_silent likely: Ingress'],
  ],
  ['the controller waits in vain', HEALTHY, of(504, 'Ingress'), ['ingress_backend_silent likely: Ingress']],
  [
    'the controller answers 503, and nothing else can be asked',
    [service(), ...HEALTHY.slice(1)],
    of(503, 'Ingress'),
    ['ingress_has_no_backend possible: Ingress'],
    'edge',
  ],
  [
    'the controller is not there',
    HEALTHY,
    of('connection_refused', 'Ingress'),
    ['ingress_controller_unreachable likely: Ingress'],
  ],
  [
    'the application answers 500 on every way',
    HEALTHY,
    everywhere(500),
    ['application_answers_errors likely: DNS ClusterIP NodePort LoadBalancer Ingress Endpoint'],
  ],
  [
    'a port taken for HTTPS speaks no TLS',
    [
      service({ ports: [{ name: 'https', port: 443, targetPort: 8080 }] }),
      slice([{ at: '10.244.1.5' }], { ports: [{ name: 'https', port: 8080 }] }),
    ],
    everywhere('tls_not_spoken'),
    ['port_speaks_no_tls likely: DNS ClusterIP Endpoint'],
  ],
  [
    'a port taken for HTTP speaks something else',
    HEALTHY,
    (path) => (path.kind === 'Ingress' ? 502 : everywhere('invalid_response')(path)),
    ['port_speaks_no_http likely: DNS ClusterIP NodePort LoadBalancer Ingress Endpoint'],
  ],
  [
    'the controller ends every handshake',
    HEALTHY,
    ({ kind, scheme }) => (kind === 'Ingress' && scheme === 'https' ? 'tls_handshake_failed' : 'pass'),
    ['tls_handshake_refused likely: Ingress'],
  ],
  [
    'the application answers 404 where the check asks for another status',
    HEALTHY,
    everywhere(404),
    ['application_answers_errors likely: DNS ClusterIP NodePort LoadBalancer Ingress Endpoint'],
  ],
  [
    'the body is another everywhere',
    HEALTHY,
    everywhere('unexpected_body'),
    ['answer_unexpected likely: DNS ClusterIP NodePort LoadBalancer Ingress Endpoint'],
  ],
  [
    'the node port answers where the endpoints are, and nowhere else',
    [...HEALTHY.slice(0, 1), slice([{ at: '10.244.1.5', node: 'node-1' }]), ...HEALTHY.slice(2, 4)],
    ({ kind, node: on }) => (kind === 'NodePort' && on === 'node-2' ? 'connect_timeout' : 'pass'),
    ['traffic_between_nodes_lost likely: NodePort'],
  ],
  [
    'no pod is reached, not even that of DNS, and nodes are',
    HEALTHY,
    ({ kind }) =>
      kind === 'DNS' ? 'dns_timeout' : kind === 'Endpoint' || kind === 'ClusterIP' ? 'connect_timeout' : 'pass',
    ['traffic_between_nodes_lost likely: DNS ClusterIP Endpoint'],
  ],
  [
    'headers come on every way, and bodies do not',
    HEALTHY,
    everywhere('body_timeout'),
    ['body_stalls likely: DNS ClusterIP NodePort LoadBalancer Ingress Endpoint'],
  ],
  [
    'the application answers 421 by address, and works for the host of the Ingress',
    HEALTHY,
    of(421, 'Endpoint', 'ClusterIP', 'DNS', 'NodePort', 'LoadBalancer'),
    ['application_wants_host likely: DNS ClusterIP NodePort LoadBalancer Endpoint'],
  ],
  [
    'the server that an external name leads to is not there',
    alias,
    ({ dns }) => (dns === null ? 'connect_timeout' : 'pass'),
    ['external_name_unreachable likely: ExternalName'],
  ],
  [
    'short names do not exist, the whole one does',
    HEALTHY,
    ({ kind, dns }) => (kind === 'DNS' && dns?.how === 'lookup' ? 'dns_not_found' : 'pass'),
    ['search_list_wrong likely: DNS'],
  ],
  [
    'a redirect leads to a name that does not exist',
    HEALTHY,
    of('dns_not_found', 'Endpoint', 'ClusterIP', 'NodePort', 'LoadBalancer', 'Ingress'),
    ['redirect_target_unresolved certain: ClusterIP NodePort LoadBalancer Ingress Endpoint'],
  ],
  [
    'nothing at all is reached, not even DNS',
    [HEALTHY[0], ...HEALTHY.slice(2)],
    ({ kind }) => (kind === 'DNS' ? 'dns_timeout' : 'connect_timeout'),
    ['prober_reaches_nothing likely: DNS ClusterIP NodePort LoadBalancer Ingress'],
  ],
]

describe('findings from comparing paths', () => {
  it.each(CASES)('%s', (_what, manifests, saw, expected, vantage) => {
    expect(findings(manifests, saw, vantage)).toEqual(expected)
  })

  it("tells the controller's own certificate from any other bad one", () => {
    const input = planInput(HEALTHY, { target: { namespace: 'pond', service: 'toad' } })
    const plan = planPaths(input)
    const codesWith = (subject: string): string[] => {
      const certificate = {
        subject,
        issuer: subject,
        altNames: [],
        notBefore: null,
        notAfter: null,
        authorized: false,
        authorizationError: null,
        protocol: null,
      }
      const tested = plan.paths.map((path) =>
        path.kind === 'Ingress' && path.scheme === 'https'
          ? seenAs(path, 'certificate_untrusted', { tls: certificate })
          : seenAs(path, 'pass'),
      )
      return diagnoseJob({ status: 'unknown', findings: [] }, tested, plan).findings.map(({ code }) => code)
    }
    expect(codesWith('CN=Kubernetes Ingress Controller Fake Certificate')).toEqual(['ingress_default_certificate'])
    expect(codesWith('CN=TRAEFIK DEFAULT CERT')).toEqual(['ingress_default_certificate'])
    expect(codesWith('CN=toad.example.com')).toEqual(['certificate_issuer_unknown'])
  })

  describe('of several samples', () => {
    /** Two samples of each path: the first as told, the second passes where it is unsteady. */
    const sampled = (saw: Saw, unsteady: (path: PlannedPath) => boolean): string[] => {
      const plan = planPaths(planInput(HEALTHY, { target: { namespace: 'pond', service: 'toad' } }))
      const tested = plan.paths.map((path) => {
        const seen = seenAs(path, saw(path))
        const second = seenAs(path, unsteady(path) ? 'pass' : saw(path)).deciding.map((result) => ({
          ...result,
          sample: 2,
        }))
        return { ...seen, deciding: [...seen.deciding, ...second] }
      })
      const kinds = new Map(plan.paths.map(({ id, kind }) => [id, kind]))
      return diagnoseJob({ status: 'unknown', findings: [] }, tested, plan).findings.map(
        ({ code, title, explains }) =>
          `${code} ${[...new Set(explains.map((id) => kinds.get(id)))].join(' ')}: ${title}`,
      )
    }
    const direct = of('connection_reset', 'Endpoint', 'ClusterIP')

    it('where all fail, says what it says of one', () => {
      expect(sampled(direct, () => false)).toEqual([
        'direct_connections_cut ClusterIP Endpoint: Pods cut every direct connection, and serve the Ingress controller',
      ])
    })

    it('where some pass, says that it fails now and then, and nothing of what always would', () => {
      expect(sampled(direct, () => true)).toEqual([
        'fails_now_and_then ClusterIP Endpoint: Port 80 fails now and then: in 3 of 6 tries',
      ])
      expect(sampled(of('connect_timeout', 'ClusterIP'), () => true)).toEqual([
        'fails_now_and_then ClusterIP: Port 80 fails now and then: in 1 of 2 tries',
      ])
    })

    it('lays a share of failures to the endpoint that always fails', () => {
      const saw: Saw = ({ kind, node: on }) =>
        (kind === 'Endpoint' && on === 'node-2') || kind === 'ClusterIP' ? 'connection_refused' : 'pass'
      expect(sampled(saw, ({ kind }) => kind === 'ClusterIP')).toEqual([
        'some_endpoints_fail ClusterIP Endpoint: 1 of 2 endpoints of port 80 fails',
      ])
    })

    it('says that DNS answers sometimes', () => {
      expect(
        sampled(
          ({ kind }) => (kind === 'DNS' ? 'dns_timeout' : 'pass'),
          () => true,
        ),
      ).toEqual(['dns_answers_sometimes DNS: DNS leaves some questions unanswered, now and then'])
    })
  })

  it('tells a DNS server that is silent from one that answers', () => {
    const plan = planPaths(planInput(HEALTHY, { target: { namespace: 'pond', service: 'toad' } }))
    const answered = { type: 'A', answers: ['10.96.0.7'], cname: null, ttl: 5, lookup: null, rcode: 'NOERROR' } as const
    const told = (unanswered: readonly string[]) => {
      const tested = plan.paths.map((path) =>
        path.dns === null
          ? seenAs(path, 'pass')
          : seenAs(path, 'pass', { dns: { ...answered, server: '10.96.0.10', name: path.dns.name, unanswered } }),
      )
      return diagnoseJob({ status: 'unknown', findings: [] }, tested, plan).findings.map(
        ({ code, title, explains }) => `${code} (${explains.length}): ${title}`,
      )
    }
    expect(told(['203.0.113.53'])).toEqual([
      'dns_server_silent (0): The DNS server 203.0.113.53 does not answer, 10.96.0.10 does',
    ])
    expect(told([])).toEqual([])
    // It did, at another time.
    expect(told(['10.96.0.10'])).toEqual([])
  })

  it('tells an AAAA record that is said not to exist, beside an A record that does', () => {
    const plan = planPaths(planInput(HEALTHY, { target: { namespace: 'pond', service: 'toad' } }))
    const told = (aaaa?: string) => {
      const tested = plan.paths.map((path) =>
        path.dns?.type !== 'A' || path.dns.how !== 'resolve'
          ? seenAs(path, path.dns?.how === 'lookup' && aaaa !== undefined ? 'dns_server_failure' : 'pass')
          : seenAs(path, 'pass', {
              dns: {
                ...{ server: null, name: path.dns.name, type: 'A', rcode: 'NOERROR', answers: ['10.96.0.7'] },
                ...{ cname: null, ttl: 5, lookup: null, ...(aaaa !== undefined && { aaaa }) },
              },
            }),
      )
      return diagnoseJob({ status: 'unknown', findings: [] }, tested, plan).findings.map(({ code }) => code)
    }
    expect(told('SERVFAIL')).toEqual(['aaaa_lookup_fails'])
    expect(told()).toEqual([])
  })

  it('tells that the name of a host leads elsewhere, which fails nothing', () => {
    const saw: Saw = ({ kind, dns }) => (kind === 'DNS' && dns?.how === 'lookup' ? 'wrong_address' : 'pass')
    expect(findings(HEALTHY, saw, 'outside')).toEqual(['ingress_host_dns_differs possible:'])
    expect(findings(HEALTHY, () => 'pass', 'outside')).toEqual([])
  })

  it('tells so of the host of an Ingress, and not of the names of a Service', () => {
    const byIp = [service({ type: 'ExternalName', externalName: '203.0.113.20', ports: [{ port: 80 }] })]
    expect(findings(byIp, ({ kind }) => (kind === 'ExternalName' ? 'pass' : 'dns_not_found'))).toEqual([
      'external_name_is_ip certain:',
    ])
  })

  describe('a name that is dialled', () => {
    /** Returns what is found when the name that is dialled led to `address` and got no answer. */
    const ledTo = (manifests: readonly unknown[], address: string, saw: Saw): string[] => {
      const plan = planPaths(planInput(manifests, { target: { namespace: 'pond', service: 'toad' } }))
      const kinds = new Map(plan.paths.map((path) => [path.id, path.dns === null ? path.kind : 'name']))
      const tested = plan.paths.map((path) =>
        path.kind === 'DNS' && path.dns === null
          ? seenAs(path, 'connect_timeout', { address })
          : seenAs(path, saw(path), { dns: path.dns && answerOf(path.dns.name, address) }),
      )
      return diagnoseJob({ status: 'unknown', findings: [] }, tested, plan).findings.map(
        ({ code, explains }) => `${code}: ${[...new Set(explains.map((id) => kinds.get(id)))].join(' ')}`,
      )
    }
    const answerOf = (name: string, address: string) =>
      ({
        server: null,
        name,
        type: 'A',
        rcode: 'NOERROR',
        answers: [address],
        cname: null,
        ttl: 5,
        lookup: null,
      }) as const

    it('fails with the old address that DNS gives', () => {
      const stale: Saw = ({ dns }) => (dns?.type === 'A' ? 'wrong_address' : 'pass')
      expect(ledTo(HEALTHY, '10.96.0.99', stale)).toEqual(['stale_dns: name DNS'])
      // It led to the address that is promised, so that is not why.
      expect(ledTo(HEALTHY, '10.96.0.7', stale)).toEqual(['stale_dns: name', 'only_one_way_fails: DNS'])
    })

    it('fails with the family that nothing answers over', () => {
      const noSix: Saw = ({ family, dns }) => (family === 'IPv6' && dns === null ? 'connect_timeout' : 'pass')
      expect(ledTo(bothFamilies, 'fd00::7', noSix)).toEqual(['one_family_fails: DNS ClusterIP Endpoint'])
      expect(ledTo(bothFamilies, '10.96.0.7', noSix)).toEqual([
        'one_family_fails: ClusterIP Endpoint',
        'only_one_way_fails: DNS',
      ])
    })
  })

  it('looks for the cause at the node where the only endpoint that is silent and the node port of its node are', () => {
    const plan = planPaths(planInput(HEALTHY, { target: { namespace: 'pond', service: 'toad' } }))
    const fixWhere = (isSilent: (path: PlannedPath) => boolean) =>
      diagnoseJob(
        { status: 'unknown', findings: [] },
        plan.paths.map((path) => seenAs(path, isSilent(path) ? 'connect_timeout' : 'pass')),
        plan,
      ).findings.map(({ code, confirm }) => `${code}: ${confirm}`)
    expect(fixWhere(({ kind, node: on }) => on === 'node-2' && (kind === 'Endpoint' || kind === 'NodePort'))).toEqual([
      'some_endpoints_fail: kubectl describe node node-2',
    ])
    expect(fixWhere(({ kind, node: on }) => on === 'node-2' && kind === 'Endpoint')).toEqual([
      'some_endpoints_fail: kubectl get pods -n pond -o wide',
    ])
  })

  it('does not repeat what the objects are certain of', () => {
    const broken = [...HEALTHY.slice(2), service({ selector: { app: 'taod' } }), slice([]), pod('toad-1')]
    const saw: Saw = (path) => (path.kind === 'Ingress' ? 503 : everywhere('connection_refused')(path))
    expect(findings(broken, saw)).toEqual(['selector_matches_no_pods certain: DNS ClusterIP Ingress'])
  })

  it('is silent about a proxy that was told to leave the Service alone', () => {
    const labelled = [...HEALTHY.slice(1), service({}, { labels: { 'service.kubernetes.io/headless': '' } })]
    expect(findings(labelled, of('connect_timeout', 'ClusterIP', 'DNS'))).toEqual([
      'proxy_label_excludes_service certain:',
    ])
  })

  it('has a case for every rule', () => {
    const tested = new Set(CASES.flatMap(([, , , found]) => found.map((each) => each.split(' ')[0])))
    // Told by more than a code: tests beside their rules have theirs.
    const apart = [
      'aaaa_lookup_fails',
      'external_name_host_mismatch',
      ...gatewayAnswers.map(({ code }) => code),
      'gateway_unreachable',
      'gateway_port_closed',
      'grpc_not_serving',
      'port_speaks_no_grpc',
      'gateway_speaks_no_grpc',
      'gateway_redirect_differs',
      'share_not_kept',
      'backend_tls_policy_mismatch',
      'fails_now_and_then',
      'dns_server_silent',
      'ingress_default_certificate',
      ...certificateFlaws.map(({ code }) => code),
      'certificate_expires_soon',
      'ingress_host_dns_differs',
      'wrong_responder',
      'unpromised_ways_fail',
      'backend_protocol_mismatch',
      'affinity_not_kept',
      'cluster_ips_unreachable',
      'dns_cluster_ip_fails',
      'dns_udp_dropped',
      'hairpin_missing',
      'hosts_file_overrides',
      'load_balancer_ignores_health',
      'masquerade_missing',
      'mtu_too_small',
      'packet_loss',
      'port_speaks_tls',
      'proxy_protocol_mismatch',
      'response_header_too_large',
      'malformed_response',
      'http2_only',
      'upgrade_not_handed_on',
      'body_cut_short',
      'redirect_loop',
    ]
    const untested = RULES.filter(({ code, after }) => after !== undefined && !tested.has(code))
    expect(untested.map(({ code }) => code).toSorted()).toEqual(apart.toSorted())
  })
})
