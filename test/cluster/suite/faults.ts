import { describe, expect, it } from 'vitest'
import { ingress, loadBalancerStatus, slice } from '../../support/manifests.ts'
import type { Cluster } from '../cluster.ts'
import type { Faults } from '../faults.ts'
import { LOAD_BALANCER, requestFor, type Scene, sceneOf, TIMEOUT_MS, toad } from '../scene.ts'
import { firstFinding, type Told, told } from '../told.ts'
import { CLIENT_ADDRESS, CONTROLLER_POD_ADDRESS, endpoints, TOADS } from '../world.ts'

/** A row of the table: what is broken, and which paths tell so, by kind. Kinds that are not named pass. */
type Row = Scene & { guarantee: string; told: { [column: string]: Told[string] | undefined } }

const SOUND: Told = {
  names: 'pass',
  DNS: 'pass',
  ClusterIP: 'pass',
  NodePort: 'pass',
  LoadBalancer: 'pass',
  Ingress: 'pass',
  Endpoint: 'pass',
  ExternalIP: 'pass',
  Environment: 'pass',
}

const EXCLUDED: Told = Object.fromEntries(Object.keys(SOUND).map((kind) => [kind, 'skipped excluded']))

/** Kinds that lead through kube-proxy's rules. */
const proxied = (outcome: string): Told => ({
  DNS: outcome,
  ClusterIP: outcome,
  NodePort: outcome,
  LoadBalancer: outcome,
  ExternalIP: outcome,
})

const on = (node: string, outcome: string) => ({
  'node-1': 'pass',
  'node-2': 'pass',
  'node-3': 'pass',
  [node]: outcome,
})

/** Endpoints on node-1 alone. */
const ON_NODE_1 = endpoints('toad-1', 'toad-2')

const DENY_ALL = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'deny-all', namespace: 'pond' },
  spec: { podSelector: {}, policyTypes: ['Ingress'] },
}

/** On the nodes of the pods, one more rule about packets to them. */
const dropToPods = (rule: (to: string) => string) => async (fault: Faults) => {
  const to = `ip daddr { ${endpoints(...TOADS).map(({ at }) => at)} } tcp dport 8080`
  for (const node of ['node-1', 'node-2']) {
    await fault.filter(node, 'forward', [rule(to)])
  }
}

