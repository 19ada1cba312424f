/** Faults between the addresses of a Service and its endpoints: kube-proxy, nodes, what stands before nodes. */
import { familyOf } from '../../plan/ip.ts'
import type { Rule } from '../rule.ts'
import {
  addressOf,
  allFail,
  allPass,
  badShare,
  codesOf,
  failing,
  hasNoConnection,
  idsOf,
  isSilent,
  passing,
  type SeenPath,
  type SeenPort,
  triesOf,
} from '../seen.ts'
import { count, list } from '../words.ts'

/** Whether the Service is known to work by some way that does not use node ports. */
const worksOtherwise = (port: SeenPort): boolean =>
  (['Endpoint', 'ClusterIP', 'LoadBalancer', 'Ingress'] as const).some((kind) => passing(port.of(kind)).length > 0)

/** Nothing at all came from the DNS server. */
const isUnanswered = ({ path, code, result }: SeenPath): boolean =>
  path.kind === 'DNS' && (code === 'dns_timeout' || (code === 'dns_server_failure' && !result?.dns?.rcode))

/** F36, F37: the pods answer, the virtual address that leads to them does not. */
export const serviceProxyFails: Rule = {
  code: 'service_proxy_fails',
  layer: 'proxy',
  unless: [
    'proxy_label_excludes_service',
    'traffic_policy_local_no_endpoint',
    'single_family_endpoints',
    'slice_port_name_mismatch',
  ],
  after: ({ ports, all }) =>
    ports.flatMap((port) => {
      const addresses = port.of('ClusterIP')
      if (!allPass(port.of('Endpoint')) || !allFail(addresses, hasNoConnection)) return []
      const elsewhere = passing(port.of('NodePort'))
      const names = failing(all).filter(isUnanswered)
      return [
        {
          confidence: 'likely' as const,
          title: `The endpoints answer, the cluster IP does not (port ${port.number})`,
          detail:
            `${list(addresses.map((each) => `${addressOf(each)}: ${each.code}`))}. What turns the cluster IP into an endpoint is kube-proxy, or its replacement, on the node of the prober.` +
            (elsewhere.length > 0 ? ` On ${list(elsewhere.flatMap(({ path }) => path.node ?? []))} it works.` : '') +
            (names.length > 0
              ? " The cluster's DNS has a cluster IP as well, and does not answer either: names fail with it."
              : ''),
          fix: 'Restart kube-proxy on that node, and see in its log whether it can reach the API server.',
          confirm: 'kubectl get pods -n kube-system -l k8s-app=kube-proxy -o wide',
          evidence: [...triesOf(addresses), ...triesOf(passing(port.of('Endpoint'))).slice(0, 1)],
          explains: [
            ...new Set([
              ...idsOf(failing(port.dialled).filter(({ path }) => path.kind === 'ClusterIP' || path.kind === 'DNS')),
              ...idsOf(names),
            ]),
          ],
        },
      ]
    }),
}

/** F36, F46: the same port, on one node and not on another. */
export const nodePortFailsOnSomeNodes: Rule = {
  code: 'node_port_fails_on_some_nodes',
  layer: 'node',
  after: ({ ports }) =>
    ports.flatMap((port) => {
      // What some endpoints answer on every way is no fault of a node.
      const shared = new Set(codesOf(badShare(port)))
      const bad = failing(port.of('NodePort')).filter((each) => hasNoConnection(each) && !shared.has(each.code ?? ''))
      const good = passing(port.of('NodePort'))
      const nodes = [...new Set(bad.map(({ path }) => path.node ?? path.address ?? ''))]
      if (
        bad.length === 0 ||
        good.length === 0 ||
        good.some(({ path }) => nodes.includes(path.node ?? path.address ?? ''))
      )
        return []
      const silent = bad.every(isSilent)
      return [
        {
          confidence: 'likely' as const,
          title: `The node port fails on ${count(nodes.length, 'node')}, and works on ${count(new Set(good.map(({ path }) => path.node ?? path.address)).size, 'node')}`,
          detail: `${list(bad.map((each) => `${addressOf(each)} (${nodeOf(each.path.node)}${each.code})`))}. The Service is the same on every node, so the cause is on ${nodes.length === 1 ? 'that node' : 'those nodes'}: ${silent ? 'a firewall or security group, or the node is cut off' : 'kube-proxy has no rule for the port there'}.`,
          fix: silent
            ? `Open the node port (30000-32767) on ${nodes.length === 1 ? 'that node' : 'those nodes'} as on the others.`
            : `Restart kube-proxy on ${nodes.length === 1 ? 'that node' : 'those nodes'}.`,
          confirm: `kubectl get pods -n kube-system -o wide --field-selector spec.nodeName=${bad[0]?.path.node ?? 'NODE'}`,
          evidence: [...triesOf(bad), ...triesOf(good).slice(0, 1)],
          explains: idsOf(bad),
        },
      ]
    }),
}

