import { refOf } from '../../kube/objects.ts'
import { scopeOf } from '../../plan/ip.ts'
import type { Rule } from '../rule.ts'

/** F13: addresses that the API forbids for endpoints, or that kube-proxy does not support. */
export const endpointAddressInvalid: Rule = {
  code: 'endpoint_address_invalid',
  layer: 'endpoints',
  refutedBy: 'Endpoint',
  when({ endpoints, index, namespace, service, pathsOf }) {
    return endpoints.all.flatMap((endpoint) => {
      const { address, because } = endpoint
      const owner = index.serviceByClusterIP(address)
      const scope = scopeOf(address)
      const why =
        owner !== null
          ? `it is the cluster IP of ${refOf(owner)}, and kube-proxy does not translate twice`
          : scope === 'loopback' || scope === 'link-local' || scope === 'special'
            ? `it is a ${scope} address, which means something else on every machine`
            : null
      if (why === null) return []
      return [
        {
          confidence: 'certain' as const,
          title: `${address} cannot be an endpoint`,
          detail: `${because}: ${why}.`,
          fix:
            owner === null
              ? 'Use an address that every node can route to.'
              : `Use the endpoints of ${refOf(owner)}, or an ExternalName Service.`,
          confirm: `kubectl get endpointslices -n ${namespace} -l kubernetes.io/service-name=${service.meta.name} -o wide`,
          evidence: [
            { object: because.split(' ')[0] ?? '', field: because.split(' ').slice(1).join(' '), value: address },
          ],
          explains: pathsOf(undefined, (path) => path.kind !== 'Endpoint' || path.address === address),
        },
      ]
    })
  },
}
