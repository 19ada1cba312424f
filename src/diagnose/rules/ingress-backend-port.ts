import { refOf } from '../../kube/objects.ts'
import { nearMiss } from '../../lib/near.ts'
import { comesFrom } from '../../plan/because.ts'
import { backendPort, unlistedPort } from '../../plan/ingress-ports.ts'
import { type Route, routeField } from '../../plan/ingress-rules.ts'
import type { Facts } from '../facts.ts'
import { list } from '../phrases.ts'
import type { Cause, Rule } from '../rule.ts'
import { NO_ROUTED_PORT } from '../shows.ts'

type Wrong = { route: Route; ref: number | string | null; isTarget: boolean }

/** Routes to the Service whose port is none of its ports. */
function wrongPorts({ service, routes }: Facts): Wrong[] {
  return routes.flatMap((route) => {
    const ref = route.backend.service?.port ?? null
    if ((backendPort(service, ref) ?? unlistedPort(service, ref)) !== null) {
      return []
    }
    return [{ route, ref, isTarget: service.ports.some(({ targetPort }) => targetPort === ref) }]
  })
}

function causeOf(
  { service, ref: serviceRef, namespace, pathsOf }: Facts,
  { route, ref }: Wrong,
  said: Pick<Cause, 'confidence' | 'title' | 'detail'>,
): Cause {
  const { ingress } = route
  const ports = service.ports.map(({ name, port }) => (name === null ? String(port) : `${name} (${port})`))
  const near =
    typeof ref === 'string'
      ? nearMiss(
          ref,
          service.ports.flatMap(({ name }) => name ?? []),
        )
      : null
  return {
    ...said,
    fix: `Name ${near === null ? `one of its ports: ${list(ports)}` : `port ${near}`} in the backend of ${refOf(ingress)}.`,
    confirm: `kubectl describe ingress -n ${namespace} ${ingress.meta.name}`,
    evidence: [
      { object: refOf(ingress), field: `${route.field}.backend`, value: route.backend.service },
      {
        object: serviceRef,
        field: 'spec.ports',
        value: service.ports.map(({ name, port, targetPort }) => ({ name, port, targetPort })),
      },
    ],
    explains: pathsOf(['Ingress'], ({ because }) => comesFrom(because, routeField(route))),
  }
}

export const ingressBackendPortMissing: Rule = {
  code: 'ingress_backend_port_missing',
  layer: 'ingress',
  belied: { by: ['Ingress'], leaves: 'nothing' },
  showsAs: NO_ROUTED_PORT,
  when(facts) {
    return wrongPorts(facts)
      .filter(({ isTarget }) => !isTarget)
      .map((wrong) =>
        causeOf(facts, wrong, {
          confidence: 'certain',
          title: `${refOf(wrong.route.ingress)} sends to port ${wrong.ref ?? '(none)'}, which the Service does not have`,
          detail: 'Controllers then have no backend: ingress-nginx answers 503, Traefik 404.',
        }),
      )
  },
}

/** ingress-nginx also takes the targetPort, so that such a manifest works there and nowhere else. */
export const ingressBackendIsTargetPort: Rule = {
  code: 'ingress_backend_is_target_port',
  layer: 'ingress',
  belied: { by: ['Ingress'], leaves: 'nothing' },
  showsAs: NO_ROUTED_PORT,
  when(facts) {
    return wrongPorts(facts)
      .filter(({ isTarget }) => isTarget)
      .map((wrong) =>
        causeOf(facts, wrong, {
          confidence: 'likely',
          title: `${refOf(wrong.route.ingress)} sends to ${wrong.ref}, which is the targetPort and not a port of the Service`,
          detail:
            'A backend names a port of the Service. ingress-nginx takes the targetPort nevertheless; other controllers answer 404 or 503.',
        }),
      )
  },
}
