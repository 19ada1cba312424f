import type { PathKind } from '../../plan/kinds.ts'
import { requestOn } from '../commands.ts'
import { list } from '../phrases.ts'
import type { Rule } from '../rule.ts'
import { addressOf, allFail, codesOf, idsOf, kindsOf, passing, triesOf } from '../seen.ts'

/** What is between clients and pods on a kind of way, and what is most often wrong with it. */
const BETWEEN: readonly (readonly [kind: PathKind, why: string])[] = [
  [
    'ClusterIP',
    'The rules of kube-proxy on the node of the prober may be older than the objects, or the address may by now be that of another Service.',
  ],
  [
    'NodePort',
    'kube-proxy may not serve node ports at these addresses (--nodeport-addresses), something else may listen there on the nodes, or the Service may have another node port by now.',
  ],
  [
    'LoadBalancer',
    'The load balancer may have no healthy node behind it and answer or cut by itself, end TLS itself, or speak the PROXY protocol to an application that does not.',
  ],
  [
    'ExternalIP',
    'Kubernetes routes no external IP: whoever wrote spec.externalIPs has to lead its traffic to a node. The address may be that of another machine.',
  ],
  [
    'Ingress',
    'The controller, or what is before it, may answer by itself: authentication, a rewrite, a firewall for applications, a limit of rate or size.',
  ],
  [
    'DNS',
    'The name may lead the prober elsewhere than to the cluster IP: a hosts file, another DNS server, an old record.',
  ],
]

/** The fault is on the first hop that no passing path shares (C of the reference): as far as it goes, that is known. */
export const onlyOneWayFails: Rule = {
  code: 'only_one_way_fails',
  layer: 'network',
  isLast: true,
  after: ({ ports }, { namespace, service }) =>
    ports.flatMap((port) =>
      BETWEEN.flatMap(([kind, why]) => {
        const bad = port.of(kind)
        const good = passing(port.dialled.filter(({ path }) => path.kind !== kind))
        if (!allFail(bad) || good.length === 0) {
          return []
        }
        return [
          {
            confidence: 'possible' as const,
            title: `Port ${port.number} fails by ${kind} (${list(codesOf(bad))}), and works by ${list(kindsOf(good))}`,
            detail: `${list(bad.map((each) => `${addressOf(each)} (${each.code})`))}. The application is fine, so it is what leads there: ${why}`,
            fix: `Compare spec and status of Service/${service} in the cluster with the objects handed in, then look at what is between.`,
            confirm: `kubectl get service -n ${namespace} ${service} -o yaml; ${requestOn(bad[0])}`,
            evidence: [...triesOf(bad), ...triesOf(good).slice(0, 1)],
            explains: idsOf(bad),
          },
        ]
      }),
    ),
}
