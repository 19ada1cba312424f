import { unreadServices } from '../../plan/environment.ts'
import type { PlannedPath } from '../../plan/path.ts'
import { list } from '../phrases.ts'
import type { Cause, Rule } from '../rule.ts'
import { OTHER_VALUE } from '../shows.ts'
import { unsure } from '../unseen.ts'

type Variable = NonNullable<PlannedPath['variable']>

/** The kubelet sets the variables of Services when a pod starts, and never again. */
export const environmentStale: Rule = {
  code: 'environment_stale',
  layer: 'workload',
  unless: ['environment_name_collision'],
  showsAs: OTHER_VALUE,
  when({ plan, ref, namespace, service, index }) {
    const compared = plan.paths.flatMap(({ id, variable, skipped }) =>
      variable === null || skipped !== null ? [] : [{ id, variable }],
    )
    const wrong = compared.filter(({ variable }) => variable.found !== variable.value)
    const [first] = wrong
    if (first === undefined) {
      return []
    }
    const absent = wrong.filter(({ variable }) => variable.found === null)
    const cause: Cause = {
      confidence: 'certain',
      title:
        absent.length === compared.length
          ? `The pod has no variables of ${ref}`
          : `The pod has variables of another ${ref}`,
      detail: detailOf(
        absent.length === compared.length,
        wrong.map(({ variable }) => variable),
      ),
      fix: 'Restart the pod: its variables are made when it starts. Or use DNS, which follows the Service.',
      confirm: `kubectl get service -n ${namespace} ${service.meta.name} -o wide`,
      evidence: [{ object: ref, field: 'spec.clusterIP', value: service.clusterIP }],
      explains: wrong.map(({ id }) => id),
    }
    // Another Service may set the same variables.
    return [unsure(cause, unreadServices({ service, target: plan.target, index }))]
  },
}

function detailOf(isEmpty: boolean, wrong: readonly Variable[]): string {
  if (isEmpty) {
    return 'It started before the Service was made, runs in another namespace, or has enableServiceLinks: false.'
  }
  const missing = wrong.filter(({ found }) => found === null).map(({ name }) => name)
  const stale = wrong.flatMap(({ name, value, found }) => (found === null ? [] : [`${name} (now ${value})`]))
  return [
    ...(stale.length > 0
      ? [`They were made from a Service that has changed since the pod started: ${list(stale)}.`]
      : []),
    ...(missing.length > 0 ? [`Not there: ${list(missing)}.`] : []),
  ].join(' ')
}
