/** Nodes: their ports, and the rules of kube-proxy on them. */
import { slice } from '../../../support/manifests.ts'
import { endpoints, SHORE } from '../../world.ts'
import { edit, type Fault, NODES, onNode, SHORE_WEB, stranger } from '../fault.ts'
import { EVERYWHERE, FROM_PODS } from '../shapes.ts'

const NODE_PORTS = ['everything', 'nodePort', 'proxied', 'single', 'sticky'] as const

export const FAULTS_OF_NODES: readonly Fault[] = [
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
      for (const node of NODES) {
        await fault.filter(node, 'prerouting', ['tcp dport 30080 drop'])
      }
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
]
