/** Compares what controllers say in the status of a route with the objects. */
import type { GatewayRoute, ObservedCondition } from '../../kube/gateway-objects.ts'
import { refOf } from '../../kube/objects.ts'
import { comesFrom } from '../../plan/because.ts'
import { parentByObjects, statusOf } from '../../plan/gateway/attach.ts'
import { backendOf, ruleField } from '../../plan/gateway/backends.ts'
import { conditionField, conditionOf, conditionText } from '../../plan/gateway/conditions.ts'
import type { Refusal, RefusalCode, RouteParent, World } from '../../plan/gateway/types.ts'
import type { Facts } from '../facts.ts'
import { list } from '../phrases.ts'
import type { Cause, Rule } from '../rule.ts'
import { NO_ROUTED_PORT } from '../shows.ts'

/** Reasons of Accepted=False that follow from the objects alone (RouteConditionReason). */
const BY_OBJECTS: ReadonlySet<string> = new Set([
  'NotAllowedByListeners',
  'NoMatchingListenerHostname',
  'NoMatchingParent',
])
/** The same of ResolvedRefs=False. */
const BY_REFERENCES: ReadonlySet<string> = new Set(['RefNotPermitted', 'BackendNotFound'])

/** Refusals that follow from the spec of the route and its Gateway, so that Accepted=True denies them. */
const DENIED: ReadonlySet<RefusalCode> = new Set([
  'no_matching_listener',
  'kind_not_allowed',
  'namespace_not_allowed',
  'no_matching_hostname',
])

type Told = { route: GatewayRoute; parent: RouteParent; at: number; condition: ObservedCondition }

/** A condition of the routes as they are now, one for each parent whose Gateway is known. */
function told(facts: Facts, type: string): readonly Told[] {
  const { world, parents } = facts.gatewayRoutes()
  return parents.flatMap((parent): Told[] => {
    const { route, ref, gateway } = parent
    const own = gateway === null ? null : statusOf(world, route, ref, gateway)
    const condition = conditionOf(own?.status?.conditions, type, route.meta.generation)
    return own === null || condition === null ? [] : [{ route, parent, at: own.at, condition }]
  })
}

const isUncertain = ({ because }: Pick<Refusal, 'because'>): boolean =>
  because.some(({ doubt, unread }) => doubt !== undefined || unread === true)

/** Reasons why the backends of a route get nothing, by the objects; `null`: not all of them are known. */
function backendRefusals(world: World, route: GatewayRoute): readonly Refusal[] | null {
  const all = route.rules.flatMap(({ backends }, ruleAt) =>
    backends.map((backend, at) => {
      const where = backend.namespace ?? route.meta.namespace ?? world.home
      const [service] = world.index.servicesAt(where, backend.name)
      const { field } = ruleField(route, ruleAt)
      const of = backendOf(
        world,
        route,
        backend,
        { ref: refOf(route), field: `${field}.backendRefs[${at}]` },
        service ?? null,
      )
      const isKnown =
        backend.kind === 'Service' && backend.group === '' && (service !== undefined || of.refused !== null)
      return isKnown && of.because.length === 0 ? of : null
    }),
  )
  return all.includes(null) ? null : all.flatMap((each) => each?.refused ?? [])
}

function contradictionsOf(facts: Facts): readonly (Told & { against: string })[] {
  const { world } = facts.gatewayRoutes()
  const accepted = told(facts, 'Accepted').flatMap((each) => {
    const { refused, attachments } = parentByObjects(world, each.parent)
    const isSure = attachments.every((attachment) => !isUncertain(attachment))
    if (
      each.condition.status === 'False' &&
      BY_OBJECTS.has(each.condition.reason ?? '') &&
      refused === null &&
      isSure
    ) {
      return [{ ...each, against: 'by the objects a listener takes it' }]
    }
    const isDenied = each.condition.status === 'True' && refused !== null && DENIED.has(refused.code)
    return isDenied && !isUncertain(refused) ? [{ ...each, against: refused.reason }] : []
  })
  const resolved = told(facts, 'ResolvedRefs').flatMap((each) => {
    const refusals = backendRefusals(world, each.route)?.filter(({ code }) => code !== 'backend_weight_zero')
    if (refusals === undefined) {
      return []
    }
    if (each.condition.status === 'False') {
      const isDenied = BY_REFERENCES.has(each.condition.reason ?? '') && refusals.length === 0
      return isDenied
        ? [{ ...each, against: 'by the objects each of its backends is there and may be referred to' }]
        : []
    }
    const [first] = refusals
    return each.condition.status === 'True' && first !== undefined ? [{ ...each, against: first.reason }] : []
  })
  return [...accepted, ...resolved]
}

const describe = ({ route }: Told, { namespace }: Facts): string =>
  `kubectl describe -n ${route.meta.namespace ?? namespace} ${route.kind.toLowerCase()} ${route.meta.name}`

const evidenceOf = ({ route, at, condition }: Told): Cause['evidence'] => [
  {
    object: refOf(route),
    field: conditionField(refOf(route), `status.parents[${at}]`, condition).field,
    value: { status: condition.status, reason: condition.reason },
  },
]

export const routeStatusContradicts: Rule = {
  code: 'route_status_contradicts',
  layer: 'gateway',
  when(facts) {
    const found = contradictionsOf(facts)
    const [first] = found
    if (first === undefined) {
      return []
    }
    const said = found.map(
      ({ route, condition, against }) =>
        `${refOf(route)} has ${condition.type}=${condition.status} (${conditionText(condition)}), yet ${against}`,
    )
    return [
      {
        // Other objects than the route may have changed a moment ago, which its generation does not show.
        confidence: facts.index.source === 'manifests' ? ('possible' as const) : ('likely' as const),
        title: `The status of ${list([...new Set(found.map(({ route }) => refOf(route)))], 2)} is not what the objects say`,
        detail: `${list(said, 3)}. The controller has not seen the objects as they are, or does not follow the specification.`,
        fix: 'Read all of them again. If it stays so, read the log of the controller.',
        confirm: describe(first, facts),
        evidence: found.flatMap(evidenceOf).slice(0, 6),
        explains: [],
      },
    ]
  },
}

/** The controller could not resolve a reference of the route: it answers 500 for what needs it. */
export const routeReferencesUnresolved: Rule = {
  code: 'route_references_unresolved',
  layer: 'gateway',
  showsAs: NO_ROUTED_PORT,
  when: (facts) =>
    told(facts, 'ResolvedRefs')
      .filter(({ condition }) => condition.status === 'False')
      .map((each) => ({
        confidence: 'likely' as const,
        title: `${refOf(each.route)} has a reference that its controller cannot resolve`,
        detail: `It says: ${conditionText(each.condition)}. A rule whose backend or filter cannot be resolved is answered with 500; others of the same route may work.`,
        fix: 'Fix what the message names: a Service, its port, a ReferenceGrant, or the object that a filter refers to.',
        confirm: describe(each, facts),
        evidence: evidenceOf(each),
        explains: facts.plan.paths
          .filter(({ because }) => each.route.rules.some((_, at) => comesFrom(because, ruleField(each.route, at))))
          .map(({ id }) => id),
      })),
}
