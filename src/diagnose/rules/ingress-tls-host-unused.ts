import { refOf } from '../../kube/objects.ts'
import { coversHost } from '../../plan/ingress-rules.ts'
import { list } from '../phrases.ts'
import type { Rule } from '../rule.ts'
import { WRONG_CERTIFICATE } from '../shows.ts'

/** A certificate for a host that no rule serves is mostly a rule's host without its certificate (a typing error). */
export const ingressTlsHostUnused: Rule = {
  code: 'ingress_tls_host_unused',
  layer: 'tls',
  showsAs: WRONG_CERTIFICATE,
  when({ ingresses, namespace, pathsOf }) {
    return ingresses.flatMap((ingress) => {
      const hosts = ingress.rules.flatMap(({ host }) => host ?? [])
      if (hosts.length === 0 || ingress.rules.some(({ host }) => host === null)) {
        return []
      }
      const covered = ingress.tls.flatMap((entry) => entry.hosts)
      const unused = covered.filter((pattern) => !hosts.some((host) => coversHost(pattern, host)))
      const bare = hosts.filter((host) => !covered.some((pattern) => coversHost(pattern, host)))
      if (unused.length === 0 || bare.length === 0 || ingress.tls.some((entry) => entry.hosts.length === 0)) {
        return []
      }
      return [
        {
          confidence: 'likely' as const,
          title: `spec.tls of ${refOf(ingress)} is for ${list(unused)}, which no rule serves`,
          detail: `The rules serve ${list(bare)} without TLS: https there gets the controller's own certificate.`,
          fix: 'Write the same hosts in spec.tls and in spec.rules.',
          confirm: `kubectl get ingress -n ${namespace} ${ingress.meta.name} -o yaml`,
          evidence: [
            { object: refOf(ingress), field: 'spec.tls[].hosts', value: covered },
            { object: refOf(ingress), field: 'spec.rules[].host', value: hosts },
          ],
          explains: pathsOf(
            ['Ingress'],
            ({ host, scheme }) => scheme === 'https' && host !== null && bare.includes(host),
          ),
        },
      ]
    })
  },
}
