import { describe, expect, it } from 'vitest'
import { loadBalancerStatus, service, slice } from '../../support/manifests.ts'
import type { Cluster } from '../cluster.ts'
import { printEnvironment, requestFor, sceneOf, toad } from '../scene.ts'
import { outcomes } from '../told.ts'
import { CLIENT, endpoints, type Manifest, NEWTS, SHORE, TOADS, WORLD } from '../world.ts'

type Row = {
  what: string
  manifests: readonly Manifest[]
  /** Every path of the plan. */
  paths: Readonly<Record<string, string>>
}

const all = (outcome: string, ...paths: readonly string[]): Record<string, string> =>
  Object.fromEntries(paths.map((path) => [path, outcome]))

const NAME = 'toad.pond.svc.cluster.local'
/** The record and the short forms. */
const NAMES = [
  `DNS dns:${NAME}?type=A`,
  'DNS dns:toad?type=A',
  'DNS dns:toad.pond?type=A',
  'DNS dns:toad.pond.svc?type=A',
]
const srv = (port: string): string => `DNS dns:_${port}._tcp.${NAME}?type=SRV`
const environment = (...names: readonly string[]) => names.map((name) => `Environment TOAD_${name}`)
const link = (port: string) => ['', '_PROTO', '_PORT', '_ADDR'].map((suffix) => `PORT_${port}${suffix}`)
const onNodes = (port: number, scheme = 'http') =>
  [11, 12, 13].map((host) => `NodePort ${scheme}://172.30.0.${host}:${port}/`)

const newts = NEWTS.map((name) => ({ ...endpoints(name)[0], hostname: name })).flatMap(({ at, ...rest }) =>
  at === undefined ? [] : [{ at, ...rest }],
)

