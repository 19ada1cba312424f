import { describe, expect, it } from 'vitest'
import { answerJob, type Reply, type World } from '../../../test/support/answering.ts'
import { gateway, httpRoute } from '../../../test/support/gateway-manifests.ts'
import { ingress, ingressClass, loadBalancerStatus, node, service, slice } from '../../../test/support/manifests.ts'

const PORT = { name: 'http', port: 80, targetPort: 8080, nodePort: 30080 }
const services = (annotations: Record<string, string> = {}) => [
  service({ type: 'LoadBalancer', ports: [PORT] }, {}, loadBalancerStatus({ ip: '203.0.113.73', ipMode: 'Proxy' })),
  slice([
    { at: '10.244.1.5', node: 'node-1' },
    { at: '10.244.2.6', node: 'node-2' },
  ]),
  node('node-1', { InternalIP: '10.0.0.11' }),
  node('node-2', { InternalIP: '10.0.0.12' }),
  ingress([{}], {}, { annotations }),
  ingressClass('nginx', 'k8s.io/ingress-nginx'),
]

const OK: Reply = { body: 'the toad', headers: { server: 'pond/1.2' } }
const CUT: Reply = { failure: 'connection_closed' }
const TLS = {
  ...{ subject: 'CN=toad', issuer: 'CN=toad', altNames: [], notBefore: null, notAfter: null },
  ...{ authorized: false, authorizationError: 'DEPTH_ZERO_SELF_SIGNED_CERT', protocol: 'TLSv1.3' },
}
const COMPLAINT: Reply = { status: 400, body: 'Client sent an HTTP request to an HTTPS server.\n' }
const BAD_GATEWAY: Reply = {
  status: 502,
  failure: 'unexpected_status',
  body: '<hr><center>nginx</center>',
  headers: { server: 'nginx' },
}
const BAD_REQUEST: Reply = { status: 400, body: 'Bad Request', headers: { server: 'pond/1.2' } }

/** By kind of path; the last for controls, which are answered as the path is where it says nothing. */
const by =
  (replies: Partial<Record<string, Reply>>, control: World = () => OK): World =>
  (question) =>
    question.control === null ? (replies[question.path.kind] ?? replies.other ?? OK) : control(question)

const first = (world: World, manifests = services()) => {
  const { found, asked, diagnosis } = answerJob(manifests, world)
  return {
    first: found[0] ?? 'nothing',
    asked: [...new Set(asked)],
    status: diagnosis.status,
    title: diagnosis.findings[0]?.title,
  }
}

describe('two ends that speak different protocols', () => {
  it.each<[string, World, string]>([
    [
      'the controller speaks plain HTTP to a TLS pod, whose complaint it hands on',
      by({ other: COMPLAINT, Ingress: { ...COMPLAINT, failure: 'unexpected_status' } }, () => ({ ...OK, tls: TLS })),
      'backend_protocol_mismatch certain',
    ],
    [
      'the same, where the controller answers 502 and the pods cut',
      by({ other: CUT, Ingress: BAD_GATEWAY }, () => ({ ...OK, tls: TLS })),
      'backend_protocol_mismatch likely',
    ],
    [
      'plain HTTP is sent to the TLS port of the controller',
      by({
        Ingress: {
          status: 400,
          failure: 'unexpected_status',
          body: '400 The plain HTTP request was sent to HTTPS port',
          headers: { server: 'nginx' },
        },
      }),
      'backend_protocol_mismatch certain',
    ],
    [
      'the port speaks TLS, and no controller is asked',
      by({ other: CUT, Ingress: OK }, ({ control }) => (control?.kind === 'other_scheme' ? { ...OK, tls: TLS } : CUT)),
      'port_speaks_tls certain',
    ],
  ])('%s', (_, world, expected) => {
    expect(first(world).first).toBe(expected)
  })

  it('the controller is told to speak HTTPS to pods that do not', () => {
    const told = services({ 'nginx.ingress.kubernetes.io/backend-protocol': 'HTTPS' })
    expect(first(by({ Ingress: BAD_GATEWAY }), told).first).toBe('backend_protocol_mismatch likely')
    expect(first(by({ Ingress: BAD_GATEWAY })).first).toBe('ingress_backend_refuses likely')
  })

  it('a controller that has no route is named where its answer tells', () => {
    const unrouted: Reply = { status: 404, failure: 'unexpected_status', body: 'default backend - 404' }
    const { diagnosis } = answerJob(services(), by({ Ingress: unrouted }))
    expect(diagnosis.findings[0]?.code).toBe('ingress_does_not_route')
    expect(diagnosis.findings[0]?.detail).toContain(
      'By its text the answer is that of the default backend of ingress-nginx.',
    )
  })

  it('a header larger than the buffer of the controller, by what is seen directly', () => {
    const large = by({ other: { ...OK, headerBytes: 5200 }, Ingress: BAD_GATEWAY })
    expect(first(large).first).toBe('response_header_too_large likely')
    expect(first(by({ other: { ...OK, headerBytes: 900 }, Ingress: BAD_GATEWAY })).first).toBe(
      'ingress_backend_refuses likely',
    )
  })
})

