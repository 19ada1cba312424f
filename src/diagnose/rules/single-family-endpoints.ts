import { FAMILIES } from '../../kube/objects.ts'
import { familyOf } from '../../lib/address.ts'
import { clusterIPsOf } from '../../plan/service.ts'
import { endpointsOf } from '../commands.ts'
import type { Cause, Rule } from '../rule.ts'
import { isEndpoint, isName } from '../seen.ts'
import { NO_BACKEND } from '../shows.ts'
import { unsure } from '../unseen.ts'

/** A cluster IP of a family that no endpoint has refuses, while the other works. */
export const singleFamilyEndpoints: Rule = {
  code: 'single_family_endpoints',
  layer: 'endpoints',
  showsAs: NO_BACKEND,
  when({ service, ref, namespace, endpoints, plan }) {
    const usable = endpoints.all.filter((endpoint) => endpoint.usable)
    if (usable.length === 0) {
      return []
    }
    const addresses = clusterIPsOf({ service })
    const missing = FAMILIES.filter(
      (family) =>
        addresses.some((address) => familyOf(address) === family) &&
        !usable.some(({ address }) => familyOf(address) === family),
    )
    return missing.map((family) => {
      const cause: Cause = {
        confidence: 'certain',
        title: `The Service has an ${family} address, and none of its endpoints has`,
        detail: `Its ${family} cluster IP refuses every connection. Clients that try IPv6 first fail or wait before they try the other.`,
        fix: 'Give the pods addresses of both families, or set spec.ipFamilyPolicy to SingleStack.',
        confirm: endpointsOf({ namespace, service: service.meta.name }),
        evidence: [
          { object: ref, field: 'spec.clusterIPs', value: addresses },
          {
            object: usable[0]?.because.ref ?? ref,
            field: 'endpoints[].addresses',
            value: usable.slice(0, 5).map(({ address }) => address),
          },
        ],
        explains: plan.paths
          .filter(
            (path) => (path.family === family && !isEndpoint({ path })) || (isName({ path }) && path.dns === null),
          )
          .map(({ id }) => id),
      }
      return unsure(cause, endpoints.unread)
    })
  },
}