const TABLE: readonly Row[] = [
  {
    what: 'a LoadBalancer Service with an external IP and an Ingress',
    manifests: sceneOf(),
    paths: all(
      'pass',
      ...[...NAMES, srv('http'), `DNS http://${NAME}/`],
      ...['ClusterIP http://10.96.0.7/', ...onNodes(30080)],
      ...['LoadBalancer http://203.0.113.10/', 'ExternalIP http://203.0.113.20/', 'Ingress http://toad.example.com/'],
      ...TOADS.flatMap((name) => endpoints(name).map(({ at }) => `Endpoint http://${at}:8080/`)),
      ...environment('SERVICE_HOST', 'SERVICE_PORT', 'SERVICE_PORT_HTTP', 'PORT', ...link('80_TCP')),
    ),
  },
  {
    what: 'a NodePort Service of several ports, as far as they can be probed',
    manifests: [
      ...WORLD,
      service({
        type: 'NodePort',
        ports: [
          { name: 'http', port: 80, targetPort: 8080, nodePort: 30080 },
          { name: 'https', port: 443, targetPort: 8443, nodePort: 30444 },
          { name: 'feed', port: 9999, protocol: 'UDP', nodePort: 30999 },
        ],
      }),
      slice(newts, {
        ports: [
          { name: 'http', port: 8080, protocol: 'TCP' },
          { name: 'https', port: 8443, protocol: 'TCP' },
          { name: 'feed', port: 9999, protocol: 'UDP' },
        ],
      }),
    ],
    paths: {
      ...all(
        'pass',
        ...[...NAMES, srv('http'), srv('https'), `DNS dns:_feed._udp.${NAME}?type=SRV`],
        ...[`DNS http://${NAME}/`, `DNS https://${NAME}/`],
        ...['ClusterIP http://10.96.0.7/', 'ClusterIP https://10.96.0.7/'],
        ...[...onNodes(30080), ...onNodes(30444, 'https')],
        ...newts.flatMap(({ at }) => [`Endpoint http://${at}:8080/`, `Endpoint https://${at}:8443/`]),
        ...environment('SERVICE_HOST', 'SERVICE_PORT', 'PORT'),
        ...environment('SERVICE_PORT_HTTP', 'SERVICE_PORT_HTTPS', 'SERVICE_PORT_FEED'),
        ...environment(...link('80_TCP'), ...link('443_TCP'), ...link('9999_UDP')),
      ),
      ...all(
        'skipped unprobeable',
        ...[`DNS udp://${NAME}:9999`, 'ClusterIP udp://10.96.0.7:9999'],
        ...[11, 12, 13].map((host) => `NodePort udp://172.30.0.${host}:30999`),
        ...newts.map(({ at }) => `Endpoint udp://${at}:9999`),
      ),
    },
  },
  {
    what: 'a headless Service whose pods have names',
    manifests: [
      ...WORLD,
      service({ clusterIP: 'None', ports: [{ name: 'http', port: 8080, targetPort: 8080 }] }),
      slice(newts),
    ],
    paths: all(
      'pass',
      ...[...NAMES, srv('http'), `DNS http://${NAME}:8080/`],
      ...NEWTS.map((name) => `DNS dns:${name}.${NAME}?type=A`),
      ...newts.map(({ at }) => `Endpoint http://${at}:8080/`),
    ),
  },
  {
    what: 'a headless Service whose pods have no names',
    manifests: [
      ...WORLD,
      service({ clusterIP: 'None', ports: [{ name: 'http', port: 80, targetPort: 8080 }] }),
      slice(endpoints('toad-1', 'toad-3')),
    ],
    paths: all(
      'pass',
      ...[...NAMES, srv('http'), `DNS http://${NAME}:8080/`],
      ...['Endpoint http://10.244.1.11:8080/', 'Endpoint http://10.244.2.11:8080/'],
    ),
  },
  {
    what: 'a Service without selector, and the Endpoints that somebody wrote',
    manifests: [
      ...WORLD,
      service({ selector: null, ports: [{ name: 'db', port: 5432 }] }),
      {
        apiVersion: 'v1',
        kind: 'Endpoints',
        metadata: { name: 'toad', namespace: CLIENT.namespace },
        subsets: [{ addresses: [{ ip: SHORE.address }], ports: [{ name: 'db', port: SHORE.ports.db }] }],
      },
    ],
    paths: all(
      'pass',
      ...[...NAMES, srv('db'), `DNS tcp://${NAME}:5432`, 'ClusterIP tcp://10.96.0.7:5432'],
      `Endpoint tcp://${SHORE.address}:5432`,
      ...environment('SERVICE_HOST', 'SERVICE_PORT', 'SERVICE_PORT_DB', 'PORT', ...link('5432_TCP')),
    ),
  },
  {
    what: 'an ExternalName Service',
    manifests: [
      ...WORLD,
      service({
        type: 'ExternalName',
        externalName: 'api.example.org',
        ports: [{ name: 'http', port: SHORE.ports.http }],
      }),
    ],
    paths: all(
      'pass',
      ...[`DNS dns:${NAME}?type=CNAME`, ...NAMES.slice(1), `DNS http://${NAME}/`],
      'ExternalName http://api.example.org/',
    ),
  },
  {
    what: 'a Service behind a load balancer that is known by a name',
    manifests: sceneOf({ service: toad({ externalIPs: [] }, loadBalancerStatus({ hostname: 'lb.example.org' })) }),
    paths: all(
      'pass',
      ...[...NAMES, srv('http'), `DNS http://${NAME}/`],
      ...['ClusterIP http://10.96.0.7/', ...onNodes(30080)],
      ...['LoadBalancer http://lb.example.org/', 'Ingress http://toad.example.com/'],
      ...TOADS.flatMap((name) => endpoints(name).map(({ at }) => `Endpoint http://${at}:8080/`)),
      ...environment('SERVICE_HOST', 'SERVICE_PORT', 'SERVICE_PORT_HTTP', 'PORT', ...link('80_TCP')),
    ),
  },
]

export function healthyTests(cluster: () => Cluster): void {
  describe('every path passes', () => {
    it.each(TABLE)('of $what', async ({ manifests, paths }) => {
      await cluster().apply(manifests)
      const asked = { addresses: { environment: printEnvironment(manifests) } }
      const job = await cluster().inside.ask(requestFor(manifests, asked))
      expect({ verdict: job.verdict, paths: outcomes(job) }).toEqual({ verdict: 'pass', paths })
    })

    it("of a Service whose variables are in the prober's own environment", async () => {
      const manifests = sceneOf()
      await cluster().apply(manifests)
      const job = await cluster().inside.ask(requestFor(manifests, { paths: { include: ['Environment'] } }))
      const own = job.paths.filter(({ kind }) => kind === 'Environment')
      expect(own.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 8 }, () => 'pass'))
    })
  })
}
