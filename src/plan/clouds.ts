/**
 * Reads what annotations of a Service ask of a cloud's load balancer, as far as a plan needs it: where TLS ends, whether
 * it is internal, whether it sends the PROXY protocol. The clouds are rows of `clouds-table.ts`.
 *
 * @module
 */
import { refOf, type Service, type ServicePort } from '../kube/objects.ts'
import { annotationOf, toldAnnotation } from './annotations.ts'
import { type Because, fieldOf } from './because.ts'
import { AWS, CLOUDS, type Cloud, type Front, type Switch } from './clouds-table.ts'

const valueIn =
  (service: Service) =>
  (annotation: string): string | null =>
    annotationOf(service, annotation)

/** Tells what the load balancer of a Service does at a port; `null` if nothing says that it does more than pass it on. */
export function frontOf(service: Service, port: ServicePort): Front | null {
  if (service.type !== 'LoadBalancer' || port.protocol !== 'TCP') {
    return null
  }
  const value = valueIn(service)
  for (const { front } of CLOUDS) {
    const found = front?.({ value }, port) ?? null
    if (found !== null) {
      return found
    }
  }
  return null
}

function switchedOn(service: Service, of: (cloud: Cloud) => readonly Switch[] | undefined): Because | null {
  const value = valueIn(service)
  for (const cloud of CLOUDS) {
    const found = of(cloud)?.find(([name, when]) => value(name) !== null && when.test(value(name) ?? ''))
    if (found !== undefined) {
      return toldAnnotation(service, found[0])
    }
  }
  return null
}

/** Finds the annotation that asks for the PROXY protocol. */
export const proxyProtocolOf = (service: Service): Because | null =>
  switchedOn(service, ({ proxyProtocol }) => proxyProtocol)

/** Finds the reason why the load balancer is internal to the cloud's network; `null` if nothing says so. */
export function internalOf(service: Service): Because | null {
  const told = switchedOn(service, ({ internal }) => internal)
  if (told !== null) {
    return told
  }
  const value = valueIn(service)
  if (value(`${AWS}-scheme`) !== null || value(`${AWS}-internal`) !== null) {
    return null
  }
  // The AWS Load Balancer Controller makes internal ones unless it is told otherwise; the older one in the cloud provider does not.
  if (service.loadBalancerClass === 'service.k8s.aws/nlb') {
    return fieldOf(refOf(service), 'spec.loadBalancerClass', '=service.k8s.aws/nlb')
  }
  const type = `${AWS}-type`
  return /^(external|nlb-ip)$/.test(value(type) ?? '') ? toldAnnotation(service, type) : null
}
