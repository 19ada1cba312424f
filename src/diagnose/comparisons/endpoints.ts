/** Faults at the endpoints themselves: every way to the Service ends there. */

import { count, everyOne, list } from '../phrases.ts'
import { avoidsBadEndpoints, mannerOf, meetsBadEndpoints, triesByWays } from '../rates.ts'
import { beginning, routerOn } from '../routers.ts'
import type { Rule } from '../rule.ts'
import {
  allFail,
  allPass,
  badShare,
  failing,
  failingBehind,
  idsOf,
  isCut,
  isDirect,
  isEndpoint,
  isHanging,
  isOwedTo,
  isRefused,
  isSilent,
  kindsOf,
  passing,
  type SeenPath,
  type SeenPort,
  servedThrough,
  triesOf,
} from '../seen.ts'
import { endTold } from './pods.ts'

/** A share of all connections fails, by whichever way they come. */
export const someEndpointsFail: Rule = {
  code: 'some_endpoints_fail',
  layer: 'endpoints',
  warnings: ['pods'],
  unless: [
    'mtu_too_small',
    'objects_out_of_date',
    'one_family_fails',
    'prober_reaches_nothing',
    'traffic_between_nodes_lost',
  ],
  after: ({ ports }, { namespace }) =>
    ports.flatMap((port) => {
      const endpoints = port.endpoints
      const bad = badShare(port)
      if (bad.length === 0) {
        return []
      }
      const node = nodeOfAll(port, bad)
      return [
        {
          // Silence may be meant for the prober alone; a bad answer is bad for every client.
          confidence: bad.every(isSilent) ? ('likely' as const) : ('certain' as const),
          title: `${bad.length} of ${count(endpoints.length, 'endpoint')} of port ${port.number} ${bad.length === 1 ? 'fails' : 'fail'}`,
          detail: [
            whoFails(bad, endpoints),
            shareTold(port, bad.length, endpoints.length),
            ...nodeTold(bad, node),
            ...nothingBackTold(bad, endpoints),
          ].join(' '),
          fix:
            node === null
              ? 'See what is wrong with those pods; a readiness probe that asks the application takes such pods out by itself.'
              : `Repair ${node}, or drain it.`,
          confirm: node === null ? `kubectl get pods -n ${namespace} -o wide` : `kubectl describe node ${node}`,
          evidence: triesOf(bad),
          explains: idsOf(failing(port.dialled).filter((each) => isBecauseOf(port, bad, each))),
        },
      ]
    }),
}

function whoFails(bad: readonly SeenPath[], endpoints: readonly SeenPath[]): string {
  const flaky = endpoints.filter(({ unsteady }) => unsteady)
  const others = flaky.length > 0 ? `${list(flaky.map(endTold))} now and then` : 'the others answer'
  return `${list(bad.map(endTold))}; ${others}.`
}

function nodeTold(bad: readonly SeenPath[], node: string | null): string[] {
  if (node === null) {
    return []
  }
  const told =
    bad.length === 1
      ? `It is on ${node}, and none that answers is; its node port does not answer either`
      : `All that fail are on ${node}, and none that answers is`
  return [`${told}: look at that node or its network.`]
}

/** Several endpoints on nodes of their own that accept connections and then send nothing hint at lost full packets. */
const nothingBackTold = (bad: readonly SeenPath[], endpoints: readonly SeenPath[]): string[] =>
  bad.length > 1 && isApart(bad, passing(endpoints)) && bad.every(isHanging)
    ? [
        'Connections to them are made and nothing comes back: so it looks where full packets do not fit (MTU), if the applications are alive.',
      ]
    : []

/** Tells whether a failure is one of the endpoints themselves, or of a way that led to them. */
const isBecauseOf = (port: SeenPort, bad: readonly SeenPath[], each: SeenPath): boolean =>
  bad.includes(each) || isOwedTo(each, bad) || (!isEndpoint(each) && isDirect(each) && meetsBadEndpoints(port, each))

/** Tells whether no node has both endpoints that fail and endpoints that answer. */
const isApart = (bad: readonly SeenPath[], good: readonly SeenPath[]): boolean => {
  const nodes = bad.map(({ path }) => path.node)
  return nodes.every((node) => node !== null) && !good.some(({ path }) => nodes.some((node) => node === path.node))
}

/** The one node that all silent endpoints are on. A single endpoint says nothing about its node unless the node is silent as well. */
function nodeOfAll(port: SeenPort, bad: readonly SeenPath[]): string | null {
  const [node, ...others] = new Set(bad.map(({ path }) => path.node))
  const nodePorts = port.of('NodePort').filter(({ path }) => path.node === node)
  if (node === undefined || others.length > 0 || !bad.every(isSilent)) {
    return null
  }
  return isApart(bad, passing(port.endpoints)) && (bad.length > 1 || allFail(nodePorts, isSilent)) ? node : null
}

