/**
 * What a port speaks, as far as the objects tell: `appProtocol`, then the port's name, then the name that it targets
 * in the pod, then its number. What nothing says anything about is TCP: a connection proves less than an answer, and
 * never fails a healthy port.
 *
 * @module
 */
import type { Service, ServicePort } from '../kube/objects.ts'
import { annotationOf, frontOf } from './clouds.ts'
import { listOf } from './controllers/controller.ts'
import type { Scheme } from './path.ts'

export type Spoken = 'http' | 'https' | 'tcp'

/** appProtocol of KEP-1422 and KEP-3726. HTTP/2 with prior knowledge does not answer an HTTP/1.1 GET. */
const APP_PROTOCOLS: Readonly<Record<string, Spoken>> = {
  http: 'http',
  https: 'https',
  'kubernetes.io/ws': 'http',
  'kubernetes.io/wss': 'https',
  'kubernetes.io/h2c': 'tcp',
}

/** Words of port names, as in `http-web` (the prefixes of Istio's protocol selection, and what charts write). */
const WORDS: Readonly<Record<string, Spoken>> = {
  http: 'http',
  web: 'http',
  www: 'http',
  ws: 'http',
  https: 'https',
  websecure: 'https',
  tls: 'https',
  ssl: 'https',
  wss: 'https',
  ...Object.fromEntries(
    [
      ...['tcp', 'grpc', 'h2c', 'http2', 'ssh', 'sftp', 'ftp', 'smtp', 'imap', 'ldap', 'ldaps', 'dns', 'amqp', 'amqps'],
      ...['mqtt', 'nats', 'kafka', 'zookeeper', 'redis', 'valkey', 'memcache', 'memcached', 'mysql', 'mariadb'],
      ...['postgres', 'postgresql', 'pgsql', 'mongo', 'mongodb', 'mssql', 'oracle', 'cassandra', 'cql', 'etcd'],
    ].map((word): [string, Spoken] => [word, 'tcp']),
  ),
}

const NUMBERS: Readonly<Record<number, Spoken>> = Object.fromEntries([
  ...[80, 3000, 5000, 8000, 8008, 8080, 8081, 8088, 8888, 9090, 9200].map((number): [number, Spoken] => [
    number,
    'http',
  ]),
  ...[443, 6443, 8443, 9443, 10443].map((number): [number, Spoken] => [number, 'https']),
])

/** Own properties only: a port may well be called `constructor`. */
const told = (table: Readonly<Record<string, Spoken>>, word: string): Spoken | null =>
  Object.hasOwn(table, word) ? (table[word] ?? null) : null

const ofName = (name: string): Spoken | null =>
  name
    .toLowerCase()
    .split(/[-_.]/)
    .map((word) => told(WORDS, word))
    .find((spoken) => spoken !== null) ?? null

/** What the port itself tells; `null`: nothing. */
function toldByPort(port: ServicePort): Scheme | null {
  if (port.protocol === 'UDP') return 'udp'
  if (port.protocol === 'SCTP') return 'sctp'
  if (port.appProtocol !== null) return told(APP_PROTOCOLS, port.appProtocol.toLowerCase()) ?? 'tcp'
  return (
    (port.name === null ? null : ofName(port.name)) ??
    (typeof port.targetPort === 'string' ? ofName(port.targetPort) : null) ??
    NUMBERS[port.port] ??
    null
  )
}

export const schemeOf = (port: ServicePort): Scheme => toldByPort(port) ?? 'tcp'

export const speaksHttp = (scheme: Scheme): boolean => scheme === 'http' || scheme === 'https'

/** What a port speaks at the cloud's load balancer, and what behind it: TLS may end there. */
export type PortSchemes = {
  atBalancer: Scheme
  behind: Scheme
  /** The annotation that makes them differ from what the port alone tells; empty: none does. */
  because: readonly string[]
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

const BY_ANNOTATION: Readonly<Record<string, Scheme>> = {
  http: 'http',
  https: 'https',
  http2: 'https',
  h2c: 'tcp',
  grpc: 'tcp',
  grpcs: 'tcp',
}

/** The same for the documentation. */
export const SCHEME_ANNOTATIONS: readonly { annotation: string; means: string }[] = TOLD_BY.map(
  ({ annotation, means }) => ({
    annotation,
    means,
  }),
)

/** What the port speaks by itself, load balancer or not. */
function ownScheme({ meta: { annotations } }: Service, port: ServicePort, byIngress: Spoken | null): Scheme {
  if (port.protocol !== 'TCP' || port.appProtocol !== null) return schemeOf(port)
  for (const { annotation, spoken } of TOLD_BY) {
    const value = annotations[annotation]
    const told = value === undefined ? undefined : BY_ANNOTATION[spoken(value.trim(), port)?.toLowerCase() ?? '']
    if (told !== undefined) return told
  }
  // An Ingress may be wrong about the port, which is then its fault alone: it is believed where nothing else tells.
  return toldByPort(port) ?? byIngress ?? 'tcp'
}

/** @param byIngress what an Ingress says that its controller speaks to the port. */
export function schemesOf(service: Service, port: ServicePort, byIngress: Spoken | null = null): PortSchemes {
  const own = ownScheme(service, port, byIngress)
  const front = frontOf(service, port)
  if (front === null) return { atBalancer: own, behind: own, because: [], endsTls: false }
  const { tls, tlsBehind, annotation } = front
  const http = front.http || speaksHttp(own)
  const spoken = (encrypted: boolean): Scheme => (!http ? 'tcp' : encrypted ? 'https' : 'http')
  return {
    atBalancer: front.http2Only === true ? 'tcp' : spoken(tls),
    behind: spoken(tlsBehind),
    because: [annotationOf(service, annotation)],
    endsTls: tls,
  }
}
