/** `npm run accuracy` showed these pictures on a real data plane; each has a neighbour that is something else. */
import { describe, expect, it } from 'vitest'
import { answerJob, type Reply, type World } from '../../../test/support/answering.ts'
import { ingress, ingressClass, loadBalancerStatus, node, service, slice } from '../../../test/support/manifests.ts'

const PORT = { name: 'http', port: 80, targetPort: 8080, nodePort: 30080 }
const ENDS = slice([
  { at: '10.244.1.5', node: 'node-1' },
  { at: '10.244.1.6', node: 'node-1' },
  { at: '10.244.2.5', node: 'node-2' },
  { at: '10.244.2.6', node: 'node-2' },
])
/** External addresses alone are promised to a prober outside. */
const NODES = [1, 2, 3].map((n) => node(`node-${n}`, { InternalIP: `10.0.0.1${n}`, ExternalIP: `198.51.100.1${n}` }))
const INGRESS = [
  ingress([{}], { tls: [{ hosts: ['toad.example.com'], secretName: 'cert' }] }),
  ingressClass('nginx', 'k8s.io/ingress-nginx'),
]
const lb = loadBalancerStatus({ ip: '203.0.113.10', ipMode: 'Proxy' })
const EVERYTHING = [
  service({ type: 'LoadBalancer', externalIPs: ['203.0.113.20'], ports: [PORT] }, {}, lb),
  ENDS,
  ...NODES,
  ...INGRESS,
]
const NODE_PORT = [service({ type: 'NodePort', ports: [PORT] }), ENDS, ...NODES]
const LOCAL = [service({ type: 'LoadBalancer', externalTrafficPolicy: 'Local', ports: [PORT] }, {}, lb), ENDS, ...NODES]

const OK: Reply = { body: 'the toad', headers: { server: 'pond/1.2' } }
const SILENT: Reply = { failure: 'connect_timeout' }
const REFUSED: Reply = { failure: 'connection_refused' }
const HANGING: Reply = { failure: 'response_timeout' }
const RESET: Reply = { failure: 'connection_reset' }
const status = (code: number): Reply => ({ status: code, failure: 'unexpected_status' })
const REDIRECT: Reply = { status: 308, headers: { location: 'https://toad.example.com/' } }
/** As HTTP servers answer what they cannot read. */
const UNREADABLE: Reply = { ...status(400), headers: { connection: 'close' } }

type Options = Parameters<typeof answerJob>[2]
const codes = (world: World, manifests: readonly unknown[], options: Options = {}): string[] =>
  answerJob(manifests, world, options).found
const outside = { vantage: 'outside' } as const

describe('masquerading is gone', () => {
  /** Lost where the choice falls on a pod of another node; the prober's own node is node-3. */
  const gone: World = ({ path, sample }) =>
    path.kind === 'NodePort' && path.node !== 'node-3' && sample % 2 === 0 ? SILENT : OK

  it('is told by nodes that lose some connections, as each has some of the pods', () => {
    expect(codes(gone, NODE_PORT, { samples: 8 })).toEqual(['masquerade_missing likely'])
  })
  it('is told beside a DNS server that does not know the Service', () => {
    const both: World = (question) => (question.path.kind === 'DNS' ? { failure: 'dns_not_found' } : gone(question))
    expect(codes(both, NODE_PORT, { samples: 8 }).toSorted()).toEqual([
      'masquerade_missing likely',
      'service_name_unknown likely',
    ])
  })
  it.each<[string, World, string]>([
    [
      'one node alone loses connections',
      ({ path, sample }) => (path.kind === 'NodePort' && path.node === 'node-1' && sample % 2 === 0 ? SILENT : OK),
      'fails_now_and_then likely',
    ],
    [
      'a node that has no pod hands some connections on',
      ({ path, sample }) => (path.kind === 'NodePort' && path.node !== 'node-1' && sample % 2 === 0 ? SILENT : OK),
      'fails_now_and_then likely',
    ],
    [
      'a firewall closes the port on two nodes',
      ({ path }) => (path.kind === 'NodePort' && path.node !== 'node-3' ? SILENT : OK),
      'node_port_fails_on_some_nodes likely',
    ],
    [
      'a pod is silent itself',
      ({ path, sample }) =>
        path.address === '10.244.1.5' || (path.kind === 'NodePort' && path.node !== 'node-3' && sample % 4 === 0)
          ? SILENT
          : OK,
      'some_endpoints_fail likely',
    ],
  ])('is not told where %s', (_, world, first) => {
    expect(codes(world, NODE_PORT, { samples: 8 })[0]).toBe(first)
  })
})

