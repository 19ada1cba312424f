/** Faults between the addresses of a Service and its endpoints: kube-proxy, or what has its place, and nodes. */

import { connectOn } from '../commands.ts'
import { count, list } from '../phrases.ts'
import { allMeetBadEndpoints, meetsBadEndpoints } from '../rates.ts'
import type { Cause, Rule } from '../rule.ts'
import {
  addressOf,
  allFail,
  failing,
  hasNoConnection,
  idsOf,
  isConnected,
  isHanging,
  isRefused,
  isSilent,
  passing,
  type SeenPath,
  type SeenPort,
  triesOf,
} from '../seen.ts'
import { isUnanswered } from './named.ts'

/** Tells whether the Service is known to work by a way that does not use node ports. */
const worksOtherwise = (port: SeenPort): boolean =>
  [port.endpoints, port.of('ClusterIP'), port.of('LoadBalancer'), port.routed].some(
    (ways) => passing(ways).length > 0,
  ) ||
  // Pods that take connections and answer badly are reached all the same.
  [...port.endpoints, ...port.of('ClusterIP')].some(isConnected)

const placeOf = ({ path: { node, address } }: SeenPath): string => node ?? address ?? ''
const placesOf = (paths: readonly SeenPath[]): readonly string[] => [...new Set(paths.map(placeOf))]

/** Node ports that are as dead as the cluster IPs: all of them, or those of one node, which may be that of the prober. */
function deadWith(port: SeenPort): readonly SeenPath[] {
  const nodePorts = port.of('NodePort')
  const dead = failing(nodePorts).filter((each) => hasNoConnection(each) && !each.unsteady)
  return allFail(nodePorts, hasNoConnection) || placesOf(dead).length === 1 ? dead : []
}

/** The pods answer, the virtual address that leads to them does not. */
export const serviceProxyFails: Rule = {
  code: 'service_proxy_fails',
  layer: 'proxy',
  scope: 'node',
  unless: [
    'cluster_ips_unreachable',
    'prober_reaches_nothing',
    'traffic_between_nodes_lost',
    'one_family_fails',
    'proxy_label_excludes_service',
    'traffic_policy_local_no_endpoint',
    'single_family_endpoints',
    'slice_port_name_mismatch',
  ],
  after: ({ ports, all }) =>
    ports.flatMap((port) => {
      const names = failing(all).filter(isUnanswered)
      return [...Map.groupBy(port.of('ClusterIP'), ({ path }) => path.family).entries()].flatMap(
        ([family, addresses]) => {
          if (!allFail(addresses, hasNoConnection) || allMeetBadEndpoints(port, addresses)) {
            return []
          }
          const pods = passing(port.endpoints).filter(({ path }) => path.family === family)
          const elsewhere = passing(port.of('NodePort'))
          // No pod was asked: that names fall with it, whose server has a cluster IP, too, tells as much.
          const byNames =
            port.endpoints.length === 0 && names.length > 0 && (worksOtherwise(port) || elsewhere.length > 0)
          if (pods.length === 0 && !byNames) {
            return []
          }
          const through = [
            ...[...port.of('LoadBalancer'), ...port.routed].filter(({ path }) => path.shortCut),
            ...port.of('ExternalIP'),
          ]
          const dead = [...addresses, ...deadWith(port), ...failing(through).filter(hasNoConnection)]
          return [
            {
              confidence: 'likely' as const,
              title:
                pods.length > 0
                  ? `The endpoints answer, the cluster IP does not (port ${port.number})`
                  : `The cluster IP does not answer, nor does that of DNS (port ${port.number})`,
              detail:
                `${list(dead.map((each) => `${addressOf(each)}: ${each.code}`))}. What turns these addresses into endpoints is kube-proxy, or its replacement, on the node of the prober.` +
                (elsewhere.length > 0 ? ` On ${list(placesOf(elsewhere))} it works.` : '') +
                (names.length > 0
                  ? " The cluster's DNS has a cluster IP as well, and does not answer either: names fail with it."
                  : ''),
              fix: RESTART_PROXY,
              confirm: 'kubectl get pods -n kube-system -l k8s-app=kube-proxy -o wide',
              evidence: [...triesOf(addresses), ...triesOf(pods).slice(0, 1)],
              explains: [
                ...new Set([
                  ...idsOf(dead),
                  ...idsOf(failing(port.of('DNS')).filter(hasNoConnection)),
                  ...idsOf(names),
                ]),
              ],
            },
          ]
        },
      )
    }),
}

