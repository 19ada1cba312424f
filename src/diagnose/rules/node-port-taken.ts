import { refOf } from '../../kube/objects.ts'
import type { Rule } from '../rule.ts'
import { SICK_PODS } from '../shows.ts'

/** A node port belongs to one Service of the whole cluster, by protocol ("provided port is already allocated"). */
export const nodePortTaken: Rule = {
  code: 'node_port_taken',
  layer: 'objects',
  showsAs: SICK_PODS,
  when({ service, ref, index, pathsOf }) {
    return service.ports.flatMap(({ port, protocol, nodePort }, position) => {
      if (nodePort === null) {
        return []
      }
      // Asking makes a live source read the Services of every namespace.
      index.unread('services', null)
      const others = index
        .servicesOnNodePort(nodePort)
        .filter(({ meta }) => meta.name !== service.meta.name || meta.namespace !== service.meta.namespace)
      return others.flatMap((other) => {
        const at = other.ports.findIndex((each) => each.nodePort === nodePort && each.protocol === protocol)
        if (at === -1) {
          return []
        }
        const { name, namespace } = other.meta
        return [
          {
            confidence: 'certain' as const,
            title: `${refOf(other)}${namespace === null ? '' : ` in ${namespace}`} has the node port ${nodePort}, too`,
            detail: `A node port belongs to one Service of the cluster: whichever of the two is created last is refused ("provided port is already allocated"), and the node port leads to the other one.`,
            fix: 'Give one of them another nodePort, or leave it out: a free one is then chosen.',
            confirm: `kubectl get services -A | grep ${nodePort}`,
            evidence: [
              { object: ref, field: `spec.ports[${position}].nodePort`, value: nodePort },
              { object: `Service/${name}`, field: `spec.ports[${at}].nodePort`, value: nodePort },
            ],
            explains: pathsOf(['NodePort'], (path) => path.port?.number === port && path.port.protocol === protocol),
          },
        ]
      })
    })
  },
}
