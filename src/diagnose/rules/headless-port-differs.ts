import { targetNumbers } from '../../plan/endpoint-ports.ts'
import { isHeadless } from '../../plan/service.ts'
import { endpointsOf } from '../commands.ts'
import type { Cause, Rule } from '../rule.ts'
import { unsure } from '../unseen.ts'

/** A headless Service translates no port, so the Service port is no port that anything listens on. */
export const headlessPortDiffers: Rule = {
  code: 'headless_port_differs',
  layer: 'objects',
  when({ service, ref, namespace, endpoints }) {
    if (!isHeadless({ service })) {
      return []
    }
    return service.ports.flatMap((port, at) => {
      const told = targetNumbers(endpoints, port)
      const numbers = told.length > 0 ? told : typeof port.targetPort === 'number' ? [port.targetPort] : []
      if (numbers.length === 0 || numbers.includes(port.port)) {
        return []
      }
      const cause: Cause = {
        confidence: 'possible',
        title: `Clients must dial port ${numbers.join(' or ')}, not ${port.port}`,
        detail: `The name of a headless Service resolves to the pods themselves, and nothing translates port ${port.port} to ${numbers.join(', ')} on the way. Clients that dial ${port.port} are refused.`,
        fix: `Make spec.ports[${at}].port the same as targetPort, or give the Service a cluster IP.`,
        confirm: endpointsOf({ namespace, service: service.meta.name }),
        evidence: [
          { object: ref, field: 'spec.clusterIP', value: 'None' },
          { object: ref, field: `spec.ports[${at}]`, value: { port: port.port, targetPort: port.targetPort } },
        ],
        explains: [],
      }
      return [unsure(cause, endpoints.unread)]
    })
  },
}
