import { jsonPointer } from '../lib/json-pointer.ts'
import { ProblemError } from '../lib/problem.ts'
import type { Check, DnsQueryCheck, GrpcCheck, HttpCheck, TcpCheck } from '../plan/check.ts'
import { compileJsonPath } from './json-path.ts'
import { compileRegexp, type RegexpBudget, regexpBudget } from './regexp.ts'
import { HANDSHAKE_HEADERS, upgradeFaults } from './websocket.ts'

/** A mistake in a field. `pointer` is relative to the check (RFC 6901). */
export type Fault = { pointer: string; detail: string }

/** Headers that make or break the message itself: the client writes them. */
const OWN_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** field-vchar, obs-text, space and tab (RFC 9110 5.5). */
const HEADER_VALUE = /^[\t\u0020-\u007e\u0080-\u00ff]*$/
/**
 * A request target holds visible characters; its author has percent-encoded all others. It has no fragment, as clients
 * keep that to themselves (RFC 9110 7.1).
 */
const TARGET = /^\/[\u0021\u0022\u0024-\u007e]*$/
const TARGET_RULE = 'must begin with "/"; percent-encode "#" and everything but visible ASCII'
/** uri-host with an optional port (RFC 9110 7.2). */
const HOST = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._~!$&'()*+,;=%-]+)(:\d{1,5})?$/
/** A redirect is followed from there: what no URL can hold (`127.0.0.1%lo`) cannot be. */
const isHost = (host: string): boolean => HOST.test(host) && URL.canParse(`http://${host}/`)
const PEM = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/

/**
 * Finds everything that keeps a check from being run, all at once, for the refusal of a request.
 *
 * @param budget of the whole request, for the regular expressions of all its checks.
 */
export function faultsOf(check: Check, budget: RegexpBudget = regexpBudget()): Fault[] {
  switch (check.type) {
    case 'http':
      return [...httpFaults(check, budget), ...caFaults(check)]
    case 'tcp':
      return [...tcpFaults(check, budget), ...caFaults(check)]
    case 'grpc':
      return [...grpcFaults(check), ...caFaults(check)]
    case 'dnsQuery':
      return dnsQueryFaults(check, budget)
    case 'dns':
      return []
  }
}

/** ASCII-Value of metadata (grpc/doc/PROTOCOL-HTTP2.md); base64 where the key says that the value is binary. */
const METADATA_VALUE = /^[\u0020-\u007e]*$/
const METADATA_BINARY = /^[A-Za-z0-9+/]*={0,2}$/
const METADATA_KEY = /^[0-9A-Za-z_.-]+$/
/** Written by this side alone, beside those of every HTTP message. */
const OWN_METADATA: ReadonlySet<string> = new Set(['content-type', 'host'])

const grpcFaults = ({ host, metadata }: GrpcCheck): Fault[] => [
  ...unless(host === null || isHost(host), '/host', 'is not a host, or a host and a port'),
  ...Object.entries(metadata).flatMap(([key, value]) => metadataFaults(key, value)),
]

function metadataFaults(key: string, value: string): Fault[] {
  const pointer = jsonPointer(['metadata', key])
  const lower = key.toLowerCase()
  const isOwn = OWN_HEADERS.has(lower) || OWN_METADATA.has(lower) || lower.startsWith('grpc-')
  const isBinary = lower.endsWith('-bin')
  return [
    ...unless(METADATA_KEY.test(key), pointer, 'is no key of metadata: letters, digits, "_", "." and "-"'),
    ...unless(!isOwn, pointer, 'is set by Portolan itself: leave it out'),
    ...(isBinary
      ? unless(METADATA_BINARY.test(value), pointer, 'must be base64, as its key ends in "-bin"')
      : unless(
          METADATA_VALUE.test(value),
          pointer,
          'must be printable ASCII; binary values have a key that ends in "-bin"',
        )),
  ]
}

function dnsQueryFaults({ queryName, queryType, expect }: DnsQueryCheck, budget: RegexpBudget): Fault[] {
  const { regexpAt } = compiling(budget)
  return [
    ...unless(queryName === null || isDomainName(queryName), '/queryName', DOMAIN_NAME_RULE),
    ...unless(queryName !== null || queryType === null, '/queryType', 'says of which name it is asked: add queryName'),
    ...Object.entries(expect?.validateAnswerRrs ?? {}).flatMap(([field, patterns]) =>
      patterns.flatMap(regexpAt(`/expect/validateAnswerRrs/${field}`)),
    ),
  ]
}

/** Labels of 1 to 63 bytes, 253 in all (RFC 1035 3.1); visible characters, as an underscore or a wildcard may be asked for. */
const isDomainName = (name: string): boolean =>
  name === '.' ||
  (name.replace(/\.$/, '').length <= 253 &&
    name
      .replace(/\.$/, '')
      .split('.')
      .every((label) => LABEL.test(label)))
const LABEL = /^[!-~]{1,63}$/
const DOMAIN_NAME_RULE =
  'is no name that DNS can be asked for: labels of 1 to 63 visible ASCII characters between dots, 253 in all; write others as xn--…'

