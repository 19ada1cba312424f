import { refOf } from '../../kube/objects.ts'
import type { Rule } from '../rule.ts'

/** An Ingress that names the Service from another namespace, where there is no Service of that name. */
export const ingressInOtherNamespace: Rule = {
  code: 'ingress_in_other_namespace',
  layer: 'ingress',
  when({ ref, namespace, service, index, ingresses }) {
    if (ingresses.length > 0 || index.unread('ingresses', namespace) !== null) {
      return []
    }
    // Asking makes a live source read the Ingresses of other namespaces.
    index.unread('ingresses', null)
    const { name } = service.meta
    return index
      .ingressesElsewhere(namespace, name)
      .filter(
        ({ meta }) =>
          meta.namespace !== null &&
          index.servicesAt(meta.namespace, name).length === 0 &&
          index.unread('services', meta.namespace) === null,
      )
      .map((ingress) => ({
        // That namespace may have such a Service that was not handed in.
        confidence:
          index.servicesIn(ingress.meta.namespace ?? '').length > 0 ? ('likely' as const) : ('possible' as const),
        title: `${refOf(ingress)} names ${name} from namespace ${ingress.meta.namespace}`,
        detail: `A backend is a Service of the Ingress's own namespace. In ${ingress.meta.namespace} there is no Service ${name} among the objects, and ${ref} is in ${namespace}: requests get 503 or 404.`,
        fix: `Move ${refOf(ingress)} to namespace ${namespace}.`,
        confirm: `kubectl get service -n ${ingress.meta.namespace} ${name}`,
        evidence: [
          { object: refOf(ingress), field: 'metadata.namespace', value: ingress.meta.namespace },
          { object: ref, field: 'metadata.namespace', value: namespace },
        ],
        explains: [],
      }))
  },
}
