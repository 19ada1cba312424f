/** No endpoint can be connected to: refused, silent, or nowhere. */
import { familyOf } from '../../lib/address.ts'
import { isSent } from '../belied.ts'
import { endpointsOf, listenersOf } from '../commands.ts'
import { controlOf, controlsAbout, dialledAt } from '../controls.ts'
import { count, everyOne, list } from '../phrases.ts'
import { beginning, routerOn } from '../routers.ts'
import type { Cause, Rule, Target } from '../rule.ts'
import {
  addressOf,
  allFail,
  failingBehind,
  idsOf,
  isDirect,
  isEndpoint,
  isRefused,
  isSilent,
  type Seen,
  type SeenPath,
  type SeenPort,
  servedThrough,
  triesOf,
  urlsOf,
} from '../seen.ts'

const DECLARED_MAX = 3

/** The pod's own kernel refuses, as no process listens on that address and port. */
export const nothingListens: Rule = {
  code: 'nothing_listens',
  layer: 'workload',
  warnings: ['pods'],
  unless: ['objects_out_of_date', 'one_family_fails'],
  asks: ({ ports }, { beside }) =>
    ports.flatMap((port) => {
      const [end, ...more] = port.endpoints
      if (end === undefined || !allFail([end, ...more], isRefused)) {
        return []
      }
      const at = dialledAt(end)
      const pod = beside.pods[end.path.address ?? '']
      if (at === null || pod === undefined) {
        return []
      }
      return [
        ...pod.ports
          .filter((number) => number !== at.port)
          .slice(0, DECLARED_MAX)
          .flatMap((number) => controlOf(end, 'declared_port', { type: 'connect' }, { ...at, port: number })),
        ...pod.others.slice(0, 1).flatMap((address) => {
          const to = { ...at, address, family: familyOf(address) ?? at.family }
          return controlOf(end, 'other_family', { type: 'connect' }, to)
        }),
      ]
    }),
  after: (seen, target) =>
    seen.ports.flatMap((port) => {
      const endpoints = port.endpoints
      const refusing = endpoints.length === 0 ? refusingNodes(seen, port) : []
      if (refusing.length > 0) {
        return [refusedEverywhere(port, refusing, target)]
      }
      // A pod whose answer comes through a controller does listen: only the prober is refused.
      if (!allFail(endpoints, isRefused) || servedThrough(port).length > 0) {
        return []
      }
      const numbers = [...new Set(endpoints.map(({ path }) => path.addressPort))]
      const takes = (kind: 'declared_port' | 'other_family'): readonly string[] =>
        endpoints.flatMap((end) =>
          controlsAbout(seen, kind, end).flatMap(({ outcome, control }) =>
            outcome === 'pass' && control ? [control.to] : [],
          ),
        )
      const others = takes('declared_port')
      const families = takes('other_family')
      const otherPorts = list([...new Set(others.map((to) => to.slice(to.lastIndexOf(':') + 1)))])
      const found =
        others.length > 0
          ? `The pod takes connections on port ${otherPorts}, which its containers declare: the application listens there.`
          : families.length > 0
            ? `At the pod's other address, ${list(families)}, the same port takes connections: the application listens in one family alone.`
            : 'Either targetPort is not the port of the application, or the application listens on 127.0.0.1 only.'
      return [
        {
          confidence: 'likely' as const,
          title: `${everyOne(endpoints.length, 'endpoint')} ${endpoints.length === 1 ? 'refuses' : 'refuse'} connections on port ${numbers.join(', ')}${others.length > 0 ? `, and port ${otherPorts} takes them` : ''}`,
          detail: `${list(endpoints.map(addressOf))} refuse although they are endpoints of port ${port.number}: nothing listens there. ${found}`,
          fix:
            others.length > 0
              ? `Set targetPort to ${otherPorts}${others.length > 1 ? ', whichever of them serves clients' : ''}, or let the application listen on ${numbers.join(', ')}.`
              : families.length > 0
                ? 'Let the application listen on [::] with both families, or give the Service the family that it has (spec.ipFamilies).'
                : 'Set targetPort to the port that the application serves, and let it listen on all addresses (0.0.0.0 or ::).',
          confirm: listenersOf(endpoints, target),
          evidence: triesOf(endpoints),
          explains: idsOf(failingBehind(port.dialled)),
        },
      ]
    }),
}

/** Every node port, of several nodes, where no pod is asked: each hands the refusal on, or has no rule. */
function refusingNodes({ tested }: Seen, port: SeenPort): readonly SeenPath[] {
  const has = tested.some((each) => isEndpoint(each) && each.path.port?.number === port.number)
  const nodePorts = port.of('NodePort')
  const nodes = new Set(nodePorts.map(({ path }) => path.node ?? path.address))
  return has && nodes.size > 1 && allFail(nodePorts, isRefused) && allFail(port.dialled) ? nodePorts : []
}

const refusedEverywhere = (port: SeenPort, refusing: readonly SeenPath[], target: Target): Cause => ({
  confidence: 'possible',
  title: `Every node refuses connections to the node port of port ${port.number}, though the Service has endpoints`,
  detail: `${list(refusing.map(addressOf))}: a node hands such a connection on to a pod, and its refusal back: most likely nothing listens on targetPort. It looks the same where kube-proxy has no rule for the port on any node. No endpoint was asked, so the two cannot be told apart.`,
  fix: 'Ask from inside the cluster: then the endpoints are tried, too. Set targetPort to the port that the application serves, and let it listen on all addresses (0.0.0.0 or ::).',
  confirm: endpointsOf(target),
  evidence: triesOf(refusing),
  explains: idsOf(failingBehind(port.dialled)),
})

/** The least time for which the kernel asks for a neighbour that does not exist (net.ipv4.neigh.*). */
const NEIGHBOUR_MS = 1000

