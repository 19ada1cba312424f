/**
 * Every way to have Portolan dial or ask an address: each is one kind of attempt, made at each forbidden address.
 *
 * @module
 */
import { ingress as comparedIngress, service as comparedService } from '../support/compare.ts'
import { ingress, loadBalancerStatus, node, service, slice } from '../support/manifests.ts'
import type { TestPortolan } from '../support/portolan.ts'
import { GUIDE, serverAt, type Target, urlOf, type World } from './world.ts'

type Spec = Record<string, unknown>
/** What an attempt was answered, for whoever looks into one. */
export type Answered = { status: number; text: string }
type Attempt = (api: TestPortolan, target: Target, world: World) => Promise<Answered>
/** `isMeantFor`: the ways that cannot even name some addresses. */
export type Way = { name: string; attempt: Attempt; isMeantFor?(target: Target): boolean }

const TIMEOUT_MS = 1500

const answered = async (response: Response): Promise<Answered> => ({
  status: response.status,
  text: await response.text(),
})

const post = async (api: TestPortolan, path: string, json: unknown): Promise<Answered> =>
  answered(await api.call(`${path}?wait=20`, { json }))

const job = (manifests: readonly Spec[], more: Spec = {}): Spec => ({
  target: { manifests, service: 'toad' },
  timeoutMs: TIMEOUT_MS,
  history: false,
  ...more,
})

/** A job of one kind of path. */
const only = (kind: string, manifests: readonly Spec[], more: Spec = {}): Spec =>
  job(manifests, { paths: { include: [kind] }, ...more })

const isIpv6 = ({ text }: Target) => text.includes(':')
const isIpv4 = (target: Target) => !isIpv6(target)
const port = (of: number, over: Spec = {}): Spec => ({ name: 'http', port: of, targetPort: of, ...over })
/** An IPv4-mapped address is the IPv4 address that it maps. */
const families = ({ at }: Target): Spec => (at.includes(':') ? { ipFamilies: ['IPv6'] } : {})
const onNodes = (target: Target): Spec =>
  service({
    type: 'NodePort',
    ports: [port(target.port, { nodePort: target.port })],
    ...(isIpv6(target) && { clusterIP: 'fd00:10::7', ipFamilies: ['IPv6'] }),
  })

const clusterIpAt = (target: Target): Spec =>
  service({ clusterIP: target.text, ports: [port(target.port)], ...families(target) })

const externalName = (name: string, at: number): Spec =>
  service({ type: 'ExternalName', externalName: name, clusterIP: null, ports: [port(at)] })

const toGuide = ({ guide }: World): Spec => service({ clusterIP: GUIDE, ports: [port(guide.port)] })

const balanced = (target: Target, ...entries: Spec[]): Spec =>
  service({ type: 'LoadBalancer', ports: [port(target.port)] }, {}, loadBalancerStatus(...entries))

const routed = (...entries: Spec[]): Spec[] => [
  service(),
  ingress([{ path: '/', service: 'toad' } as never], {}, {}, loadBalancerStatus(...entries)),
]

/** A job about what objects, or the caller, give as an address of one kind of path. */
const planned = (
  name: string,
  kind: string,
  manifests: (target: Target) => readonly Spec[],
  more: (target: Target) => Spec = () => ({}),
): Way => ({
  name,
  attempt: (api, target) => post(api, '/v1/jobs', only(kind, manifests(target), more(target))),
})

/** A check on the ClusterIP. */
const checked = (name: string, check: (target: Target) => Spec): Way => ({
  name,
  attempt: (api, target) =>
    post(api, '/v1/jobs', only('ClusterIP', [clusterIpAt(target)], { checks: [{ name: 'own', ...check(target) }] })),
})

const redirected = (status: number, scheme: string): Way => ({
  name: `redirect ${status} to ${scheme}`,
  attempt: (api, target, world) => {
    const to = scheme === '//' ? urlOf(target).replace('http:', '') : urlOf(target, scheme)
    const check = { type: 'http', name: 'own', path: `/?${new URLSearchParams({ to, status: String(status) })}` }
    return post(api, '/v1/jobs', only('ClusterIP', [toGuide(world)], { checks: [{ ...check, followRedirects: true }] }))
  },
})