function httpFaults(check: HttpCheck, budget: RegexpBudget): Fault[] {
  const { method, headers, host, path, ingressPath, expect, responder } = check
  const { compiled, regexpAt } = compiling(budget)
  return [
    ...Object.entries(headers).flatMap(([name, value]) => headerFaults(name, value)),
    ...unless(host === null || isHost(host), '/host', 'is not a host, or a host and a port'),
    ...unless(path === null || TARGET.test(path), '/path', TARGET_RULE),
    ...unless(ingressPath === null || TARGET.test(ingressPath), '/ingressPath', TARGET_RULE),
    ...(method === 'HEAD' ? bodilessFaults(expect, responder) : []),
    ...(check.upgrade === null ? [] : [...upgradeFaults(check), ...handshakeHeaderFaults(headers)]),
    ...(expect?.failIfBodyMatchesRegexp ?? []).flatMap(regexpAt('/expect/failIfBodyMatchesRegexp')),
    ...(expect?.failIfBodyNotMatchesRegexp ?? []).flatMap(regexpAt('/expect/failIfBodyNotMatchesRegexp')),
    ...(expect?.failIfHeaderMatches ?? []).flatMap(({ regexp }, index) =>
      compiled(`/expect/failIfHeaderMatches/${index}/regexp`, regexp),
    ),
    ...(expect?.failIfHeaderNotMatches ?? []).flatMap(({ regexp }, index) =>
      compiled(`/expect/failIfHeaderNotMatches/${index}/regexp`, regexp),
    ),
    ...(expect?.jsonPath ?? []).flatMap(({ path, matchesRegexp }, index) => [
      ...refusalOf(`/expect/jsonPath/${index}/path`, (pointer) => compileJsonPath(path, pointer)),
      ...(matchesRegexp === undefined ? [] : compiled(`/expect/jsonPath/${index}/matchesRegexp`, matchesRegexp)),
    ]),
    ...(responder !== null && 'bodyRegexp' in responder ? compiled('/responder/bodyRegexp', responder.bodyRegexp) : []),
  ]
}

/** Expectations that need a body, which an answer to HEAD has not (RFC 9110 9.3.2). */
const bodilessFaults = (expect: HttpCheck['expect'], responder: HttpCheck['responder']): Fault[] => [
  ...(['failIfBodyMatchesRegexp', 'failIfBodyNotMatchesRegexp', 'jsonPath'] as const).flatMap((field) =>
    unless((expect?.[field] ?? []).length === 0, `/expect/${field}`, 'an answer to HEAD has no body: use GET'),
  ),
  ...unless(
    responder === null || 'header' in responder,
    '/responder/bodyRegexp',
    'an answer to HEAD has no body: use GET',
  ),
]

const tcpFaults = ({ queryResponse }: TcpCheck, budget: RegexpBudget): Fault[] =>
  queryResponse.flatMap(({ send, expect, startTls }, index) => [
    ...unless(
      send !== null || expect !== null || startTls,
      `/queryResponse/${index}`,
      'this step is empty: it must send, expect or start TLS',
    ),
    ...(expect === null ? [] : compiling(budget).compiled(`/queryResponse/${index}/expect`, expect)),
  ])

const caFaults = ({ tls }: HttpCheck | TcpCheck | GrpcCheck): Fault[] =>
  unless(tls === null || tls.caPem === null || PEM.test(tls.caPem), '/tls/caPem', 'holds no certificate in PEM')

const handshakeHeaderFaults = (headers: HttpCheck['headers']): Fault[] =>
  Object.keys(headers).flatMap((name) =>
    unless(
      !HANDSHAKE_HEADERS.has(name.toLowerCase()),
      jsonPointer(['headers', name]),
      'is set by Portolan itself: leave it out',
    ),
  )

function headerFaults(name: string, value: string): Fault[] {
  const pointer = jsonPointer(['headers', name])
  return [
    ...unless(!OWN_HEADERS.has(name.toLowerCase()), pointer, 'is set by Portolan itself: leave it out'),
    ...unless(HEADER_VALUE.test(value), pointer, 'holds characters that no header value may hold (RFC 9110)'),
    ...unless(name.toLowerCase() !== 'host' || isHost(value), pointer, 'is not a host, or a host and a port'),
  ]
}

const unless = (holds: boolean, pointer: string, detail: string): Fault[] => (holds ? [] : [{ pointer, detail }])

function compiling(budget: RegexpBudget) {
  const compiled = (pointer: string, pattern: string): Fault[] =>
    refusalOf(pointer, (at) => compileRegexp(pattern, at, budget))
  const regexpAt = (pointer: string) => (pattern: string, index: number) => compiled(`${pointer}/${index}`, pattern)
  return { compiled, regexpAt }
}

function refusalOf(pointer: string, compile: (pointer: string) => unknown): Fault[] {
  try {
    compile(pointer)
    return []
  } catch (error) {
    if (error instanceof ProblemError) {
      return [{ pointer, detail: error.detail }]
    }
    throw error
  }
}