/** Pods that are ready, by the word of their node's kubelet, do not answer the prober. */
export const endpointsSilent: Rule = {
  code: 'endpoints_silent',
  layer: 'network',
  warnings: ['pods'],
  unless: [
    'objects_out_of_date',
    'one_family_fails',
    'prober_reaches_nothing',
    'traffic_between_nodes_lost',
    'network_policy_port',
    'endpoint_address_invalid',
    'endpoint_is_cluster_ip',
    'dns_udp_dropped',
  ],
  after: ({ ports }, { namespace }) =>
    ports.flatMap((port) => {
      const endpoints = port.endpoints
      const byIngress = servedThrough(port).length > 0
      const byWays = endpoints.length === 0 && byIngress ? silentWays(port) : []
      if (byWays.length > 0) {
        return [controllerAlone(port, byWays, namespace)]
      }
      if (!allFail(endpoints, isSilent) || allFail(endpoints, isUnreachable)) {
        return []
      }
      return [
        {
          confidence: byIngress ? ('likely' as const) : ('possible' as const),
          title: `Packets to the pods are dropped: ${endpoints.length === 1 ? 'the endpoint does not answer' : `none of ${count(endpoints.length, 'endpoint')} answers`} ${port.protocol === 'UDP' ? 'over UDP' : 'a connection attempt'}`,
          detail: `${list(endpoints.map(addressOf))}: no answer at all. A pod on which nothing listens would refuse${port.protocol === 'UDP' ? '; over UDP one whose application hangs is silent as well. If it does not hang,' : ', one whose application hangs would accept:'} the packets do not arrive, or the answers do not. ${
            byIngress
              ? `${beginning(routerOn(port.routed).name)} reaches the same pods: most likely a NetworkPolicy lets in its namespace, and not that of the prober.`
              : 'Either a NetworkPolicy or a firewall drops them (on the side of the pods or of the prober), or the pod network between the nodes is broken.'
          }`,
          fix: 'Let the namespace of the prober in, if its clients are to get in; else look at the network plugin on the nodes.',
          confirm: `kubectl get networkpolicies -n ${namespace}; kubectl get pods -n kube-system -o wide`,
          evidence: triesOf(endpoints),
          explains: idsOf(failingBehind(port.dialled)),
        },
      ]
    }),
}

/**
 * Every way that kube-proxy leads to the pods, seen from where no pod is asked. An external IP has the port of the
 * Service: a filter of node ports does not explain that it is silent as well.
 */
function silentWays(port: SeenPort): readonly SeenPath[] {
  const ways = port.dialled.filter(isDirect)
  const has = (kind: SeenPath['path']['kind']): boolean => ways.some(({ path }) => path.kind === kind)
  return has('NodePort') && has('ExternalIP') && allFail(ways, isSilent) ? ways : []
}

const controllerAlone = (port: SeenPort, ways: readonly SeenPath[], namespace: string): Cause => ({
  confidence: 'likely',
  title: `Packets to the pods are dropped, unless they come from ${routerOn(port.routed).name}`,
  detail: `${list(ways.map(addressOf), 4)}: no answer at all, on the port of the Service and on node ports alike; ${urlsOf(servedThrough(port))} is served by the same pods. A NetworkPolicy lets that in and not clients that come by a node, or a firewall keeps the prober from everything else.`,
  fix: 'If clients are to come this way, let their addresses in (ipBlock; with externalTrafficPolicy Cluster those of the nodes); if not, a ClusterIP Service is enough.',
  confirm: `kubectl get networkpolicies -n ${namespace}`,
  evidence: [...triesOf(ways), ...triesOf(servedThrough(port)).slice(0, 1)],
  explains: idsOf(ways),
})

const isUnreachable = ({ code }: SeenPath): boolean => code === 'host_unreachable' || code === 'network_unreachable'

/** Somebody on the way says that nobody is there, or that nobody may get there. */
export const endpointsUnreachable: Rule = {
  code: 'endpoints_unreachable',
  layer: 'network',
  warnings: ['pods'],
  unless: [
    'objects_out_of_date',
    'one_family_fails',
    'prober_reaches_nothing',
    'traffic_between_nodes_lost',
    'endpoint_address_invalid',
    'endpoint_is_cluster_ip',
  ],
  after: ({ ports }, { namespace, source }) =>
    ports.flatMap((port) => {
      const endpoints = port.endpoints
      if (!allFail(endpoints, isUnreachable)) {
        return []
      }
      const took = endpoints.map(({ result }) => result?.timings.totalMs ?? 0)
      const searched = took.every((ms) => ms >= NEIGHBOUR_MS)
      return [
        {
          confidence: 'likely' as const,
          title: `${everyOne(endpoints.length, 'endpoint')} ${endpoints.length === 1 ? 'is' : 'are'} unreachable: ${searched ? 'nobody has the address' : 'the way there is closed or missing'}`,
          detail: `${list(endpoints.map((each) => `${addressOf(each)} (${each.code})`))}. ${
            searched
              ? 'The address was looked for and nobody has it: its pod is gone, and the endpoints are older than that; or its node is gone.'
              : 'Somebody on the way says so at once: a firewall that prohibits (firewalld, a REJECT rule), or a router without a route to the pods.'
          }`,
          fix: searched
            ? `${isSent(source) ? 'Send the objects as they are now' : 'Ask again'}; if the EndpointSlice still has the address, see who writes it (kube-controller-manager; for a Service without selector: you).`
            : 'See the routes to the pod network and the firewall of the nodes.',
          confirm: `kubectl get endpointslices,pods -n ${namespace} -o wide`,
          evidence: triesOf(endpoints),
          explains: idsOf(failingBehind(port.dialled)),
        },
      ]
    }),
}
