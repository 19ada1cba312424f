/**
 * Reads what Ingress controllers are told to speak to the ports of a Service. Annotations tell the controller which pods
 * speak TLS, whatever their ports are called.
 *
 * @module
 */
import type { ObjectIndex } from '../kube/object-index.ts'
import type { Unread } from '../kube/object-source.ts'
import type { Service, ServicePort } from '../kube/objects.ts'
import { annotationOf, isTrue, listOf } from './annotations.ts'
import { type Because, noted } from './because.ts'
import { askedOf, type BackendAnnotation } from './controllers/controller.ts'
import { controllerOf, INGRESS_CONTROLLERS } from './controllers/table.ts'
import { backendPort } from './ingress-ports.ts'
import { type Route, routesOf } from './ingress-rules.ts'
import { BACKEND_PROTOCOLS, type Spoken, servesTls } from './scheme.ts'

export type ToldScheme = { scheme: Spoken; because: Because }

const BY_TLS = { scheme: 'https', isTls: true } as const

/** Reads from one annotation what the controller speaks to the Service; `null` if it says nothing. */
function spokenBy({ says }: BackendAnnotation, value: string | null, service: string) {
  if (value === null) {
    return null
  }
  if (says === 'protocol') {
    return BACKEND_PROTOCOLS.get(value.toLowerCase()) ?? null
  }
  const asksForTls = says === 'tls' ? isTrue(value) : listOf(value).includes(service)
  return asksForTls ? BY_TLS : null
}

function toldBy(index: ObjectIndex, { ingress }: Route, service: string): ToldScheme | null {
  const asked = askedOf(ingress, null)
  for (const row of controllerOf(index, ingress)?.backend ?? []) {
    const told = spokenBy(row, asked.value(row.annotation), service)
    // Plain HTTP is every controller's default: the word for it says nothing about the port.
    if (told === null || told.scheme === 'http') {
      continue
    }
    return { scheme: told.scheme, because: noted(asked.told(row.annotation), 'what the controller speaks to it') }
  }
  return null
}

const BACKEND_ANNOTATIONS = INGRESS_CONTROLLERS.flatMap(({ backend = [] }) => backend)

/** Tells whether an annotation of any controller asks for TLS to the pods of a Service. */
export function asksForTls(index: ObjectIndex, namespace: string, service: Service): boolean {
  const { name } = service.meta
  return (
    servesTls(service) ||
    [service, ...index.ingressesOf(namespace, name)].some((object) =>
      BACKEND_ANNOTATIONS.some((row) => spokenBy(row, annotationOf(object, row.annotation), name)?.isTls),
    )
  )
}

/** Tells why Ingresses may tell more about the ports: they were not all read, or their classes were not. */
export const unreadRoutes = (index: ObjectIndex, namespace: string, { meta }: Service): Unread | null =>
  index.unread('ingresses', namespace) ??
  (index.ingressesOf(namespace, meta.name).length === 0 ? null : index.unread('ingressClasses', null))

/** Finds for each port the first annotation that says so. */
export function schemesByIngress(
  index: ObjectIndex,
  namespace: string,
  service: Service,
): ReadonlyMap<ServicePort, ToldScheme> {
  const found = new Map<ServicePort, ToldScheme>()
  const { name } = service.meta
  for (const route of index.ingressesOf(namespace, name).flatMap(routesOf)) {
    if (route.backend.service?.name !== name) {
      continue
    }
    const port = backendPort(service, route.backend.service.port)?.port
    const told = port === undefined || found.has(port) ? null : toldBy(index, route, name)
    if (port !== undefined && told !== null) {
      found.set(port, told)
    }
  }
  return found
}
