import { list } from '../phrases.ts'
import type { Cause, Rule } from '../rule.ts'
import { CLOSED_PORT } from '../shows.ts'
import { unsure } from '../unseen.ts'
import { podLikes, portsOf, unreadPodLikes } from './target-port-name-unknown.ts'

/**
 * A numeric targetPort that no container declares, or declares over another protocol alone. Declarations only
 * inform (nothing listens because of them), so this is a suspicion that a refused connection to the endpoint turns into
 * a cause.
 */
export const targetPortNotDeclared: Rule = {
  code: 'target_port_not_declared',
  layer: 'endpoints',
  showsAs: CLOSED_PORT,
  when(facts) {
    const { ref, namespace, service, pathsOf } = facts
    const declared = podLikes(facts).flatMap(({ ref: pod, field, spec }) =>
      portsOf(spec).map((port) => ({ pod, field, ...port })),
    )
    const [example] = declared
    if (example === undefined) {
      return []
    }
    return service.ports.flatMap((port, at) => {
      const { targetPort, protocol } = port
      if (typeof targetPort !== 'number') {
        return []
      }
      // A declaration without a protocol says TCP, so nothing follows from one where the Service says UDP.
      if (protocol !== 'TCP') {
        return []
      }
      const same = declared.filter(({ containerPort }) => containerPort === targetPort)
      // Whoever serves a number over both protocols (DNS) often declares it once.
      const served = service.ports.filter((each) => each.targetPort === targetPort).map((each) => each.protocol)
      if (same.some((each) => served.includes(each.protocol))) {
        return []
      }
      const [other] = same
      const others = [
        ...new Set(declared.map(({ containerPort, protocol: of }) => `${containerPort}/${of}`)),
      ].toSorted()
      const cause: Cause = {
        confidence: 'possible',
        title:
          other === undefined
            ? `No container declares port ${targetPort}, the target of port ${port.port}`
            : `Containers declare port ${targetPort} as ${other.protocol}, the Service as ${protocol}`,
        detail: `The containers declare ${list(others)}. A declaration only informs, but where it is right, nothing listens on ${targetPort}/${protocol} and connections are refused.`,
        fix:
          other === undefined
            ? `Set spec.ports[${at}].targetPort to the port that the application serves.`
            : `Set spec.ports[${at}].protocol to ${other.protocol}, if that is what the application speaks; if it serves ${protocol} as well, declare both.`,
        confirm: example.pod.startsWith('Pod/')
          ? `kubectl exec -n ${namespace} ${example.pod.slice(4)} -- sh -c 'ss -lntu || netstat -lntu'`
          : `kubectl get pods -n ${namespace} -o wide`,
        evidence: [
          { object: ref, field: `spec.ports[${at}].targetPort`, value: targetPort },
          { object: example.pod, field: example.field, value: others },
        ],
        explains: pathsOf(undefined, (path) => path.port?.number === port.port && path.port.protocol === protocol),
      }
      return [unsure(cause, unreadPodLikes(facts))]
    })
  },
}
