/** Objects of one fault each, for every rule that finds a cause in the objects alone. */
import type { Addresses } from '../../src/plan/request.ts'
import { ingress, ingressClass, loadBalancerStatus, node, pod, service, slice, workload } from './manifests.ts'

export const ready = slice([{ at: '10.244.0.9', node: 'node-1', pod: 'toad-1' }])
export const nodes = [node('node-1', { InternalIP: '10.0.0.11' }), node('node-2', { InternalIP: '10.0.0.12' })]
export const nodePort = { type: 'NodePort', ports: [{ name: 'http', port: 80, targetPort: 8080, nodePort: 30080 }] }
export const balanced = { ...nodePort, type: 'LoadBalancer' }
export const nginx = ingressClass('nginx', 'k8s.io/ingress-nginx')
export const policy = (ports: unknown[], podSelector: unknown = {}) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'strict', namespace: 'pond' },
  spec: { podSelector, policyTypes: ['Ingress'], ingress: ports.length === 0 ? [] : [{ ports }] },
})

/** Objects of one fault each → exactly these findings. */
export const OBJECT_FAULTS: readonly [string, unknown[], string[], Partial<Addresses>?][] = [
  [
    'a selector that no pod matches',
    [service({ selector: { app: 'taod' } }), slice([]), pod('toad-1')],
    ['selector_matches_no_pods certain'],
  ],
  [
    'the same, with nothing but the pods',
    [service({ selector: { app: 'taod' } }), pod('toad-1')],
    ['selector_matches_no_pods likely'],
  ],
  [
    'the same, with a Deployment',
    [service({ selector: { app: 'taod' } }), workload('Deployment', 'toad', { app: 'toad' })],
    ['selector_matches_no_pods likely'],
  ],
  [
    'pods in another namespace',
    [service(), slice([]), pod('toad-1', {}, { namespace: 'lake' })],
    ['service_in_other_namespace likely'],
  ],
  [
    'a Deployment at zero',
    [service(), slice([]), workload('Deployment', 'toad', { app: 'toad' }, { replicas: 0 })],
    ['workload_scaled_to_zero certain'],
  ],
  [
    'pods that have ended',
    [service(), slice([]), pod('toad-1', {}, { phase: 'Failed', ready: false })],
    ['pods_ended certain'],
  ],
  [
    'no pod ready',
    [service(), slice([{ at: '10.244.0.9', ready: false }]), pod('toad-1', {}, { ready: false })],
    ['pods_not_ready certain'],
  ],
  [
    'one of two pods not ready',
    [service(), pod('toad-1', {}, { ready: false }), pod('toad-2', {}, { ip: '10.244.0.10' })],
    ['pods_not_ready possible'],
  ],
  [
    'only terminating pods',
    [
      service(),
      slice([{ at: '10.244.0.9', ready: false, serving: true, terminating: true }]),
      pod('toad-1', {}, { deletedAt: '2026-01-01T00:00:00Z' }),
    ],
    ['pods_terminating_only certain'],
  ],
  [
    'pods published unready',
    [
      service({ publishNotReadyAddresses: true }),
      ready,
      pod('toad-1', {}, { ready: false }),
      pod('toad-2', {}, { ip: '10.244.0.10' }),
    ],
    ['publish_not_ready_exposes_pods certain'],
  ],
  [
    'pods of two workloads',
    [
      service(),
      pod('toad-1'),
      { ...pod('db-0', { containers: [{ name: 'db', image: 'db:1' }] }, { ip: '10.244.0.10' }) },
    ],
    ['selector_too_broad possible'],
  ],
  [
    'a targetPort that nobody names',
    [service({ ports: [{ port: 80, targetPort: 'wbe' }] }), pod('toad-1')],
    ['target_port_name_unknown certain'],
  ],
  [
    'a targetPort of another protocol',
    [service({ ports: [{ port: 80, protocol: 'UDP', targetPort: 'web' }] }), pod('toad-1')],
    ['target_port_name_unknown certain'],
  ],
  [
    'a targetPort that is not declared',
    [service({ ports: [{ port: 80, targetPort: 9090 }] }), pod('toad-1')],
    ['target_port_not_declared possible'],
  ],
  [
    'a port declared with another protocol',
    [service({ ports: [{ port: 80, protocol: 'UDP', targetPort: 8080 }] }), pod('toad-1')],
    [],
  ],
  [
    'a port declared over UDP, which is never the default, of a Service that is TCP alone',
    [
      service({ ports: [{ port: 53, targetPort: 5353 }] }),
      pod('toad-1', {
        containers: [{ name: 'dns', image: 'dns:1', ports: [{ containerPort: 5353, protocol: 'UDP' }] }],
      }),
    ],
    ['target_port_not_declared possible'],
  ],
  [
    'a port declared over UDP, of a Service that has it over both protocols',
    [
      service({
        ports: [
          { name: 'dns-tcp', port: 53, targetPort: 5353 },
          { name: 'dns', port: 53, protocol: 'UDP', targetPort: 5353 },
        ],
      }),
      pod('toad-1', {
        containers: [{ name: 'dns', image: 'dns:1', ports: [{ containerPort: 5353, protocol: 'UDP' }] }],
      }),
    ],
    [],
  ],
  [
    'a headless Service that seems to translate',
    [service({ clusterIP: 'None' }), ready],
    ['headless_port_differs possible'],
  ],
  [
    'a StatefulSet of another Service',
    [
      service({ clusterIP: 'None', ports: [{ port: 8080 }] }),
      workload('StatefulSet', 'toad', { app: 'toad' }, { serviceName: 'tadpole' }),
    ],
    ['stateful_set_service_name possible'],
  ],
  [
    'an Ingress that names a Service by a slip',
    [service(), ready, ingress([{ to: 'taod' }]), nginx],
    ['ingress_backend_service_missing likely'],
  ],
  [
    'a Service without selector beside the slices of others',
    [service({ selector: null }), slice([], {})],
    ['selectorless_without_endpoints certain'],
  ],
  ['no selector and no endpoints', [service({ selector: null })], ['selectorless_without_endpoints likely']],
  [
    'no selector, and a slice without the label',
    [service({ selector: null }), slice([{ at: '192.0.2.4' }], { labels: {} })],
    ['selectorless_without_endpoints likely'],
  ],
  [
    'a slice whose port has another name',
    [service({ selector: null }), slice([{ at: '192.0.2.4' }], { ports: [{ name: 'web', port: 8080 }] })],
    ['slice_port_name_mismatch certain'],
  ],
  [
    'an endpoint that is a cluster IP',
    [service({ selector: null }), service({ clusterIP: '10.96.0.8' }, { name: 'frog' }), slice([{ at: '10.96.0.8' }])],
    ['endpoint_is_cluster_ip certain'],
  ],
  [
    'endpoints on loopback, in one finding',
    [service({ selector: null }), slice([{ at: '127.0.0.1' }, { at: '127.0.0.2' }])],
    ['endpoint_address_invalid certain'],
  ],
  [
    'two families, endpoints of one',
    [
      service({
        clusterIPs: ['10.96.0.7', 'fd00::7'],
        ipFamilies: ['IPv4', 'IPv6'],
        ipFamilyPolicy: 'RequireDualStack',
      }),
      ready,
    ],
    ['single_family_endpoints certain'],
  ],
  ['no endpoint, and nothing that says why', [service(), slice([])], ['no_endpoints certain']],
  [
    'endpoints that are not ready, and nothing that says why',
    [service({ selector: null }), slice([{ at: '192.0.2.4', ready: false }])],
    ['no_endpoints certain'],
  ],
  [
    'an externalName that is an address',
    [service({ type: 'ExternalName', externalName: '192.0.2.9', ports: [] })],
    ['external_name_is_ip certain'],
  ],
  [
    'an externalName for HTTP',
    [service({ type: 'ExternalName', externalName: 'api.example.com', ports: [{ port: 443 }] })],
    ['external_name_host_mismatch possible'],
  ],
  [
    'an externalName that seems to translate',
    [service({ type: 'ExternalName', externalName: 'db.example.com', ports: [{ port: 5432, targetPort: 15432 }] })],
    ['external_name_port_remap likely'],
  ],
  [
    'a policy for the port of the Service',
    [service(), ready, pod('toad-1'), policy([{ port: 80 }])],
    ['network_policy_port likely'],
  ],
  ['a policy that lets nothing in', [service(), ready, pod('toad-1'), policy([])], ['network_policy_port likely']],
  [
    'a proxy label',
    [service({}, { labels: { 'service.kubernetes.io/service-proxy-name': 'other' } }), ready],
    ['proxy_label_excludes_service certain'],
  ],
  [
    'a node that is not Ready',
    [service(nodePort), ready, node('node-1', { InternalIP: '10.0.0.11' }, { ready: 'Unknown' })],
    ['node_not_ready certain'],
  ],
  [
    'policy Local on a node without endpoint',
    [service({ ...nodePort, externalTrafficPolicy: 'Local' }), ready, ...nodes],
    ['traffic_policy_local_no_endpoint certain'],
  ],
  [
    'policy Local, endpoints without nodeName',
    [service({ internalTrafficPolicy: 'Local' }), slice([{ at: '10.244.0.9' }])],
    ['traffic_policy_local_no_endpoint certain'],
  ],
  ['a load balancer without address', [service(balanced), ready], ['load_balancer_pending certain']],
  [
    'a load balancer with all nodes excluded',
    [
      service(balanced, {}, loadBalancerStatus({ ip: '203.0.113.73' })),
      ready,
      node(
        'node-1',
        { InternalIP: '10.0.0.11' },
        { labels: { 'node.kubernetes.io/exclude-from-external-load-balancers': '' } },
      ),
    ],
    ['load_balancer_nodes_excluded likely'],
  ],
  [
    'a port that the load balancer refuses',
    [
      service(
        balanced,
        {},
        loadBalancerStatus({
          ip: '203.0.113.73',
          ports: [{ port: 80, protocol: 'TCP', error: 'MixedProtocolNotSupported' }],
        }),
      ),
      ready,
    ],
    ['load_balancer_port_error certain'],
  ],
  [
    'a node port that another Service has, too',
    [
      service({ type: 'NodePort', ports: [{ name: 'http', port: 80, nodePort: 30080 }] }),
      service({ type: 'NodePort', ports: [{ port: 8080, nodePort: 30080 }] }, { name: 'frog', namespace: 'marsh' }),
      ready,
    ],
    ['node_port_taken certain'],
  ],
  [
    'one number for two protocols, of one Service and of two',
    [
      service({
        type: 'NodePort',
        ports: [
          { name: 'a', port: 443, nodePort: 30443 },
          { name: 'b', port: 443, protocol: 'UDP', nodePort: 30443 },
        ],
      }),
      service({ type: 'NodePort', ports: [{ port: 80, protocol: 'SCTP', nodePort: 30443 }] }, { name: 'frog' }),
      slice([{ at: '10.244.0.9', node: 'node-1', pod: 'toad-1' }], {
        ports: [
          { name: 'a', port: 443 },
          { name: 'b', port: 443, protocol: 'UDP' },
        ],
      }),
    ],
    [],
  ],
  [
    'a load balancer without node ports',
    [
      service(
        { type: 'LoadBalancer', allocateLoadBalancerNodePorts: false },
        {},
        loadBalancerStatus({ ip: '203.0.113.73' }),
      ),
      ready,
    ],
    ['load_balancer_without_node_ports possible'],
  ],
  [
    'source ranges',
    [
      service(
        { ...balanced, loadBalancerSourceRanges: ['192.0.2.0/24'] },
        {},
        loadBalancerStatus({ ip: '203.0.113.73' }),
      ),
      ready,
    ],
    ['load_balancer_source_ranges possible'],
  ],
  [
    'a class that does not exist',
    [service(), ready, ingress([{}], { ingressClassName: 'ngnix' }, {}, {}), nginx],
    ['ingress_class_missing likely'],
  ],
  [
    'no class and no default',
    [service(), ready, ingress([{}], { ingressClassName: null }, {}, {}), nginx],
    ['ingress_class_missing possible'],
  ],
  [
    'an Ingress that nobody has taken up',
    [
      service(),
      ready,
      {
        ...ingress([{}], {}, {}, {}),
        metadata: { name: 'toad', namespace: 'pond', creationTimestamp: '2026-01-01T00:00:00Z' },
      },
      nginx,
    ],
    ['ingress_without_address possible'],
  ],
  [
    'a cluster IP as the address of an Ingress',
    [
      service(),
      ready,
      ingress([{}], {}, {}, loadBalancerStatus({ ip: '10.96.0.200' })),
      nginx,
      service({ clusterIP: '10.96.0.200' }, { name: 'front', namespace: 'nginx' }),
    ],
    ['ingress_address_cluster_internal certain'],
  ],
  [
    'a backend port that is not there',
    [service(), ready, ingress([{ port: 81 }]), nginx],
    ['ingress_backend_port_missing certain'],
  ],
  [
    'a backend port that is the targetPort',
    [service(), ready, ingress([{ port: 8080 }]), nginx],
    ['ingress_backend_is_target_port likely'],
  ],
  [
    'two Ingresses for one path',
    [service(), ready, ingress([{}]), ingress([{ to: 'frog' }], {}, { name: 'other' }), nginx],
    ['ingress_duplicate_route certain'],
  ],
  [
    'an Ingress in another namespace',
    [service(), ready, ingress([{}], {}, { namespace: 'lake' }), nginx],
    ['ingress_in_other_namespace possible'],
  ],
  [
    'a certificate for a host that no rule has',
    [service(), ready, ingress([{}], { tls: [{ hosts: ['taod.example.com'], secretName: 'cert' }] }), nginx],
    ['ingress_tls_host_unused likely'],
  ],
  [
    'two Services that set one variable',
    [service(), ready, service({ clusterIP: '10.96.0.8' }, { name: 'toad-service' })],
    ['environment_name_collision certain'],
  ],
  [
    'a pod that is older than the Service',
    [service(), ready],
    ['environment_stale certain'],
    { environment: 'TOAD_SERVICE_HOST=10.96.0.8\nTOAD_SERVICE_PORT=80' },
  ],
]
