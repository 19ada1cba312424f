/** Faults of an Ingress: the Service answers directly, and not through the controller. */

import { list } from '../phrases.ts'
import { routerOn } from '../routers.ts'
import type { Rule } from '../rule.ts'
import { isOfRoute } from './named.ts'
import { type Answer, answersOf, type Router, unreachableRule } from './routed.ts'

const CONTROLLER: Router = {
  router: 'ingress-controller',
  layer: 'ingress',
  warnings: ['ingresses'],
  name: 'The Ingress controller',
  unless: [
    'ingress_backend_port_missing',
    'ingress_backend_is_target_port',
    'ingress_class_missing',
    'backend_protocol_mismatch',
    'proxy_protocol_mismatch',
    'response_header_too_large',
    'endpoints_silent',
    'endpoints_unreachable',
    'nothing_listens',
  ],
  look: ({ namespace }) => `kubectl describe ingress -n ${namespace}`,
}

/** The meaning of each status that a controller answers by itself (ingress-nginx, Traefik, Contour, HAProxy). */
const ANSWERS: readonly Answer[] = [
  {
    status: 404,
    code: 'ingress_does_not_route',
    title: 'The controller has no route for it',
    detail:
      'It answers 404, and the application answers otherwise when it is asked directly. Either it does not serve the class of the Ingress, or its rules for the host and path are not those of the objects; Traefik answers so also when the backend is missing. Or it rewrites the path (rewrite-target), and the application does not know the one that it is asked for.',
    fix: 'See that ingressClassName is the class of this controller, and read its log for why it left the rule out.',
  },
  {
    status: 502,
    code: 'ingress_backend_refuses',
    title: 'The controller reaches the endpoints, and they do not answer it as it expects',
    detail:
      'It answers 502: the pod refused or cut the connection, most often because it speaks HTTPS and the controller HTTP, or the reverse.',
    fix: 'Tell the controller the protocol of the backend (ingress-nginx: backend-protocol), or point the rule to the right port.',
  },
  {
    status: 503,
    code: 'ingress_has_no_backend',
    title: 'The controller has no endpoint for it',
    detail:
      'It answers 503 although the Service answers directly: the rule names a port or Service that the controller does not find, or it has not heard of the endpoints yet.',
    fix: 'See that the backend names a port of the Service; read the log of the controller.',
  },
  {
    status: 504,
    waits: true,
    code: 'ingress_backend_silent',
    title: 'The controller gets no answer from the endpoints',
    detail:
      'It answers 504, or nothing in the time of a try, while the prober is answered directly: most likely a NetworkPolicy keeps the namespace of the controller out, or the application is slower than the controller waits.',
    fix: 'Let the namespace of the controller in, or raise its timeouts.',
  },
]

export const ingressAnswers: readonly Rule[] = answersOf(CONTROLLER, ANSWERS)

/** No rule of the Ingress gets an answer from its controller. */
export const ingressControllerUnreachable: Rule = unreachableRule(CONTROLLER, {
  code: 'ingress_controller_unreachable',
  unless: ['ingress_address_cluster_internal'],
  fix: 'See that the controller runs and that the Service before it has endpoints; give its address in addresses.ingressController if the status is wrong.',
  look: 'kubectl get pods,services -A -l app.kubernetes.io/component=controller',
})

/** The name leads clients outside elsewhere than to the router. */
export const ingressHostDnsDiffers: Rule = {
  code: 'ingress_host_dns_differs',
  layer: 'dns',
  after: ({ tested }) =>
    tested.flatMap((each) => {
      const { path, skipped, telling } = each
      // The names of a Service are not promised either where they stand for an IP address
      if (path.dns?.how !== 'lookup' || skipped?.reason !== 'not_expected' || !isOfRoute(each)) {
        return []
      }
      const { name, values } = path.dns
      const router = routerOn([each])
      const found = telling?.dns?.answers ?? []
      return [
        {
          confidence: 'possible' as const,
          title:
            found.length === 0
              ? `${name} does not resolve from here`
              : `${name} resolves to ${list(found, 3)}, not to ${router.short}`,
          detail: `${skipped.detail}. The objects have ${router.short} at ${list(values ?? [], 3) || 'an unknown address'}. A proxy or CDN in front of it looks the same; otherwise clients that use the name do not get here.`,
          fix: `Point the DNS record of the host to ${router.short} (external-dns does it by the status of the Ingress or the Gateway).`,
          confirm: `nslookup ${name}`,
          evidence: [{ path: path.id, result: telling?.id ?? null }],
          explains: [],
        },
      ]
    }),
}
