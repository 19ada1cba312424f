import { answersLost, bodyStalls } from './comparisons/answers-lost.ts'
import {
  answerUnexpected,
  applicationAnswersErrors,
  applicationCutsConnections,
  applicationHangs,
  portSpeaksNoHttp,
  portSpeaksNoTls,
  tlsHandshakeRefused,
} from './comparisons/application.ts'
import { trafficBetweenNodesLost } from './comparisons/between-nodes.ts'
import { certificateExpiresSoon, certificateFlaws, ingressDefaultCertificate } from './comparisons/certificates.ts'
import { clusterIpsUnreachable, dnsClusterIpFails, dnsUdpDropped } from './comparisons/cluster-ips.ts'
import {
  aaaaLookupFails,
  clusterDomainWrong,
  hostsFileOverrides,
  outsideNameUnresolved,
  redirectTargetUnresolved,
  searchListWrong,
  serviceNameUnknown,
  staleDns,
} from './comparisons/dns-names.ts'
import { clusterDnsFails, dnsAnswersSometimes, dnsServerSilent, outsideDnsFails } from './comparisons/dns-servers.ts'
import {
  directConnectionsCut,
  everyEndpointFails,
  failsNowAndThen,
  someEndpointsFail,
} from './comparisons/endpoints.ts'
import { oneFamilyFails } from './comparisons/families.ts'
import { gatewayAnswers, gatewayUnreachable } from './comparisons/gateway.ts'
import { gatewayPortClosed, gatewayRedirectDiffers } from './comparisons/gateway-differs.ts'
import { gatewaySpeaksNoGrpc, grpcNotServing, portSpeaksNoGrpc } from './comparisons/grpc.ts'
import { ingressAnswers, ingressControllerUnreachable, ingressHostDnsDiffers } from './comparisons/ingress.ts'
import { loadBalancerFails, loadBalancerIgnoresHealth } from './comparisons/load-balancers.ts'
import { bodyCutShort, http2Only, malformedResponse, redirectLoop, tooManyRedirects } from './comparisons/misspoken.ts'
import { applicationWantsHost, externalNameUnreachable } from './comparisons/names-sent.ts'
import { nothingAnswers } from './comparisons/nothing.ts'
import { onlyOneWayFails } from './comparisons/one-way.ts'
import { objectsOutOfDate } from './comparisons/out-of-date.ts'
import { mtuTooSmall, packetLoss } from './comparisons/packets.ts'
import { proberReachesNothing } from './comparisons/prober.ts'
import { backendProtocolMismatch, portSpeaksTls, responseHeaderTooLarge } from './comparisons/protocols.ts'
import { affinityNotKept, nodePortBlocked, nodePortFailsOnSomeNodes, serviceProxyFails } from './comparisons/proxy.ts'
import { proxyProtocolMismatch } from './comparisons/proxy-protocol.ts'
import { hairpinMissing, masqueradeMissing } from './comparisons/roundabout.ts'
import { shareNotKept } from './comparisons/share.ts'
import { unpromisedWaysFail } from './comparisons/unpromised.ts'
import { endpointsSilent, endpointsUnreachable, nothingListens } from './comparisons/unreached.ts'
import { upgradeNotHandedOn } from './comparisons/websocket.ts'
import { wrongResponder } from './comparisons/wrong-responder.ts'
import type { Rule } from './rule.ts'
import { backendTlsPolicyMismatch } from './rules/backend-tls-policy.ts'
import { endpointAddressInvalid } from './rules/endpoint-address-invalid.ts'
import { endpointIsClusterIp } from './rules/endpoint-is-cluster-ip.ts'
import { environmentNameCollision } from './rules/environment-name-collision.ts'
import { environmentStale } from './rules/environment-stale.ts'
import { externalNameHostMismatch } from './rules/external-name-host-mismatch.ts'
import { externalNameIsIp } from './rules/external-name-is-ip.ts'
import { externalNamePortRemap } from './rules/external-name-port-remap.ts'
import { gatewayRefusals } from './rules/gateway-refusals.ts'
import { gatewayWithoutAddress } from './rules/gateway-without-address.ts'
import { headlessPortDiffers } from './rules/headless-port-differs.ts'
import { ingressAddressClusterInternal } from './rules/ingress-address-cluster-internal.ts'
import { ingressBackendIsTargetPort, ingressBackendPortMissing } from './rules/ingress-backend-port.ts'
import { ingressBackendServiceMissing } from './rules/ingress-backend-service-missing.ts'
import { ingressClassMissing } from './rules/ingress-class-missing.ts'
import { ingressDuplicateRoute } from './rules/ingress-duplicate-route.ts'
import { ingressInOtherNamespace } from './rules/ingress-in-other-namespace.ts'
import { ingressTlsHostUnused } from './rules/ingress-tls-host-unused.ts'
import { ingressWithoutAddress } from './rules/ingress-without-address.ts'
import { loadBalancerNodesExcluded } from './rules/load-balancer-nodes-excluded.ts'
import { loadBalancerPending } from './rules/load-balancer-pending.ts'
import { loadBalancerPortError } from './rules/load-balancer-port-error.ts'
import { loadBalancerSourceRanges } from './rules/load-balancer-source-ranges.ts'
import { loadBalancerWithoutNodePorts } from './rules/load-balancer-without-node-ports.ts'
import { networkPolicyPort } from './rules/network-policy-port.ts'
import { noEndpoints } from './rules/no-endpoints.ts'
import { nodeNotReady } from './rules/node-not-ready.ts'
import { nodePortTaken } from './rules/node-port-taken.ts'
import { podsEnded } from './rules/pods-ended.ts'
import { podsNotReady } from './rules/pods-not-ready.ts'
import { podsTerminatingOnly } from './rules/pods-terminating-only.ts'
import { proxyLabelExcludesService } from './rules/proxy-label-excludes-service.ts'
import { publishNotReadyExposesPods } from './rules/publish-not-ready-exposes-pods.ts'
import { routeBackendMissing } from './rules/route-backend-missing.ts'
import { routeReferencesUnresolved, routeStatusContradicts } from './rules/route-status.ts'
import { selectorMatchesNoPods } from './rules/selector-matches-no-pods.ts'
import { selectorTooBroad } from './rules/selector-too-broad.ts'
import { selectorlessWithoutEndpoints } from './rules/selectorless-without-endpoints.ts'
import { serviceInOtherNamespace } from './rules/service-in-other-namespace.ts'
import { singleFamilyEndpoints } from './rules/single-family-endpoints.ts'
import { slicePortNameMismatch } from './rules/slice-port-name-mismatch.ts'
import { statefulSetServiceName } from './rules/stateful-set-service-name.ts'
import { targetPortNameUnknown } from './rules/target-port-name-unknown.ts'
import { targetPortNotDeclared } from './rules/target-port-not-declared.ts'
import { trafficPolicyLocalNoEndpoint } from './rules/traffic-policy-local-no-endpoint.ts'
import { workloadScaledToZero } from './rules/workload-scaled-to-zero.ts'

