import { hasLocalEndpoint } from '../../plan/service.ts'
import { unreadPlaces } from '../../plan/service-endpoints.ts'
import { endpointsOf } from '../commands.ts'
import type { Facts } from '../facts.ts'
import { count, list } from '../phrases.ts'
import type { Cause, Rule } from '../rule.ts'
import { SILENT_PODS } from '../shows.ts'
import { unsure } from '../unseen.ts'

type Policy = 'externalTrafficPolicy' | 'internalTrafficPolicy'

/** With policy Local a node drops what it has no endpoint of its own for. */
export const trafficPolicyLocalNoEndpoint: Rule = {
  code: 'traffic_policy_local_no_endpoint',
  layer: 'proxy',
  unless: ['no_endpoints', 'selector_matches_no_pods', 'pods_not_ready', 'selectorless_without_endpoints'],
  showsAs: SILENT_PODS,
  when(facts) {
    const { service, endpoints } = facts
    if (endpoints.source === null || endpoints.all.length === 0) {
      return []
    }
    const external = service.type === 'NodePort' || service.type === 'LoadBalancer' || service.externalIPs.length > 0
    return [
      ...(external && service.externalTrafficPolicy === 'Local' ? causesOf(facts, 'externalTrafficPolicy') : []),
      ...(service.internalTrafficPolicy === 'Local' ? causesOf(facts, 'internalTrafficPolicy') : []),
    ]
  },
}

const causesOf = (facts: Facts, policy: Policy): Cause[] =>
  found(facts, policy).map((cause) =>
    unsure(cause, unreadPlaces(facts.index, facts.namespace, facts.service, facts.endpoints)),
  )

function found({ ref, namespace, service, endpoints, index, plan, pathsOf }: Facts, policy: Policy): Cause[] {
  const usable = endpoints.all.filter((endpoint) => endpoint.usable)
  const unplaced = usable.filter(({ nodeName }) => nodeName === null)
  const evidence = { object: ref, field: `spec.${policy}`, value: 'Local' }
  const confirm = endpointsOf(
    { namespace, service: service.meta.name },
    "custom-columns=NAME:.metadata.name,'NODES:.endpoints[*].nodeName'",
  )
  const external = policy === 'externalTrafficPolicy'
  const paths = external ? (['NodePort', 'LoadBalancer', 'ExternalIP'] as const) : (['ClusterIP', 'DNS'] as const)
  if (unplaced.length > 0 && unplaced.length === usable.length) {
    const [first] = unplaced
    return [
      {
        confidence: 'certain',
        title: `${policy} is Local, and no endpoint says on which node it is`,
        detail: 'An endpoint without nodeName is local to no node, so every node drops this traffic.',
        fix: `Set nodeName of the endpoints, or spec.${policy} to Cluster.`,
        confirm,
        evidence: [evidence, { object: first?.because.ref ?? ref, field: 'endpoints[].nodeName', value: null }],
        explains: pathsOf(paths),
      },
    ]
  }
  const without = index.nodes.map(({ meta }) => meta.name).filter((name) => !hasLocalEndpoint(endpoints, name))
  if (without.length === 0 || usable.length === 0) {
    return []
  }
  const at = new Set(without)
  const ids = external
    ? plan.paths.filter(({ kind, node }) => kind === 'NodePort' && node !== null && at.has(node)).map(({ id }) => id)
    : pathsOf(paths, ({ expected }) => expected === 'unknown')
  // Seen from a node that has one, those that have none matter to others.
  if (!external && ids.length === 0) {
    return []
  }
  return [
    {
      // A load balancer leaves these nodes out, as is meant; clients of node ports have to do so themselves.
      confidence: external && service.type !== 'LoadBalancer' ? 'certain' : 'possible',
      title: `${policy} is Local, and ${count(without.length, 'node')} ${without.length === 1 ? 'has' : 'have'} no endpoint`,
      detail: external
        ? `${list(without)} drop connections to the node port. That is intended: a load balancer asks healthCheckNodePort and leaves them out.`
        : `From pods on ${list(without)} the cluster IP does not answer; from pods elsewhere it does.`,
      fix: `Send traffic to nodes with an endpoint only, run one on every node (a DaemonSet), or set spec.${policy} to Cluster.`,
      confirm,
      evidence: [
        evidence,
        ...usable.slice(0, 5).map(({ because, nodeName }) => ({
          object: because.ref,
          field: 'endpoints[].nodeName',
          value: nodeName,
        })),
      ],
      explains: ids,
    },
  ]
}
