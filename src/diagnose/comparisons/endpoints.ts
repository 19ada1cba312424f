/** Faults at the endpoints themselves: every way to the Service ends there. */
import type { Rule } from '../rule.ts'
import {
  addressOf,
  allFail,
  allPass,
  badShare,
  failing,
  failingBehind,
  idsOf,
  isCut,
  isHanging,
  isOwedTo,
  isRefused,
  isSilent,
  passing,
  type SeenPath,
  triesOf,
} from '../seen.ts'
import { count, everyOne, list } from '../words.ts'

/** F04, F05: the pod's own kernel refuses, as no process listens on that address and port. */
export const nothingListens: Rule = {
  code: 'nothing_listens',
  layer: 'workload',
  after: ({ ports }, { namespace }) =>
    ports.flatMap((port) => {
      const endpoints = port.of('Endpoint')
      if (!allFail(endpoints, isRefused)) return []
      const numbers = [...new Set(endpoints.map(({ path }) => path.addressPort))]
      return [
        {
          confidence: 'likely' as const,
          title: `${everyOne(endpoints.length, 'endpoint')} ${endpoints.length === 1 ? 'refuses' : 'refuse'} connections on port ${numbers.join(', ')}`,
          detail: `${list(endpoints.map(addressOf))} refuse although they are endpoints of port ${port.number}: nothing listens there. Either targetPort is not the port of the application, or the application listens on 127.0.0.1 only.`,
          fix: 'Set targetPort to the port that the application serves, and let it listen on all addresses (0.0.0.0 or ::).',
          confirm: `kubectl exec -n ${namespace} POD -- sh -c 'ss -lnt || netstat -lnt'`,
          evidence: triesOf(endpoints),
          explains: idsOf(failingBehind(port.dialled)),
        },
      ]
    }),
}

/** How long a neighbour that does not exist is asked for, at least (three times a second, net.ipv4.neigh.*). */
const NEIGHBOUR_MS = 1000

