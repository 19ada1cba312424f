/**
 * What a port speaks, as far as the objects tell: `appProtocol`, then the port's name, then the name that it targets
 * in the pod, then its number. What nothing says anything about is TCP: a connection proves less than an answer, and
 * never fails a healthy port.
 *
 * @module
 */
import type { ServicePort } from '../kube/objects.ts'
import type { Scheme } from './path.ts'

type Spoken = 'http' | 'https' | 'tcp'

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

export function schemeOf(port: ServicePort): Scheme {
  if (port.protocol === 'UDP') return 'udp'
  if (port.protocol === 'SCTP') return 'sctp'
  if (port.appProtocol !== null) return told(APP_PROTOCOLS, port.appProtocol.toLowerCase()) ?? 'tcp'
  return (
    (port.name === null ? null : ofName(port.name)) ??
    (typeof port.targetPort === 'string' ? ofName(port.targetPort) : null) ??
    NUMBERS[port.port] ??
    'tcp'
  )
}

export const speaksHttp = (scheme: Scheme): boolean => scheme === 'http' || scheme === 'https'
