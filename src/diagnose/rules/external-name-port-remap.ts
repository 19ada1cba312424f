import type { Rule } from '../rule.ts'
import { NO_CONNECTION } from '../shows.ts'

export const externalNamePortRemap: Rule = {
  code: 'external_name_port_remap',
  layer: 'objects',
  showsAs: NO_CONNECTION,
  when({ service, ref, plan }) {
    if (service.type !== 'ExternalName') {
      return []
    }
    return service.ports.flatMap((port, at) => {
      if (port.targetPort === port.port) {
        return []
      }
      return [
        {
          confidence: 'likely' as const,
          title: `Port ${port.port} is not translated to ${port.targetPort}`,
          detail:
            'An ExternalName Service is a DNS record, and DNS knows no ports: clients reach the target at the port that they dial.',
          fix: `Let clients dial ${port.targetPort}, or use a Service without selector and an EndpointSlice, which do translate.`,
          confirm: `kubectl get service -n ${plan.target.namespace} ${plan.target.service} -o yaml`,
          evidence: [
            { object: ref, field: `spec.ports[${at}]`, value: { port: port.port, targetPort: port.targetPort } },
          ],
          explains: plan.paths
            .filter(
              (path) =>
                (path.kind === 'ExternalName' || path.kind === 'DNS') &&
                path.dns === null &&
                path.port?.number === port.port,
            )
            .map(({ id }) => id),
        },
      ]
    })
  },
}
