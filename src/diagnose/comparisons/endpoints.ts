/** Faults at the endpoints themselves: every way to the Service ends there. */
import type { Rule } from '../rule.ts'
import { addressOf, allFail, allPass, failing, idsOf, isRefused, isSilent, passing, triesOf } from '../seen.ts'
import { count, list } from '../words.ts'

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
          title: `${endpoints.length === 1 ? 'The endpoint refuses' : `All ${count(endpoints.length, 'endpoint')} refuse`} connections on port ${numbers.join(', ')}`,
          detail: `${list(endpoints.map(addressOf))} refuse although they are endpoints of port ${port.number}: nothing listens there. Either targetPort is not the port of the application, or the application listens on 127.0.0.1 only.`,
          fix: 'Set targetPort to the port that the application serves, and let it listen on all addresses (0.0.0.0 or ::).',
          confirm: `kubectl exec -n ${namespace} POD -- sh -c 'ss -lnt || netstat -lnt'`,
          evidence: triesOf(endpoints),
          explains: idsOf(failing(port.dialled)),
        },
      ]
    }),
}

/** F39, F40: pods that are ready, by the word of their node's kubelet, do not answer the prober. */
export const endpointsSilent: Rule = {
  code: 'endpoints_silent',
  layer: 'network',
  unless: ['network_policy_port', 'endpoint_address_invalid'],
  after: ({ ports }, { namespace }) =>
    ports.flatMap((port) => {
      const endpoints = port.of('Endpoint')
      if (!allFail(endpoints, isSilent)) return []
      const byIngress = passing(port.of('Ingress')).length > 0
      return [
        {
          confidence: byIngress ? ('likely' as const) : ('possible' as const),
          title: 'The pods are ready, and do not answer the prober',
          detail: byIngress
            ? 'An Ingress reaches them, the prober does not: most likely a NetworkPolicy lets in the namespace of the controller, and not that of the prober.'
            : 'Connections to the endpoints time out. Either a NetworkPolicy drops them (on the side of the pods or of the prober), or the pod network between the nodes is broken.',
          fix: 'Let the namespace of the prober in, if its clients are to get in; else look at the network plugin on the nodes.',
          confirm: `kubectl get networkpolicies -n ${namespace}; kubectl get pods -n kube-system -o wide`,
          evidence: triesOf(endpoints),
          explains: idsOf(failing(port.dialled)),
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
      const bad = failing(endpoints)
      const good = passing(endpoints)
      if (bad.length === 0 || good.length === 0) return []
      const nodes = [...new Set(bad.flatMap(({ path }) => path.node ?? []))]
      const byNode =
        nodes.length === 1 &&
        bad.every(({ path }) => path.node !== null) &&
        !good.some(({ path }) => path.node === nodes[0])
      return [
        {
          confidence: 'certain' as const,
          title: `${bad.length} of ${count(endpoints.length, 'endpoint')} of port ${port.number} ${bad.length === 1 ? 'fails' : 'fail'}`,
          detail:
            `${list(bad.map((each) => `${addressOf(each)} (${each.code})`))}; the others answer. About ${Math.round((100 * bad.length) / endpoints.length)} % of all connections to the Service fail.` +
            (byNode
              ? ` All that fail are on ${nodes[0]}, and none that answers is: look at that node or its network.`
              : ''),
          fix: byNode
            ? `Repair ${nodes[0]}, or drain it.`
            : 'See what is wrong with those pods; a readiness probe that asks the application takes such pods out by itself.',
          confirm: byNode ? `kubectl describe node ${nodes[0]}` : `kubectl get pods -n ${namespace} -o wide`,
          evidence: triesOf(bad),
          explains: idsOf(
            failing(port.dialled).filter(
              (each) =>
                bad.includes(each) || (each.path.kind !== 'Endpoint' && bad.some(({ code }) => code === each.code)),
            ),
          ),
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
      const cut = ({ code }: { code: string | null }) => code === 'connection_reset' || code === 'connection_closed'
      const endpoints = port.of('Endpoint')
      if (!allFail(endpoints, cut) || !allPass(port.of('Ingress'))) return []
      return [
        {
          confidence: 'possible' as const,
          title: 'Pods cut every direct connection, and serve the Ingress',
          detail:
            'A connection is made and ended before an answer. That is what a service mesh with mutual TLS (STRICT) does to clients outside the mesh; it is also what an application does that speaks another protocol.',
          fix: 'Put the prober into the mesh, allow plain text on that port, or give the port its protocol (appProtocol).',
          confirm: `kubectl get peerauthentication -A; kubectl get pods -n ${namespace} --show-labels`,
          evidence: triesOf(endpoints),
          explains: idsOf(failing(port.dialled).filter(cut)),
        },
      ]
    }),
}
