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

export function askedValue({ type, name, value }: ValueMatch): AskedValue {
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
