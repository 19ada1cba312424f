import { familyOf } from '../../lib/address.ts'
import { externalNameOf } from '../../plan/external-name.ts'
import type { Rule } from '../rule.ts'
import { NO_NAME } from '../shows.ts'

export const externalNameIsIp: Rule = {
  code: 'external_name_is_ip',
  layer: 'dns',
  belied: { by: ['DNS'], leaves: 'nothing' },
  showsAs: NO_NAME,
  when({ service, ref, namespace, plan }) {
    const name = service.type === 'ExternalName' ? externalNameOf({ service }) : null
    if (name === null || familyOf(name) === null) {
      return []
    }
    return [
      {
        confidence: 'certain',
        title: `externalName is an IP address, ${name}`,
        detail:
          'An ExternalName Service is a CNAME record, and a CNAME cannot hold an address: the name of the Service does not resolve.',
        fix: 'Use a Service without selector and an EndpointSlice with that address.',
        confirm: `nslookup ${service.meta.name}.${namespace}.svc # in a pod`,
        evidence: [{ object: ref, field: 'spec.externalName', value: name }],
        explains: plan.paths.filter(({ kind }) => kind === 'DNS').map(({ id }) => id),
      },
    ]
  },
}
