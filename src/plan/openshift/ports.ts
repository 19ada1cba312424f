/**
 * Finds the ports of a Service that Routes of OpenShift lead to.
 *
 * @module
 */
import { refOf, type Service, type ServicePort } from '../../kube/objects.ts'
import type { OpenShiftRoute } from '../../kube/openshift-objects.ts'
import { type Because, doubted, fieldOf, noted } from '../because.ts'
import type { PlanContext } from '../context.ts'
import type { ToldScheme } from '../ingress-backends.ts'

export type Target = Pick<PlanContext, 'index' | 'target'>

export const routesFor = ({ index, target }: Target): readonly OpenShiftRoute[] =>
  index.openShiftRoutesOf(target.namespace, target.service)

/**
 * Finds the port that the Route means: a name is a port of the Service, a number one of the endpoints (route/v1
 * RoutePort). Without any, the router takes every port.
 */
export function portOf(service: Service, route: OpenShiftRoute): { port: ServicePort | null; told: Because[] } {
  const { targetPort } = route
  const field = fieldOf(refOf(route), 'spec.port.targetPort', targetPort === null ? undefined : `=${targetPort}`)
  const ports = service.ports.filter(({ protocol }) => protocol === 'TCP')
  if (targetPort === null) {
    const [first, second] = ports
    const many = doubted(field, 'it names no port, so that the router takes any of the Service')
    return { port: first ?? null, told: second === undefined ? [] : [many] }
  }
  const found = ports.find(({ name, targetPort: at }) => (typeof targetPort === 'number' ? at : name) === targetPort)
  if (found !== undefined) {
    return { port: found, told: [field] }
  }
  const byName = ports.find(({ targetPort: at }) => typeof at === 'string')
  if (typeof targetPort === 'number' && byName !== undefined) {
    const note = `its port ${byName.targetPort} has its number in the pods, which may be this one`
    return { port: byName, told: [doubted(field, note)] }
  }
  const what = typeof targetPort === 'number' ? 'leads to this port of the pods' : 'is called so'
  return { port: null, told: [noted(field, `no port of the Service ${what}`)] }
}

/** Ports to which a router speaks TLS, by the first Route that says so. */
export function schemesByRoute({ index, target }: Target, service: Service): ReadonlyMap<ServicePort, ToldScheme> {
  const found = new Map<ServicePort, ToldScheme>()
  for (const route of routesFor({ index, target })) {
    const { port } = portOf(service, route)
    if (route.tls?.termination === 'reencrypt' && port !== null && !found.has(port)) {
      const field = fieldOf(refOf(route), 'spec.tls.termination', '=reencrypt')
      found.set(port, { scheme: 'https', because: noted(field, 'what the router speaks to it') })
    }
  }
  return found
}
