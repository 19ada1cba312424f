/** Load balancers of a Service: they do not answer, or send to nodes that do not. */
import type { Control } from '../../check/control.ts'
import { hostPort } from '../../lib/address.ts'
import { controlsTo } from '../controls.ts'
import { list } from '../phrases.ts'
import { meetsBadEndpoints } from '../rates.ts'
import type { Cause, Rule } from '../rule.ts'
import {
  addressOf,
  failing,
  hasNoConnection,
  idsOf,
  isBalancer,
  isConnected,
  isDirect,
  isSilent,
  passing,
  type Seen,
  type SeenPort,
  type TestedPath,
  triesOf,
} from '../seen.ts'

/** The nodes serve the port, and the load balancer's address does not. */
export const loadBalancerFails: Rule = {
  code: 'load_balancer_fails',
  layer: 'loadbalancer',
  warnings: ['service', 'pods', 'makers'],
  unless: [
    'load_balancer_ignores_health',
    'prober_reaches_nothing',
    'load_balancer_port_error',
    'load_balancer_nodes_excluded',
    'one_family_fails',
    'service_proxy_fails',
  ],
  after: ({ ports }, { namespace, service }) =>
    ports.flatMap((port) => {
      // A short cut is kube-proxy's answer: the load balancer was not asked.
      const bad = failing(port.of('LoadBalancer')).filter(
        (each) => isBalancer(each) && !each.unsteady && hasNoConnection(each) && !meetsBadEndpoints(port, each),
      )
      const behind = [...port.of('NodePort'), ...port.of('ClusterIP'), ...port.endpoints].filter(isConnected)
      // From outside there may be nothing else to ask.
      const alone =
        port.dialled.every((each) => each.path.kind === 'LoadBalancer' || !isDirect(each)) &&
        port.explained.length === 0
      if (bad.length === 0 || (behind.length === 0 && !(alone && bad.length === port.of('LoadBalancer').length))) {
        return []
      }
      const silent = bad.every(isSilent)
      return [
        {
          confidence: alone ? ('possible' as const) : ('likely' as const),
          title: alone
            ? 'The load balancer does not answer'
            : 'The load balancer does not answer, and what is behind it does',
          detail:
            `${list(bad.map((each) => `${addressOf(each)}: ${each.code}`))}. ` +
            (silent
              ? 'Either its address is not announced (no L2Advertisement or BGP session, ARP filtered), or its health checks have taken out every node, or it does not let the prober in.'
              : 'It is there and has no listener for the port, or no healthy node behind it.') +
            (alone ? ' Or the Service has no endpoint: nothing behind it could be asked from here.' : ''),
          fix: "See the load balancer's own listeners and health checks; with externalTrafficPolicy Local these must ask healthCheckNodePort.",
          confirm: `kubectl describe service -n ${namespace} ${service}`,
          evidence: [...triesOf(bad), ...triesOf(behind).slice(0, 1)],
          explains: idsOf(bad),
        },
      ]
    }),
}

const NODES_ASKED_MAX = 4

/** Nodes that have no endpoint and, with externalTrafficPolicy Local, serve nobody: nothing is promised there. */
const emptyNodes = ({ tested }: Seen, port: SeenPort): readonly TestedPath[] =>
  tested.filter(
    ({ path, outcome, telling }) =>
      path.kind === 'NodePort' &&
      path.port?.number === port.number &&
      (outcome === 'fail' || outcome === 'skipped') &&
      telling?.failure?.phase === 'connect',
  )

const toldOf = ({ path }: Pick<TestedPath, 'path'>): string => hostPort(path.address ?? '', path.addressPort, '')

/** The nodes say which of them have endpoints, and the load balancer does not ask. */
export const loadBalancerIgnoresHealth: Rule = {
  code: 'load_balancer_ignores_health',
  layer: 'loadbalancer',
  asks: (seen, { beside: { healthCheckNodePort } }) =>
    healthCheckNodePort === null
      ? []
      : seen.ports.flatMap((port) =>
          failing(port.of('LoadBalancer')).some(isBalancer)
            ? emptyNodes(seen, port)
                .slice(0, NODES_ASKED_MAX)
                .flatMap(({ path: { id, address, family }, telling }): Control[] =>
                  address === null || family === null || telling === null
                    ? []
                    : [
                        {
                          kind: 'health_check_node_port',
                          pathId: id,
                          check: telling.check,
                          nth: 1,
                          to: { address, family, port: healthCheckNodePort },
                          ask: { type: 'get', target: '/healthz' },
                        },
                      ],
                )
            : [],
        ),
  after: (seen, { beside, namespace, service }): Cause[] => {
    const asks = beside.healthCheckNodePort
    return seen.ports.flatMap((port): Cause[] => {
      const balancers = failing(port.of('LoadBalancer')).filter((each) => isBalancer(each) && each.unsteady)
      // Nothing is promised at a node that policy Local leaves without an endpoint, whether or not its port is known
      const empty = emptyNodes(seen, port).filter(({ outcome }) => asks !== null || outcome === 'skipped')
      const good = passing(port.of('NodePort'))
      const [balancer] = balancers
      if (balancer === undefined || empty.length === 0 || good.length === 0) {
        return []
      }
      const asked = controlsTo(seen, 'health_check_node_port')
      const says = empty.some(({ path }) =>
        asked.some(({ pathId, http }) => pathId === path.id && http?.status === 503),
      )
      return [
        {
          confidence: says ? 'likely' : 'possible',
          title: 'The load balancer sends to nodes that have no endpoint',
          detail: `${addressOf(balancer)} answers in ${balancer.tries - balancer.failed} of ${balancer.tries} tries. With externalTrafficPolicy Local only nodes with an endpoint serve: ${list(good.map(addressOf))} ${good.length === 1 ? 'answers' : 'answer'}, ${list(empty.map(toldOf))} ${empty.length === 1 ? 'does' : 'do'} not${says ? `, and ${empty.length === 1 ? 'says' : 'say'} so (503 at port ${asks})` : ''}. A load balancer that asked them would leave those out.`,
          fix: `Let its health check ask GET /healthz at port ${asks ?? 'HEALTH_PORT'} (spec.healthCheckNodePort) of each node, and let that through the firewall; or set externalTrafficPolicy: Cluster.`,
          confirm: `${asks === null ? '' : `curl -s -o /dev/null -w '%{http_code}' http://${empty[0]?.path.address}:${asks}/healthz; `}kubectl describe service -n ${namespace} ${service}`,
          evidence: [
            ...triesOf(balancers),
            ...empty.slice(0, 2).map(({ path, telling }) => ({ path: path.id, result: telling?.id ?? null })),
          ],
          explains: idsOf(balancers),
        },
      ]
    })
  },
}
