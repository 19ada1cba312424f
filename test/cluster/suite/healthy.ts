import { describe, expect, it } from 'vitest'
import type { Cluster } from '../cluster.ts'
import { requestFor, sceneOf } from '../scene.ts'
import { outcomes } from '../told.ts'
import type { Manifest } from '../world.ts'

type Row = {
  what: string
  manifests: readonly Manifest[]
  /** Every path of the plan. */
  paths: Readonly<Record<string, string>>
  asked?: Manifest
}

const all = (outcome: string, ...paths: string[]): Record<string, string> =>
  Object.fromEntries(paths.map((path) => [path, outcome]))

const NAME = 'toad.pond.svc.cluster.local'
const TOAD_NAMES = [
  `DNS dns:${NAME}?type=A`,
  'DNS dns:toad?type=A',
  'DNS dns:toad.pond?type=A',
  'DNS dns:toad.pond.svc?type=A',
]

const inside: readonly Row[] = [
  {
    what: 'a LoadBalancer Service with an external IP and an Ingress',
    manifests: sceneOf(),
    paths: all(
      'pass',
      ...[...TOAD_NAMES, `DNS dns:_http._tcp.${NAME}?type=SRV`, `DNS http://${NAME}/`],
      'ClusterIP http://10.96.0.7/',
      ...['NodePort node-1', 'NodePort node-2', 'NodePort node-3'],
      'LoadBalancer http://203.0.113.10/',
      'Ingress http://toad.example.com/',
      ...['Endpoint http://10.244.1.11:8080/', 'Endpoint http://10.244.1.12:8080/'],
      ...['Endpoint http://10.244.2.11:8080/', 'Endpoint http://10.244.2.12:8080/'],
      'ExternalIP http://203.0.113.20/',
      ...['Environment TOAD_SERVICE_HOST', 'Environment TOAD_SERVICE_PORT', 'Environment TOAD_SERVICE_PORT_HTTP'],
      ...['Environment TOAD_PORT', 'Environment TOAD_PORT_80_TCP', 'Environment TOAD_PORT_80_TCP_PROTO'],
      ...['Environment TOAD_PORT_80_TCP_PORT', 'Environment TOAD_PORT_80_TCP_ADDR'],
    ),
  },
]

export function healthyTests(cluster: () => Cluster): void {
  describe('healthy', () => {
    it.each(inside)('passes on every path of $what', async ({ manifests, asked, paths }) => {
      await cluster().apply(manifests)
      expect(outcomes(await cluster().inside.ask(requestFor(manifests, asked)))).toEqual(paths)
    })
  })
}
