import type { Rule } from '../rule.ts'
import { CLOSED_PORT } from '../shows.ts'
import { list } from '../words.ts'
import { podLikes, portsOf } from './target-port-name-unknown.ts'

/**
 * F04, F07: a numeric targetPort that no container declares. Declarations only inform (nothing listens because of
 * them), so this is a suspicion that a refused connection to the endpoint turns into a cause.
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
    if (example === undefined) return []
    return service.ports.flatMap((port, at) => {
      const { targetPort, protocol } = port
      if (typeof targetPort !== 'number') return []
      const same = declared.filter(({ containerPort }) => containerPort === targetPort)
      // Nothing follows from a number that is there as TCP, which is what a declaration without protocol says.
      if (protocol !== 'TCP' || same.some((each) => each.protocol === 'TCP')) return []
      const [other] = same
      const others = [
        ...new Set(declared.map(({ containerPort, protocol: of }) => `${containerPort}/${of}`)),
      ].toSorted()
      return [
        {
          confidence: 'possible' as const,
          title:
            other === undefined
              ? `No container declares port ${targetPort}, the target of port ${port.port}`
              : `Containers declare port ${targetPort} as ${other.protocol}, the Service as ${protocol}`,
          detail: `The containers declare ${list(others)}. A declaration only informs, but where it is right, nothing listens on ${targetPort}/${protocol} and connections are refused.`,
          fix: `Set spec.ports[${at}].targetPort to the port that the application serves.`,
          confirm: example.pod.startsWith('Pod/')
            ? `kubectl exec -n ${namespace} ${example.pod.slice(4)} -- sh -c 'ss -lntu || netstat -lntu'`
            : `kubectl get pods -n ${namespace} -o wide`,
          evidence: [
            { object: ref, field: `spec.ports[${at}].targetPort`, value: targetPort },
            { object: example.pod, field: example.field, value: others },
          ],
          explains: pathsOf(undefined, (path) => path.port?.number === port.port && path.port.protocol === protocol),
        },
      ]
    })
  },
}
