/**
 * Finds what a port speaks, as far as the objects tell: by `appProtocol`, then by the port's name, then by the name that
 * it targets in the pod, then by its number. A port of which nothing tells is TCP: a connection proves less than an
 * answer, and never fails a healthy port.
 *
 * @module
 */
import type { Service, ServicePort } from '../kube/objects.ts'
import { annotationOf, listOf, toldAnnotation } from './annotations.ts'
import type { Because } from './because.ts'
import { frontOf } from './clouds.ts'
import type { Scheme } from './path.ts'

export type Spoken = 'http' | 'https' | 'tcp'

/** appProtocol of KEP-1422 and KEP-3726. HTTP/2 with prior knowledge does not answer an HTTP/1.1 GET. */
const APP_PROTOCOLS: ReadonlyMap<string, Spoken> = new Map([
  ['http', 'http'],
  ['https', 'https'],
  ['kubernetes.io/ws', 'http'],
  ['kubernetes.io/wss', 'https'],
  ['kubernetes.io/h2c', 'tcp'],
])

/** Words of port names, as in `http-web` (the prefixes of Istio's protocol selection, and what charts write). */
const WORDS = spokenTable([
  ['http', ['http', 'web', 'www', 'ws']],
  ['https', ['https', 'websecure', 'tls', 'ssl', 'wss']],
  [
    'tcp',
    [
      ...['tcp', 'grpc', 'h2c', 'http2', 'ssh', 'sftp', 'ftp', 'smtp', 'imap', 'ldap', 'ldaps', 'dns', 'amqp', 'amqps'],
      ...['mqtt', 'nats', 'kafka', 'zookeeper', 'redis', 'valkey', 'memcache', 'memcached', 'mysql', 'mariadb'],
      ...['postgres', 'postgresql', 'pgsql', 'mongo', 'mongodb', 'mssql', 'oracle', 'cassandra', 'cql', 'etcd'],
    ],
  ],
])

const NUMBERS = spokenTable([
  ['http', [80, 3000, 5000, 8000, 8008, 8080, 8081, 8088, 8888, 9090, 9200]],
  ['https', [443, 6443, 8443, 9443, 10443]],
])

function spokenTable<T>(rows: readonly (readonly [Spoken, readonly T[]])[]): ReadonlyMap<T, Spoken> {
  return new Map(rows.flatMap(([spoken, words]) => words.map((word): [T, Spoken] => [word, spoken])))
}

const ofName = (name: string): Spoken | undefined =>
  name
    .toLowerCase()
    .split(/[-_.]/)
    .map((word) => WORDS.get(word))
    .find((spoken) => spoken !== undefined)

/** Tells the scheme by the port itself; `null` if nothing says it. */
function toldByPort(port: ServicePort): Scheme | null {
  if (port.protocol === 'UDP') {
    return 'udp'
  }
  if (port.protocol === 'SCTP') {
    return 'sctp'
  }
  if (port.appProtocol !== null) {
    return APP_PROTOCOLS.get(port.appProtocol.toLowerCase()) ?? 'tcp'
  }
  return (
    ofName(port.name ?? '') ??
    (typeof port.targetPort === 'string' ? ofName(port.targetPort) : undefined) ??
    NUMBERS.get(port.port) ??
    null
  )
}

export const schemeOf = (port: ServicePort): Scheme => toldByPort(port) ?? 'tcp'

export const speaksHttp = (scheme: Scheme): boolean => scheme === 'http' || scheme === 'https'

/** A port may speak one scheme at the cloud's load balancer and another behind it: TLS may end there. */
export type PortSchemes = {
  atBalancer: Scheme
  behind: Scheme
  /** The annotation that makes them differ from what the port alone tells; empty: none does. */
  because: readonly Because[]
  /** The load balancer shows a certificate of its owner, which no name in the objects need be in. */
  endsTls: boolean
}