describe('the hosts file of the prober', () => {
  const dns = (answers: string[], lookup: string[]): NonNullable<Reply['dns']> => ({
    ...{ server: null, name: 'toad.pond.svc.cluster.local', type: 'A', rcode: 'NOERROR', answers, cname: null, ttl: 5 },
    lookup,
  })
  const world =
    (answered: string[], looked: string[]): World =>
    ({ path }) => {
      if (path.dns === null) {
        return OK
      }
      const told = path.dns.how === 'resolve' ? dns(answered, looked) : dns(looked, looked)
      const right = (path.dns.how === 'resolve' ? answered : looked).includes('10.96.0.7')
      return right ? { dns: told } : { dns: told, failure: 'wrong_address', phase: 'dns' }
    }

  it('is told, and not DNS, where DNS itself is right', () => {
    const { found, diagnosis, paths } = answerJob(NODE_PORT, world(['10.96.0.7'], ['10.96.0.99']))
    expect(found).toEqual(['hosts_file_overrides likely'])
    const explained = paths.filter(({ id }) => diagnosis.findings[0]?.explains.includes(id))
    expect(new Set(explained.map((path) => path.dns?.how))).toEqual(new Set(['lookup']))
  })
  it('is not told where DNS is old', () => {
    expect(codes(world(['10.96.0.99'], ['10.96.0.99']), NODE_PORT)).toEqual(['stale_dns likely'])
  })
})

describe('a load balancer before nodes that policy Local leaves without an endpoint', () => {
  const world =
    (node: Reply, balancer: Reply): World =>
    ({ path, sample }) =>
      path.kind === 'LoadBalancer' && sample % 3 === 0
        ? balancer
        : path.kind === 'NodePort' && path.node === 'node-3'
          ? node
          : OK

  it('is told from outside, whether or not the objects have a port for its health checks', () => {
    expect(codes(world(SILENT, HANGING), LOCAL, { ...outside, samples: 6 })[0]).toBe(
      'load_balancer_ignores_health possible',
    )
  })
  it('is not told where nodes have an endpoint each, or all connections are served', () => {
    expect(codes(world(OK, HANGING), EVERYTHING, { ...outside, samples: 6 })[0]).toBe('fails_now_and_then likely')
    expect(codes(world(SILENT, OK), LOCAL, { ...outside, samples: 6 })).not.toContain(
      'load_balancer_ignores_health possible',
    )
  })
})

