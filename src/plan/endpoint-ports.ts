/**
 * Finds the numbers that a port of a Service has on its endpoints.
 *
 * @module
 */
import type { ServicePort } from '../kube/objects.ts'
import type { Because } from './because.ts'
import type { ServiceEndpoint, ServiceEndpoints } from './service-endpoints.ts'

/** Endpoints of one slice share its ports: each of them would look through the list for each Service port. */
const named = new WeakMap<ServiceEndpoint['ports'], ReadonlyMap<string, ServiceEndpoint['ports'][number]>>()
function portNamed(ports: ServiceEndpoint['ports'], { name, protocol }: ServicePort) {
  const key = (port: Pick<ServicePort, 'name' | 'protocol'>): string => `${port.protocol} ${port.name ?? ''}`
  const known = named.get(ports) ?? new Map(ports.toReversed().map((port) => [key(port), port]))
  named.set(ports, known)
  return known.get(key({ name, protocol }))
}

/** Finds the port at which an endpoint serves a Service port, by name and protocol; `null` if its slice has none. */
export function endpointPort(
  endpoint: ServiceEndpoint,
  port: ServicePort,
): { number: number; because: Because | null } | null {
  const found = portNamed(endpoint.ports, port)
  // A slice port without a number leaves the port to the consumer: the Service's own.
  return found === undefined ? null : { number: found.number ?? port.port, because: found.because }
}

/** Lists the numbers that a Service port has on its endpoints, usable ones first; empty if no endpoint tells. */
export function targetNumbers(endpoints: ServiceEndpoints, port: ServicePort): readonly number[] {
  const told = endpoints.all.some(({ usable }) => usable) ? endpoints.all.filter(({ usable }) => usable) : endpoints.all
  return [...new Set(told.flatMap((endpoint) => endpointPort(endpoint, port)?.number ?? []))].sort((a, b) => a - b)
}
