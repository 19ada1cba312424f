/** These faults are between nodes, or in the place where the prober stands. */
import { CLIENT_ADDRESS } from '../../world.ts'
import { type Fault, inside, NODES, onNode } from '../fault.ts'
import { EVERYWHERE, FROM_PODS } from '../shapes.ts'

export const FAULTS_BETWEEN_NODES: readonly Fault[] = [
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
      for (const node of NODES) {
        await fault.cutOverlay(node)
      }
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
      for (const node of NODES) {
        await fault.narrowOverlay(node)
      }
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
      for (const node of ['node-1', 'node-2']) {
        await fault.filter(node, 'forward', [`ip saddr ${CLIENT_ADDRESS} tcp dport 8080 reject with tcp reset`])
      }
    },
    on: inside,
    codes: ['direct_connections_cut'],
  },
  {
    name: 'a firewall resets what the prober says to the pods once it is connected',
    since: 'new',
    shapes: ['everything'],
    inject: async ({ fault }) => {
      for (const node of ['node-1', 'node-2']) {
        await fault.filter(node, 'forward', [
          `ip saddr ${CLIENT_ADDRESS} tcp dport 8080 tcp flags & psh == psh reject with tcp reset`,
        ])
      }
    },
    on: inside,
    codes: ['direct_connections_cut'],
  },
]
