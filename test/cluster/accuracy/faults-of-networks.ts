/** Nodes, kube-proxy, what is between nodes, load balancers, DNS, and where the prober stands. */
import { slice } from '../../support/manifests.ts'
import { toad } from '../scene.ts'
import { CLIENT_ADDRESS, endpoints, SHORE, WORLD } from '../world.ts'
import { annotate, edit, editEndpoints, editSpec, type Fault, type Inject } from './fault.ts'
import { EVERYWHERE } from './faults-of-pods.ts'
import { type Kind, LOAD_BALANCER, seenFrom } from './shapes.ts'

const NODES = ['node-1', 'node-2', 'node-3'] as const
const NODE_PORTS = ['everything', 'nodePort', 'proxied', 'single', 'sticky'] as const
const FROM_PODS = ['everything', 'nodePort', 'clusterIP', 'ingress', 'proxied', 'sticky'] as const

/** A server that is not the Service's, with answers of its own kind. */
const stranger = {
  body: '<html>Welcome to the other cluster</html>',
  headers: { server: 'lily/2', 'x-pod-name': 'lily' },
}
const SHORE_WEB = `${SHORE.address}:${SHORE.ports.http}`

const onNode =
  (node: string, ...rules: readonly string[]): Inject =>
  ({ fault }) =>
    fault.filter(node, 'prerouting', rules)

const inside: Fault['on'] = ({ vantage }) => vantage === 'inside'

const proxyServers = ['172.30.0.11:30080', '172.30.0.12:30080', '172.30.0.13:30080']

