import type { Rule } from '../rule.ts'
import { NO_CONNECTION } from '../shows.ts'

/** The implementation says of a port that it could not serve it. */
export const loadBalancerPortError: Rule = {
  code: 'load_balancer_port_error',
  layer: 'loadbalancer',
  warnings: ['service'],
  belied: { by: ['LoadBalancer'], leaves: 'nothing' },
  showsAs: NO_CONNECTION,
  when({ service, ref, namespace, pathsOf }) {
    return service.loadBalancerIngress.flatMap(({ ip, hostname, ports }, entry) =>
      ports.flatMap(({ port, protocol, error }) => {
        if (error === null) {
          return []
        }
        const at = ip ?? hostname
        return [
          {
            confidence: 'certain' as const,
            title: `The load balancer does not serve port ${port}/${protocol}: ${error}`,
            detail:
              `Its own status says so for ${at ?? 'this entry'}. ${error === 'MixedProtocolNotSupported' ? 'It cannot mix TCP and UDP on one address.' : ''}`.trim(),
            fix:
              error === 'MixedProtocolNotSupported'
                ? 'Make one Service for TCP and one for UDP.'
                : 'See the documentation of the load balancer for this error.',
            confirm: `kubectl get service -n ${namespace} ${service.meta.name} -o jsonpath='{.status.loadBalancer.ingress}'`,
            evidence: [{ object: ref, field: `status.loadBalancer.ingress[${entry}].ports[].error`, value: error }],
            explains: pathsOf(
              ['LoadBalancer'],
              (path) => path.address === at && path.port?.number === port && path.port.protocol === protocol,
            ),
          },
        ]
      }),
    )
  },
}
