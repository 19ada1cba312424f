/** Faults of an Ingress: the Service answers directly, and not through the controller. */

import { ownAnswerOf } from '../../check/fingerprints.ts'
import { requestOn } from '../commands.ts'
import { list } from '../phrases.ts'
import type { Rule } from '../rule.ts'
import {
  addressOf,
  allFail,
  badShare,
  failing,
  hasNoConnection,
  idsOf,
  isDirect,
  isHanging,
  isOwedTo,
  passing,
  type SeenPath,
  type SeenPort,
  triesOf,
  urlsOf,
} from '../seen.ts'
import { isOfRoute } from './named.ts'

const DIRECT = ['ClusterIP', 'Endpoint', 'NodePort', 'DNS', 'LoadBalancer'] as const
const directOf = (port: SeenPort): readonly SeenPath[] => DIRECT.flatMap((kind) => port.of(kind))

type Answer = {
  status: number
  /** The controller may take longer to find out than the prober waits. */
  waits?: boolean
  code: string
  title: string
  detail: string
  fix: string
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

/** Whose own answer it is, where that is known by its text. */
function whoseAnswer(paths: readonly SeenPath[]): string {
  const by = new Set(paths.flatMap(({ result }) => (result?.http ? (ownAnswerOf(result.http)?.by ?? []) : [])))
  return by.size === 0 ? '' : ` By its text the answer is that of ${list([...by])}.`
}

/** Answers of the controller itself. When the direct ways fail as well, the cause is behind it, and other rules tell it. */
const answers = ({ status, waits = false, code, ...said }: Answer): Rule => ({
  code,
  layer: 'ingress',
  warnings: ['ingresses'],
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
  after: ({ ports }, { namespace }) =>
    ports.flatMap((port) => {
      const bad = failing(port.routed).filter(
        (each) =>
          ((each.code === 'unexpected_status' && each.result?.http?.status === status) ||
            (waits && isHanging(each) && each.code !== 'tls_timeout')) &&
          !each.unsteady &&
          !isOwedTo(each, badShare(port)),
      )
      const direct = directOf(port)
      if (bad.length === 0 || (direct.length > 0 && passing(direct).length === 0)) {
        return []
      }
      return [
        {
          confidence: direct.length === 0 ? ('possible' as const) : ('likely' as const),
          ...said,
          detail: `${urlsOf(bad)}: ${said.detail}${whoseAnswer(bad)}`,
          confirm: `${requestOn(bad[0])}; kubectl describe ingress -n ${namespace}`,
          evidence: [...triesOf(bad), ...triesOf(passing(direct)).slice(0, 1)],
          explains: idsOf(bad),
        },
      ]
    }),
})

export const ingressAnswers: readonly Rule[] = ANSWERS.map(answers)

/** No rule of the Ingress gets an answer from its controller. */
export const ingressControllerUnreachable: Rule = {
  code: 'ingress_controller_unreachable',
  layer: 'ingress',
  warnings: ['ingresses'],
  unless: ['ingress_address_cluster_internal'],
  after: ({ all, ports }) => {
    const through = all.filter((each) => !isDirect(each))
    // Before its own handshake has ended a controller asks no pod for anything.
    const hangs = through.some(({ code }) => code === 'tls_timeout')
    if (!allFail(through, (each) => hasNoConnection(each) || (hangs && isHanging(each)))) {
      return []
    }
    const direct = ports.flatMap(directOf)
    if (direct.length > 0 && passing(direct).length === 0) {
      return []
    }
    const addresses = [...new Set(through.map(addressOf))]
    return [
      {
        confidence: direct.length === 0 ? 'possible' : 'likely',
        title: hangs ? 'The Ingress controller does not answer' : 'The Ingress controller cannot be reached',
        detail: `${list(addresses)} ${addresses.length === 1 ? 'does' : 'do'} not ${hangs ? 'end a TLS handshake' : 'accept connections'} (${list([...new Set(through.map(({ code }) => code ?? ''))])}). Every host behind it is down, or the address is not, or no longer, the controller's.`,
        fix: 'See that the controller runs and that the Service before it has endpoints; give its address in addresses.ingressController if the status is wrong.',
        confirm: `${requestOn(through[0])}; kubectl get pods,services -A -l app.kubernetes.io/component=controller`,
        evidence: triesOf(through),
        explains: idsOf(through),
      },
    ]
  },
}

/** The name leads clients outside elsewhere than to the controller. */
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
      const found = telling?.dns?.answers ?? []
      return [
        {
          confidence: 'possible' as const,
          title:
            found.length === 0
              ? `${name} does not resolve from here`
              : `${name} resolves to ${list(found, 3)}, not to the controller`,
          detail: `${skipped.detail}. The objects have the controller at ${list(values ?? [], 3) || 'an unknown address'}. A proxy or CDN before it looks the same; else clients that use the name do not get here.`,
          fix: 'Point the DNS record of the host to the controller (external-dns does it by the status of the Ingress).',
          confirm: `nslookup ${name}`,
          evidence: [{ path: path.id, result: telling?.id ?? null }],
          explains: [],
        },
      ]
    }),
}