/** The fix when address translation does not work on the prober's node. */
export const RESTART_PROXY =
  'See whether kube-proxy (or the agent that replaces it) runs on that node and, in its log, whether it reaches the API server; restart it there.'

type Manner = { why: string; fix(where: string): string }

const nodesTold = (one: boolean): string => (one ? 'that node' : 'those nodes')

/** The meaning of each way in which the node port fails on some nodes and not on others. */
const MANNERS: readonly [(path: SeenPath) => boolean, Manner][] = [
  [
    isSilent,
    {
      why: 'a firewall or security group, or the node is cut off',
      fix: (where) => `Open the node port (30000-32767) on ${where} as on the others.`,
    },
  ],
  [
    isRefused,
    {
      why: 'kube-proxy has no rule for the port there',
      fix: (where) => `See whether kube-proxy runs on ${where} and is up to date; restart it there.`,
    },
  ],
  [
    () => true,
    {
      why: 'something else answers on the port there, or kube-proxy has old rules that lead to something else',
      fix: (where) => `See what has that port on ${where} (ss -lntp on the node), and restart kube-proxy there.`,
    },
  ],
]

/** Tells by what the failing addresses differ from the others: the node, the family, or neither. */
function placeTold(bad: readonly SeenPath[], good: readonly SeenPath[]): { where: string; byAddress: boolean } {
  const nodes = placesOf(bad)
  const beside = good.filter((each) => nodes.includes(placeOf(each)))
  const shown = nodes.length > 2 ? count(nodes.length, 'node') : nodes.join(' and ')
  if (beside.length === 0) {
    return { where: `on ${shown}`, byAddress: false }
  }
  const [family, ...more] = new Set(bad.map(({ path }) => path.family))
  const isFamily = more.length === 0 && !beside.some(({ path }) => path.family === family)
  return { where: isFamily ? `over ${family} on ${shown}` : `at some addresses of ${shown}`, byAddress: !isFamily }
}

/** The same port, on one node (or in one family of it) and not on another. */
export const nodePortFailsOnSomeNodes: Rule = {
  code: 'node_port_fails_on_some_nodes',
  layer: 'node',
  scope: 'node',
  unless: ['masquerade_missing', 'prober_reaches_nothing', 'traffic_between_nodes_lost', 'one_family_fails'],
  after: ({ ports }) =>
    ports.flatMap((port) => {
      const nodePorts = port.of('NodePort')
      // Failures that endpoints cause on every way are no fault of a node, unless the node fails every time.
      // When a connection is made and nothing comes over it, the answers are lost, which is another finding.
      const bad = failing(nodePorts).filter(
        (each) => !each.unsteady && !isHanging(each) && !meetsBadEndpoints(port, each),
      )
      const good = nodePorts.filter((each) => !bad.includes(each) && (each.passed || each.unsteady || isRefused(each)))
      const asTheyMust = port.explained.filter(({ path }) => path.kind === 'NodePort')
      const others = good.some(({ passed, unsteady }) => passed || unsteady) ? good : asTheyMust
      const manner = MANNERS.find(([holds]) => bad.every(holds))?.[1]
      if (bad.length === 0 || others.length === 0 || manner === undefined) {
        return []
      }
      const { where, byAddress } = placeTold(bad, others)
      const nodes = placesOf(bad)
      const one = nodes.length === 1
      return [
        {
          confidence: 'likely' as const,
          title: `The node port fails ${where}, and ${others === good ? 'works' : 'fails otherwise'} ${byAddress ? 'at others' : `on ${count(placesOf(others).length, 'node')}`}`,
          detail:
            `${list(bad.map((each) => `${addressOf(each)} (${nodeOf(each.path.node)}${each.code}${timesOf(each)})`))}. The Service is the same on every node, so the cause is on ${nodesTold(one)}: ${manner.why}.` +
            (byAddress
              ? ' kube-proxy serves node ports at all addresses of a node only where nodePortAddresses says so; with nftables its default is the primary ones.'
              : ''),
          fix: byAddress
            ? 'Use the other addresses, or widen nodePortAddresses of kube-proxy.'
            : manner.fix(nodesTold(one)),
          confirm: `kubectl get pods -n kube-system -o wide --field-selector spec.nodeName=${bad[0]?.path.node ?? 'NODE'}`,
          evidence: [...triesOf(bad), ...triesOf(others).slice(0, 1)],
          explains: idsOf(bad),
        },
      ]
    }),
}

