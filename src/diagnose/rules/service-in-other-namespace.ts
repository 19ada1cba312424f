import { matchesLabels } from '../../kube/object-index.ts'
import { type Meta, refOf } from '../../kube/objects.ts'
import { hasSelector, unreadPods } from '../../plan/service-endpoints.ts'
import { list, selectorText } from '../phrases.ts'
import { type Cause, type Rule, WAYS_TO_PODS } from '../rule.ts'
import { NO_BACKEND } from '../shows.ts'
import { unsure } from '../unseen.ts'

export const serviceInOtherNamespace: Rule = {
  code: 'service_in_other_namespace',
  layer: 'objects',
  belied: { by: WAYS_TO_PODS, leaves: 'objects' },
  showsAs: NO_BACKEND,
  when({ service, ref, namespace, index, pods: own, endedPods, endpoints, pathsOf }) {
    if (!hasSelector(service) || own.length + endedPods.length + endpoints.all.length > 0) {
      return []
    }
    if (endpoints.unread !== null || unreadPods(index, namespace, service) !== null) {
      return []
    }
    const { selector } = service
    const isElsewhere = (of: string | null): boolean => of !== null && of !== namespace
    const pods = index.objects.pods.filter(
      ({ meta }) => isElsewhere(meta.namespace) && matchesLabels(meta.labels, selector),
    )
    const makers = index.objects.workloads.filter(
      ({ meta, template }) =>
        isElsewhere(meta.namespace) && meta.owner === null && matchesLabels(template.labels, selector),
    )
    // Asking makes a live source read the pods of every namespace, and the workloads that make pods.
    index.unread('pods', null)
    const unreadMakers = index.unread('workloads', null)
    const makesHere = index.workloadsIn(namespace).some(({ template }) => matchesLabels(template.labels, selector))
    const elsewhere: readonly { meta: Meta; ref: string }[] = [
      ...pods.map((pod) => ({ meta: pod.meta, ref: refOf(pod) })),
      ...(makesHere
        ? []
        : makers.map((maker) => ({ meta: { ...maker.meta, labels: maker.template.labels }, ref: refOf(maker) }))),
    ]
    const namespaces = [...new Set(elsewhere.map(({ meta }) => meta.namespace ?? ''))].toSorted()
    const [first] = namespaces
    if (first === undefined) {
      return []
    }
    // A copy of the application has pods and a Service of the same labels: those pods are its own.
    const served = namespaces.some((other) =>
      index
        .servicesIn(other)
        .some(
          (its) =>
            hasSelector(its) &&
            elsewhere.some(({ meta }) => meta.namespace === other && matchesLabels(meta.labels, its.selector)),
        ),
    )
    if (served) {
      return []
    }
    const cause: Cause = {
      confidence: 'likely',
      title: `The pods are in namespace ${list(namespaces)}, the Service is in ${namespace}`,
      detail: `A selector finds pods of its own namespace only. In ${namespace} none has ${selectorText(selector)}, so the Service has no endpoint.`,
      fix: `Create ${ref} in namespace ${first}; clients elsewhere reach it as ${service.meta.name}.${first}.`,
      confirm: `kubectl get pods -A -l '${selectorText(selector)}'`,
      evidence: [
        { object: ref, field: 'metadata.namespace', value: namespace },
        ...elsewhere
          .slice(0, 3)
          .map(({ meta, ref: object }) => ({ object, field: 'metadata.namespace', value: meta.namespace })),
      ],
      explains: pathsOf(),
    }
    return [unsure(cause, index.unread('services', null), makers.length === 0 ? null : unreadMakers)]
  },
}
