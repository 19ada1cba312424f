/**
 * Values that a match of a route takes: headers, parameters, a gRPC method, as a request has them.
 *
 * @module
 */
import type { RouteMatch, ValueMatch } from '../../kube/gateway-objects.ts'
import type { GrpcCall } from '../check.ts'
import { beginningOf, effective } from './match.ts'
import { regexpExample } from './regexp-example.ts'

/** A value that is asked for, and why it is not certain that the match takes it; `null`: it does. */
export type AskedValue = { name: string; value: string; doubt: string | null }

/** These belong to the connection, to the length of a body or to the host: a route that asks for them must not set them. */
const OWN_HEADERS: ReadonlySet<string> = new Set([
  ...['connection', 'content-length', 'expect', 'host', 'http2-settings', 'keep-alive', 'proxy-connection', 'te'],
  ...['trailer', 'transfer-encoding', 'upgrade'],
])

/** Characters of a header's value (RFC 9110, 5.5), in ASCII alone: proxies take others in different ways. */
const HEADER_VALUE = /^[\x20-\x7e\t]*$/

/** Tells why a request does not carry a header; `null`: it does. */
function unsentBecause({ name, value }: AskedValue): string | null {
  if (OWN_HEADERS.has(name)) {
    return `the header ${name} is the connection's own, and is not sent as the match wants it`
  }
  return HEADER_VALUE.test(value) ? null : `the value of header ${name} cannot be sent, and is left out`
}

/** Splits headers into those that a request carries and the reasons against the others. */
export function sentHeaders(headers: readonly AskedValue[]): {
  sent: readonly AskedValue[]
  doubts: readonly string[]
} {
  return {
    sent: headers.filter((header) => unsentBecause(header) === null),
    doubts: headers.flatMap((header) => unsentBecause(header) ?? []),
  }
}

function askedValue({ type, name, value }: ValueMatch): AskedValue {
  if (type === 'Exact') {
    return { name, value, doubt: null }
  }
  const example = type === 'RegularExpression' ? regexpExample(value) : null
  if (example !== null) {
    return { name, value: example, doubt: null }
  }
  const made = beginningOf(value)
  return { name, value: made, doubt: `asked with ${name}: ${made}, which ${value} (${type}) may not take` }
}

/** Names of headers in lower case; the first entry of a name counts. */
export const askedHeaders = ({ headers }: RouteMatch): readonly AskedValue[] =>
  effective(headers, (name) => name.toLowerCase()).map((each) => {
    const asked = askedValue(each)
    return { ...asked, name: asked.name.toLowerCase() }
  })

export const askedQuery = ({ query }: RouteMatch): readonly AskedValue[] =>
  effective(query, (name) => name).map(askedValue)

/** The health of the server (grpc/health/v1/health.proto), which every gRPC server should tell. */
export const HEALTH: GrpcCall = { service: 'grpc.health.v1.Health', method: 'Check' }

/** No rule names it, and no server has it. */
const MADE_UP: GrpcCall = { service: 'portolan.Probe', method: 'Probe' }

/** Lists calls that a match takes, the best to ask first; with the reason why that is not certain. */
export function askedCalls(grpc: RouteMatch['grpc']): readonly { call: GrpcCall; doubt: string | null }[] {
  if (grpc === null) {
    return [HEALTH, MADE_UP].map((call) => ({ call, doubt: null }))
  }
  const { type, service, method } = grpc
  if (type === 'Exact') {
    if (service !== null) {
      const any = service === HEALTH.service ? HEALTH.method : MADE_UP.method
      return [{ call: { service, method: method ?? any }, doubt: null }]
    }
    const doubt = 'it names a method of any service, which implementations need not support'
    const services = method === HEALTH.method ? [HEALTH.service, MADE_UP.service] : [MADE_UP.service]
    return services.map((each) => ({ call: { service: each, method: method ?? MADE_UP.method }, doubt }))
  }
  const made = (pattern: string | null, fallback: string): string =>
    pattern === null ? fallback : (regexpExample(pattern) ?? (beginningOf(pattern) || fallback))
  const call = { service: made(service, MADE_UP.service), method: made(method, MADE_UP.method) }
  return [{ call, doubt: `asked with /${call.service}/${call.method}, which a match of type ${type} may not take` }]
}
