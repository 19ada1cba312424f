/**
 * Why routes of the Gateway API that name the Service do not lead to it, one finding for each kind of reason. The reasons
 * are those by which paths are planned; here is only what they mean to people.
 *
 * @module
 */
import { refOf } from '../../kube/objects.ts'
import type { Refusal, RefusalCode } from '../../plan/gateway/types.ts'
import type { Facts } from '../facts.ts'
import type { Evidence } from '../finding.ts'
import { list } from '../phrases.ts'
import type { RefusedRoute } from '../refused-routes.ts'
import type { Cause, Rule } from '../rule.ts'

type Said = {
  code: string
  of: readonly RefusalCode[]
  /** Completes the title, after the name of the route. */
  title: string
  /** The consequence for clients. */
  detail: string
  fix: string
  /** A person should look at this. */
  look: 'route' | 'gateway' | 'class' | 'grants' | 'service'
  /** The confidence, of a cluster and of manifests, which may lack an object that a cluster has. Default: `certain`. */
  confidence?: Cause['confidence']
  ofManifests?: Cause['confidence']
  /** Manifests say nothing of it unless this holds. */
  filesNeed?: (facts: Facts) => boolean
}

const REFUSED: readonly Said[] = [
  {
    code: 'gateway_class_missing',
    of: ['class_missing'],
    title: 'is on a Gateway whose class does not exist',
    detail: 'No controller takes that Gateway up, so nothing is served at it.',
    fix: 'Name one of the classes that are there in spec.gatewayClassName of the Gateway, or install the controller that brings it.',
    look: 'class',
  },
  {
    code: 'gateway_class_without_controller',
    of: ['class_without_controller', 'class_not_accepted'],
    title: 'is on a Gateway whose class no controller serves',
    detail: 'Nothing is served at Gateways of that class.',
    fix: 'See that the controller of the class runs, and that spec.controllerName of the class is its own name.',
    look: 'class',
  },
  {
    code: 'gateway_missing',
    of: ['gateway_missing', 'listener_set_missing'],
    title: 'names a Gateway that does not exist',
    detail: 'The route is attached to nothing there. A parentRef without a namespace means that of the route.',
    fix: 'Name the Gateway in spec.parentRefs as it is called, with its namespace.',
    look: 'route',
    ofManifests: 'likely',
    // A shared Gateway is seldom among the files of an application.
    filesNeed: ({ index }) => index.objects.gateways.length > 0,
  },
  {
    code: 'gateway_not_programmed',
    of: ['gateway_not_accepted', 'gateway_not_programmed'],
    title: 'is on a Gateway that its controller does not serve',
    detail: 'Nothing is served at any of its listeners.',
    fix: 'Fix what the message of the condition names.',
    look: 'gateway',
  },
  {
    code: 'listener_set_not_allowed',
    of: ['listener_set_not_allowed', 'listener_set_not_accepted'],
    title: 'is on a ListenerSet that its Gateway does not take',
    detail: 'The listeners of the set are not merged into the Gateway, so that nothing is served at them.',
    fix: 'Let the namespace of the set in by spec.allowedListeners of the Gateway, or attach the route to the Gateway itself.',
    look: 'gateway',
  },
  {
    code: 'listener_conflict',
    of: ['listener_conflict'],
    title: 'is on a listener that is in conflict with another',
    detail: 'A listener in conflict serves nothing.',
    fix: 'Give each listener its own hostname or port, or leave one of them.',
    look: 'gateway',
  },
  {
    code: 'listener_certificate_missing',
    of: ['listener_certificate'],
    title: 'is on a listener without a valid certificate',
    detail: 'A listener that cannot end TLS serves nothing.',
    fix: 'Make the Secret that certificateRefs names, or allow the reference by a ReferenceGrant in its namespace.',
    look: 'gateway',
  },
  {
    code: 'listener_not_programmed',
    of: ['listener_not_accepted', 'listener_not_programmed'],
    title: 'is on a listener that its controller does not serve',
    detail: 'Nothing is served at it.',
    fix: 'Fix what the message of the condition names; the log of the controller says more.',
    look: 'gateway',
  },
  {
    code: 'route_without_parent',
    of: ['no_parent'],
    title: 'is attached to no Gateway',
    detail: 'No Gateway takes a route that names none.',
    fix: 'Name the Gateway in spec.parentRefs.',
    look: 'route',
  },
  {
    code: 'route_listener_missing',
    of: ['no_matching_listener'],
    title: 'asks for a listener that its Gateway does not have',
    detail: 'The route is attached to nothing there.',
    fix: 'Name a listener that is there, or leave sectionName and port out of the parentRef.',
    look: 'gateway',
  },
  {
    code: 'route_kind_not_allowed',
    of: ['kind_not_allowed'],
    title: 'is of a kind that the listener does not take',
    detail: 'The route is attached to nothing there.',
    fix: 'Attach it to a listener of its protocol, or add its kind to allowedRoutes.kinds.',
    look: 'gateway',
  },
  {
    code: 'route_namespace_not_allowed',
    of: ['namespace_not_allowed'],
    title: 'is in a namespace that the listener does not let in',
    detail:
      'The route is attached to nothing there. By default a listener takes routes of the namespace of its Gateway alone.',
    fix: 'Let the namespace in by allowedRoutes.namespaces of the listener, or move the route.',
    look: 'gateway',
  },
  {
    code: 'route_hostname_mismatch',
    of: ['no_matching_hostname'],
    title: 'has no hostname that the listener serves',
    detail: 'The route is attached to nothing there. A wildcard stands for one label or more, never for none.',
    fix: 'Correct the hostnames of the route, or add a listener for them.',
    look: 'gateway',
  },
  {
    code: 'route_listener_isolated',
    of: ['listener_isolated'],
    title: 'is on a listener whose host a more specific one takes',
    detail: 'Requests to that host get to the other listener, where the route is not attached.',
    fix: 'If these hosts are to get to it, attach the route to the more specific listener as well.',
    look: 'gateway',
    // Often it is meant so: one route is written for the rest.
    confidence: 'possible',
  },
  {
    code: 'route_not_accepted',
    of: ['not_accepted'],
    title: 'is not accepted by the controller',
    detail: 'The Gateway serves nothing of it.',
    fix: 'Fix what the message of the condition names.',
    look: 'route',
  },
  {
    code: 'route_reference_not_granted',
    of: ['reference_not_granted'],
    title: 'refers to the Service from another namespace, and no ReferenceGrant allows it',
    detail: 'The Gateway answers 500 in place of the Service.',
    fix: 'Add a ReferenceGrant in the namespace of the Service, or move the route there.',
    look: 'grants',
    ofManifests: 'likely',
  },
  {
    code: 'route_backend_port_missing',
    of: ['backend_port_missing'],
    title: 'sends to a port that the Service does not have',
    detail: 'The Gateway answers 500 for it. Backends name the port of a Service by its number, never its targetPort.',
    fix: 'Name one of the ports of the Service in backendRefs.',
    look: 'service',
  },
  {
    code: 'route_shadowed',
    of: ['route_shadowed'],
    title: 'has rules whose every request another rule gets',
    detail: 'No request gets to the Service by them.',
    fix: 'Tell the two apart by host, path, method or header, or take one of them away.',
    look: 'route',
  },
  {
    code: 'route_backend_weight_zero',
    of: ['backend_weight_zero'],
    title: 'gives the Service no share of its requests',
    detail: 'That is as it should be while a canary or an old version is switched off.',
    fix: 'If requests are to get there, give the backend a weight above 0.',
    look: 'route',
    confidence: 'possible',
  },
]

