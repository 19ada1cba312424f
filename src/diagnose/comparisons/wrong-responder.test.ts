import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { answerJob, type Reply, type World } from '../../../test/support/answering.ts'
import { ingress, ingressClass, loadBalancerStatus, node, service, slice } from '../../../test/support/manifests.ts'
import type { TlsEvidence } from '../../check/network.ts'

const PORT = { name: 'http', port: 80, targetPort: 8080, nodePort: 30080 }

/** Two endpoints, node ports on two nodes, a load balancer, an Ingress. */
const SERVICE = [
  service({ type: 'LoadBalancer', ports: [PORT] }, {}, loadBalancerStatus({ ip: '203.0.113.73', ipMode: 'Proxy' })),
  slice([
    { at: '10.244.1.5', node: 'node-1' },
    { at: '10.244.2.6', node: 'node-2' },
  ]),
  node('node-1', { InternalIP: '10.0.0.11' }),
  node('node-2', { InternalIP: '10.0.0.12' }),
  ingress([{}], {}),
  ingressClass('nginx', 'k8s.io/ingress-nginx'),
]
const OWN: Reply = { body: 'the toad', headers: { server: 'pond/1.2', 'content-type': 'text/plain' } }
const FOREIGN: Reply = { body: 'the frog', headers: { server: 'marsh/7', 'content-type': 'text/plain' } }

const LB = '203.0.113.73:80'
const NODE_2 = '10.0.0.12:30080'
const ENDPOINTS = ['10.244.1.5:8080', '10.244.2.6:8080']

/** `there` answers at those addresses, the Service's own application everywhere else. */
const at =
  (places: readonly string[], there: Reply, own: Reply = OWN): World =>
  ({ to }) =>
    places.includes(to) ? there : own

/** Returns the finding too, if there is one. */
const told = (world: World, options: Parameters<typeof answerJob>[2] = {}, manifests: readonly unknown[] = SERVICE) => {
  const { found, diagnosis } = answerJob(manifests, world, options)
  const all = found.filter((each) => each.startsWith('wrong_responder'))
  return { all, status: diagnosis.status, finding: diagnosis.findings.find(({ code }) => code === 'wrong_responder') }
}
const SILENT = { all: [], status: 'healthy', finding: undefined }