/** Annotations of a Service that tell a controller, or a cloud, what its ports speak. */
const TOLD_BY: readonly {
  annotation: string
  means: string
  spoken(value: string, port: ServicePort): string | undefined
}[] = [
  // ingress-gce: {"web": "HTTPS"}, by the name or the number of the port.
  ...['cloud.google.com/app-protocols', 'service.alpha.kubernetes.io/app-protocols'].map((annotation) => ({
    annotation,
    means: '{"web": "HTTPS"}: GKE, by the name or the number of the port',
    spoken: (value: string, { name, port }: ServicePort) =>
      [...value.matchAll(/"([^"]{1,63})"\s*:\s*"(\w+)"/g)].find(([, key]) => key === name || key === String(port))?.[2],
  })),
  {
    annotation: 'traefik.ingress.kubernetes.io/service.serversscheme',
    means: 'Traefik: http, https, h2c',
    spoken: (value) => value,
  },
  { annotation: 'konghq.com/protocol', means: 'Kong: http, https, grpc, grpcs', spoken: (value) => value },
  {
    annotation: 'projectcontour.io/upstream-protocol.tls',
    means: 'Contour: ports by name or number that speak TLS',
    spoken: (value, { name, port }) =>
      listOf(value).some((each) => each === name || each === String(port)) ? 'https' : undefined,
  },
]

/**
 * The words by which annotations tell controllers what pods speak: as it answers a plain request, and whether it is
 * within TLS. GKE's HTTP2 is.
 */
export const BACKEND_PROTOCOLS: ReadonlyMap<string, { scheme: Spoken; isTls: boolean }> = new Map([
  ['http', { scheme: 'http', isTls: false }],
  ['https', { scheme: 'https', isTls: true }],
  ['http2', { scheme: 'https', isTls: true }],
  ['h1-ssl', { scheme: 'https', isTls: true }],
  ['h2-ssl', { scheme: 'tcp', isTls: true }],
  ['h2c', { scheme: 'tcp', isTls: false }],
  ['grpc', { scheme: 'tcp', isTls: false }],
  ['grpcs', { scheme: 'tcp', isTls: true }],
  ['fcgi', { scheme: 'tcp', isTls: false }],
])

/** The same words, for the documentation. */
export const SCHEME_ANNOTATIONS: readonly { annotation: string; means: string }[] = TOLD_BY.map(
  ({ annotation, means }) => ({
    annotation,
    means,
  }),
)

function toldByService(service: Service, port: ServicePort) {
  for (const { annotation, spoken } of TOLD_BY) {
    const word = spoken(annotationOf(service, annotation) ?? '', port)
    const told = BACKEND_PROTOCOLS.get(word?.toLowerCase() ?? '')
    if (told !== undefined) {
      return told
    }
  }
  return null
}

/** Tells whether an annotation of the Service says that one of its ports speaks TLS. */
export const servesTls = (service: Service): boolean =>
  service.ports.some((port) => toldByService(service, port)?.isTls === true)

/** Tells what the port speaks by itself, with or without a load balancer. */
function ownScheme(service: Service, port: ServicePort, byIngress: Spoken | null): Scheme {
  if (port.protocol !== 'TCP' || port.appProtocol !== null) {
    return schemeOf(port)
  }
  const told = toldByService(service, port)
  if (told !== null) {
    return told.scheme
  }
  // An Ingress may be wrong about the port, which is then its fault alone: it is believed where nothing else tells.
  return toldByPort(port) ?? byIngress ?? 'tcp'
}

/** @param byIngress is the scheme that an Ingress says its controller speaks to the port. */
export function schemesOf(service: Service, port: ServicePort, byIngress: Spoken | null = null): PortSchemes {
  const own = ownScheme(service, port, byIngress)
  const front = frontOf(service, port)
  if (front === null) {
    return { atBalancer: own, behind: own, because: [], endsTls: false }
  }
  const { tls, tlsBehind, annotation } = front
  const http = front.http || speaksHttp(own)
  const spoken = (encrypted: boolean): Scheme => (!http ? 'tcp' : encrypted ? 'https' : 'http')
  return {
    atBalancer: front.http2Only === true ? 'tcp' : spoken(tls),
    behind: spoken(tlsBehind),
    because: [toldAnnotation(service, annotation)],
    endsTls: tls,
  }
}
