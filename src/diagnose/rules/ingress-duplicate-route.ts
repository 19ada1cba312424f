import { comesFrom } from '../../plan/because.ts'
import { competitors, winners } from '../../plan/ingress-competition.ts'
import { encodePath, isSameRoute, type Route, routeField, routeRef, sendsToHttps } from '../../plan/ingress-rules.ts'
import { quoted } from '../commands.ts'
import type { Cause, Rule } from '../rule.ts'
import { OTHER_BACKEND } from '../shows.ts'
import { unsure } from '../unseen.ts'

/** ingress-nginx shares a route with a canary on purpose, by weight, header or cookie. */
const isCanary = ({ ingress }: Route): boolean =>
  ingress.meta.annotations['nginx.ingress.kubernetes.io/canary'] === 'true'

export const ingressDuplicateRoute: Rule = {
  code: 'ingress_duplicate_route',
  layer: 'ingress',
  showsAs: OTHER_BACKEND,
  when({ routes, index, namespace, pathsOf }) {
    return routes.flatMap((route) => {
      const { path } = route
      if (path === null || isCanary(route)) {
        return []
      }
      const rivals = winners(competitors(index, route), encodePath(path)).filter(
        (other) =>
          !isSameRoute(other, route) &&
          !isCanary(other) &&
          !sendsToHttps(other) &&
          other.path === path &&
          other.pathType === route.pathType &&
          other.backend.service?.name !== route.backend.service?.name,
      )
      const [rival] = rivals
      if (rival === undefined) {
        return []
      }
      const cause: Cause = {
        confidence: 'certain',
        title: `${route.host ?? 'Every host'}${path} is claimed twice`,
        detail: `${routeRef(route)} sends it to this Service, ${routeRef(rival)} to ${rival.backend.service?.name ?? 'a resource'}. Which one wins is up to the controller (ingress-nginx: the older Ingress).`,
        fix: 'Leave one of the two, or tell them apart by host or path.',
        confirm: `kubectl get ingress -A | grep -F ${quoted(route.host ?? '*')}`,
        evidence: [route, rival].map((each) => ({
          object: `Ingress/${each.ingress.meta.name}`,
          field: each.field,
          value: {
            namespace: each.ingress.meta.namespace ?? namespace,
            host: each.host,
            path: each.path,
            service: each.backend.service?.name ?? null,
          },
        })),
        explains: pathsOf(['Ingress'], ({ because }) => comesFrom(because, routeField(route))),
      }
      // Another one, of more weight, may take the path from both.
      return [unsure(cause, index.unread('ingresses', null))]
    })
  },
}
