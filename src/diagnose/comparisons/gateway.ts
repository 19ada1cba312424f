/** Faults of a Gateway: the Service answers directly, and not through it. */
import type { Rule } from '../rule.ts'
import { type Answer, answersOf, type Router, unreachableRule } from './routed.ts'

const GATEWAY: Router = {
  router: 'gateway',
  layer: 'gateway',
  name: 'The Gateway',
  unless: [
    'route_references_unresolved',
    'backend_tls_policy_mismatch',
    'backend_protocol_mismatch',
    'proxy_protocol_mismatch',
    'response_header_too_large',
    'endpoints_silent',
    'endpoints_unreachable',
    'nothing_listens',
  ],
  look: ({ namespace }) => `kubectl describe gateways,httproutes,grpcroutes -n ${namespace}`,
}

/**
 * The meaning of each status that a Gateway answers by itself: 404 where no rule takes the request, 500 where the backend
 * of the rule cannot be resolved, 503 where it has no endpoint (HTTPRouteRule.backendRefs, GEP-1742 for 504).
 *
 * @see https://gateway-api.sigs.k8s.io/reference/spec
 */
const ANSWERS: readonly Answer[] = [
  {
    status: 404,
    code: 'gateway_does_not_route',
    title: 'The Gateway has no route for it',
    detail:
      'It answers 404, and the application answers otherwise when it is asked directly. Either its data plane does not have the rule yet, or its controller has left it out; or a filter rewrites the path, and the application does not know the one that it is asked for.',
    fix: 'See what the controller says of the route in its status, and read its log.',
  },
  {
    status: 500,
    code: 'gateway_backend_unresolved',
    title: 'The Gateway cannot resolve the backend',
    detail:
      'It answers 500, as the specification wants it where a backend is not there, may not be referred to, or has no weight, and the application answers otherwise when it is asked directly.',
    fix: 'See the condition ResolvedRefs in the status of the route; the Service, its port or a ReferenceGrant may be newer than what the controller has seen.',
  },
  {
    status: 502,
    code: 'gateway_backend_refuses',
    title: 'The Gateway reaches the endpoints, and they do not answer it as it expects',
    detail:
      'It answers 502: the pod refused or cut the connection, most often because one side speaks TLS and the other does not, or HTTP/2 and the other HTTP/1.1.',
    fix: 'Tell the Gateway what the pods speak: a BackendTLSPolicy for TLS, appProtocol kubernetes.io/h2c for HTTP/2.',
  },
  {
    status: 503,
    code: 'gateway_has_no_backend',
    title: 'The Gateway has no endpoint for it',
    detail:
      'It answers 503 although the Service answers directly: it has not heard of the endpoints yet, has taken them out by checks of its own, or cannot connect to them.',
    fix: 'See which endpoints its data plane has, and whether a NetworkPolicy lets its namespace in.',
  },
  {
    status: 504,
    waits: true,
    code: 'gateway_backend_silent',
    title: 'The Gateway gets no answer from the endpoints',
    detail:
      'It answers 504, or nothing in the time of a try, while the prober is answered directly: most likely a NetworkPolicy keeps the namespace of its data plane out, or the application is slower than the timeouts of the rule.',
    fix: 'Let the namespace of the data plane in, or raise the timeouts of the rule.',
  },
]

export const gatewayAnswers: readonly Rule[] = answersOf(GATEWAY, ANSWERS)

/** No way through a Gateway gets a connection. */
export const gatewayUnreachable: Rule = unreachableRule(GATEWAY, {
  code: 'gateway_unreachable',
  unless: [],
  fix: 'See that the data plane of the Gateway runs and that the Service before it has endpoints; give its address in addresses.ingressController if the status is wrong.',
  look: 'kubectl get gateways,services,pods -A -l gateway.networking.k8s.io/gateway-name',
})
