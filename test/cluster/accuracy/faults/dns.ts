/** Cluster DNS, and how the prober asks for names. */
import { slice } from '../../../support/manifests.ts'
import { toad } from '../../scene.ts'
import { CLIENT_ADDRESS, SHORE, WORLD } from '../../world.ts'
import { editEndpoints, type Fault, onNode, stranger } from '../fault.ts'
import { FROM_PODS } from '../shapes.ts'

const shapes = [...FROM_PODS, 'headless'] as const
const names = ['toad', 'toad.pond', 'toad.pond.svc', 'toad.pond.svc.cluster.local'].join(' ')

export const FAULTS_OF_DNS: readonly Fault[] = [
  {
    name: 'cluster DNS is dead',
    since: 'old',
    shapes,
    inject: ({ fault }) => fault.dns('dead'),
    on: ['DNS'],
    codes: ['cluster_dns_fails'],
  },
  {
    name: 'cluster DNS stands still',
    since: 'old',
    shapes,
    inject: ({ fault }) => fault.dns('frozen'),
    on: ['DNS'],
    codes: ['cluster_dns_fails'],
  },
  {
    name: 'cluster DNS answers SERVFAIL',
    since: 'old',
    shapes,
    inject: ({ fault }) => fault.dns('broken'),
    on: ['DNS'],
    codes: ['cluster_dns_fails'],
  },
  {
    name: 'cluster DNS answers REFUSED',
    since: 'new',
    shapes,
    inject: ({ fault }) => fault.dns('refusing'),
    on: ['DNS'],
    codes: ['cluster_dns_fails'],
  },
  {
    name: 'cluster DNS leaves the Service out',
    since: 'old',
    shapes,
    inject: ({ fault }) => fault.dns(WORLD),
    on: ['DNS'],
    codes: ['service_name_unknown'],
  },
  {
    name: 'cluster DNS has an old cluster IP',
    since: 'old',
    shapes: FROM_PODS,
    inject: ({ fault }) =>
      fault.dns([...WORLD, toad({ clusterIP: '10.96.0.99', clusterIPs: ['10.96.0.99'] }), slice([])]),
    on: ['DNS'],
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
    on: ['DNS'],
    codes: ['stale_dns'],
  },
  {
    name: 'the request names another cluster domain',
    since: 'old',
    shapes: ['everything', 'nodePort', 'clusterIP'],
    asked: { addresses: { clusterDomain: 'other.local' } },
    on: ['DNS'],
    codes: ['cluster_domain_wrong'],
  },
  {
    name: 'one of two DNS servers is silent',
    since: 'old',
    shapes: ['nodePort', 'clusterIP'],
    inject: ({ fault }) => fault.blackhole('203.0.113.53'),
    asked: { addresses: { dnsServers: ['203.0.113.53', '10.96.0.10'] } },
    on: ['DNS'],
    codes: ['dns_server_silent'],
  },
  ...(['NXDOMAIN', 'SERVFAIL'] as const).map(
    (answer): Fault => ({
      name: `AAAA is answered ${answer}`,
      since: 'new',
      shapes: ['nodePort', 'clusterIP', 'everything'],
      inject: ({ fault }) => fault.lie({ type: 'AAAA', answer }),
      on: ['DNS'],
      codes: ['aaaa_lookup_fails'],
    }),
  ),
  {
    name: 'cluster DNS leaves every third question unanswered',
    since: 'new',
    shapes: ['nodePort', 'clusterIP', 'everything'],
    inject: ({ fault }) => fault.lie({ answer: 'silence', every: 3 }),
    asked: { samples: 6 },
    on: ['DNS'],
    codes: ['dns_answers_sometimes'],
  },
  {
    name: 'packets to cluster DNS are dropped',
    since: 'new',
    shapes,
    inject: onNode('node-3', `ip saddr ${CLIENT_ADDRESS} meta l4proto { tcp, udp } th dport 53 drop`),
    on: ['DNS'],
    codes: ['cluster_dns_fails'],
  },
  {
    name: 'DNS over UDP alone is dropped',
    since: 'new',
    shapes,
    inject: onNode('node-3', `ip saddr ${CLIENT_ADDRESS} udp dport 53 drop`),
    on: ['DNS'],
    codes: ['cluster_dns_fails'],
  },
  {
    name: 'the hosts file has an old address of the Service',
    since: 'new',
    shapes: FROM_PODS,
    inject: ({ fault }) => fault.hosts(`10.96.0.99 ${names}`),
    on: ['DNS'],
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
    on: ['DNS'],
    codes: ['hosts_file_overrides'],
    also: ['wrong_responder'],
  },
  {
    name: 'the search list is of another namespace',
    since: 'new',
    shapes: FROM_PODS,
    inject: ({ fault }) => fault.searchList('other.svc.cluster.local', 'svc.cluster.local', 'cluster.local'),
    on: ['DNS'],
    codes: ['search_list_wrong'],
  },
  {
    name: 'there is no search list',
    since: 'new',
    shapes: FROM_PODS,
    inject: ({ fault }) => fault.searchList(),
    on: ['DNS'],
    codes: ['search_list_wrong'],
  },
]