/** F39, F40: pods that are ready, by the word of their node's kubelet, do not answer the prober. */
export const endpointsSilent: Rule = {
  code: 'endpoints_silent',
  layer: 'network',
  unless: ['network_policy_port', 'endpoint_address_invalid', 'endpoint_is_cluster_ip'],
  after: ({ ports }, { namespace }) =>
    ports.flatMap((port) => {
      const endpoints = port.of('Endpoint')
      if (!allFail(endpoints, isSilent) || allFail(endpoints, isUnreachable)) return []
      const byIngress = passing(port.of('Ingress')).length > 0
      return [
        {
          confidence: byIngress ? ('likely' as const) : ('possible' as const),
          title: `Packets to the pods are dropped: ${endpoints.length === 1 ? 'the endpoint does not answer' : `none of ${count(endpoints.length, 'endpoint')} answers`} a connection attempt`,
          detail: `${list(endpoints.map(addressOf))}: no answer at all. A pod on which nothing listens would refuse, one whose application hangs would accept: the packets do not arrive, or the answers do not. ${
            byIngress
              ? 'An Ingress reaches the same pods: most likely a NetworkPolicy lets in the namespace of the controller, and not that of the prober.'
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

const isUnreachable = ({ code }: SeenPath): boolean => code === 'host_unreachable' || code === 'network_unreachable'

/** F15, F39, F47: somebody on the way says that nobody is there, or that nobody may get there. */
export const endpointsUnreachable: Rule = {
  code: 'endpoints_unreachable',
  layer: 'network',
  unless: ['endpoint_address_invalid', 'endpoint_is_cluster_ip'],
  after: ({ ports }, { namespace }) =>
    ports.flatMap((port) => {
      const endpoints = port.of('Endpoint')
      if (!allFail(endpoints, isUnreachable)) return []
      const took = endpoints.map(({ result }) => result?.timings.totalMs ?? 0)
      const searched = took.every((ms) => ms >= NEIGHBOUR_MS)
      return [
        {
          confidence: 'likely' as const,
          title: `${everyOne(endpoints.length, 'endpoint')} ${endpoints.length === 1 ? 'is' : 'are'} unreachable: ${searched ? 'nobody has the address' : 'the way there is closed or missing'}`,
          detail: `${list(endpoints.map((each) => `${addressOf(each)} (${each.code})`))}. ${
            searched
              ? 'The address was looked for and nobody has it: its pod is gone, and the endpoints are older than that; or its node is.'
              : 'Somebody on the way says so at once: a firewall that prohibits (firewalld, a REJECT rule), or a router without a route to the pods.'
          }`,
          fix: searched
            ? 'Hand in the objects of now; if the EndpointSlice still has the address, see who writes it (kube-controller-manager; for a Service without selector: you).'
            : 'See the routes to the pod network and the firewall of the nodes.',
          confirm: `kubectl get endpointslices,pods -n ${namespace} -o wide`,
          evidence: triesOf(endpoints),
          explains: idsOf(failingBehind(port.dialled)),
        },
      ]
    }),
}

/** F15, F39, F47: a share of all connections fails, by whichever way they come. */
export const someEndpointsFail: Rule = {
  code: 'some_endpoints_fail',
  layer: 'endpoints',
  unless: ['one_family_fails'],
  after: ({ ports }, { namespace }) =>
    ports.flatMap((port) => {
      const endpoints = port.of('Endpoint')
      const bad = badShare(port)
      const good = passing(endpoints)
      if (bad.length === 0) return []
      const nodes = [...new Set(bad.flatMap(({ path }) => path.node ?? []))]
      const nodePorts = port.of('NodePort').filter(({ path }) => nodes.includes(path.node ?? ''))
      // One alone says nothing about where it is, unless its node is as silent.
      const apart =
        (bad.length > 1 || allFail(nodePorts, isSilent)) &&
        bad.every(({ path }) => path.node !== null) &&
        !good.some(({ path }) => nodes.includes(path.node ?? ''))
      const byNode = apart && nodes.length === 1 && bad.every(isSilent)
      const nothingBack = apart && bad.length > 1 && bad.every(isHanging)
      return [
        {
          confidence: 'certain' as const,
          title: `${bad.length} of ${count(endpoints.length, 'endpoint')} of port ${port.number} ${bad.length === 1 ? 'fails' : 'fail'}`,
          detail:
            `${list(bad.map((each) => `${addressOf(each)} (${each.code})`))}; the others answer. About ${Math.round((100 * bad.length) / endpoints.length)} % of all connections to the Service fail.` +
            (byNode
              ? ` ${bad.length === 1 ? 'It is' : 'All that fail are'} on ${nodes[0]}, and none that answers is${bad.length === 1 ? '; its node port does not answer either' : ''}: look at that node or its network.`
              : '') +
            (nothingBack
              ? ' Connections to them are made and nothing comes back: as where full packets do not fit (MTU), if the applications are alive.'
              : ''),
          fix: byNode
            ? `Repair ${nodes[0]}, or drain it.`
            : 'See what is wrong with those pods; a readiness probe that asks the application takes such pods out by itself.',
          confirm: byNode ? `kubectl describe node ${nodes[0]}` : `kubectl get pods -n ${namespace} -o wide`,
          evidence: triesOf(bad),
          explains: idsOf(
            failing(port.dialled).filter(
              (each) =>
                bad.includes(each) ||
                isOwedTo(each, bad) ||
                (each.path.kind !== 'Endpoint' && bad.some(({ code }) => code === each.code)),
            ),
          ),
        },
      ]
    }),
}

/** How an endpoint fails, as far as it takes another finding to say so. */
const mannerOf = (each: SeenPath): string =>
  isRefused(each)
    ? 'refused'
    : isSilent(each)
      ? 'silent'
      : isHanging(each)
        ? 'hanging'
        : isCut(each)
          ? 'cut'
          : `${each.code} ${each.result?.http?.status ?? ''}`

/** Where no cause fits them all, it is still the pods, and not what leads to them. */
export const everyEndpointFails: Rule = {
  code: 'every_endpoint_fails',
  layer: 'endpoints',
  unless: ['one_family_fails', 'endpoint_address_invalid'],
  after: ({ ports }, { namespace }) =>
    ports.flatMap((port) => {
      const endpoints = port.of('Endpoint')
      if (!allFail(endpoints) || new Set(endpoints.map(mannerOf)).size < 2) return []
      return [
        {
          confidence: 'likely' as const,
          title: `${everyOne(endpoints.length, 'endpoint')} of port ${port.number} fail, each in its own way`,
          detail: `${list(endpoints.map((each) => `${addressOf(each)} (${each.code})`))}. Asked themselves they fail, so whatever leads to them fails as well: the fault is at the pods or their nodes.`,
          fix: 'Look at the pods one by one; a readiness probe that asks the application takes such pods out by itself.',
          confirm: `kubectl get pods -n ${namespace} -o wide`,
          evidence: triesOf(endpoints),
          explains: idsOf(failingBehind(port.dialled)),
        },
      ]
    }),
}

/** F55, F92: what fails in one sample and passes in the next is nothing that is simply missing or closed. */
export const failsNowAndThen: Rule = {
  code: 'fails_now_and_then',
  layer: 'endpoints',
  after: ({ ports, tested }, { namespace }) =>
    ports.flatMap((port) => {
      const unsteady = port.dialled.filter((each) => each.unsteady && each.result?.failure?.phase !== 'dns')
      const endpoints = port.of('Endpoint')
      // One that always fails has its share in all that leads to it.
      if (unsteady.length === 0 || failing(endpoints).some((each) => !each.unsteady)) return []
      const ids = new Set(idsOf(unsteady))
      const tries = tested.filter(({ path }) => ids.has(path.id)).flatMap(({ deciding }) => deciding)
      const failed = tries.filter(({ outcome }) => outcome === 'fail')
      const atPods = unsteady.some(({ path }) => path.kind === 'Endpoint')
      return [
        {
          confidence: 'likely' as const,
          title: `Port ${port.number} fails now and then: in ${failed.length} of ${tries.length} tries`,
          detail: `${list([...new Set(failed.map(({ failure }) => failure?.code ?? ''))])}, by ${list([...new Set(unsteady.map(({ path }) => path.kind))])}. ${
            atPods
              ? 'The pods themselves do so: too busy, restarting, or one of several processes in them is broken.'
              : endpoints.length > 0
                ? 'The endpoints answer every time: packets are lost on the way, or something on it still knows a pod that is gone.'
                : 'Either some of the pods fail (no endpoint was tested), or packets are lost on the way.'
          }`,
          fix: atPods
            ? 'See the log and the restarts of the pods, and their limits.'
            : 'Ask again with more samples, and compare by node; see conntrack, MTU and errors of the interfaces of the nodes.',
          confirm: `kubectl get pods -n ${namespace} -o wide; kubectl get events -n ${namespace} --sort-by=.lastTimestamp`,
          evidence: triesOf(unsteady),
          explains: idsOf(unsteady),
        },
      ]
    }),
}

/** F56: connections are made and cut on every direct way, while a proxy of the mesh gets through. */
export const directConnectionsCut: Rule = {
  code: 'direct_connections_cut',
  layer: 'network',
  after: ({ ports }, { namespace }) =>
    ports.flatMap((port) => {
      const endpoints = port.of('Endpoint')
      if (!allFail(endpoints, isCut) || !allPass(port.of('Ingress'))) return []
      return [
        {
          confidence: 'possible' as const,
          title: 'Pods cut every direct connection, and serve the Ingress',
          detail:
            'A connection is made and ended before an answer. That is what a service mesh with mutual TLS (STRICT) does to clients outside the mesh; it is also what an application does that speaks another protocol.',
          fix: 'Put the prober into the mesh, allow plain text on that port, or give the port its protocol (appProtocol).',
          confirm: `kubectl get peerauthentication -A; kubectl get pods -n ${namespace} --show-labels`,
          evidence: triesOf(endpoints),
          explains: idsOf(failing(port.dialled).filter(isCut)),
        },
      ]
    }),
}
