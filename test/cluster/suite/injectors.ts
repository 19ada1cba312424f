import { describe, expect, it } from 'vitest'
import { loadBalancerStatus, slice } from '../../support/manifests.ts'
import type { Cluster } from '../cluster.ts'
import { LOAD_BALANCER, requestFor, type Scene, sceneOf, toad } from '../scene.ts'
import { outcomes } from '../told.ts'
import { CLIENT, endpoints, type Manifest, SHORE, TOADS } from '../world.ts'

/** A row tells what a fault does to which paths, since faults that measure accuracy have to do what they say. */
type Row = Scene & { what: string; kinds: readonly string[]; paths: Readonly<Record<string, string>> }

const NAME = 'toad.pond.svc.cluster.local'
const proxied = toad({ externalIPs: [] }, loadBalancerStatus({ ip: LOAD_BALANCER, ipMode: 'Proxy' }))
const self = slice(endpoints(CLIENT.pod))
const onNodes = (...told: readonly string[]) =>
  Object.fromEntries(told.map((outcome, position) => [`NodePort http://172.30.0.1${position + 1}:30080/`, outcome]))
const servers = ['172.30.0.11:30080', '172.30.0.12:30080']
const balancer = { address: LOAD_BALANCER, port: 80, servers }
const VIA_BALANCER = `LoadBalancer http://${LOAD_BALANCER}/`

const TABLE: readonly Row[] = [
  {
    what: 'without masquerading a node port reaches no pod of another node',
    manifests: sceneOf({ slice: slice(endpoints('toad-1')) }),
    fault: (fault) => fault.stopMasquerading(),
    kinds: ['NodePort', 'ClusterIP'],
    // From the prober's own node the answers come back by the way that the requests took.
    paths: { ...onNodes('pass', 'connect_timeout', 'pass'), 'ClusterIP http://10.96.0.7/': 'pass' },
  },
  {
    what: 'without hairpin a pod does not reach itself by its cluster IP',
    manifests: sceneOf({ slice: self }),
    fault: (fault) => fault.stopHairpin(),
    kinds: ['ClusterIP', 'Endpoint'],
    paths: { 'ClusterIP http://10.96.0.7/': 'connect_timeout', 'Endpoint http://10.244.3.100:8080/': 'pass' },
  },
  {
    what: 'a node that is cut off from the others is reached, its pods are not',
    manifests: sceneOf({ slice: slice(endpoints('toad-1', 'toad-3')) }),
    fault: (fault) => fault.cutOverlay('node-2'),
    kinds: ['Endpoint'],
    paths: { 'Endpoint http://10.244.1.11:8080/': 'pass', 'Endpoint http://10.244.2.11:8080/': 'connect_timeout' },
  },
  {
    what: 'a way that is too narrow loses long answers and lets short ones through',
    manifests: sceneOf({ slice: slice(endpoints('toad-1', 'toad-3')) }),
    fault: async (fault) => {
      await fault.narrowOverlay(CLIENT.node)
      await fault.pods(['toad-3'], 'large')
    },
    kinds: ['Endpoint'],
    paths: { 'Endpoint http://10.244.1.11:8080/': 'pass', 'Endpoint http://10.244.2.11:8080/': 'response_timeout' },
  },
  {
    what: 'HAProxy stands in for a load balancer',
    manifests: sceneOf({ service: proxied }),
    fault: (fault) => fault.balancer(balancer),
    kinds: ['LoadBalancer'],
    paths: { [VIA_BALANCER]: 'pass' },
  },
  {
    what: 'pods that expect a PROXY line answer only through the load balancer that sends it',
    manifests: sceneOf({ service: proxied }),
    fault: async (fault) => {
      await fault.pods(TOADS, 'proxy')
      await fault.balancer({ ...balancer, sendsProxyLine: true })
    },
    kinds: ['LoadBalancer', 'ClusterIP'],
    paths: { [VIA_BALANCER]: 'pass', 'ClusterIP http://10.96.0.7/': 'connection_closed' },
  },
  {
    what: 'a controller that expects a PROXY line answers nobody else',
    fault: (fault) => fault.controller({ expectsProxyLine: true }),
    kinds: ['Ingress'],
    paths: { 'Ingress http://toad.example.com/': 'connection_closed' },
  },
  {
    what: 'a node port that leads to another server fails as that server does',
    fault: async (fault) => {
      await fault.pods([SHORE.name], { status: 503 })
      await fault.divert('node-2', 'tcp dport 30080', `${SHORE.address}:${SHORE.ports.http}`)
    },
    kinds: ['NodePort'],
    paths: onNodes('pass', 'unexpected_status', 'pass'),
  },
  {
    what: 'an answer of DNS that is told otherwise: AAAA does not exist, A does',
    fault: (fault) => fault.lie({ type: 'A', under: NAME, answer: 'NXDOMAIN' }),
    kinds: ['DNS'],
    paths: { [`DNS dns:${NAME}?type=A`]: 'dns_not_found', [`DNS dns:_http._tcp.${NAME}?type=SRV`]: 'pass' },
  },
  {
    what: 'a line in the hosts file leads names elsewhere that are looked up, and none that DNS is asked for',
    fault: (fault) => fault.hosts('10.96.0.99 toad'),
    kinds: ['DNS'],
    paths: { [`DNS dns:${NAME}?type=A`]: 'pass', 'DNS dns:toad?type=A': 'wrong_address' },
  },
  {
    what: 'a search list of another namespace finds no short name',
    fault: (fault) => fault.searchList('lake.svc.cluster.local', 'svc.cluster.local', 'cluster.local'),
    kinds: ['DNS'],
    paths: { 'DNS dns:toad?type=A': 'dns_not_found', 'DNS dns:toad.pond?type=A': 'pass' },
  },
]

export function injectorTests(cluster: () => Cluster): void {
  describe('what faults do', () => {
    it.each(TABLE)('$what', async ({ manifests = sceneOf(), fault, kinds, paths }) => {
      const { apply, inside, fault: faults } = cluster()
      await apply(manifests)
      await fault?.(faults)
      const asked: Manifest = { timeoutMs: 1500, paths: { include: kinds }, history: false }
      const seen = outcomes(await inside.ask(requestFor(manifests, asked)))
      expect(Object.fromEntries(Object.keys(paths).map((path) => [path, seen[path]]))).toEqual(paths)
    })
  })
}
