/**
 * Faults that objects tell by themselves: planned by `POST /v1/plan`, no data plane is needed. Not those that the rules'
 * own tests are written from, but other members of the same kinds, and odd sets of objects that are right.
 *
 * @module
 */
import {
  ingress,
  ingressClass,
  loadBalancerStatus,
  node,
  pod,
  service,
  slice,
  workload,
} from '../../support/manifests.ts'
import type { Manifest } from '../world.ts'

export type ObjectFault = {
  name: string
  manifests: readonly Manifest[]
  /** Empty: nothing is wrong. */
  codes: readonly string[]
  also?: readonly string[]
  addresses?: Manifest
}

const at = (last: number) => ({ at: `10.244.0.${last}`, node: 'node-1', pod: `toad-${last}` })
const ready = slice([at(9)])
const nodes = [node('node-1', { InternalIP: '10.0.0.11' }), node('node-2', { InternalIP: '10.0.0.12' })]
const nginx = ingressClass('nginx', 'k8s.io/ingress-nginx')
const nodePort = { type: 'NodePort', ports: [{ name: 'http', port: 80, targetPort: 8080, nodePort: 30080 }] }
const balanced = { ...nodePort, type: 'LoadBalancer' }
const VIP = loadBalancerStatus({ ip: '203.0.113.73' })
const headless = { clusterIP: 'None', ports: [{ name: 'http', port: 8080, targetPort: 8080 }] }
const labelled = (name: string, labels: Record<string, string>, more = {}) => pod(name, {}, { labels, ...more })
const policy = (spec: Manifest, name = 'strict') => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name, namespace: 'pond' },
  spec: { podSelector: {}, policyTypes: ['Ingress'], ...spec },
})
const externalName = (name: string, ports: readonly Manifest[] = []) =>
  service({ type: 'ExternalName', externalName: name, ports })
const ports = (...list: readonly Manifest[]) => ({ ports: list })
const container = (...list: readonly Manifest[]) => ({ containers: [{ name: 'web', image: 'toad:1', ports: list }] })

const NOT_READY = [slice([{ ...at(9), ready: false }]), pod('toad-9', {}, { ready: false })]