const byName = (prefix: string, samples = 1, isOfSystem = false): Way => ({
  name: `ExternalName, ${prefix || 'plain'}`,
  attempt: (api, target, world) =>
    post(
      api,
      '/v1/jobs',
      only('ExternalName', [externalName(`${prefix}${target.host}`, target.port)], {
        samples,
        ...(!isOfSystem && { addresses: { dnsServers: [world.resolver.server] } }),
        checks: [{ type: 'tcp', name: 'own' }],
      }),
    ),
})

const probe = async (api: TestPortolan, query: Record<string, string>): Promise<Answered> =>
  answered(await api.call(`/probe?${new URLSearchParams(query)}`))

const REDIRECTED_TO_NAME: Way = {
  name: 'redirect to a name',
  attempt: (api, target, world) => {
    const path = `/?${new URLSearchParams({ to: `http://${target.host}:${target.port}/` })}`
    const check = { type: 'http', name: 'own', path, followRedirects: true }
    return post(api, '/v1/jobs', only('ClusterIP', [toGuide(world)], { checks: [check] }))
  },
}

const PROBED_BY_NAME: Way = {
  name: '/probe of a name',
  attempt: (api, target) => probe(api, { target: `http://${target.host}:${target.port}/` }),
}

/** Those by names, for a server that asks its system. */
export const BY_SYSTEM: readonly Way[] = [
  ...['', 'alias.', 'mixed.'].map((prefix) => byName(prefix, 1, true)),
  byName('rebind.', 6, true),
  REDIRECTED_TO_NAME,
  PROBED_BY_NAME,
]

/** A job that waits, for a server whose only place another has. */
export const waiting = (target: Target): Spec => only('ClusterIP', [clusterIpAt(target)])

/** A job that holds the place. */
export const holding = ({ guide }: World): Spec =>
  job([service({ clusterIP: GUIDE, ports: [port(guide.port)] })], {
    paths: { include: ['ClusterIP'] },
    checks: [{ type: 'http', name: 'own', path: '/silent' }],
    timeoutMs: 60_000,
    deadlineMs: 300_000,
  })

export const scheduled = (target: Target, name: string): Spec => ({ name, cron: '@yearly', job: waiting(target) })

