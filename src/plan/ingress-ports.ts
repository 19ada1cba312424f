/**
 * Finds the port of a Service that the backend of an Ingress means.
 *
 * @module
 */
import { type PortRef, refOf, type Service, type ServicePort } from '../kube/objects.ts'
import { type Because, fieldOf, noted } from './because.ts'
import type { Route } from './ingress-rules.ts'

/** Finds the Service port that a backend names, and the field. A wrong name is a fault of the Ingress, not a doubt. */
export function servicePort(
  service: Service,
  { backend, ingress, field }: Route,
): { port: ServicePort | null; told: Because[] } {
  const ref = backend.service?.port ?? null
  const position = backendPort(service, ref)
  if (position !== null) {
    const part = ref === position.port.name ? 'name' : 'port'
    return {
      port: position.port,
      told: [fieldOf(`Service/${service.meta.name}`, `spec.ports[${position.at}].${part}`)],
    }
  }
  const where = fieldOf(refOf(ingress), field)
  const own = unlistedPort(service, ref)
  if (own !== null) {
    return { port: own, told: [noted(where, `port ${own.port}, as the ExternalName Service lists none`)] }
  }
  const target = service.ports.find(({ targetPort }) => targetPort === ref)
  if (target === undefined) {
    return { port: null, told: [noted(where, `no port of the Service is called ${String(ref)}`)] }
  }
  return {
    port: target,
    told: [
      noted(where, `${String(ref)} is the targetPort, not a port of the Service; some controllers take it, most don't`),
    ],
  }
}

/**
 * Matches by name or by number, never by targetPort. Digits in quotes are a name that no port can have (networking/v1).
 * If two ports have one number, the one for TCP is meant, which controllers speak to backends (443/UDP is for HTTP/3).
 */
export function backendPort(service: Service, ref: PortRef | null): { port: ServicePort; at: number } | null {
  const named = service.ports
    .map((port, at) => ({ port, at }))
    .filter(({ port: { name, port } }) => (typeof ref === 'number' ? port === ref : ref !== null && name === ref))
  return named.find(({ port }) => port.protocol === 'TCP') ?? named[0] ?? null
}

/**
 * Takes the number that an Ingress gives for an ExternalName Service without ports, as there is nothing to choose from
 * (ingress-nginx `internal/ingress/controller`, serviceEndpoints). `null` if the Service lists ports, or it is a name.
 */
export const unlistedPort = ({ type, ports }: Service, ref: PortRef | null): ServicePort | null =>
  type === 'ExternalName' && ports.length === 0 && typeof ref === 'number'
    ? { name: null, port: ref, protocol: 'TCP', targetPort: ref, nodePort: null, appProtocol: null }
    : null
