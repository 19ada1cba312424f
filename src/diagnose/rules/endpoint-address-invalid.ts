import { becauseText } from '../../plan/because.ts'
import { scopeOf } from '../../plan/ip.ts'
import { endpointsOf } from '../commands.ts'
import { list } from '../phrases.ts'
import type { Rule } from '../rule.ts'
import { SILENT_PODS } from '../shows.ts'

/** Addresses that the API forbids for endpoints, as they mean something else on every machine. */
export const endpointAddressInvalid: Rule = {
  code: 'endpoint_address_invalid',
  layer: 'endpoints',
  // An answer from an endpoint, even a refusal, shows that the prober reaches the pods.
  belied: { by: ['Endpoint'], leaves: 'nothing' },
  showsAs: SILENT_PODS,
  when({ endpoints, namespace, service, pathsOf }) {
    const invalid = endpoints.all.filter(({ address }) =>
      ['loopback', 'link-local', 'special'].includes(scopeOf(address) ?? ''),
    )
    const addresses = [...new Set(invalid.map(({ address }) => address))]
    if (addresses.length === 0) {
      return []
    }
    const scopes = [...new Set(addresses.map(scopeOf))]
    return [
      {
        confidence: 'certain',
        title: `${list(addresses)} cannot be ${addresses.length === 1 ? 'an endpoint' : 'endpoints'}`,
        detail: `${list(invalid.map(({ because }) => becauseText(because)))}: ${scopes.join(' and ')} addresses mean something else on every machine.`,
        fix: 'Use addresses that every node can route to.',
        confirm: endpointsOf({ namespace, service: service.meta.name }),
        evidence: invalid.slice(0, 5).map(({ because, address }) => ({
          object: because.ref,
          field: because.field,
          value: address,
        })),
        explains: pathsOf(undefined, ({ kind, address }) => kind !== 'Endpoint' || addresses.includes(address ?? '')),
      },
    ]
  },
}
