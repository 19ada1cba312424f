/** Load balancers of a Service, and the PROXY protocol. */
import { SHORE } from '../../world.ts'
import { annotate, editSpec, type Fault, SHORE_WEB, stranger } from '../fault.ts'
import { EVERYWHERE, LOAD_BALANCER } from '../shapes.ts'

const proxyServers = ['172.30.0.11:30080', '172.30.0.12:30080', '172.30.0.13:30080']

export const FAULTS_OF_LOAD_BALANCERS: readonly Fault[] = [
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
]
