import { refOf } from '../../kube/objects.ts'
import { nearMiss } from '../../lib/near.ts'
import { comesFrom } from '../../plan/because.ts'
import { classOf } from '../../plan/controllers/table.ts'
import { routeField } from '../../plan/ingress-rules.ts'
import { list } from '../phrases.ts'
import type { Rule } from '../rule.ts'
import { NO_ROUTE } from '../shows.ts'

/** Classes that GKE's controller serves without an IngressClass object. */
const WITHOUT_OBJECT = new Set(['gce', 'gce-internal'])

export const ingressClassMissing: Rule = {
  code: 'ingress_class_missing',
  layer: 'ingress',
  showsAs: NO_ROUTE,
  when({ ingresses, routes, index, pathsOf }) {
    const { ingressClasses } = index
    if (ingressClasses.length === 0) {
      return []
    }
    const known = ingressClasses.map(({ meta }) => meta.name)
    return ingresses.flatMap((ingress) => {
      const name = classOf(ingress)
      const hasAddress = ingress.loadBalancerIngress.length > 0
      if (name === null && (hasAddress || ingressClasses.some(({ isDefault }) => isDefault))) {
        return []
      }
      if (name !== null && (known.includes(name) || WITHOUT_OBJECT.has(name))) {
        return []
      }
      if (index.unread('ingressClasses', null) !== null) {
        return []
      }
      const near = name === null ? null : nearMiss(name, known)
      const own = routes.filter((route) => route.ingress === ingress).map(routeField)
      return [
        {
          // Some controllers take Ingresses without a class, the old annotation needs no object, and of the classes
          // not all may have been sent.
          confidence:
            name !== null && ingress.ingressClassName !== null && !hasAddress
              ? ('likely' as const)
              : ('possible' as const),
          title:
            name === null
              ? `${refOf(ingress)} has no class, and none is the default`
              : `${refOf(ingress)} asks for class ${name}, which does not exist`,
          detail: `There ${known.length === 1 ? 'is' : 'are'} ${list(known)}.${near === null ? '' : ` Is ${near} meant?`} A controller ignores an Ingress that is not of its class: requests get its 404.`,
          fix: `Set spec.ingressClassName of ${refOf(ingress)} to ${near ?? list(known, 3)}.`,
          confirm: 'kubectl get ingressclass',
          evidence: [
            { object: refOf(ingress), field: 'spec.ingressClassName', value: name },
            {
              object: refOf(ingress),
              field: 'status.loadBalancer.ingress',
              value: ingress.loadBalancerIngress.map(({ ip, hostname }) => ip ?? hostname),
            },
          ],
          explains: pathsOf(['Ingress'], ({ because }) => own.some((field) => comesFrom(because, field))),
        },
      ]
    })
  },
}
