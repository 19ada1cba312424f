/** These sets are about what keeps others from the pods: policies, labels, nodes and load balancers. */
import { loadBalancerStatus, node, pod, service, slice } from '../../../support/manifests.ts'
import { at, balanced, nodePort, nodes, type ObjectFault, policy, ready, VIP } from './parts.ts'

export const OBJECTS_OF_WAYS: readonly ObjectFault[] = [
  {
    name: 'a policy that names another port',
    manifests: [service(), ready, pod('toad-9'), policy({ ingress: [{ ports: [{ port: 9090 }] }] })],
    codes: ['network_policy_port'],
  },
  {
    name: 'a policy that lets the port in over UDP',
    manifests: [service(), ready, pod('toad-9'), policy({ ingress: [{ ports: [{ port: 8080, protocol: 'UDP' }] }] })],
    codes: ['network_policy_port'],
  },
  {
    name: 'a policy by a named port that pods do not have',
    manifests: [service(), ready, pod('toad-9'), policy({ ingress: [{ ports: [{ port: 'http' }] }] })],
    codes: ['network_policy_port'],
  },
  {
    name: 'two policies, and neither lets the port in',
    manifests: [
      service(),
      ready,
      pod('toad-9'),
      policy({ ingress: [{ ports: [{ port: 443 }] }] }, 'a'),
      policy({ ingress: [{ ports: [{ port: 80 }] }] }, 'b'),
    ],
    codes: ['network_policy_port'],
  },
  {
    name: 'a proxy label on a NodePort Service',
    manifests: [
      service(nodePort, { labels: { 'service.kubernetes.io/service-proxy-name': 'cilium' } }),
      ready,
      ...nodes,
    ],
    codes: ['proxy_label_excludes_service'],
  },
  {
    name: 'the node of the only endpoint is not Ready',
    manifests: [service(nodePort), ready, node('node-1', { InternalIP: '10.0.0.11' }, { ready: 'False' })],
    codes: ['node_not_ready'],
  },
  {
    name: 'a node port of another Service of the same namespace',
    manifests: [
      service(nodePort),
      service({ type: 'LoadBalancer', ports: [{ port: 443, nodePort: 30080 }] }, { name: 'frog' }),
      ready,
    ],
    codes: ['node_port_taken'],
    also: ['load_balancer_pending'],
  },
  {
    name: 'internalTrafficPolicy Local, and endpoints on one of two nodes',
    manifests: [service({ internalTrafficPolicy: 'Local' }), ready, ...nodes],
    codes: ['traffic_policy_local_no_endpoint'],
  },
  {
    name: 'externalTrafficPolicy Local of a load balancer, and endpoints on one of two nodes',
    manifests: [service({ ...balanced, externalTrafficPolicy: 'Local' }, {}, VIP), ready, ...nodes],
    codes: ['traffic_policy_local_no_endpoint'],
  },
  {
    name: 'a load balancer of a class that gives no address',
    manifests: [service({ ...balanced, loadBalancerClass: 'example.com/none' }), ready],
    codes: ['load_balancer_pending'],
  },
  {
    name: 'a load balancer without address, and no endpoint',
    manifests: [service(balanced), slice([])],
    // Neither follows from the other.
    codes: ['no_endpoints', 'load_balancer_pending'],
  },
  {
    name: 'the load balancer refuses one of two ports',
    manifests: [
      service(
        {
          type: 'LoadBalancer',
          ports: [
            { name: 'a', port: 80, nodePort: 30080 },
            { name: 'b', port: 81, nodePort: 30081 },
          ],
        },
        {},
        loadBalancerStatus({
          ip: '203.0.113.73',
          ports: [
            { port: 80, protocol: 'TCP' },
            { port: 81, protocol: 'TCP', error: 'example.com/port-taken' },
          ],
        }),
      ),
      slice([at(9)], {
        ports: [
          { name: 'a', port: 80 },
          { name: 'b', port: 81 },
        ],
      }),
    ],
    codes: ['load_balancer_port_error'],
  },
  {
    name: 'source ranges that a probe from the internet is not in',
    manifests: [service({ ...balanced, loadBalancerSourceRanges: ['10.0.0.0/8', '192.168.0.0/16'] }, {}, VIP), ready],
    codes: ['load_balancer_source_ranges'],
  },
  {
    name: 'every node kept from load balancers',
    manifests: [
      service(balanced, {}, VIP),
      ready,
      ...['node-1', 'node-2'].map((name, position) =>
        node(
          name,
          { InternalIP: `10.0.0.1${position + 1}` },
          { labels: { 'node.kubernetes.io/exclude-from-external-load-balancers': 'true' } },
        ),
      ),
    ],
    codes: ['load_balancer_nodes_excluded'],
  },
]