export const FAULTS_OF_NETWORKS: readonly Fault[] = [
  {
    name: 'a firewall drops the node port on one node',
    since: 'old',
    shapes: NODE_PORTS,
    inject: onNode('node-2', 'tcp dport 30080 drop'),
    on: ['NodePort'],
    codes: ['node_port_fails_on_some_nodes'],
  },
  {
    name: 'a firewall prohibits the node port on one node',
    since: 'old',
    shapes: NODE_PORTS,
    inject: onNode('node-2', 'tcp dport 30080 reject with icmp type admin-prohibited'),
    on: ['NodePort'],
    codes: ['node_port_fails_on_some_nodes'],
  },
  {
    name: 'a firewall drops the node port on every node',
    since: 'old',
    shapes: ['everything', 'nodePort', 'sticky'],
    inject: async ({ fault }) => {
      for (const node of NODES) await fault.filter(node, 'prerouting', ['tcp dport 30080 drop'])
    },
    on: ['NodePort'],
    codes: ['node_port_blocked'],
    // Where node ports are all that is seen, nobody tells the firewall from what is behind it.
    outside: ['node_port_blocked', 'nothing_answers'],
  },
  {
    name: 'one node has no rules of kube-proxy',
    since: 'new',
    shapes: ['everything', 'nodePort', 'proxied', 'sticky'],
    inject: ({ fault }) => fault.stopProxy('node-2'),
    on: ['NodePort'],
    codes: ['node_port_fails_on_some_nodes'],
  },
  {
    name: "the prober's node has no rules of kube-proxy",
    since: 'old',
    shapes: FROM_PODS,
    inject: ({ fault }) => fault.stopProxy('node-3'),
    on: (scene) => scene.vantage === 'inside' || scene.shape.kinds.includes('NodePort'),
    // Every cluster IP is dead there, that of DNS as well.
    codes: ['cluster_ips_unreachable', 'service_proxy_fails'],
    outside: ['node_port_fails_on_some_nodes'],
  },
  {
    name: "one node's cable is pulled, and no endpoint is on it",
    since: 'old',
    shapes: ['everything', 'nodePort'],
    objects: edit('EndpointSlice', () => slice(endpoints('toad-1', 'toad-2'))),
    inject: ({ fault }) => fault.pullCable('node-2'),
    // From outside a third of what the router spreads over nodes is lost as well.
    on: ['NodePort'],
    codes: ['node_port_fails_on_some_nodes'],
  },
  {
    name: 'a node with endpoints is gone',
    since: 'old',
    shapes: ['nodePort', 'clusterIP'],
    inject: ({ fault }) => fault.pullCable('node-2'),
    asked: { samples: 8 },
    on: EVERYWHERE,
    // Its endpoints, its node port and what goes there: each names the node.
    codes: ['some_endpoints_fail', 'node_port_fails_on_some_nodes', 'traffic_between_nodes_lost'],
  },
  {
    name: 'the node port of one node answers for somebody else, with success',
    since: 'new',
    shapes: NODE_PORTS,
    inject: async ({ fault }) => {
      await fault.pods([SHORE.name], stranger)
      await fault.divert('node-2', 'tcp dport 30080', SHORE_WEB)
    },
    on: ['NodePort'],
    codes: ['wrong_responder'],
  },
  {
    name: 'the node port of one node answers 503 for somebody else',
    since: 'new',
    shapes: NODE_PORTS,
    inject: async ({ fault }) => {
      await fault.pods([SHORE.name], { ...stranger, status: 503 })
      await fault.divert('node-2', 'tcp dport 30080', SHORE_WEB)
    },
    on: ['NodePort'],
    // That it is somebody else is more than that it fails there; both are true.
    codes: ['node_port_fails_on_some_nodes', 'wrong_responder'],
  },
  {
    name: 'the node port of one node resets connections',
    since: 'new',
    shapes: NODE_PORTS,
    inject: async ({ fault }) => {
      await fault.pods([SHORE.name], 'reset')
      await fault.divert('node-2', 'tcp dport 30080', SHORE_WEB)
    },
    on: ['NodePort'],
    codes: ['node_port_fails_on_some_nodes'],
  },
  {
    name: 'the node port is refused in one family on one node',
    since: 'new',
    shapes: ['dual'],
    inject: onNode('node-2', 'meta nfproto ipv6 tcp dport 30080 reject with tcp reset'),
    on: ['NodePort'],
    codes: ['node_port_fails_on_some_nodes'],
  },
  {
    name: 'masquerading is gone',
    since: 'new',
    shapes: ['everything', 'nodePort', 'sticky'],
    inject: ({ fault }) => fault.stopMasquerading(),
    asked: { samples: 8 },
    on: ['NodePort'],
    codes: ['masquerade_missing'],
    // From there nobody sees whether nodes reach each other's pods at all.
    outside: ['masquerade_missing', 'traffic_between_nodes_lost'],
  },
  {
    name: 'a pod does not reach itself through its Service',
    since: 'new',
    shapes: ['self'],
    inject: ({ fault }) => fault.stopHairpin(),
    on: inside,
    codes: ['hairpin_missing'],
  },
  {
    name: 'no node reaches the pods of another',
    since: 'new',
    shapes: FROM_PODS,
    inject: async ({ fault }) => {
      for (const node of NODES) await fault.cutOverlay(node)
    },
    asked: { samples: 6 },
    on: EVERYWHERE,
    codes: ['traffic_between_nodes_lost'],
    // The controller is on another node than some of the pods, and its own load balancer is not.
  },
  {
    name: 'one node is cut off from the pods of the others',
    since: 'new',
    shapes: ['everything', 'nodePort', 'clusterIP'],
    inject: ({ fault }) => fault.cutOverlay('node-2'),
    asked: { samples: 6 },
    on: EVERYWHERE,
    codes: ['traffic_between_nodes_lost'],
  },
  {
    name: 'full packets between nodes are lost',
    since: 'new',
    shapes: ['everything', 'nodePort', 'clusterIP', 'single'],
    inject: async ({ fault }, { shape }) => {
      await fault.pods(shape.pods, 'large')
      for (const node of NODES) await fault.narrowOverlay(node)
    },
    asked: { samples: 6 },
    on: EVERYWHERE,
    codes: ['mtu_too_small', 'traffic_between_nodes_lost'],
    outside: ['mtu_too_small', 'traffic_between_nodes_lost', 'answers_lost'],
  },
  {
    name: "full packets to the prober's node are lost, and answers are short",
    since: 'new',
    shapes: ['nodePort', 'clusterIP', 'single'],
    inject: ({ fault }) => fault.narrowOverlay('node-3'),
    on: () => false,
    codes: [],
  },
  {
    name: 'packets of the prober are lost, one of four',
    since: 'new',
    shapes: ['everything', 'nodePort', 'clusterIP'],
    inject: ({ fault }) => fault.losePackets('node-3', 25, `ip saddr ${CLIENT_ADDRESS}`),
    asked: { timeoutMs: 4000, samples: 6 },
    on: inside,
    codes: ['packet_loss'],
  },
  {
    name: 'bridged packets pass the rules by',
    since: 'new',
    network: 'overlay',
    shapes: ['neighbour'],
    inject: ({ fault }) => fault.stopBridgeNetfilter('node-3'),
    on: ({ vantage }) => vantage === 'inside',
    // The cluster IP is dead and the endpoint answers; the page of that finding names bridges as one of its causes.
    codes: ['service_proxy_fails'],
  },
  {
    name: "all that is translated is lost on the prober's node",
    since: 'new',
    shapes: FROM_PODS,
    inject: ({ fault }) => fault.filter('node-3', 'forward', ['ct status dnat drop']),
    on: inside,
    codes: ['cluster_ips_unreachable', 'service_proxy_fails'],
  },
  {
    name: 'the prober is cut off',
    since: 'new',
    shapes: FROM_PODS,
    inject: onNode('node-3', `ip saddr ${CLIENT_ADDRESS} drop`),
    on: inside,
    codes: ['prober_reaches_nothing'],
  },
  {
    name: "a firewall answers the prober's packets to the pods with resets",
    since: 'new',
    shapes: ['everything'],
    inject: async ({ fault }) => {
      for (const node of ['node-1', 'node-2'])
        await fault.filter(node, 'forward', [`ip saddr ${CLIENT_ADDRESS} tcp dport 8080 reject with tcp reset`])
    },
    on: inside,
    codes: ['direct_connections_cut'],
  },
  {
    name: 'a firewall resets what the prober says to the pods once it is connected',
    since: 'new',
    shapes: ['everything'],
    inject: async ({ fault }) => {
      for (const node of ['node-1', 'node-2'])
        await fault.filter(node, 'forward', [
          `ip saddr ${CLIENT_ADDRESS} tcp dport 8080 tcp flags & psh == psh reject with tcp reset`,
        ])
    },
    on: inside,
    codes: ['direct_connections_cut'],
  },
  {
    name: 'the load balancer does not answer',
    since: 'old',
    shapes: ['proxied', 'everything', 'local'],
    inject: ({ fault }) => fault.blackhole(LOAD_BALANCER),
    // In the cluster nodes answer for an address of mode VIP themselves.
    on: ({ vantage, shapeName }) => vantage === 'outside' || shapeName === 'proxied',
    codes: ['load_balancer_fails'],
  },
  {
    name: 'the load balancer does not answer, and its source ranges let the prober in',
    since: 'new',
    shapes: ['everything'],
    from: 'outside',
    objects: editSpec('Service', { loadBalancerSourceRanges: ['172.30.0.0/24', '10.244.0.0/16'] }),
    inject: ({ fault }) => fault.blackhole(LOAD_BALANCER),
    on: ({ vantage }) => vantage === 'outside',
    codes: ['load_balancer_fails'],
    also: ['load_balancer_source_ranges'],
  },
  {
    name: 'the load balancer leads to another cluster',
    since: 'new',
    shapes: ['proxied', 'everything', 'local'],
    inject: async ({ fault }) => {
      await fault.pods([SHORE.name], stranger)
      await fault.divert('router', `ip daddr ${LOAD_BALANCER} tcp dport 80`, SHORE_WEB)
    },
    on: ({ vantage, shapeName }) => vantage === 'outside' || shapeName === 'proxied',
    codes: ['wrong_responder'],
  },
  {
    name: 'the load balancer sends PROXY protocol, and the pods do not expect it',
    since: 'new',
    shapes: ['proxied'],
    inject: ({ fault }) =>
      fault.balancer({ address: LOAD_BALANCER, port: 80, servers: proxyServers, sendsProxyLine: true }),
    on: ['LoadBalancer'],
    codes: ['proxy_protocol_mismatch'],
  },
  {
    name: 'the pods expect PROXY protocol, and nobody sends it',
    since: 'new',
    shapes: ['nodePort', 'clusterIP', 'proxied'],
    inject: ({ fault }, { shape }) => fault.pods(shape.pods, 'proxy'),
    on: EVERYWHERE,
    // Nothing tells it from an application that closes every connection, which is true of it as well.
    codes: ['proxy_protocol_mismatch', 'application_cuts_connections'],
  },
  {
    name: 'an annotation asks for PROXY protocol, the pods expect it, and the load balancer does not send it',
    since: 'new',
    shapes: ['proxied'],
    objects: annotate('Service', { 'service.beta.kubernetes.io/aws-load-balancer-proxy-protocol': '*' }),
    inject: ({ fault }, { shape }) => fault.pods(shape.pods, 'proxy'),
    on: EVERYWHERE,
    codes: ['proxy_protocol_mismatch'],
    also: ['application_cuts_connections'],
  },
  {
    name: 'the pods expect PROXY protocol, and the load balancer alone sends it',
    since: 'new',
    shapes: ['proxied'],
    inject: async ({ fault }, { shape }) => {
      await fault.pods(shape.pods, 'proxy')
      await fault.balancer({ address: LOAD_BALANCER, port: 80, servers: proxyServers, sendsProxyLine: true })
    },
    on: ['ClusterIP', 'NodePort'],
    codes: ['proxy_protocol_mismatch'],
  },
  {
    name: 'policy Local, and a load balancer that sends to nodes without an endpoint',
    since: 'new',
    shapes: ['local'],
    from: 'outside',
    inject: ({ fault }) => fault.balancer({ address: LOAD_BALANCER, port: 80, servers: proxyServers }),
    asked: { samples: 6 },
    on: ({ vantage }) => vantage === 'outside',
    // The policy is the cause, the load balancer that does not check is the other half of it.
    codes: ['load_balancer_fails', 'load_balancer_ignores_health', 'traffic_policy_local_no_endpoint'],
  },
  ...dnsFaults(),
]