const nodeOf = (node: string | null): string => (node === null ? '' : `${node}, `)
const timesOf = ({ tries, failed }: SeenPath): string => (tries > 1 ? `, ${failed} of ${tries} tries` : '')

/** Every node drops the node port, while the Service works. */
export const nodePortBlocked: Rule = {
  code: 'node_port_blocked',
  layer: 'network',
  unless: [
    'masquerade_missing',
    'prober_reaches_nothing',
    'proxy_label_excludes_service',
    'node_not_ready',
    'endpoints_silent',
    'one_family_fails',
    'traffic_between_nodes_lost',
  ],
  after: ({ ports }, { position }) =>
    ports.flatMap((port) => {
      const nodePorts = port.of('NodePort')
      // When no cluster IP answers either, the node ports are not the cause.
      if (!allFail(nodePorts, isSilent) || !worksOtherwise(port) || allFail(port.of('ClusterIP'), hasNoConnection)) {
        return []
      }
      if (allMeetBadEndpoints(port, nodePorts)) {
        return []
      }
      const [first] = nodePorts
      return [
        {
          confidence: 'likely' as const,
          title: 'Every node drops connections to the node port, and the Service works',
          detail: `${list(nodePorts.map(addressOf))} do not answer. Between the prober (${position}) and the nodes something filters port ${first?.path.addressPort}: a security group, a firewall, a host's own rules.`,
          fix: 'Open the node port, or the range 30000-32767, for the clients that are to use it. If none is, a ClusterIP Service is enough.',
          confirm: connectOn(first),
          evidence: triesOf(nodePorts),
          explains: idsOf(nodePorts),
        },
      ]
    }),
}

const AFFINITY_LEAST = 3

/** Session affinity is not kept: the same client meets different pods. */
export const affinityNotKept: Rule = {
  code: 'affinity_not_kept',
  layer: 'proxy',
  degrades: true,
  after: ({ ports }, { beside, namespace, service }): Cause[] => {
    if (beside.sessionAffinity !== 'ClientIP') {
      return []
    }
    return ports.flatMap((port): Cause[] => {
      const moved = [...port.of('ClusterIP'), ...port.of('DNS'), ...port.of('NodePort')].filter(({ told }) => {
        const said = told.filter(({ responder }) => responder !== null)
        const from = new Set(said.map(({ localAddress, resolvedAddress }) => `${localAddress} ${resolvedAddress}`))
        return (
          said.length >= AFFINITY_LEAST && from.size === 1 && new Set(said.map(({ responder }) => responder)).size > 1
        )
      })
      const [first] = moved
      if (first === undefined) {
        return []
      }
      const met = [...new Set(first.told.flatMap(({ responder }) => responder ?? []))]
      return [
        {
          confidence: 'likely',
          title: 'Session affinity is not kept: one client reaches several pods',
          detail: `${list(moved.map(addressOf))}: ${count(first.told.length, 'connection')} from ${first.result?.localAddress} reached ${list(met)}. With sessionAffinity ClientIP all of them should reach the same one, until timeoutSeconds have passed. Either what replaces kube-proxy does not support it, or its rules are older than the field, or the source of connections is rewritten on the way.`,
          fix: `See whether the cluster's proxy knows sessionAffinity, and the rules on the node (iptables: -m recent; ipvs: persistent); set Service/${service} again if they are old. If responder does not name a pod, choose another one.`,
          confirm: `kubectl get service -n ${namespace} ${service} -o jsonpath='{.spec.sessionAffinity} {.spec.sessionAffinityConfig}'`,
          evidence: triesOf(moved),
          explains: [],
        },
      ]
    })
  },
}