/** Rules that find causes by the objects alone, from the workload outwards. */
const BY_OBJECTS: readonly Rule[] = [
  serviceInOtherNamespace,
  workloadScaledToZero,
  selectorMatchesNoPods,
  podsEnded,
  podsNotReady,
  podsTerminatingOnly,
  publishNotReadyExposesPods,
  selectorTooBroad,
  targetPortNameUnknown,
  targetPortNotDeclared,
  headlessPortDiffers,
  statefulSetServiceName,
  selectorlessWithoutEndpoints,
  slicePortNameMismatch,
  endpointAddressInvalid,
  endpointIsClusterIp,
  singleFamilyEndpoints,
  noEndpoints,
  externalNameIsIp,
  externalNamePortRemap,
  externalNameHostMismatch,
  networkPolicyPort,
  proxyLabelExcludesService,
  nodeNotReady,
  nodePortTaken,
  trafficPolicyLocalNoEndpoint,
  loadBalancerPending,
  loadBalancerNodesExcluded,
  loadBalancerPortError,
  loadBalancerWithoutNodePorts,
  loadBalancerSourceRanges,
  ingressClassMissing,
  ingressWithoutAddress,
  ingressAddressClusterInternal,
  ingressBackendServiceMissing,
  ingressBackendPortMissing,
  ingressBackendIsTargetPort,
  ingressDuplicateRoute,
  ingressInOtherNamespace,
  ingressTlsHostUnused,
  ...gatewayRefusals,
  gatewayWithoutAddress,
  routeBackendMissing,
  routeReferencesUnresolved,
  routeStatusContradicts,
  backendTlsPolicyMismatch,
  environmentNameCollision,
  environmentStale,
]

/** Rules that compare what passed with what failed. The broadest come first, so that narrower ones can be silent. */
const BY_RESULTS: readonly Rule[] = [
  proberReachesNothing,
  objectsOutOfDate,
  oneFamilyFails,
  packetLoss,
  masqueradeMissing,
  trafficBetweenNodesLost,
  mtuTooSmall,
  hairpinMissing,
  clusterIpsUnreachable,
  serviceProxyFails,
  dnsUdpDropped,
  dnsClusterIpFails,
  clusterDnsFails,
  loadBalancerIgnoresHealth,
  nothingListens,
  someEndpointsFail,
  endpointsSilent,
  endpointsUnreachable,
  everyEndpointFails,
  failsNowAndThen,
  backendProtocolMismatch,
  portSpeaksTls,
  proxyProtocolMismatch,
  responseHeaderTooLarge,
  directConnectionsCut,
  bodyStalls,
  applicationHangs,
  bodyCutShort,
  applicationCutsConnections,
  malformedResponse,
  http2Only,
  portSpeaksNoTls,
  portSpeaksNoHttp,
  tlsHandshakeRefused,
  applicationWantsHost,
  applicationAnswersErrors,
  portSpeaksNoGrpc,
  grpcNotServing,
  redirectLoop,
  tooManyRedirects,
  upgradeNotHandedOn,
  answerUnexpected,
  externalNameUnreachable,
  outsideDnsFails,
  clusterDomainWrong,
  aaaaLookupFails,
  searchListWrong,
  serviceNameUnknown,
  dnsServerSilent,
  dnsAnswersSometimes,
  hostsFileOverrides,
  staleDns,
  outsideNameUnresolved,
  redirectTargetUnresolved,
  nodePortFailsOnSomeNodes,
  nodePortBlocked,
  loadBalancerFails,
  ingressControllerUnreachable,
  gatewayUnreachable,
  gatewayPortClosed,
  ingressDefaultCertificate,
  ...certificateFlaws,
  certificateExpiresSoon,
  ...ingressAnswers,
  ...gatewayAnswers,
  gatewaySpeaksNoGrpc,
  gatewayRedirectDiffers,
  shareNotKept,
  ingressHostDnsDiffers,
  wrongResponder,
  affinityNotKept,
  answersLost,
  unpromisedWaysFail,
  onlyOneWayFails,
  nothingAnswers,
]

/** Equally sure findings are shown in this order. */
export const RULES: readonly Rule[] = [...BY_OBJECTS, ...BY_RESULTS]

/** The codes of findings that objects alone can show, before anything is tested. */
export const OBJECT_CODES: ReadonlySet<string> = new Set(RULES.flatMap(({ code, when }) => (when ? [code] : [])))
