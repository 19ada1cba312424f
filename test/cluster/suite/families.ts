import { describe, expect, it } from 'vitest'
import { loadBalancerStatus, slice } from '../../support/manifests.ts'
import type { Cluster } from '../cluster.ts'
import { requestFor, type Scene, toad } from '../scene.ts'
import { firstFinding, outcomes } from '../told.ts'
import { endpoints, endpoints6, type Manifest, WORLD } from '../world.ts'

type Row = Scene & { guarantee: string; IPv4: string; IPv6: string; endpoint6?: string; name: string }

const PODS = ['toad-1', 'toad-3']
const service = toad(
  { clusterIPs: ['10.96.0.7', 'fd00:96::7'], ipFamilyPolicy: 'RequireDualStack', externalIPs: [] },
  loadBalancerStatus({ ip: '203.0.113.10' }, { ip: '2001:db8::10' }),
)
const slice4 = slice(endpoints(...PODS))
const slice6 = (list: ReturnType<typeof endpoints6>) => slice(list, { name: 'toad-6', addressType: 'IPv6' })
const dualStack: readonly Manifest[] = [...WORLD, service, slice4, slice6(endpoints6(...PODS))]

const TABLE: readonly Row[] = [
  { guarantee: 'a healthy Service passes in both', IPv4: 'pass', IPv6: 'pass', name: 'pass' },
  {
    guarantee: 'an application that listens in one family is refused in the other, on every path',
    finding: 'one_family_fails',
    fault: (fault) => fault.pods(PODS, 'IPv4'),
    IPv4: 'pass',
    IPv6: 'connection_refused',
    name: 'connection_refused',
  },
  {
    guarantee: 'a Service of both families whose pods have one is refused in the other',
    finding: 'single_family_endpoints',
    manifests: [...WORLD, service, slice4, slice6([])],
    IPv4: 'pass',
    IPv6: 'connection_refused',
    endpoint6: 'absent',
    name: 'connection_refused',
  },
]

const NAME = 'toad.pond.svc.cluster.local'

export function familyTests(cluster: () => Cluster): void {
  describe('two families', () => {
    it.each(TABLE)(
      '$guarantee',
      async ({ manifests = dualStack, fault, IPv4, IPv6, endpoint6 = IPv6, name, finding }) => {
        const { apply, inside, fault: faults } = cluster()
        await apply(manifests)
        await fault?.(faults)
        const paths = { include: ['DNS', 'ClusterIP', 'NodePort', 'LoadBalancer', 'Endpoint'] }
        const job = await inside.ask(requestFor(manifests, { paths }))
        const of = (outcome: string, ...urls: string[]) => urls.map((url): [string, string] => [url, outcome])
        const expected = [
          ...of('pass', `DNS dns:${NAME}?type=A`, `DNS dns:${NAME}?type=AAAA`),
          ...of('pass', 'DNS dns:toad?type=A', 'DNS dns:toad.pond?type=A', 'DNS dns:toad.pond.svc?type=A'),
          ...of('pass', `DNS dns:_http._tcp.${NAME}?type=SRV`),
          // One path, both addresses: it fails where one of them does.
          ...of(name, `DNS http://${NAME}/`),
          ...of(IPv4, 'ClusterIP http://10.96.0.7/', 'LoadBalancer http://203.0.113.10/'),
          ...of(IPv4, ...[11, 12, 13].map((host) => `NodePort http://172.30.0.${host}:30080/`)),
          ...of(IPv4, 'Endpoint http://10.244.1.11:8080/', 'Endpoint http://10.244.2.11:8080/'),
          ...of(IPv6, 'ClusterIP http://[fd00:96::7]/', 'LoadBalancer http://[2001:db8::10]/'),
          ...of(IPv6, ...[11, 12, 13].map((host) => `NodePort http://[fd00:172:30::${host}]:30080/`)),
          ...(endpoint6 === 'absent'
            ? []
            : of(endpoint6, 'Endpoint http://[fd00:244:1::11]:8080/', 'Endpoint http://[fd00:244:2::11]:8080/')),
        ]
        const seen = Object.entries(outcomes(job)).filter(([, outcome]) => outcome !== 'skipped excluded')
        expect(Object.fromEntries(seen)).toEqual(Object.fromEntries(expected))
        if (finding !== undefined) {
          expect(firstFinding(job)).toBe(finding)
        }
      },
    )
  })
}