describe('another application behind a path', () => {
  it.each<[string, World]>([
    ['at the load balancer, by its server', at([LB], FOREIGN)],
    ['at the load balancer, by its body alone', at([LB], { ...OWN, body: 'the frog' })],
    ['at one node port', at([NODE_2], FOREIGN)],
    [
      'at one node port, by its body and content type, as neither names a server',
      at(
        [NODE_2],
        { body: '<p>frog', headers: { 'content-type': 'text/html' } },
        { body: 'toad', headers: { 'content-type': 'text/plain' } },
      ),
    ],
    ['at the cluster IP', at(['10.96.0.7:80'], FOREIGN)],
    ['at a node port, by a status that passes as well', at([NODE_2], { ...FOREIGN, status: 404 })],
  ])('%s is possible, and the job is not healthy although every path passes', (_, world) => {
    const { all, status, finding } = told(world)
    expect({ all, status, explains: finding?.explains }).toEqual({
      ...{ all: ['wrong_responder possible'], status: 'degraded', explains: [] },
    })
  })

  it('says in what the answers differ', () => {
    expect(told(at([LB], FOREIGN)).finding?.detail).toContain(
      '203.0.113.73:80 differs from the endpoints in the server header (marsh/7, not pond/1.2), the body.',
    )
  })

  it('is likely where the answer says who gave it, and that is no endpoint', () => {
    const said = (responder: string): Reply => ({ ...OWN, body: `hit ${responder}`, responder })
    const world: World = ({ to, sample }) =>
      to === LB
        ? said('frog-1')
        : to === ENDPOINTS[0]
          ? said('toad-1')
          : to === ENDPOINTS[1]
            ? said('toad-2')
            : said(`toad-${1 + (sample % 2)}`)
    expect(told(world, { samples: 2 }).all).toEqual(['wrong_responder likely'])
  })

  const tls = (subject: string): TlsEvidence => ({
    ...{
      subject,
      issuer: 'CN=Pond CA',
      altNames: ['toad.pond.svc'],
      notBefore: '2026-01-01T00:00:00Z',
      authorized: true,
    },
    ...{ notAfter: '2027-01-01T00:00:00Z', authorizationError: null, protocol: 'TLSv1.3' },
  })
  const SECURE = [
    service({ type: 'NodePort', ports: [{ name: 'https', port: 443, targetPort: 8443, nodePort: 30443 }] }),
    slice(
      [
        { at: '10.244.1.5', node: 'node-1' },
        { at: '10.244.2.6', node: 'node-2' },
      ],
      { ports: [{ name: 'https', port: 8443 }] },
    ),
    ...SERVICE.slice(2, 4),
  ]

  it('is likely where the certificate is none of the endpoints for the same name', () => {
    const world = at(['10.0.0.12:30443'], { ...OWN, tls: tls('CN=frog') }, { ...OWN, tls: tls('CN=toad') })
    expect(told(world, {}, SECURE).all).toEqual(['wrong_responder likely'])
  })

  it('is not told where each pod has a certificate of its own', () => {
    const world: World = ({ to }) => ({
      ...OWN,
      tls: tls(to.startsWith('10.244.2') || to.startsWith('10.0.0.12') ? 'CN=toad-2' : 'CN=toad-1'),
    })
    expect(told(world, {}, SECURE)).toEqual(SILENT)
  })

  it('is seen from outside, where one of several ways differs in more than its body', () => {
    const outside = { vantage: 'outside' as const }
    expect(told(at([LB], FOREIGN), outside).all).toEqual(['wrong_responder possible'])
    expect(told(at([LB], { ...OWN, body: 'the frog' }), outside).all).toEqual([])
  })

  it('is told without asking again, where another server answers at an address', () => {
    expect(told(at([NODE_2], FOREIGN), { deaf: true }).all).toEqual(['wrong_responder possible'])
    expect(told(at([NODE_2], { ...OWN, body: 'the frog' }), { deaf: true }).all).toEqual([])
  })

  it('explains the path that fails by it', () => {
    const { finding } = told(at([LB], { ...FOREIGN, status: 404, failure: 'unexpected_status' }))
    expect(finding?.explains).toHaveLength(1)
  })

  it('wants few controls, of the Service itself alone', () => {
    const { asked } = answerJob(SERVICE, at([LB, NODE_2, '10.96.0.7:80'], FOREIGN))
    expect(asked.toSorted()).toEqual([
      'again',
      'again',
      'again',
      'again',
      'with_host',
      'with_host',
      'with_host',
      'with_host',
    ])
  })
})