describe('what a controller is sent', () => {
  const through =
    (reply: Reply, other: World = () => OK): World =>
    (question) =>
      question.control !== null ? other(question) : question.path.kind === 'Ingress' ? reply : OK

  it('is TLS on its plain port', () => {
    const plain: World = ({ path }) =>
      path.kind === 'Ingress' && path.scheme === 'https' ? { failure: 'tls_not_spoken' } : OK
    const { found, diagnosis } = answerJob(EVERYTHING, plain)
    expect(found).toEqual(['backend_protocol_mismatch likely'])
    expect(diagnosis.findings[0]?.title).toBe('TLS is spoken to a port of the controller that speaks plain HTTP')
  })
  it('is a header of the PROXY protocol, where it answers 400 to whatever comes', () => {
    const all = through(UNREADABLE, () => UNREADABLE)
    const http: readonly unknown[] = [...EVERYTHING.slice(0, -2), ingress([{}], {}), EVERYTHING.at(-1)]
    expect(codes(all, http, outside)).toEqual(['proxy_protocol_mismatch likely'])
    expect(codes(all, http)).toEqual(['proxy_protocol_mismatch likely'])
  })
  it('is a host that the application refuses, where others get another answer', () => {
    const http: readonly unknown[] = [...EVERYTHING.slice(0, -2), ingress([{}], {}), EVERYTHING.at(-1)]
    expect(
      codes(
        through(UNREADABLE, () => ({ status: 404 })),
        http,
        outside,
      ),
    ).toEqual(['only_one_way_fails possible'])
  })
  it('is a complaint of pods that speak TLS, handed on by the controller, seen from outside', () => {
    const pods = [
      service({ type: 'NodePort', ports: [{ ...PORT, name: 'https', port: 443 }] }),
      slice([{ at: '10.244.1.5', node: 'node-1' }], { ports: [{ name: 'https', port: 8080 }] }),
      ...NODES,
      ingress([{ port: 443 }], {}),
      EVERYTHING.at(-1),
    ]
    const tls: Reply['tls'] = {
      ...{ subject: 'CN=toad', issuer: 'CN=toad', altNames: [], notBefore: null, notAfter: null },
      ...{ authorized: false, authorizationError: 'DEPTH_ZERO_SELF_SIGNED_CERT', protocol: 'TLSv1.3' },
    }
    const of =
      (through: Reply): World =>
      ({ path }) =>
        path.dns !== null ? OK : path.kind === 'Ingress' ? through : { ...OK, tls }
    const complaint = { ...status(400), body: 'Client sent an HTTP request to an HTTPS server.' }
    const { diagnosis } = answerJob(pods, of(complaint), outside)
    expect(diagnosis.findings[0]?.title).toBe('The Ingress controller speaks plain HTTP to pods that speak TLS')
    expect(codes(of(status(502)), pods, outside)).toEqual(['ingress_backend_refuses likely'])
  })
  it('is plain HTTP on its TLS port, seen from outside', () => {
    const complaint = { ...status(400), body: '400 The plain HTTP request was sent to HTTPS port' }
    const { diagnosis } = answerJob(EVERYTHING, through(complaint), outside)
    expect(diagnosis.findings.map(({ title }) => title)).toEqual([
      'Plain HTTP is spoken to a port of the controller that speaks TLS',
    ])
  })
})

describe('a header of the PROXY protocol that a load balancer sends', () => {
  const bad: Reply = { status: 400, headers: { server: 'pond/1.2' } }

  it('is told from outside, and where some of its connections fail otherwise', () => {
    expect(codes(({ to }) => (to === '203.0.113.10:80' ? bad : OK), EVERYTHING, outside)).toContain(
      'proxy_protocol_mismatch likely',
    )
    const two: World = ({ path, to, sample }) =>
      to === '203.0.113.10:80'
        ? sample === 1
          ? HANGING
          : bad
        : path.kind === 'NodePort' && path.node === 'node-2'
          ? REFUSED
          : OK
    const found = codes(two, EVERYTHING, { samples: 3 })
    expect([found[0], found.includes('proxy_protocol_mismatch likely')]).toEqual([
      'node_port_fails_on_some_nodes likely',
      true,
    ])
  })
  it('is not told of a load balancer that answers well at times', () => {
    const shaky: World = ({ path, sample }) => (path.kind === 'LoadBalancer' && sample === 1 ? bad : OK)
    expect(codes(shaky, EVERYTHING, { samples: 3 }).filter((each) => each.startsWith('proxy'))).toEqual([])
  })
})

describe('an Ingress that redirects to https', () => {
  const world =
    (pods: Reply, https: Reply): World =>
    ({ path }) =>
      path.dns !== null ? OK : path.kind !== 'Ingress' ? pods : path.scheme === 'https' ? https : REDIRECT

  it.each<[string, Reply, Reply, string]>([
    ['reset', RESET, status(502), 'application_cuts_connections likely'],
    ['hang', HANGING, status(504), 'application_hangs likely'],
    ['refuse', REFUSED, status(502), 'nothing_listens likely'],
  ])('proves nothing of pods that %s', (_, pods, https, first) => {
    expect(codes(world(pods, https), EVERYTHING)[0]).toBe(first)
  })
  it('is served by its pods where they answer 401 themselves', () => {
    expect(codes(world(RESET, { status: 401 }), EVERYTHING)[0]).toBe('direct_connections_cut possible')
  })
  it('and is served by https, is served by pods that cut the prober alone', () => {
    expect(codes(world(RESET, OK), EVERYTHING)[0]).toBe('direct_connections_cut possible')
  })
})