function dnsFaults(): Fault[] {
  const shapes = [...FROM_PODS, 'headless'] as const
  const named: readonly Kind[] = ['DNS']
  const notOutside: Fault['on'] = (scene) => seenFrom(scene.vantage, scene.shape).some((kind) => named.includes(kind))
  const names = ['toad', 'toad.pond', 'toad.pond.svc', 'toad.pond.svc.cluster.local'].join(' ')
  return [
    {
      name: 'cluster DNS is dead',
      since: 'old',
      shapes,
      inject: ({ fault }) => fault.dns('dead'),
      on: notOutside,
      codes: ['cluster_dns_fails'],
    },
    {
      name: 'cluster DNS stands still',
      since: 'old',
      shapes,
      inject: ({ fault }) => fault.dns('frozen'),
      on: notOutside,
      codes: ['cluster_dns_fails'],
    },
    {
      name: 'cluster DNS answers SERVFAIL',
      since: 'old',
      shapes,
      inject: ({ fault }) => fault.dns('broken'),
      on: notOutside,
      codes: ['cluster_dns_fails'],
    },
    {
      name: 'cluster DNS answers REFUSED',
      since: 'new',
      shapes,
      inject: ({ fault }) => fault.dns('refusing'),
      on: notOutside,
      codes: ['cluster_dns_fails'],
    },
    {
      name: 'cluster DNS leaves the Service out',
      since: 'old',
      shapes,
      inject: ({ fault }) => fault.dns(WORLD),
      on: notOutside,
      codes: ['service_name_unknown'],
    },
    {
      name: 'cluster DNS has an old cluster IP',
      since: 'old',
      shapes: FROM_PODS,
      inject: ({ fault }) =>
        fault.dns([...WORLD, toad({ clusterIP: '10.96.0.99', clusterIPs: ['10.96.0.99'] }), slice([])]),
      on: notOutside,
      codes: ['stale_dns'],
    },
    {
      name: 'cluster DNS has an endpoint that is gone',
      since: 'new',
      shapes: ['headless'],
      inject: async ({ fault }, { shape }) =>
        fault.dns(
          editEndpoints((endpoint) =>
            (endpoint.addresses as string[])[0] === '10.244.2.11'
              ? { ...endpoint, addresses: ['10.244.2.97'] }
              : endpoint,
          )(shape.manifests),
        ),
      on: notOutside,
      codes: ['stale_dns'],
    },
    {
      name: 'the request names another cluster domain',
      since: 'old',
      shapes: ['everything', 'nodePort', 'clusterIP'],
      asked: { addresses: { clusterDomain: 'other.local' } },
      on: notOutside,
      codes: ['cluster_domain_wrong'],
    },
    {
      name: 'one of two DNS servers is silent',
      since: 'old',
      shapes: ['nodePort', 'clusterIP'],
      inject: ({ fault }) => fault.blackhole('203.0.113.53'),
      asked: { addresses: { dnsServers: ['203.0.113.53', '10.96.0.10'] } },
      on: notOutside,
      codes: ['dns_server_silent'],
    },
    ...(['NXDOMAIN', 'SERVFAIL'] as const).map(
      (answer): Fault => ({
        name: `AAAA is answered ${answer}`,
        since: 'new',
        shapes: ['nodePort', 'clusterIP', 'everything'],
        inject: ({ fault }) => fault.lie({ type: 'AAAA', answer }),
        on: notOutside,
        codes: ['aaaa_lookup_fails'],
      }),
    ),
    {
      name: 'cluster DNS leaves every third question unanswered',
      since: 'new',
      shapes: ['nodePort', 'clusterIP', 'everything'],
      inject: ({ fault }) => fault.lie({ answer: 'silence', every: 3 }),
      asked: { samples: 6 },
      on: notOutside,
      codes: ['dns_answers_sometimes'],
    },
    {
      name: 'packets to cluster DNS are dropped',
      since: 'new',
      shapes,
      inject: onNode('node-3', `ip saddr ${CLIENT_ADDRESS} meta l4proto { tcp, udp } th dport 53 drop`),
      on: notOutside,
      codes: ['cluster_dns_fails'],
    },
    {
      name: 'DNS over UDP alone is dropped',
      since: 'new',
      shapes,
      inject: onNode('node-3', `ip saddr ${CLIENT_ADDRESS} udp dport 53 drop`),
      on: notOutside,
      codes: ['cluster_dns_fails'],
    },
    {
      name: 'the hosts file has an old address of the Service',
      since: 'new',
      shapes: FROM_PODS,
      inject: ({ fault }) => fault.hosts(`10.96.0.99 ${names}`),
      on: notOutside,
      codes: ['hosts_file_overrides'],
    },
    {
      name: 'the hosts file leads to another server, which answers',
      since: 'new',
      shapes: FROM_PODS,
      inject: async ({ fault }) => {
        await fault.pods([SHORE.name], stranger)
        await fault.hosts(`${SHORE.address} ${names}`)
      },
      on: notOutside,
      codes: ['hosts_file_overrides'],
      also: ['wrong_responder'],
    },
    {
      name: 'the search list is of another namespace',
      since: 'new',
      shapes: FROM_PODS,
      inject: ({ fault }) => fault.searchList('other.svc.cluster.local', 'svc.cluster.local', 'cluster.local'),
      on: notOutside,
      codes: ['search_list_wrong'],
    },
    {
      name: 'there is no search list',
      since: 'new',
      shapes: FROM_PODS,
      inject: ({ fault }) => fault.searchList(),
      on: notOutside,
      codes: ['search_list_wrong'],
    },
  ]
}
