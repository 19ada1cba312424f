/** Traffic from one node to another is lost: what stays on a node arrives, whatever else is asked. */
import { controlsTo, isAnswering } from '../controls.ts'
import { list } from '../phrases.ts'
import type { Cause, Rule } from '../rule.ts'
import {
  addressOf,
  allFail,
  allPass,
  failing,
  idsOf,
  isDirect,
  isEndpoint,
  isSilent,
  kindsOf,
  nodesOf,
  passing,
  type Seen,
  type SeenPath,
  type SeenPort,
  triesOf,
} from '../seen.ts'
import { clusterNames, isUnanswered } from './named.ts'

/** The failures that show lost traffic, and those it causes besides. */
type Sign = { shows: readonly SeenPath[]; beside: readonly SeenPath[]; told: string; isGuess?: true }

/** Nodes that the endpoints of the port are on, tested or not. `null`: of one it is not known. */
function homesOf({ tested }: Seen, port: SeenPort): ReadonlySet<string> | null {
  const ends = tested.filter(
    (each) => isEndpoint(each) && each.path.expected === 'reachable' && each.path.port?.number === port.number,
  )
  const nodes = ends.map(({ path }) => path.node)
  return nodes.some((node) => node === null) ? null : new Set(nodes.flatMap((node) => node ?? []))
}

/** Node ports answer exactly where an endpoint is: no node hands on to another what it has no endpoint for. */
function byNodePorts(seen: Seen, port: SeenPort): Sign | null {
  const homes = homesOf(seen, port)
  const nodePorts = port.of('NodePort')
  // When every pod is reached and no cluster IP is, the address translation is at fault.
  if (allPass(port.endpoints) && allFail(port.of('ClusterIP'), isSilent)) {
    return null
  }
  if (homes === null || homes.size === 0 || nodePorts.some(({ path }) => path.node === null)) {
    return null
  }
  const away = nodePorts.filter(({ path }) => !homes.has(path.node ?? ''))
  const home = nodePorts.filter(({ path }) => homes.has(path.node ?? ''))
  if (!allFail(away, isSilent) || home.length === 0 || !home.every(({ passed, unsteady }) => passed || unsteady)) {
    return null
  }
  return {
    shows: away,
    beside: home,
    told: `The node port answers on ${list([...nodesOf(home)])}, where the endpoints are, and not on ${list([...nodesOf(away)])}, which ${nodesOf(away).size === 1 ? 'has' : 'have'} none and must hand connections on`,
  }
}

/** Endpoints answer on one node, on which the prober will be, and on no other, though these are up. */
function byEndpoints(port: SeenPort): Sign | null {
  const ends = port.endpoints
  const near = nodesOf(ends.filter(({ passed, unsteady }) => passed || unsteady))
  const far = ends.filter(({ path }) => path.node !== null && !near.has(path.node))
  if (near.size !== 1 || !allFail(far, isSilent) || far.length + passing(ends).length < ends.length) {
    return null
  }
  const isUp = (node: string): boolean =>
    port.of('NodePort').some(({ path, passed, unsteady }) => path.node === node && (passed || unsteady))
  // One node that is silent as a whole is a node that is down; one endpoint that is says nothing about its node.
  const others = [...nodesOf(far)]
  if (far.length < 2 || (others.length < 2 && !others.every(isUp))) {
    return null
  }
  return {
    shows: far,
    beside: passing(ends),
    told: `Endpoints on ${[...near][0]} answer, those on ${list(others)} do not`,
  }
}

/** No pod is reached, not even that of DNS, and nodes are: what they themselves reach, they hand on. */
function byNames(seen: Seen, port: SeenPort): Sign | null {
  const ends = port.endpoints
  const names = clusterNames(seen)
  const beside = passing([...port.of('NodePort'), ...port.routed])
  if (!allFail(ends, isSilent) || !allFail(names, isUnanswered) || beside.length === 0) {
    return null
  }
  return {
    shows: [...ends, ...names],
    beside,
    told: `No pod answers the prober, neither those of the Service nor those of DNS, and by ${list(kindsOf(beside))} the Service is reached`,
  }
}

/** The same, where no way leads by a node: the API server runs on the network of its node, and is reached. */
function byApiServer(seen: Seen, port: SeenPort): Sign | null {
  const ends = port.endpoints
  const names = clusterNames(seen)
  const answering = controlsTo(seen, 'kubernetes_cluster_ip').some(isAnswering)
  if (!answering || !allFail(ends, isSilent) || !allFail(names, isUnanswered)) {
    return null
  }
  return {
    shows: [...ends, ...names],
    beside: [],
    told: 'The API server answers the prober at its cluster IP, and no pod does, neither those of the Service nor those of DNS: either nodes are reached and pods are not, or a policy lets the prober out to the API server alone',
    isGuess: true,
  }
}

export const trafficBetweenNodesLost: Rule = {
  code: 'traffic_between_nodes_lost',
  layer: 'network',
  scope: 'network',
  unless: [
    'masquerade_missing',
    'prober_reaches_nothing',
    'traffic_policy_local_no_endpoint',
    'node_not_ready',
    'objects_out_of_date',
  ],
  after: (seen, { position }) =>
    seen.ports.flatMap((port): Cause[] => {
      const sign = byNodePorts(seen, port) ?? byEndpoints(port) ?? byNames(seen, port) ?? byApiServer(seen, port)
      if (sign === null) {
        return []
      }
      const { shows, beside, told, isGuess = false } = sign
      const ways = failing(port.dialled).filter((each) => isSilent(each) && isDirect(each))
      const names = position === 'in-cluster' ? failing(seen.all).filter(isUnanswered) : []
      return [
        {
          confidence: isGuess ? 'possible' : 'likely',
          title: 'Traffic between nodes is lost',
          detail: `${told} (${list(
            shows.map((each) => `${addressOf(each)}: ${each.code}`),
            3,
          )}). That is how it looks where the network of the pods does not get from node to node: the overlay (VXLAN, Geneve, WireGuard, IP-in-IP) is blocked or down, routes to the pods of other nodes are missing, or the source of what is handed on is not rewritten.`,
          fix: 'Open the port of the overlay between all nodes (VXLAN UDP 8472 or 4789, Geneve UDP 6081, WireGuard UDP 51820 or 51871; IP-in-IP is protocol 4, BGP TCP 179), and see that the pods of the network plugin run on each.',
          confirm: 'kubectl get pods -n kube-system -o wide; kubectl get nodes -o wide',
          evidence: [...triesOf(shows), ...triesOf(beside).slice(0, 1)],
          explains: [...new Set(idsOf([...shows, ...ways, ...names]))],
        },
      ]
    }),
}