const nodeOf = (node: string | null): string => (node === null ? '' : `${node}, `)

/** F46: every node drops it, while the Service works. */
export const nodePortBlocked: Rule = {
  code: 'node_port_blocked',
  layer: 'network',
  unless: ['proxy_label_excludes_service', 'node_not_ready', 'endpoints_silent'],
  after: ({ ports }, { vantage }) =>
    ports.flatMap((port) => {
      const nodePorts = port.of('NodePort')
      if (!allFail(nodePorts, isSilent) || !worksOtherwise(port)) return []
      return [
        {
          confidence: 'likely' as const,
          title: 'Every node drops connections to the node port, and the Service works',
          detail: `${list(nodePorts.map(addressOf))} do not answer. Between the prober (${vantage}) and the nodes something filters port ${nodePorts[0]?.path.addressPort}: a security group, a firewall, a host's own rules.`,
          fix: 'Open the node port, or the range 30000-32767, for the clients that are to use it. If none is, a ClusterIP Service is enough.',
          confirm: `nc -vz -w 3 ${nodePorts[0]?.path.address} ${nodePorts[0]?.path.addressPort}`,
          evidence: triesOf(nodePorts),
          explains: idsOf(nodePorts),
        },
      ]
    }),
}

/** F63, F65, F67: the nodes serve it, the address before them does not. */
export const loadBalancerFails: Rule = {
  code: 'load_balancer_fails',
  layer: 'loadbalancer',
  unless: ['load_balancer_port_error', 'load_balancer_nodes_excluded', 'one_family_fails'],
  after: ({ ports }, { namespace, service }) =>
    ports.flatMap((port) => {
      const bad = failing(port.of('LoadBalancer')).filter(hasNoConnection)
      const behind = [...port.of('NodePort'), ...port.of('ClusterIP'), ...port.of('Endpoint')]
      if (bad.length === 0 || passing(behind).length === 0) return []
      const silent = bad.every(isSilent)
      return [
        {
          confidence: 'likely' as const,
          title: 'The load balancer does not answer, and what is behind it does',
          detail:
            `${list(bad.map((each) => `${addressOf(each)}: ${each.code}`))}. ` +
            (silent
              ? 'Either its address is not announced (no L2Advertisement or BGP session, ARP filtered), or its health checks have taken out every node, or it does not let the prober in.'
              : 'It is there and has no listener for the port, or no healthy node behind it.'),
          fix: "See the load balancer's own listeners and health checks; with externalTrafficPolicy Local these must ask healthCheckNodePort.",
          confirm: `kubectl describe service -n ${namespace} ${service}`,
          evidence: [...triesOf(bad), ...triesOf(passing(behind)).slice(0, 1)],
          explains: idsOf(bad),
        },
      ]
    }),
}

/** F06, F51: one family works, the other does not, whatever the kind of path. */
export const oneFamilyFails: Rule = {
  code: 'one_family_fails',
  layer: 'network',
  unless: ['single_family_endpoints'],
  after: ({ ports }) =>
    ports.flatMap((port) => {
      const direct = port.dialled.filter(({ path }) => path.family !== null)
      const four = direct.filter(({ path }) => path.family === 'IPv4')
      const six = direct.filter(({ path }) => path.family === 'IPv6')
      const [bad, good, name] = allFail(six) ? [six, four, 'IPv6'] : [four, six, 'IPv4']
      if (!allFail(bad) || !allPass(good) || good.length === 0) return []
      return [
        {
          confidence: 'likely' as const,
          title: `Nothing answers over ${name}, and everything over ${name === 'IPv6' ? 'IPv4' : 'IPv6'}`,
          detail: `${list(
            bad.map((each) => `${each.path.kind} ${addressOf(each)}: ${each.code}`),
            3,
          )}. Either the application listens on one family only, or the cluster does not carry ${name}.`,
          fix: 'Let the application listen on [::] with both families, or set spec.ipFamilyPolicy to SingleStack.',
          confirm: "kubectl get nodes -o jsonpath='{.items[*].spec.podCIDRs}'",
          evidence: [...triesOf(bad), ...triesOf(good).slice(0, 1)],
          // A name that stands for both fails where it leads there.
          explains: idsOf([
            ...bad,
            ...failing(port.dialled).filter(
              ({ path, result }) => path.family === null && familyOf(result?.address ?? '') === name,
            ),
          ]),
        },
      ]
    }),
}
