import type { GatewayRoute, RouteBackend } from '../../kube/gateway-objects.ts'
import { refOf } from '../../kube/objects.ts'
import { nearMiss } from '../../lib/near.ts'
import { backendOf, ruleField } from '../../plan/gateway/backends.ts'
import type { Facts } from '../facts.ts'
import type { Cause, Rule } from '../rule.ts'

type Named = { route: GatewayRoute; backend: RouteBackend; field: string }

const backendsOf = (route: GatewayRoute): readonly Named[] =>
  route.rules.flatMap(({ backends }, ruleAt) =>
    backends
      .filter(({ group, kind }) => group === '' && kind === 'Service')
      .map((backend) => ({
        route,
        backend,
        field: `${ruleField(route, ruleAt).field}.backendRefs[${backends.indexOf(backend)}]`,
      })),
  )

/** Routes of the namespace that name, by a slip, a Service that is not there, where none names this one. */
function slips({ index, service, namespace, gatewayRoutes }: Facts): readonly Named[] {
  if (gatewayRoutes().all.length > 0 || index.unread('gatewayRoutes', namespace) !== null) {
    return []
  }
  return index.objects.gatewayRoutes
    .flatMap(backendsOf)
    .filter(
      ({ route, backend }) =>
        (backend.namespace ?? route.meta.namespace ?? namespace) === namespace &&
        index.servicesAt(namespace, backend.name).length === 0 &&
        nearMiss(backend.name, [service.meta.name]) !== null &&
        index.unread('services', namespace) === null,
    )
}

/** Backends that share the requests of a rule with this Service, and are not there. */
function siblings({ index, service, gatewayRoutes }: Facts): readonly Named[] {
  const { world, all } = gatewayRoutes()
  return all.flatMap(backendsOf).filter(({ route, backend, field }) => {
    const where = backend.namespace ?? route.meta.namespace ?? world.home
    if (backend.name === service.meta.name && where === world.home) {
      return false
    }
    const [found] = index.servicesAt(where, backend.name)
    const { refused } = backendOf(world, route, backend, { ref: refOf(route), field }, found ?? null)
    return refused?.code === 'backend_missing'
  })
}

const causeOf = (
  { namespace }: Facts,
  { route, backend, field }: Named,
  said: Pick<Cause, 'confidence' | 'detail'>,
) => ({
  ...said,
  title: `${refOf(route)} names Service ${backend.name}, which is not there`,
  fix: `Name the Service as it is called in ${field} of ${refOf(route)}, or take the backend out.`,
  confirm: `kubectl get services -n ${backend.namespace ?? route.meta.namespace ?? namespace}`,
  evidence: [{ object: refOf(route), field, value: backend.name }],
  explains: [],
})

export const routeBackendMissing: Rule = {
  code: 'route_backend_missing',
  layer: 'gateway',
  when: (facts) => [
    ...slips(facts).map((named) =>
      causeOf(facts, named, {
        confidence: 'likely',
        detail: `Is ${facts.service.meta.name} meant? The Gateway answers 500 for a backend that is not there.`,
      }),
    ),
    ...siblings(facts).map((named) =>
      causeOf(facts, named, {
        confidence: 'certain',
        detail: `It shares the requests of a rule with ${facts.ref}: the Gateway answers its share of them with 500.`,
      }),
    ),
  ],
}