const TABLE: readonly Row[] = [
  {
    guarantee: 'no endpoint: refused wherever kube-proxy answers, 503 from the controller',
    finding: 'no_endpoints',
    manifests: sceneOf({ slice: slice([]) }),
    told: { ...proxied('connection_refused'), Ingress: 'unexpected_status', Endpoint: undefined },
  },
  {
    guarantee: 'pods that are not ready but answer: only they themselves do',
    finding: 'no_endpoints',
    manifests: sceneOf({ slice: slice(endpoints(...TOADS).map((each) => ({ ...each, ready: false }))) }),
    told: { ...proxied('connection_refused'), Ingress: 'unexpected_status' },
  },
  {
    guarantee: 'endpoints of a port by another name: as if there were none',
    finding: 'slice_port_name_mismatch',
    manifests: sceneOf({ slice: slice(endpoints(...TOADS), { ports: [{ name: 'web', port: 8080 }] }) }),
    told: { ...proxied('connection_refused'), Ingress: 'unexpected_status', Endpoint: undefined },
  },
  {
    guarantee: 'a load balancer that has given no address: nothing to test yet',
    finding: 'load_balancer_pending',
    manifests: sceneOf({ service: toad({}, {}) }),
    told: { LoadBalancer: 'skipped pending' },
  },
  {
    guarantee: 'a targetPort that nobody listens on: refused by the pods, 502 from the controller',
    finding: 'nothing_listens',
    manifests: sceneOf({ slice: slice(endpoints(...TOADS), { ports: [{ name: 'http', port: 8081 }] }) }),
    told: { ...proxied('connection_refused'), Ingress: 'unexpected_status', Endpoint: 'connection_refused' },
  },
  {
    guarantee: 'a targetPort that no container declares: the same, with the ports that they do declare',
    finding: 'target_port_not_declared',
    manifests: sceneOf({
      service: toad({ ports: [{ name: 'http', port: 80, targetPort: 8081, nodePort: 30080 }] }),
      slice: slice(endpoints(...TOADS), { ports: [{ name: 'http', port: 8081 }] }),
    }),
    told: { ...proxied('connection_refused'), Ingress: 'unexpected_status', Endpoint: 'connection_refused' },
  },
  {
    guarantee: 'a NetworkPolicy that denies everything, and is in force: no answer from the pods',
    finding: 'network_policy_port',
    manifests: [...sceneOf(), DENY_ALL],
    fault: dropToPods((to) => `${to} drop`),
    told: { ...proxied('connect_timeout'), Ingress: 'response_timeout', Endpoint: 'connect_timeout' },
  },
  {
    guarantee: 'a NetworkPolicy that nobody enforces is not what makes closed pods refuse',
    finding: 'nothing_listens',
    manifests: [...sceneOf(), DENY_ALL],
    fault: (fault) => fault.pods(TOADS, 'closed'),
    told: { ...proxied('connection_refused'), Ingress: 'unexpected_status', Endpoint: 'connection_refused' },
  },
  {
    guarantee: 'pods that accept and never answer: no response, also through the controller',
    finding: 'application_hangs',
    fault: (fault) => fault.pods(TOADS, 'hang'),
    told: { ...proxied('response_timeout'), Ingress: 'response_timeout', Endpoint: 'response_timeout' },
  },
  {
    guarantee: 'pods that reset: reset, 502 from the controller',
    finding: 'application_cuts_connections',
    fault: (fault) => fault.pods(TOADS, 'reset'),
    told: { ...proxied('connection_reset'), Ingress: 'unexpected_status', Endpoint: 'connection_reset' },
  },
  {
    guarantee: 'an application that answers 500: the same status on every path',
    finding: 'application_answers_errors',
    fault: (fault) => fault.pods(TOADS, { status: 500 }),
    told: { ...proxied('unexpected_status'), Ingress: 'unexpected_status', Endpoint: 'unexpected_status' },
  },
  {
    guarantee: 'an application that answers 404: reached on every path, as the control shows for the Ingress',
    fault: (fault) => fault.pods(TOADS, { status: 404 }),
    told: {},
  },
  {
    guarantee: 'a node port that a firewall drops on node-2: no answer there alone',
    finding: 'node_port_fails_on_some_nodes',
    fault: (fault) => fault.filter('node-2', 'prerouting', ['tcp dport 30080 drop']),
    told: { NodePort: on('node-2', 'connect_timeout') },
  },
  {
    guarantee: 'a node port that a firewall prohibits on node-2: host unreachable there alone',
    finding: 'node_port_fails_on_some_nodes',
    fault: (fault) => fault.filter('node-2', 'prerouting', ['tcp dport 30080 reject with icmp type admin-prohibited']),
    told: { NodePort: on('node-2', 'host_unreachable') },
  },
  {
    guarantee: "node-2's cable pulled, no endpoint on it: only its node port does not answer",
    finding: 'node_port_fails_on_some_nodes',
    manifests: sceneOf({ slice: slice(ON_NODE_1) }),
    fault: (fault) => fault.pullCable('node-2'),
    told: { NodePort: on('node-2', 'connect_timeout') },
  },
  {
    guarantee: 'a load balancer that is gone: from inside, nodes answer for its address',
    fault: (fault) => fault.blackhole(LOAD_BALANCER),
    told: {},
  },
  {
    guarantee: 'a load balancer that is a proxy of its own and is gone: told from inside, too',
    finding: 'load_balancer_fails',
    manifests: sceneOf({ service: toad({}, loadBalancerStatus({ ip: LOAD_BALANCER, ipMode: 'Proxy' })) }),
    fault: (fault) => fault.blackhole(LOAD_BALANCER),
    told: { LoadBalancer: 'connect_timeout' },
  },
  {
    // As is meant where a load balancer leaves such nodes out: nothing is told of it.
    guarantee: 'externalTrafficPolicy Local: a node without endpoint is not expected to answer, and counts in nothing',
    manifests: sceneOf({ service: toad({ externalTrafficPolicy: 'Local' }), slice: slice(ON_NODE_1) }),
    told: { NodePort: on('node-2', 'skipped not_expected (connect_timeout)') },
  },
  {
    guarantee:
      "internalTrafficPolicy Local: the cluster IP is not expected to answer on the prober's node, which has no endpoint",
    finding: 'traffic_policy_local_no_endpoint',
    manifests: sceneOf({ service: toad({ internalTrafficPolicy: 'Local' }), slice: slice(ON_NODE_1) }),
    told: { ClusterIP: 'skipped not_expected (connect_timeout)', DNS: 'skipped not_expected (connect_timeout)' },
  },
  {
    guarantee: 'an endpoint whose pod is long gone: host unreachable, 502 from the controller',
    finding: 'endpoints_unreachable',
    manifests: sceneOf({ slice: slice([{ at: '10.244.2.99', node: 'node-2' }]) }),
    asked: { timeoutMs: 5000 },
    told: { ...proxied('host_unreachable'), Ingress: 'unexpected_status', Endpoint: 'host_unreachable' },
  },
  {
    guarantee: 'a NetworkPolicy that lets only the controller in: no answer anywhere but through it',
    finding: 'endpoints_silent',
    fault: dropToPods((to) => `ip saddr != ${CONTROLLER_POD_ADDRESS} ${to} drop`),
    told: { ...proxied('connect_timeout'), Endpoint: 'connect_timeout' },
  },
  {
    guarantee:
      'a NetworkPolicy that keeps the controller out: no answer through it in time, the pods answer all others',
    finding: 'ingress_backend_silent',
    fault: dropToPods((to) => `ip saddr ${CONTROLLER_POD_ADDRESS} ${to} drop`),
    told: { Ingress: 'response_timeout' },
  },
  {
    guarantee: 'a firewall on the nodes that prohibits the pods: unreachable, and at once',
    finding: 'endpoints_unreachable',
    fault: dropToPods((to) => `${to} reject with icmp type host-prohibited`),
    told: { ...proxied('host_unreachable'), Endpoint: 'host_unreachable', Ingress: 'unexpected_status' },
  },
  {
    guarantee: "full packets from node-2 are lost: its pods' answers do not come, those of node-1 do",
    finding: 'some_endpoints_fail',
    fault: async (fault) => {
      await fault.pods(TOADS, 'large')
      await fault.filter('node-2', 'forward', [
        `ip saddr 10.244.2.0/24 ip daddr ${CLIENT_ADDRESS} meta length > 1000 drop`,
      ])
    },
    asked: { paths: { include: ['Endpoint', 'Ingress'] } },
    told: {
      ...EXCLUDED,
      Ingress: 'pass',
      Endpoint: {
        'http://10.244.1.11:8080/': 'pass',
        'http://10.244.1.12:8080/': 'pass',
        'http://10.244.2.11:8080/': 'response_timeout',
        'http://10.244.2.12:8080/': 'response_timeout',
      },
    },
  },
  {
    guarantee: 'one pod of four that hangs: it alone, as an endpoint; the application as a whole does not hang',
    finding: 'some_endpoints_fail',
    fault: (fault) => fault.pods(['toad-3'], 'hang'),
    asked: { paths: { include: ['Endpoint'] } },
    told: {
      ...EXCLUDED,
      Endpoint: {
        'http://10.244.1.11:8080/': 'pass',
        'http://10.244.1.12:8080/': 'pass',
        'http://10.244.2.11:8080/': 'response_timeout',
        'http://10.244.2.12:8080/': 'pass',
      },
    },
  },
  {
    guarantee:
      "kube-proxy gone on the prober's node: its own addresses are dead there, other nodes and the pods are not",
    // The cluster IP of the API server, asked as a control, is dead there, too.
    finding: 'cluster_ips_unreachable',
    fault: (fault) => fault.stopProxy('node-3'),
    // Lookups by getaddrinfo would hang on for longer than the test, and keep those of the next ones waiting.
    asked: { paths: { exclude: ['DNS'] } },
    told: {
      names: 'skipped excluded',
      DNS: 'skipped excluded',
      ClusterIP: 'connect_timeout',
      NodePort: on('node-3', 'connection_refused'),
    },
  },
  {
    guarantee: 'a controller whose time for a slow pod is up: 504',
    finding: 'application_hangs',
    manifests: sceneOf({
      ingress: ingress(
        [{}],
        {},
        {
          annotations: {
            'nginx.ingress.kubernetes.io/proxy-read-timeout': '1',
            'nginx.ingress.kubernetes.io/proxy-next-upstream-tries': '1',
          },
        },
      ),
    }),
    fault: (fault) => fault.pods(TOADS, 'hang'),
    asked: { timeoutMs: 2500 },
    told: { ...proxied('response_timeout'), Ingress: 'unexpected_status', Endpoint: 'response_timeout' },
  },
  {
    guarantee: 'only endpoints that serve while they terminate: traffic still goes there',
    finding: 'pods_terminating_only',
    manifests: sceneOf({
      slice: slice(ON_NODE_1.map((each) => ({ ...each, ready: false, serving: true, terminating: true }))),
    }),
    told: {},
  },
]

export function faultTests(cluster: () => Cluster): void {
  describe('faults, seen from a pod', () => {
    it.each(TABLE)('$guarantee', async ({ manifests = sceneOf(), fault, asked, finding, told: differing }) => {
      const { apply, inside, fault: faults } = cluster()
      await apply(manifests)
      await fault?.(faults)
      const request = requestFor(manifests, { timeoutMs: TIMEOUT_MS, ...asked })
      const job = await inside.ask(request)
      expect(told(job)).toEqual({ ...SOUND, ...differing })
      if (finding !== undefined) {
        expect(firstFinding(job)).toBe(finding)
      }
    })
  })
}