export const WAYS: readonly Way[] = [
  planned('ClusterIP', 'ClusterIP', (target) => [clusterIpAt(target)]),
  planned('external IP', 'ExternalIP', ({ text, port: at }) => [service({ externalIPs: [text], ports: [port(at)] })]),
  planned('endpoint', 'Endpoint', (target) => [
    service({ ports: [port(target.port)] }),
    slice([{ at: target.text }], {
      addressType: isIpv6(target) ? 'IPv6' : 'IPv4',
      ports: [{ name: 'http', port: target.port, protocol: 'TCP' }],
    }),
  ]),
  planned('load balancer', 'LoadBalancer', (target) => [balanced(target, { ip: target.text })]),
  planned('load balancer by name', 'LoadBalancer', (target) => [balanced(target, { hostname: target.host })]),
  planned(
    'addresses.loadBalancer',
    'LoadBalancer',
    (target) => [balanced(target)],
    ({ text }) => ({ addresses: { loadBalancer: [text] } }),
  ),
  planned('node', 'NodePort', (target) => [onNodes(target), node('n1', { InternalIP: target.text })]),
  planned(
    'addresses.nodes',
    'NodePort',
    (target) => [onNodes(target)],
    ({ text }) => ({ addresses: { nodes: [text] } }),
  ),
  planned(
    'addresses.ingressController',
    'Ingress',
    () => routed(),
    ({ text, port: at }) => ({ addresses: { ingressController: [text], controllerPorts: { http: at, https: at } } }),
  ),
  planned(
    'address of an Ingress',
    'Ingress',
    ({ text }) => routed({ ip: text }),
    ({ port: at }) => ({ addresses: { controllerPorts: { http: at, https: at } } }),
  ),
  byName(''),
  byName('alias.'),
  byName('mixed.'),
  byName('rebind.', 6),
  ...[301, 302, 303, 307, 308].map((status) => redirected(status, 'http')),
  redirected(302, 'https'),
  redirected(302, '//'),
  REDIRECTED_TO_NAME,
  checked('TLS', () => ({ type: 'tcp', tls: {} })),
  checked('a conversation over TCP', () => ({ type: 'tcp', queryResponse: [{ send: 'EHLO toad' }] })),
  checked('WebSocket', () => ({ type: 'http', upgrade: 'websocket' })),
  checked('HTTP/2', () => ({ type: 'http', httpVersion: '2' })),
  checked('gRPC', () => ({ type: 'grpc' })),
  checked('host of a check', ({ host }) => ({ type: 'http', host })),
  checked('DNS over TCP', () => ({ type: 'dnsQuery', queryName: 'toad.example' })),
  planned(
    'DNS over UDP',
    'ClusterIP',
    (target) => [
      service({
        clusterIP: target.text,
        ports: [port(target.port, { name: 'dns', protocol: 'UDP' })],
        ...families(target),
      }),
    ],
    () => ({ checks: [{ type: 'dnsQuery', name: 'own', queryName: 'toad.example' }] }),
  ),
  planned(
    'dnsServers of the caller',
    'ExternalName',
    () => [externalName('toad.egress.example', 80)],
    (target) => ({ addresses: { dnsServers: [serverAt(target)] } }),
  ),
  // Refused there: whether other cluster IPs answer is asked next
  planned('control probe', 'ClusterIP', (target) => [
    service({ clusterIP: GUIDE, ports: [port(9)] }),
    { ...clusterIpAt(target), metadata: { name: 'kubernetes', namespace: 'default' } },
  ]),
  {
    name: 'batch',
    attempt: (api, target) =>
      post(api, '/v1/batches', {
        ...only('ClusterIP', [clusterIpAt(target)]),
        target: { manifests: [clusterIpAt(target)] },
      }),
  },
  {
    name: 'compare',
    attempt: (api, target, { guide }) =>
      post(api, '/v1/compare', {
        target: { manifests: [comparedService, comparedIngress('left', ['/']), comparedIngress('right', ['/'])] },
        left: {
          kind: 'Ingress',
          name: 'left',
          addresses: { ingressController: [target.text], controllerPorts: { http: target.port, https: target.port } },
        },
        right: {
          kind: 'Ingress',
          name: 'right',
          addresses: { ingressController: [GUIDE], controllerPorts: { http: guide.port, https: guide.port } },
        },
        timeoutMs: TIMEOUT_MS,
      }),
  },
  {
    name: 'schedule',
    attempt: async (api, target) => {
      const json = { name: `s-${Math.random()}`, cron: '@yearly', job: only('ClusterIP', [clusterIpAt(target)]) }
      const made = await api.call('/v1/schedules', { json })
      const { id } = (await made.json()) as { id?: string }
      return id === undefined
        ? { status: made.status, text: '' }
        : answered(await api.call(`/v1/schedules/${id}/run?wait=20`, { method: 'POST' }))
    },
  },
  { name: '/probe of a URL', attempt: (api, target) => probe(api, { target: urlOf(target) }) },
  PROBED_BY_NAME,
  {
    name: '/probe over TCP',
    attempt: (api, target) => probe(api, { target: serverAt(target), module: 'tcp_connect' }),
  },
  {
    name: '/probe by a redirect',
    attempt: (api, target, { guide }) =>
      probe(api, { target: `http://${GUIDE}:${guide.port}/?${new URLSearchParams({ to: urlOf(target) })}` }),
  },
  {
    name: '/probe, as inet_aton writes it',
    isMeantFor: isIpv4,
    attempt: (api, { text, port: at }) => {
      const number = text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
      return probe(api, { target: `http://${number}:${at}/` })
    },
  },
  {
    name: '/probe, in hexadecimal',
    isMeantFor: isIpv4,
    attempt: (api, { text, port: at }) => {
      const hex = text.split('.').map((part) => `0x${Number(part).toString(16)}`)
      return probe(api, { target: `http://${hex.join('.')}:${at}/` })
    },
  },
]
