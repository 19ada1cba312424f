import { describe, expect, it } from 'vitest'
import { service, slice } from '../../support/manifests.ts'
import type { Cluster } from '../cluster.ts'
import { requestFor, type Scene, TIMEOUT_MS } from '../scene.ts'
import { firstFinding, type Told, told } from '../told.ts'
import { endpoints, WORLD } from '../world.ts'

/** Services of other kinds than the one that most faults are shown on, each with a fault of its kind. */
type Row = Scene & { guarantee: string; manifests: Scene['manifests']; verdict: string; told: Told }

const NAME = 'toad.pond.svc.cluster.local'
const headless = service({ clusterIP: 'None', ports: [{ name: 'http', port: 8080 }] })
const externalName = (name: string) =>
  service({ type: 'ExternalName', externalName: name, ports: [{ name: 'http', port: 80 }] })

const TABLE: readonly Row[] = [
  {
    guarantee: 'a headless Service without a ready endpoint does not resolve; its pods answer',
    finding: 'no_endpoints',
    manifests: [...WORLD, headless, slice(endpoints('toad-1', 'toad-3').map((each) => ({ ...each, ready: false })))],
    verdict: 'fail',
    told: { names: 'dns_not_found', DNS: 'dns_not_found', Endpoint: 'pass' },
  },
  {
    guarantee: 'a headless Service fails where one of its pods does: each address is dialled',
    finding: 'some_endpoints_fail',
    manifests: [...WORLD, headless, slice(endpoints('toad-1', 'toad-3'))],
    fault: (fault) => fault.pods(['toad-3'], 'closed'),
    verdict: 'fail',
    told: {
      names: 'pass',
      DNS: 'connection_refused',
      Endpoint: { 'http://10.244.1.11:8080/': 'pass', 'http://10.244.2.11:8080/': 'connection_refused' },
    },
  },
  {
    guarantee: 'an ExternalName that leads to nothing: the alias is there, what it stands for is not',
    finding: 'outside_name_unresolved',
    manifests: [...WORLD, externalName('gone.example.org')],
    verdict: 'fail',
    told: {
      names: {
        [`dns:${NAME}?type=CNAME`]: 'pass',
        'dns:toad?type=A': 'dns_not_found',
        'dns:toad.pond?type=A': 'dns_not_found',
        'dns:toad.pond.svc?type=A': 'dns_not_found',
      },
      DNS: 'skipped not_expected (dns_not_found)',
      ExternalName: 'dns_not_found',
    },
  },
  {
    guarantee: 'a Service that kube-proxy leaves to somebody else is not expected to answer; its pods are',
    finding: 'proxy_label_excludes_service',
    manifests: [
      ...WORLD,
      service(
        { type: 'NodePort', ports: [{ name: 'http', port: 80, targetPort: 8080, nodePort: 30080 }] },
        { labels: { 'service.kubernetes.io/service-proxy-name': 'other' } },
      ),
      slice(endpoints('toad-1')),
    ],
    verdict: 'pass',
    told: {
      names: 'pass',
      DNS: 'skipped not_expected (connect_timeout)',
      ClusterIP: 'skipped not_expected (connect_timeout)',
      NodePort: 'skipped not_expected (connection_refused)',
      Endpoint: 'pass',
    },
  },
]

export function kindTests(cluster: () => Cluster): void {
  describe('other kinds of Services', () => {
    it.each(TABLE)('$guarantee', async ({ manifests = [], fault, verdict, finding, told: expected }) => {
      const { apply, inside, fault: faults } = cluster()
      await apply(manifests)
      await fault?.(faults)
      const job = await inside.ask(
        requestFor(manifests, {
          timeoutMs: TIMEOUT_MS,
          paths: { include: Object.keys(expected).filter((kind) => kind !== 'names') },
        }),
      )
      const seen = Object.entries(told(job)).filter(([, outcome]) => outcome !== 'skipped excluded')
      expect({ verdict: job.verdict, told: Object.fromEntries(seen) }).toEqual({ verdict, told: expected })
      if (finding !== undefined) {
        expect(firstFinding(job)).toBe(finding)
      }
    })
  })
}
