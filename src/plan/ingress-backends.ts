/**
 * What Ingress controllers are told to speak to the ports of a Service: pods that speak TLS are told so to the controller,
 * whatever their ports are called.
 *
 * @module
 */
import type { ObjectIndex } from '../kube/object-index.ts'
import type { Service, ServicePort } from '../kube/objects.ts'
import { askedOf, isTrue, listOf } from './controllers/controller.ts'
import { controllerOf } from './controllers/table.ts'
import { backendPort } from './ingress-ports.ts'
import { type Route, routesOf } from './ingress-rules.ts'
import type { Spoken } from './scheme.ts'

export type ToldScheme = { scheme: Spoken; because: string }

const PROTOCOLS: Readonly<Record<string, Spoken>> = {
  https: 'https',
  'h1-ssl': 'https',
  grpc: 'tcp',
  grpcs: 'tcp',
  fcgi: 'tcp',
}

function toldBy(index: ObjectIndex, { ingress }: Route, service: string): ToldScheme | null {
  const asked = askedOf(ingress, null)
  for (const { annotation, says } of controllerOf(index, ingress)?.backend ?? []) {
    const value = asked.value(annotation)
    if (value === null) continue
    const because = `${asked.told(annotation)}: what the controller speaks to it`
    if (says === 'protocol') {
      const scheme = PROTOCOLS[value.toLowerCase()]
      if (scheme !== undefined) return { scheme, because }
    } else if (says === 'tls' ? isTrue(value) : listOf(value).includes(service)) {
      return { scheme: 'https', because }
    }
  }
  return null
}

/** By port, the first that says so. */
export function schemesByIngress(
  index: ObjectIndex,
  namespace: string,
  service: Service,
): ReadonlyMap<ServicePort, ToldScheme> {
  const found = new Map<ServicePort, ToldScheme>()
  const { name } = service.meta
  for (const route of index.ingressesOf(namespace, name).flatMap(routesOf)) {
    if (route.backend.service?.name !== name) continue
    const port = backendPort(service, route.backend.service.port)?.port
    const told = port === undefined || found.has(port) ? null : toldBy(index, route, name)
    if (port !== undefined && told !== null) found.set(port, told)
  }
  return found
}
