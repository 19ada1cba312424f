/** Commands that show what was seen, and can be pasted as they are. They only read, but for requests that a rule wants so. */
import { framed, healthRequest } from '../check/grpc/health.ts'
import { hostPort } from '../lib/address.ts'
import { type GrpcCheck, HEALTH_CHECK, isHealthCheck } from '../plan/check.ts'
import { isDirect, isName, type SeenPath } from './seen.ts'

type OnPath = Pick<SeenPath, 'path'> & Partial<Pick<SeenPath, 'result'>>

/** Quotes a text where a shell would not take it as one word. */
export const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`

const connectionTo = ({ path: { address, addressPort } }: OnPath): string =>
  `nc -vz -w 3 ${quoted(address ?? 'ADDRESS')} ${addressPort ?? 'PORT'}`

/** The very request that was made on a path: its host and path, dialled at its address. */
export function requestOn(each: OnPath | undefined): string {
  if (each === undefined) {
    return 'curl -sv -o /dev/null --max-time 10 URL'
  }
  const { path } = each
  if (path.dns !== null) {
    return `nslookup ${quoted(path.dns.name)}`
  }
  if (isDnsQuery(each)) {
    return digOn(each)
  }
  const call = path.checks.find((check) => check.type === 'grpc')
  if (call !== undefined) {
    return callOn(each, call)
  }
  if (path.url === null || !URL.canParse(path.url) || (path.scheme !== 'http' && path.scheme !== 'https')) {
    return connectionTo(each)
  }
  return [
    'curl -sv -o /dev/null --max-time 10',
    ...dialledBy(each, new URL(path.url)),
    ...askedBy(each),
    quoted(path.url),
  ].join(' ')
}

/** Options of curl by which it dials what the path dials, whatever the URL names. */
function dialledBy(each: OnPath, { hostname, port, protocol }: URL): string[] {
  const { path } = each
  const at = port === '' ? (protocol === 'https:' ? '443' : '80') : port
  const address = hostPort(path.address ?? '', null, '')
  const elsewhere = path.address !== null && hostname !== address && !isName(each)
  const dialled = !elsewhere
    ? []
    : path.family !== null && Number(at) === path.addressPort
      ? ['--resolve', quoted(`${hostname}:${at}:${address}`)]
      : ['--connect-to', quoted(`${hostname}:${at}:${address}:${path.addressPort ?? at}`)]
  // By address no name is known to judge a certificate by.
  const unjudged = protocol === 'https:' && isDirect(each) ? ['-k'] : []
  return [...unjudged, ...dialled]
}

/** A rule of a route gets no request without the method and the headers that it matches. */
function askedBy({ path: { match, checks } }: OnPath): readonly string[] {
  const check = checks.find(({ type }) => type === 'http')
  if (match === null || check?.type !== 'http') {
    return []
  }
  const { method, ruleHeaders = {} } = check
  const by = method === 'GET' ? [] : method === 'HEAD' ? ['-I'] : ['-X', quoted(method)]
  return [...by, ...headersOf(ruleHeaders)]
}

const headersOf = (headers: Readonly<Record<string, string>>): string[] =>
  Object.entries(headers).flatMap(([name, value]) => ['-H', quoted(`${name}: ${value}`)])

/**
 * The call that a gRPC check makes, with an empty message or the name of a service: curl shows its trailers, and needs
 * no reflection of the server, as grpcurl does.
 */
function callOn(each: OnPath, { call, host, scheme, service, ruleHeaders = {} }: GrpcCheck): string {
  const { path, result } = each
  const isSecure = scheme === 'https' || (result?.tls ?? null) !== null
  const asked = call ?? HEALTH_CHECK
  const authority = host ?? hostPort(path.host ?? path.address ?? 'ADDRESS', path.addressPort, '')
  const url = `${isSecure ? 'https' : 'http'}://${authority}/${asked.service}/${asked.method}`
  if (!URL.canParse(url)) {
    return connectionTo(each)
  }
  const message = framed(isHealthCheck(asked) ? healthRequest(service) : new Uint8Array())
  const options = [
    ...['-sv -o /dev/null --max-time 10', isSecure ? '--http2' : '--http2-prior-knowledge'],
    ...dialledBy(each, new URL(url)),
    ...["-H 'content-type: application/grpc'", "-H 'te: trailers'", ...headersOf(ruleHeaders), '--data-binary @-'],
  ]
  return `printf '${octal(message)}' | curl ${options.join(' ')} ${quoted(url)}`
}

/** Writes bytes as printf takes them. */
const octal = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => {
    const character = String.fromCharCode(byte)
    return /[\w.-]/.test(character) ? character : `\\${byte.toString(8).padStart(3, '0')}`
  }).join('')

/** A connection, and nothing more; over UDP there is none, and the server is asked. */
export const connectOn = (each: OnPath | undefined): string =>
  each === undefined
    ? 'nc -vz -w 3 ADDRESS PORT'
    : each.path.port?.protocol === 'UDP'
      ? digOn(each)
      : connectionTo(each)

const isDnsQuery = ({ path }: OnPath): boolean => path.checks.some(({ type }) => type === 'dnsQuery')

/** The query that was made on a path to a DNS server. */
export function digOn(each: OnPath | undefined): string {
  if (each === undefined) {
    return 'dig @ADDRESS -p PORT NAME'
  }
  const { address, addressPort, port, checks } = each.path
  const query = checks.find((check) => check.type === 'dnsQuery')
  const server = `@${address ?? 'ADDRESS'}`
  const over = port?.protocol === 'TCP' ? '+tcp ' : ''
  const recursion = query?.recursionDesired === false ? '+norecurse ' : ''
  const question = `${query?.queryName ?? 'NAME'} ${query?.queryType ?? 'A'}`
  return `dig ${quoted(server)} -p ${addressPort ?? 'PORT'} ${over}${recursion}${question.split(' ').map(quoted).join(' ')}`
}

type Of = { namespace: string; service: string }

const podOf = (paths: readonly OnPath[]): string | undefined =>
  paths.find(({ path }) => path.pod !== undefined)?.path.pod

/** A command that shows the log of one of the pods, or the endpoints when no object names a pod. */
export function logsOf(ends: readonly OnPath[], of: Of): string {
  const pod = podOf(ends)
  return pod === undefined ? endpointsOf(of) : `kubectl logs -n ${of.namespace} ${pod} --tail=50`
}

/** A command that shows the ports one of the pods listens on, or tries a connection when no object names a pod. */
export function listenersOf(ends: readonly OnPath[], { namespace }: Of): string {
  const pod = podOf(ends)
  return pod === undefined
    ? connectOn(ends[0])
    : `kubectl exec -n ${namespace} ${pod} -- sh -c 'ss -lnt || netstat -lnt'`
}

/** @param output as `-o` takes it. */
export const endpointsOf = ({ namespace, service }: Of, output = 'wide'): string =>
  `kubectl get endpointslices -n ${namespace} -l kubernetes.io/service-name=${service} -o ${output}`

/** A command that shows the certificate a TLS server presents for the name that was asked for. */
export const handshakeOn = (each: OnPath | undefined): string => {
  const { address, addressPort, serverName } = each?.path ?? { address: 'ADDRESS', addressPort: 443, serverName: null }
  return `openssl s_client -connect ${quoted(hostPort(address ?? '', addressPort, ''))}${serverName ? ` -servername ${quoted(serverName)}` : ''} </dev/null`
}