describe('where a Gateway routes', () => {
  const manifests = [...services().slice(0, 4), gateway(), httpRoute({ hostnames: ['toad.example.com'] })]
  const findingOn = (world: World) => {
    const [finding] = answerJob(manifests, world).diagnosis.findings
    return { code: finding?.code, text: `${finding?.title}. ${finding?.detail} ${finding?.fix} ${finding?.confirm}` }
  }

  it.each<[string, World]>([
    ['response_header_too_large', by({ other: { ...OK, headerBytes: 5200 }, HTTPRoute: BAD_GATEWAY })],
    ['backend_protocol_mismatch', by({ HTTPRoute: { ...COMPLAINT, failure: 'unexpected_status' } })],
  ])('%s speaks of the Gateway, and of no controller', (code, world) => {
    const { text, ...found } = findingOn(world)
    expect(found).toEqual({ code })
    expect(text).toContain('the Gateway')
    expect(text).not.toMatch(/the controller|[Ii]ngress/)
  })
})

describe('the PROXY protocol on one side alone', () => {
  const takes: World = ({ control }) => (control?.kind === 'proxy_protocol' ? OK : CUT)

  it.each<[string, World, string]>([
    [
      'expected by the application: with the header it answers',
      by({ other: CUT, LoadBalancer: OK, Ingress: BAD_GATEWAY }, takes),
      'proxy_protocol_mismatch likely',
    ],
    [
      'expected by the application, nothing can be asked: the load balancer alone gets through',
      by({ other: CUT, LoadBalancer: OK, Ingress: BAD_GATEWAY }, () => CUT),
      'proxy_protocol_mismatch likely',
    ],
    [
      'expected by an application that answers 400 without it',
      by({ other: BAD_REQUEST, LoadBalancer: OK, Ingress: OK }),
      'proxy_protocol_mismatch likely',
    ],
    [
      'expected by an application that cuts a handshake of TLS, too',
      by({ other: CUT }, ({ control }) =>
        control?.kind === 'proxy_protocol'
          ? OK
          : control?.kind === 'other_scheme'
            ? { failure: 'tls_handshake_failed' }
            : CUT,
      ),
      'proxy_protocol_mismatch likely',
    ],
    ['expected by the controller', by({ Ingress: CUT }, takes), 'proxy_protocol_mismatch likely'],
    [
      'sent by the load balancer to an application that answers 400',
      by({ LoadBalancer: BAD_REQUEST }),
      'proxy_protocol_mismatch likely',
    ],
    [
      'sent, and shown by the application',
      by({ LoadBalancer: { status: 400, body: 'bad request line: PROXY TCP4 10.0.0.9 203.0.113.73 4711 80' } }),
      'proxy_protocol_mismatch certain',
    ],
  ])('%s', (_, world, expected) => {
    expect(first(world)).toMatchObject({ first: expected })
  })

  it('is not told where connections are cut with the header as well: a mesh lets its own in', () => {
    const { first: code } = first(by({ other: CUT, Ingress: OK, LoadBalancer: CUT }, () => CUT))
    expect(code).toBe('direct_connections_cut possible')
  })

  it('is not told of an application that answers 400 to hosts that it does not know', () => {
    const byHost: World = ({ host, path }) => (host.startsWith('10.244.') || path.kind === 'Ingress' ? OK : BAD_REQUEST)
    const { found } = answerJob(services(), byHost)
    expect(found.filter((each) => each.startsWith('proxy_protocol') || each.startsWith('wrong_responder'))).toEqual([])
  })

  it('is not told of an application that answers 400 on every way', () => {
    expect(first(by({ other: BAD_REQUEST })).first).toBe('nothing')
  })
})
