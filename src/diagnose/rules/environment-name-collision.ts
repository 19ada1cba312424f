import { collidingServices, unreadServices, variablesOf } from '../../plan/environment.ts'
import { list } from '../phrases.ts'
import type { Rule } from '../rule.ts'
import { OTHER_VALUE } from '../shows.ts'

/** `toad` and `toad-service` both make TOAD_SERVICE_PORT, with values of different shape. */
export const environmentNameCollision: Rule = {
  code: 'environment_name_collision',
  layer: 'objects',
  showsAs: OTHER_VALUE,
  when({ service, ref, namespace, index, plan }) {
    // Asking makes a live source read the Services that may collide.
    unreadServices({ service, target: plan.target, index })
    const own = new Map(variablesOf({ service }).map(({ name, value }) => [name, value]))
    return collidingServices({ service, target: plan.target, index }).flatMap((other) => {
      const both = variablesOf({ service: other }).filter(({ name, value }) => own.has(name) && own.get(name) !== value)
      const [first] = both
      if (first === undefined) {
        return []
      }
      return [
        {
          confidence: 'certain' as const,
          title: `Service/${other.meta.name} sets ${list(both.map(({ name }) => name))} too`,
          detail: `Pods get one of the two values: "${own.get(first.name)}" of ${ref} or "${first.value}" of Service/${other.meta.name}. Which one is not defined.`,
          fix: 'Rename one of the Services, use DNS, or set enableServiceLinks: false in the pods.',
          confirm: `kubectl get services -n ${namespace} ${service.meta.name} ${other.meta.name}`,
          evidence: [
            { object: ref, field: 'metadata.name', value: service.meta.name },
            { object: `Service/${other.meta.name}`, field: 'metadata.name', value: other.meta.name },
          ],
          explains: plan.paths
            .filter(({ variable }) => both.some(({ name }) => name === variable?.name))
            .map(({ id }) => id),
        },
      ]
    })
  },
}
