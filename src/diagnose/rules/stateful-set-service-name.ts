import { matchesLabels } from '../../kube/object-index.ts'
import { refOf } from '../../kube/objects.ts'
import { isHeadless } from '../../plan/service.ts'
import { hasSelector } from '../../plan/service-endpoints.ts'
import type { Cause, Rule } from '../rule.ts'
import { unsure } from '../unseen.ts'

/** Pods get names of their own in the Service that their StatefulSet names. */
export const statefulSetServiceName: Rule = {
  code: 'stateful_set_service_name',
  layer: 'dns',
  when({ service, ref, namespace, index }) {
    if (!isHeadless({ service }) || !hasSelector(service)) {
      return []
    }
    const { selector } = service
    const { name } = service.meta
    // One Service of several is the governing one, and gives the pods their names: the others are for other clients.
    const governs = (of: string | null): boolean =>
      of !== null && index.servicesAt(namespace, of).some((other) => isHeadless({ service: other }))
    // They are read for this: what is there is told, whatever else is not.
    index.unread('workloads', namespace)
    return index
      .workloadsIn(namespace)
      .filter(
        ({ kind, template, serviceName }) =>
          kind === 'StatefulSet' &&
          serviceName !== name &&
          !governs(serviceName) &&
          matchesLabels(template.labels, selector),
      )
      .map((workload) => {
        const cause: Cause = {
          confidence: workload.serviceName === null ? 'likely' : 'possible',
          title: `${refOf(workload)} names Service ${workload.serviceName ?? '(none)'}, not ${name}`,
          detail: `Pods have names like ${workload.meta.name}-0.${name} only in the Service that spec.serviceName names. Here ${name} resolves, and the names of its pods do not.`,
          fix:
            workload.serviceName === null
              ? `Let clients use the name of the Service. Where they need the names of single pods, ${refOf(workload)} needs spec.serviceName: ${name}, which is set when it is created.`
              : `Use the names in ${workload.serviceName}; if there is no such Service, create a headless one called ${workload.serviceName} with the same selector: then the names exist, and nothing has to be recreated.`,
          confirm: `kubectl get statefulset -n ${namespace} ${workload.meta.name} -o jsonpath='{.spec.serviceName}'`,
          evidence: [
            { object: refOf(workload), field: 'spec.serviceName', value: workload.serviceName },
            { object: ref, field: 'metadata.name', value: name },
          ],
          explains: [],
        }
        return unsure(cause, workload.serviceName === null ? null : index.unread('services', namespace))
      })
  },
}
