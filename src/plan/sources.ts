import { dnsSource } from './dns.ts'
import { endpointSource } from './endpoints.ts'
import { environmentSource } from './environment.ts'
import { externalNameSource } from './external-name.ts'
import { gatewaySources } from './gateway/source.ts'
import { ingressSource } from './ingress.ts'
import type { PathKind } from './kinds.ts'
import { loadBalancerSource } from './loadbalancer.ts'
import { nodePortSource } from './nodes.ts'
import { openShiftSource } from './openshift/source.ts'
import { clusterIPSource, externalIPSource } from './service.ts'
import type { Source } from './source.ts'

/** Each kind of path is planned by its source. A kind without one does not compile. */
export const SOURCES: Readonly<Record<PathKind, Source>> = {
  DNS: dnsSource,
  ClusterIP: clusterIPSource,
  NodePort: nodePortSource,
  LoadBalancer: loadBalancerSource,
  Ingress: ingressSource,
  ...gatewaySources,
  Route: openShiftSource,
  Endpoint: endpointSource,
  ExternalIP: externalIPSource,
  ExternalName: externalNameSource,
  Environment: environmentSource,
}