describe('one endpoint that answers otherwise', () => {
  const odd =
    (reply: Reply, at = ['10.244.2.6']): World =>
    ({ path, sample }) =>
      path.kind === 'Endpoint' && at.includes(path.address ?? '') && (reply.body !== 'at times' || sample === 1)
        ? reply
        : OK

  it('is told, though what it answers passes', () => {
    const { found, diagnosis } = answerJob(NODE_PORT, odd({ status: 404 }), { samples: 3 })
    expect([found, diagnosis.status]).toEqual([['wrong_responder possible'], 'degraded'])
    expect(diagnosis.findings[0]?.title).toBe('1 of 4 endpoints of port 80 answers 404, the others 200')
  })
  it.each<[string, World]>([
    ['all answer 404', () => ({ status: 404 })],
    ['it does so at times', odd({ status: 404, body: 'at times' })],
    ['most do, and one is the one that leads', odd({ status: 404 }, ['10.244.1.5', '10.244.1.6', '10.244.2.5'])],
    ['it redirects', odd({ status: 302, headers: { location: '/' } })],
  ])('is not told where %s', (_, world) => {
    const found = codes(world, NODE_PORT, { samples: 3 })
    expect(found.filter((each) => each.startsWith('wrong_responder'))).toEqual([])
  })
})

describe('seen from outside, where no pod is asked', () => {
  it('the controller alone is let in: what kube-proxy leads to the pods is silent, on every port', () => {
    const world: World = ({ path }) => (path.kind === 'Ingress' || path.dns !== null ? OK : SILENT)
    expect(codes(world, EVERYTHING, outside)).toEqual(['endpoints_silent likely'])
  })
  it('it is the node ports where the external IP answers', () => {
    const world: World = ({ path }) => (path.kind === 'NodePort' ? SILENT : OK)
    expect(codes(world, EVERYTHING, outside)).toEqual(['node_port_blocked likely'])
  })
  it('every node refuses: nothing listens, most likely', () => {
    expect(codes(() => REFUSED, NODE_PORT, outside)).toEqual(['nothing_listens possible'])
    const one: World = ({ path }) => (path.node === 'node-1' ? REFUSED : OK)
    expect(codes(one, NODE_PORT, outside)).toEqual(['node_port_fails_on_some_nodes likely'])
  })
  it('a dead load balancer does not hide an application that answers 500', () => {
    const world: World = ({ path }) => (path.dns !== null ? OK : path.kind === 'LoadBalancer' ? SILENT : status(500))
    expect(codes(world, EVERYTHING, outside).toSorted()).toEqual([
      'application_answers_errors likely',
      'load_balancer_fails likely',
    ])
  })
  it('a node that is down behind addresses that lead to many is no loss of packets', () => {
    const late = (of: string): Reply => ({
      resolvedAddress: of,
      timings: { dnsMs: null, connectMs: 1010, tlsMs: null, firstByteMs: null, downloadMs: null, totalMs: 1020 },
    })
    const prompt = {
      timings: { dnsMs: null, connectMs: 3, tlsMs: null, firstByteMs: null, downloadMs: null, totalMs: 20 },
    }
    const four = [...EVERYTHING, node('node-4', { ExternalIP: '198.51.100.14' })]
    const world: World = ({ path }) =>
      path.kind === 'NodePort' || path.dns !== null
        ? path.node === 'node-4'
          ? SILENT
          : { ...OK, ...prompt }
        : { ...OK, ...late(path.address ?? '') }
    expect(codes(world, four, outside)).toEqual(['node_port_fails_on_some_nodes likely'])
    const lossy: World = ({ path }) =>
      path.dns !== null || path.node === 'node-4' ? { ...OK, ...prompt } : { ...OK, ...late(path.address ?? '') }
    expect(codes(lossy, four, outside)).toEqual(['packet_loss likely'])
  })
})