/** The share of connections that fails, as it was seen; by the number of endpoints when no try would show it. */
function shareTold(port: SeenPort, bad: number, all: number): string {
  const { tries, failed } = triesByWays(port)
  const share = `about ${Math.round((100 * bad) / all)} %`
  if (tries === 0) {
    return `By their number, ${share} of all connections are led there (an estimate: no such way was tested).`
  }
  if (failed > 0) {
    return `Of ${count(tries, 'try', 'tries')} by ways that lead to any of them, ${failed} failed.`
  }
  return avoidsBadEndpoints(port)
    ? `Yet all ${tries} tries by ways that lead to any of them passed: traffic seems not to be sent there any more.`
    : `All ${count(tries, 'try', 'tries')} by ways that lead to any of them passed, which may be chance: by their number, ${share} are led there.`
}

/** All endpoints fail, and no cause fits them all: the fault is at the pods, not on the way to them. */
export const everyEndpointFails: Rule = {
  code: 'every_endpoint_fails',
  layer: 'endpoints',
  warnings: ['pods'],
  unless: [
    'objects_out_of_date',
    'one_family_fails',
    'endpoint_address_invalid',
    'prober_reaches_nothing',
    'traffic_between_nodes_lost',
  ],
  after: ({ ports }, { namespace }) =>
    ports.flatMap((port) => {
      const endpoints = port.endpoints
      if (!allFail(endpoints) || new Set(endpoints.map(mannerOf)).size < 2) {
        return []
      }
      return [
        {
          confidence: 'likely' as const,
          title: `${everyOne(endpoints.length, 'endpoint')} of port ${port.number} fail, each in its own way`,
          detail: `${list(endpoints.map(endTold))}. Asked directly they fail, so whatever leads to them fails as well: the fault is at the pods or their nodes.`,
          fix: 'Look at the pods one by one; a readiness probe that asks the application takes such pods out by itself.',
          confirm: `kubectl get pods -n ${namespace} -o wide`,
          evidence: triesOf(endpoints),
          explains: idsOf(failingBehind(port.dialled)),
        },
      ]
    }),
}

/** A path that fails in one sample and passes in the next meets nothing that is simply missing or closed. */
export const failsNowAndThen: Rule = {
  code: 'fails_now_and_then',
  layer: 'endpoints',
  warnings: ['pods'],
  unless: ['packet_loss', 'masquerade_missing', 'hairpin_missing', 'load_balancer_ignores_health'],
  after: ({ ports, tested }, { namespace }) =>
    ports.flatMap((port) => {
      const shaky = port.dialled.filter((each) => each.unsteady && each.result?.failure?.phase !== 'dns')
      const endpoints = port.endpoints
      // One that always fails has its share in all that leads to it, unless they fail in another way.
      const owed = (each: SeenPath): boolean =>
        badShare(port).length > 0 && (meetsBadEndpoints(port, each) || isOwedTo(each, badShare(port)))
      const unsteady = shaky.filter((each) => isEndpoint(each) || !owed(each))
      if (unsteady.length === 0) {
        return []
      }
      const ids = new Set(idsOf(unsteady))
      const tries = tested.filter(({ path }) => ids.has(path.id)).flatMap(({ deciding }) => deciding)
      const failed = tries.filter(({ outcome }) => outcome === 'fail')
      const atPods = unsteady.some(isEndpoint)
      return [
        {
          confidence: 'likely' as const,
          title: `Port ${port.number} fails now and then: in ${failed.length} of ${tries.length} tries`,
          detail: `${list([...new Set(failed.map(({ failure }) => failure?.code ?? ''))])}, by ${list(kindsOf(unsteady))}. ${
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

/** Connections are made and cut on every direct way, while a proxy of the mesh gets through. */
export const directConnectionsCut: Rule = {
  code: 'direct_connections_cut',
  layer: 'network',
  unless: [
    'objects_out_of_date',
    'one_family_fails',
    'prober_reaches_nothing',
    'proxy_protocol_mismatch',
    'port_speaks_tls',
    'backend_protocol_mismatch',
  ],
  after: ({ ports }, { namespace }) =>
    ports.flatMap((port) => {
      const endpoints = port.endpoints
      const isKeptOut = (each: SeenPath): boolean => isCut(each) || isRefused(each)
      if (!allFail(endpoints, isKeptOut) || !allPass(port.routed) || servedThrough(port).length === 0) {
        return []
      }
      const refused = endpoints.some(isRefused)
      return [
        {
          confidence: 'possible' as const,
          title: `Pods ${refused ? 'refuse' : 'cut'} every direct connection, and serve ${routerOn(port.routed).name}`,
          detail: refused
            ? `${beginning(routerOn(port.routed).name)} reaches the same pods, so something listens there: a firewall between the prober and the pods answers with resets, or the pods let in nobody else.`
            : 'A connection is made and ended before an answer. That is what a service mesh with mutual TLS (STRICT) does to clients outside the mesh; it is also what an application does that speaks another protocol.',
          fix: 'Put the prober into the mesh, allow plain text on that port, or give the port its protocol (appProtocol).',
          confirm: `kubectl get peerauthentication -A; kubectl get pods -n ${namespace} --show-labels`,
          evidence: triesOf(endpoints),
          explains: idsOf(failing(port.dialled).filter((each) => isKeptOut(each) && isDirect(each))),
        },
      ]
    }),
}
