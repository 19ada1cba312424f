import { matchesSelector } from '../../kube/label-selector.ts'
import { type NetworkPolicyRule, type Pod, type Protocol, refOf } from '../../kube/objects.ts'
import { findPort } from '../../plan/pod-ports.ts'
import { unreadPods } from '../../plan/service-endpoints.ts'
import { list } from '../phrases.ts'
import type { Cause, Rule } from '../rule.ts'
import { SILENT_PODS } from '../shows.ts'
import { unsure } from '../unseen.ts'

/** Policies select the pods, and none of their rules has the port that the pods are reached at, whoever asks. */
export const networkPolicyPort: Rule = {
  code: 'network_policy_port',
  layer: 'network',
  belied: { by: ['Endpoint', 'ClusterIP', 'DNS'], leaves: 'nothing' },
  showsAs: SILENT_PODS,
  when({ service, ref, namespace, pods, index, pathsOf }) {
    const policies = index.objects.networkPolicies.filter(
      ({ meta, policyTypes }) => (meta.namespace ?? namespace) === namespace && policyTypes.includes('Ingress'),
    )
    const [pod] = pods
    if (policies.length === 0 || pod === undefined) {
      return []
    }
    const selecting = policies
      .filter((policy) => matchesSelector(pod.meta.labels, policy.podSelector))
      .toSorted((a, b) => (a.meta.name < b.meta.name ? -1 : 1))
    if (selecting.length === 0) {
      return []
    }
    return service.ports.flatMap((port, at) => {
      const target = findPort(pod.spec, port)
      if (target === null) {
        return []
      }
      const rules = selecting.flatMap((policy) => policy.ingress)
      if (rules.some((rule) => allows(rule, target.number, port.protocol, pod))) {
        return []
      }
      const servicePort = rules.some((rule) => rule.ports.some((each) => each.port === port.port))
      const cause: Cause = {
        // The network plugin may not enforce policies at all.
        confidence: 'likely',
        title: `No NetworkPolicy lets anybody reach port ${target.number} of the pods`,
        detail:
          `${list(selecting.map(refOf))} ${selecting.length === 1 ? 'selects' : 'select'} the pods, and ${rules.length === 0 ? 'no rule lets anything in' : `no rule has ${target.number}/${port.protocol}`}. ` +
          (servicePort
            ? `A rule has ${port.port}, the port of the Service: policies act on the port of the pod.`
            : 'Where the network plugin enforces it, connections time out.'),
        fix: `Let ${target.number}/${port.protocol} in, in one of these policies.`,
        confirm: `kubectl describe networkpolicy -n ${namespace} ${selecting[0]?.meta.name ?? ''}`,
        evidence: [
          ...selecting.slice(0, 3).map((policy) => ({
            object: refOf(policy),
            field: 'spec.ingress',
            value: policy.ingress.map((rule) => rule.ports),
          })),
          { object: ref, field: `spec.ports[${at}].targetPort`, value: port.targetPort },
        ],
        explains: pathsOf(undefined, (path) => path.port?.number === port.port && path.port.protocol === port.protocol),
      }
      return [unsure(cause, index.unread('networkPolicies', namespace), unreadPods(index, namespace, service))]
    })
  },
}

function allows({ ports }: NetworkPolicyRule, number: number, protocol: Protocol, pod: Pod): boolean {
  if (ports.length === 0) {
    return true
  }
  return ports.some((each) => {
    if (each.protocol !== protocol) {
      return false
    }
    if (each.port === null) {
      return true
    }
    if (typeof each.port === 'string') {
      const { port: name } = each
      return pod.spec.containers.some(({ ports: of }) =>
        of.some((own) => own.name === name && own.containerPort === number),
      )
    }
    return each.endPort === null ? each.port === number : each.port <= number && number <= each.endPort
  })
}