export const OBJECT_FAULTS: readonly ObjectFault[] = [
  // Selectors and pods.
  {
    name: 'a label that pods have in other letters',
    manifests: [service({ selector: { app: 'Toad' } }), slice([]), pod('toad-9')],
    codes: ['selector_matches_no_pods'],
  },
  {
    name: 'a selector of two labels, of which pods have one',
    manifests: [service({ selector: { app: 'toad', tier: 'web' } }), slice([]), pod('toad-9')],
    codes: ['selector_matches_no_pods'],
  },
  {
    name: 'a selector by a release that is gone',
    manifests: [
      service({ selector: { 'app.kubernetes.io/instance': 'toad-1' } }),
      slice([]),
      labelled('toad-9', { 'app.kubernetes.io/instance': 'toad-2' }),
    ],
    codes: ['selector_matches_no_pods'],
  },
  {
    name: 'a selector that a StatefulSet does not give its pods',
    manifests: [service({ selector: { app: 'toads' } }), workload('StatefulSet', 'toad', { app: 'toad' })],
    codes: ['selector_matches_no_pods'],
  },
  {
    name: 'a selector that a DaemonSet does not give its pods',
    manifests: [service({ selector: { name: 'toad' } }), slice([]), workload('DaemonSet', 'toad', { app: 'toad' })],
    codes: ['selector_matches_no_pods'],
    also: ['no_endpoints'],
  },
  {
    name: 'the Deployment is in another namespace',
    manifests: [service(), slice([]), workload('Deployment', 'toad', { app: 'toad' }, {}, [{ name: 'web' }], 'lake')],
    codes: ['service_in_other_namespace'],
    also: ['no_endpoints'],
  },
  {
    name: 'two pods in another namespace, others here',
    manifests: [
      service(),
      slice([]),
      labelled('toad-9', { app: 'toad' }, { namespace: 'lake' }),
      labelled('frog-1', { app: 'frog' }),
    ],
    codes: ['service_in_other_namespace'],
  },
  {
    name: 'a StatefulSet at zero',
    manifests: [service(), slice([]), workload('StatefulSet', 'toad', { app: 'toad' }, { replicas: 0 })],
    codes: ['workload_scaled_to_zero'],
  },
  {
    name: 'a ReplicaSet at zero',
    manifests: [service(), slice([]), workload('ReplicaSet', 'toad', { app: 'toad' }, { replicas: 0 })],
    codes: ['workload_scaled_to_zero'],
  },
  {
    name: 'pods of a Job that is done',
    manifests: [service(), slice([]), pod('toad-9', {}, { phase: 'Succeeded', ready: false })],
    codes: ['pods_ended'],
  },
  { name: 'no pod is Ready', manifests: [service(), ...NOT_READY], codes: ['pods_not_ready'], also: ['no_endpoints'] },
  {
    name: 'a pod that is Pending',
    manifests: [service(), slice([]), pod('toad-9', {}, { phase: 'Pending', ready: false })],
    codes: ['pods_not_ready'],
    also: ['no_endpoints'],
  },
  {
    name: 'two of three pods are not Ready',
    manifests: [
      service(),
      slice([at(9), { ...at(10), ready: false }, { ...at(11), ready: false }]),
      pod('toad-9'),
      pod('toad-10', {}, { ready: false, ip: '10.244.0.10' }),
      pod('toad-11', {}, { ready: false, ip: '10.244.0.11' }),
    ],
    codes: ['pods_not_ready'],
  },
  {
    name: 'only pods that shut down, two of them',
    manifests: [
      service(),
      slice([9, 10].map((last) => ({ ...at(last), ready: false, serving: true, terminating: true }))),
      pod('toad-9', {}, { deletedAt: '2026-01-01T00:00:00Z' }),
      pod('toad-10', {}, { deletedAt: '2026-01-01T00:00:00Z', ip: '10.244.0.10' }),
    ],
    codes: ['pods_terminating_only'],
  },
  {
    name: 'no pod of a headless Service is Ready, and none is published before',
    manifests: [service(headless), ...NOT_READY],
    codes: ['pods_not_ready'],
    also: ['no_endpoints'],
  },
  {
    name: 'a selector that a database has as well',
    manifests: [
      service({ selector: { team: 'frogs' } }),
      slice([at(9), at(10)]),
      labelled('toad-9', { team: 'frogs', app: 'toad' }),
      {
        ...pod(
          'db-0',
          { containers: [{ name: 'db', image: 'db:1', ports: [{ name: 'db', containerPort: 5432 }] }] },
          { labels: { team: 'frogs', app: 'db' }, ip: '10.244.0.10' },
        ),
      },
    ],
    codes: ['selector_too_broad'],
  },
  // Ports.
  {
    name: 'a targetPort whose name has a letter too many',
    manifests: [service(ports({ port: 80, targetPort: 'webs' })), pod('toad-9')],
    codes: ['target_port_name_unknown'],
  },
  {
    name: 'a targetPort that names the port of the Service',
    manifests: [service(ports({ name: 'http', port: 80, targetPort: 'http' })), pod('toad-9')],
    codes: ['target_port_name_unknown'],
  },
  {
    name: 'a named targetPort, and containers without names',
    manifests: [service(ports({ port: 80, targetPort: 'http' })), pod('toad-9', container({ containerPort: 8080 }))],
    codes: ['target_port_name_unknown'],
  },
  {
    name: 'a named targetPort that the template of a Deployment lacks',
    manifests: [
      service(ports({ port: 80, targetPort: 'metrics' })),
      workload('Deployment', 'toad', { app: 'toad' }, {}, [
        { name: 'web', ports: [{ name: 'http', containerPort: 80 }] },
      ]),
    ],
    codes: ['target_port_name_unknown'],
  },
  {
    name: 'a targetPort one off the port that is declared',
    manifests: [service(ports({ port: 80, targetPort: 8081 })), pod('toad-9')],
    codes: ['target_port_not_declared'],
  },
  {
    name: 'targetPort left out, and port is not the one of the container',
    manifests: [service(ports({ port: 80 })), pod('toad-9')],
    codes: ['target_port_not_declared'],
  },
  {
    name: 'a headless Service with another port than its pods',
    manifests: [
      service({ clusterIP: 'None', ports: [{ name: 'http', port: 80, targetPort: 8080 }] }),
      ready,
      pod('toad-9'),
    ],
    codes: ['headless_port_differs'],
  },
  {
    name: 'the governing Service of a StatefulSet has another name',
    manifests: [
      service(headless),
      ready,
      workload('StatefulSet', 'toad', { app: 'toad' }, { serviceName: 'toad-headless' }),
    ],
    codes: ['stateful_set_service_name'],
  },
  {
    name: 'the second of two ports has no endpoints under its name',
    manifests: [
      service(ports({ name: 'http', port: 80, targetPort: 8080 }, { name: 'admin', port: 81, targetPort: 9090 })),
      slice([at(9)], {
        ports: [
          { name: 'http', port: 8080 },
          { name: 'adm', port: 9090 },
        ],
      }),
    ],
    codes: ['slice_port_name_mismatch'],
    also: ['no_endpoints'],
  },
  {
    name: 'Endpoints that somebody wrote without the name of the port',
    manifests: [
      service({ selector: null, ports: [{ name: 'db', port: 5432 }] }),
      {
        apiVersion: 'v1',
        kind: 'Endpoints',
        metadata: { name: 'toad', namespace: 'pond' },
        subsets: [{ addresses: [{ ip: '192.0.2.4' }], ports: [{ port: 5432 }] }],
      },
    ],
    codes: ['slice_port_name_mismatch'],
    also: ['no_endpoints'],
  },
  {
    name: 'a targetPort declared over UDP',
    manifests: [
      service(ports({ port: 53, protocol: 'TCP', targetPort: 5353 })),
      pod('toad-9', container({ containerPort: 5353, protocol: 'UDP' })),
    ],
    // UDP is written on purpose, as TCP is the default: the Service has the protocol wrong, or the declaration has (F07).
    codes: ['target_port_not_declared'],
  },
  // Endpoints.
  {
    name: 'no selector, and Endpoints of another name',
    manifests: [
      service({ selector: null }),
      {
        apiVersion: 'v1',
        kind: 'Endpoints',
        metadata: { name: 'taod', namespace: 'pond' },
        subsets: [{ addresses: [{ ip: '192.0.2.4' }], ports: [{ name: 'http', port: 80 }] }],
      },
    ],
    codes: ['selectorless_without_endpoints'],
  },
  {
    name: 'no selector, and a slice labelled for another Service',
    manifests: [service({ selector: null }), slice([{ at: '192.0.2.4' }], { service: 'toads' })],
    codes: ['selectorless_without_endpoints'],
  },
  {
    name: 'an endpoint that is the cluster IP of the Service itself',
    manifests: [service({ selector: null }), slice([{ at: '10.96.0.7' }])],
    codes: ['endpoint_is_cluster_ip'],
  },
  {
    name: 'an endpoint that is link-local',
    manifests: [service({ selector: null }), slice([{ at: '169.254.10.1' }])],
    codes: ['endpoint_address_invalid'],
  },
  {
    name: 'an endpoint that is loopback of IPv6',
    manifests: [
      service({ selector: null, clusterIP: 'fd00::7', clusterIPs: ['fd00::7'], ipFamilies: ['IPv6'] }),
      slice([{ at: '::1' }], { addressType: 'IPv6' }),
    ],
    codes: ['endpoint_address_invalid'],
  },
  {
    name: 'two families preferred, endpoints of IPv6 alone',
    manifests: [
      service({
        clusterIPs: ['10.96.0.7', 'fd00::7'],
        ipFamilies: ['IPv4', 'IPv6'],
        ipFamilyPolicy: 'PreferDualStack',
      }),
      slice([{ at: 'fd00:244::9' }], { addressType: 'IPv6' }),
    ],
    codes: ['single_family_endpoints'],
    also: ['no_endpoints'],
  },
  {
    name: 'two slices, both empty',
    manifests: [service(), slice([]), slice([], { name: 'toad-def' })],
    codes: ['no_endpoints'],
  },
  {
    name: 'a NodePort Service without an endpoint',
    manifests: [service(nodePort), slice([]), ...nodes],
    codes: ['no_endpoints'],
  },
  // ExternalName.
  {
    name: 'an externalName that is an address, without ports',
    manifests: [externalName('203.0.113.44')],
    codes: ['external_name_is_ip'],
  },
  {
    name: 'an externalName that is an address, for TLS',
    manifests: [externalName('198.51.100.7', [{ name: 'https', port: 443 }])],
    codes: ['external_name_is_ip'],
  },
  {
    name: 'an externalName whose port is to be another',
    manifests: [externalName('mysql.example.com', [{ name: 'mysql', port: 3306, targetPort: 13306 }])],
    codes: ['external_name_port_remap'],
  },
  {
    name: 'an externalName for HTTPS',
    manifests: [externalName('api.example.com', [{ name: 'https', port: 443 }])],
    codes: ['external_name_host_mismatch'],
  },
  // Policies, labels, nodes.
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
  // Load balancers.
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
  // Ingresses.
  {
    name: 'an Ingress class by the old annotation that does not exist',
    manifests: [
      service(),
      ready,
      ingress([{}], { ingressClassName: null }, { annotations: { 'kubernetes.io/ingress.class': 'ngnix' } }, {}),
      nginx,
    ],
    codes: ['ingress_class_missing'],
    also: ['ingress_without_address'],
  },
  {
    name: 'no class, and two classes of which none is the default',
    manifests: [
      service(),
      ready,
      ingress([{}], { ingressClassName: null }, {}, {}),
      nginx,
      ingressClass('haproxy', 'haproxy.org/ingress-controller'),
    ],
    codes: ['ingress_class_missing'],
    also: ['ingress_without_address'],
  },
  {
    name: 'a backend port by a name that the Service does not have',
    manifests: [service(), ready, ingress([{ port: 'web' }]), nginx],
    codes: ['ingress_backend_port_missing'],
  },
  {
    name: 'one of two paths has a backend port that is none',
    manifests: [service(), ready, ingress([{}, { path: '/admin', port: 9090 }]), nginx],
    codes: ['ingress_backend_port_missing'],
  },
  {
    name: 'the backend port is the targetPort, of one of two paths',
    manifests: [service(), ready, ingress([{}, { path: '/api', port: 8080 }]), nginx],
    codes: ['ingress_backend_is_target_port'],
  },
  {
    name: 'an Ingress that names a Service that is not there, and nearly this one',
    manifests: [service(), ready, ingress([{ to: 'taod' }]), nginx],
    codes: ['ingress_backend_service_missing'],
  },
  {
    name: 'an Ingress that names this Service with a suffix too many',
    manifests: [service(), ready, ingress([{ to: 'toad-svc' }]), nginx],
    codes: ['ingress_backend_service_missing'],
  },
  {
    name: 'an Ingress of the same host and path elsewhere',
    manifests: [
      service(),
      ready,
      ingress([{ path: '/api' }]),
      ingress([{ path: '/api', to: 'frog' }], {}, { name: 'other', namespace: 'lake' }),
      nginx,
    ],
    codes: ['ingress_duplicate_route'],
  },
  {
    name: 'an Ingress of the namespace of the controller',
    manifests: [service(), ready, ingress([{}], {}, { namespace: 'ingress-nginx' }), nginx],
    codes: ['ingress_in_other_namespace'],
  },
  {
    name: 'TLS for the host without its subdomain',
    manifests: [service(), ready, ingress([{}], { tls: [{ hosts: ['example.com'], secretName: 'cert' }] }), nginx],
    codes: ['ingress_tls_host_unused'],
  },
  {
    name: 'a wildcard of TLS that is a level too high',
    manifests: [service(), ready, ingress([{}], { tls: [{ hosts: ['*.com'], secretName: 'cert' }] }), nginx],
    codes: ['ingress_tls_host_unused'],
  },
  {
    name: "the Ingress has the controller's cluster IP for its address",
    manifests: [
      service(),
      ready,
      ingress([{}], {}, {}, loadBalancerStatus({ ip: '10.96.0.80' })),
      nginx,
      service({ clusterIP: '10.96.0.80' }, { name: 'ingress-nginx-controller', namespace: 'ingress-nginx' }),
    ],
    codes: ['ingress_address_cluster_internal'],
  },
  // Variables.
  {
    name: 'two Services whose names differ by a dash',
    manifests: [
      service({}, { name: 'toad' }),
      ready,
      service({ clusterIP: '10.96.0.8', ports: [{ port: 80 }] }, { name: 'toad-service' }),
    ],
    codes: ['environment_name_collision'],
  },
  {
    name: 'a pod with the port of before',
    manifests: [service(), ready],
    addresses: { environment: 'TOAD_SERVICE_HOST=10.96.0.7\nTOAD_SERVICE_PORT=8000' },
    codes: ['environment_stale'],
  },
  // Right, though unusual.
  {
    name: 'a port over UDP that is declared without protocol',
    manifests: [
      service(ports({ port: 53, protocol: 'UDP', targetPort: 5353 })),
      pod('toad-9', container({ containerPort: 5353 })),
    ],
    codes: [],
  },
  {
    name: 'a port over both protocols that is declared over UDP alone',
    manifests: [
      service(
        ports(
          { name: 'dns-tcp', port: 53, targetPort: 5353 },
          { name: 'dns', port: 53, protocol: 'UDP', targetPort: 5353 },
        ),
      ),
      pod('toad-9', container({ containerPort: 5353, protocol: 'UDP' })),
    ],
    codes: [],
  },
  {
    name: 'pods of a Rollout that is not read',
    manifests: [service({ selector: { 'rollouts-pod-template-hash': 'abc' } }), ready],
    codes: [],
  },
  {
    name: 'a Service of one pod of a StatefulSet',
    manifests: [
      service({ selector: { 'statefulset.kubernetes.io/pod-name': 'toad-0' } }),
      slice([at(9)]),
      workload('StatefulSet', 'toad', { app: 'toad' }),
    ],
    codes: [],
  },
  {
    name: 'ports of several containers',
    manifests: [
      service(ports({ name: 'a', port: 80, targetPort: 'web' }, { name: 'b', port: 81, targetPort: 'admin' })),
      slice([at(9)], {
        ports: [
          { name: 'a', port: 8080 },
          { name: 'b', port: 9090 },
        ],
      }),
      pod('toad-9', {
        containers: [
          { name: 'web', image: 'toad:1', ports: [{ name: 'web', containerPort: 8080 }] },
          { name: 'admin', image: 'toad:1', ports: [{ name: 'admin', containerPort: 9090 }] },
        ],
      }),
    ],
    codes: [],
  },
  {
    name: 'a port of an init container that stays',
    manifests: [
      service(ports({ port: 80, targetPort: 'proxy' })),
      slice([at(9)], { ports: [{ name: '', port: 15001 }] }),
      pod('toad-9', {
        initContainers: [
          { name: 'proxy', image: 'p:1', restartPolicy: 'Always', ports: [{ name: 'proxy', containerPort: 15001 }] },
        ],
      }),
    ],
    codes: [],
  },
  {
    name: 'a policy that lets a range of ports in',
    manifests: [service(), ready, pod('toad-9'), policy({ ingress: [{ ports: [{ port: 8000, endPort: 9000 }] }] })],
    codes: [],
  },
  {
    name: 'a policy for other pods',
    manifests: [
      service(),
      ready,
      pod('toad-9'),
      policy({ podSelector: { matchLabels: { app: 'frog' } }, ingress: [] }),
    ],
    codes: [],
  },
  {
    name: 'a policy about what goes out',
    manifests: [service(), ready, pod('toad-9'), policy({ policyTypes: ['Egress'], egress: [] })],
    codes: [],
  },
  {
    name: 'two Ingresses of one host with different paths',
    manifests: [
      service(),
      ready,
      ingress([{ path: '/a' }]),
      ingress([{ path: '/b', to: 'frog' }], {}, { name: 'other' }),
      service({ clusterIP: '10.96.0.8' }, { name: 'frog' }),
      nginx,
    ],
    codes: [],
  },
  {
    name: 'a default class',
    manifests: [
      service(),
      ready,
      ingress([{}], { ingressClassName: null }),
      ingressClass('nginx', 'k8s.io/ingress-nginx', true),
    ],
    codes: [],
  },
  {
    name: 'a wildcard of TLS that covers the host',
    manifests: [service(), ready, ingress([{}], { tls: [{ hosts: ['*.example.com'], secretName: 'cert' }] }), nginx],
    codes: [],
  },
  {
    name: 'a Service in a namespace of the same name as itself, pods of others beside',
    manifests: [service(), ready, pod('toad-9'), labelled('frog-1', { app: 'frog' }, { ip: '10.244.0.30' })],
    codes: [],
  },
]