const command = ({ route }: RefusedRoute, { namespace }: Facts, look: Said['look']): string => {
  const own = route.meta.namespace ?? namespace
  const describeRoute = `kubectl describe -n ${own} ${route.kind.toLowerCase()} ${route.meta.name}`
  switch (look) {
    case 'class':
      return 'kubectl get gatewayclasses; kubectl get gateways -A'
    case 'grants':
      return `kubectl get referencegrants -n ${namespace} -o yaml; ${describeRoute}`
    case 'service':
      return `${describeRoute}; kubectl get services -n ${namespace}`
    case 'gateway':
      return `kubectl get gateways -A; ${describeRoute}`
    default:
      return describeRoute
  }
}

/** Fields of which no value is told are shown with what they lead to. */
const evidenceOf = ({ because, reason }: Refusal): Evidence[] =>
  because.flatMap(({ ref, field, says }) =>
    ref === null || field === null ? [] : [{ object: ref, field, value: says?.replace(/^=/, '') ?? reason }],
  )

/** Tells whether a refusal rests on objects that were all read: one that was not might say otherwise. */
const isSeen = ({ refusal }: RefusedRoute): boolean => !refusal.because.some(({ unread }) => unread === true)

const ruleFor = ({ confidence = 'certain', ofManifests = confidence, code, of, ...said }: Said): Rule => ({
  code,
  layer: 'gateway',
  when(facts) {
    const isOfFiles = facts.index.source === 'manifests'
    const refused = facts.gatewayRoutes().refused.filter((each) => of.includes(each.refusal.code) && isSeen(each))
    const [first] = refused
    if (first === undefined || (isOfFiles && said.filesNeed?.(facts) === false)) {
      return []
    }
    const routes = [...new Set(refused.map(({ route }) => refOf(route)))]
    const reasons = [...new Set(refused.map(({ refusal }) => refusal.reason))]
    return [
      {
        confidence: isOfFiles ? ofManifests : confidence,
        title: `${list(routes, 2)} ${said.title}`,
        detail: `${list(reasons, 3)}. ${said.detail}`,
        fix: said.fix,
        confirm: command(first, facts, said.look),
        evidence: refused.flatMap(({ refusal }) => evidenceOf(refusal)).slice(0, 6),
        explains: [],
      },
    ]
  },
})

export const gatewayRefusals: readonly Rule[] = REFUSED.map(ruleFor)
