import { matchesLabels } from '../../kube/object-index.ts'
import { refOf } from '../../kube/objects.ts'
import { isHeadless } from '../../plan/service.ts'
import { hasSelector } from '../../plan/service-endpoints.ts'
import type { Rule } from '../rule.ts'

/** F11: pods get names of their own in the Service that their StatefulSet names. */
export const statefulSetServiceName: Rule = {
  code: 'stateful_set_service_name',
  layer: 'dns',
  when({ service, ref, namespace, index }) {
    if (!isHeadless({ service }) || !hasSelector(service)) return []
    const { selector } = service
    const { name } = service.meta
    return index
      .workloadsIn(namespace)
      .filter(
        ({ kind, template, serviceName }) =>
          kind === 'StatefulSet' && serviceName !== name && matchesLabels(template.labels, selector),
      )
      .map((workload) => ({
        confidence: 'likely' as const,
        title: `${refOf(workload)} names Service ${workload.serviceName ?? '(none)'}, not ${name}`,
        detail: `Pods have names like ${workload.meta.name}-0.${name} only in the Service that spec.serviceName names. Here ${name} resolves, and the names of its pods do not.`,
        fix: `Set spec.serviceName of ${refOf(workload)} to ${name} (the StatefulSet has to be made again).`,
        confirm: `kubectl get statefulset -n ${namespace} ${workload.meta.name} -o jsonpath='{.spec.serviceName}'`,
        evidence: [
          { object: refOf(workload), field: 'spec.serviceName', value: workload.serviceName },
          { object: ref, field: 'metadata.name', value: name },
        ],
        explains: [],
      }))
  },
}