/** These are unusual and in order, so nothing may be said of them. */
describe('healthy, and silent', () => {
  const versions =
    (a: Reply, b: Reply): World =>
    ({ to, sample, control }) =>
      to === ENDPOINTS[0] ? a : to === ENDPOINTS[1] ? b : (to.length + sample + (control?.nth ?? 0)) % 2 === 0 ? a : b

  it.each<[string, World]>([
    ['the same answer everywhere', at([], OWN)],
    ['a rollout: two versions at once', versions(OWN, { ...OWN, body: 'the toad, v2' })],
    ['a rollout of another server', versions(OWN, { ...FOREIGN })],
    ['each pod names itself', versions({ ...OWN, body: 'hit toad-7f9c-x1' }, { ...OWN, body: 'hit toad-7f9c-k2' })],
    [
      'a time in the body',
      ({ to, sample, control }) => ({ ...OWN, body: `it is ${to.length * 7 + sample + (control?.nth ?? 0)}:12` }),
    ],
    [
      'a random token in the body',
      ({ to, sample, control }) => ({
        ...OWN,
        body: `<input value="${['k', 'q', 'z'][sample % 3]}${to}${control?.kind}${control?.nth}">`,
      }),
    ],
    ['the body names the host that was asked for', ({ host }) => ({ ...OWN, body: `you asked for ${host}` })],
    [
      'another site for names than for addresses',
      ({ host }) => (/[a-z]/.test(host) ? { ...OWN, body: 'the site' } : { ...OWN, status: 404, body: 'no such site' }),
    ],
    [
      'the client is told, which a node port hides',
      ({ to }) => ({ ...OWN, body: to.startsWith('10.0.0') ? 'client 10.0.0.12' : 'client 10.244.9.9' }),
    ],
    [
      'the controller rewrites, compresses and has a server header',
      ({ path }) =>
        path.kind === 'Ingress' ? { ...FOREIGN, headers: { server: 'nginx', 'content-encoding': 'gzip' } } : OWN,
    ],
    [
      'another default backend answers at the Ingress',
      ({ path }) => (path.kind === 'Ingress' ? { ...FOREIGN, status: 200 } : OWN),
    ],
    [
      'a maintenance page at the Ingress',
      ({ path }) => (path.kind === 'Ingress' ? { body: 'back soon', headers: { server: 'nginx' } } : OWN),
    ],
    [
      'the load balancer leads to https',
      at([LB], { status: 308, body: '', headers: { location: 'https://toad.example.com/' } }),
    ],
    [
      'sign-in at the load balancer',
      at([LB], { status: 401, body: 'who are you?', headers: { server: 'oauth2-proxy' } }),
    ],
    [
      'a content network before the load balancer',
      at([LB], { ...OWN, headers: { server: 'cloudflare', 'content-type': 'text/plain' } }),
    ],
    ['a proxy that says so', at([LB], { ...OWN, body: 'cached', headers: { via: '1.1 varnish' } })],
    [
      'the load balancer compresses',
      at([LB], {
        ...OWN,
        body: '\ufffd',
        headers: { server: 'pond/1.2', 'content-type': 'text/plain', 'content-encoding': 'gzip' },
      }),
    ],
  ])('%s', (_, world) => {
    expect(told(world)).toEqual(SILENT)
    expect(told(world, { samples: 3 })).toEqual(SILENT)
    expect(told(world, { deaf: true })).toEqual(SILENT)
  })

  it('a body that has a version, a time or a token in it, whatever it is and wherever it comes', () => {
    const text = fc.oneof(
      fc.integer({ min: 0, max: 99 }).map((n) => `version 1.${n}`),
      fc.integer().map((n) => `at ${n}`),
      fc.uuid().map((id) => `request ${id}`),
      fc.ipV4().map((ip) => `from ${ip}`),
    )
    fc.assert(
      fc.property(fc.infiniteStream(text), fc.integer({ min: 1, max: 4 }), (texts, samples) => {
        expect(told(() => ({ ...OWN, body: String(texts.next().value) }), { samples })).toEqual(SILENT)
      }),
      { numRuns: 200 },
    )
  })

  it('versions of whatever words that come by chance, where nothing could be asked again', () => {
    const word = fc.constantFrom('alpha', 'beta', 'gamma')
    fc.assert(
      fc.property(fc.infiniteStream(word), (words) => {
        expect(told(() => ({ ...OWN, body: String(words.next().value) }), { deaf: true })).toEqual(SILENT)
      }),
      { numRuns: 200 },
    )
  })
})

it('is silent about hundreds of pods that each name themselves', () => {
  const ends = Array.from({ length: 200 }, (_, at) => ({ at: `10.244.1.${at + 1}`, node: 'node-1' }))
  const many = [SERVICE[0], slice(ends), ...SERVICE.slice(2)]
  const { status } = told(
    ({ to, sample }) => ({ ...OWN, body: `${'toad '.repeat(90)}${to} ${String.fromCharCode(97 + (sample % 2))}` }),
    { samples: 8, request: { limits: { nodes: 20, endpoints: 200, paths: 500 } } },
    many,
  )
  expect(status).toBe('healthy')
})
