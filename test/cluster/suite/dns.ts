import { describe, expect, it } from 'vitest'
import { slice } from '../../support/manifests.ts'
import type { Cluster } from '../cluster.ts'
import { requestFor, type Scene, sceneOf, TIMEOUT_MS, toad } from '../scene.ts'
import { firstFinding, type Told, told } from '../told.ts'
import { WORLD } from '../world.ts'

/** A row tells what becomes of the names resolved and of the name dialled; the cluster IP passes beside them. */
type Row = Scene & { guarantee: string; names: Told[string]; dialled: string }

const NAME = 'toad.pond.svc.cluster.local'
const OTHER_DOMAIN = 'toad.pond.svc.other.local'

const withoutDnsPods = sceneOf().map((manifest) =>
  isNamed(manifest, 'kube-dns-1') ? { ...manifest, endpoints: [] } : manifest,
)

function isNamed({ metadata }: Record<string, unknown>, name: string): boolean {
  return typeof metadata === 'object' && metadata !== null && 'name' in metadata && metadata.name === name
}

const TABLE: readonly Row[] = [
  {
    guarantee: 'a server that is dead cannot be asked, in any form',
    finding: 'cluster_dns_fails',
    fault: (fault) => fault.dns('dead'),
    names: 'dns_server_failure',
    dialled: 'dns_server_failure',
  },
  {
    guarantee: 'cluster DNS without an endpoint cannot be asked',
    finding: 'cluster_dns_fails',
    manifests: withoutDnsPods,
    names: 'dns_server_failure',
    dialled: 'dns_server_failure',
  },
  {
    guarantee: 'a server that stands still does not answer in time',
    finding: 'cluster_dns_fails',
    fault: (fault) => fault.dns('frozen'),
    names: 'dns_timeout',
    dialled: 'dns_timeout',
  },
  {
    guarantee: 'a server that has not read the cluster answers SERVFAIL',
    finding: 'cluster_dns_fails',
    fault: (fault) => fault.dns('broken'),
    names: 'dns_server_failure',
    dialled: 'dns_server_failure',
  },
  {
    guarantee: 'a server that leaves the Service out answers NXDOMAIN',
    finding: 'service_name_unknown',
    fault: (fault) => fault.dns(WORLD),
    names: 'dns_not_found',
    dialled: 'dns_not_found',
  },
  {
    guarantee: 'a record that is older than the cluster IP is the wrong address, and leads nowhere',
    finding: 'stale_dns',
    fault: (fault) => fault.dns([...WORLD, toad({ clusterIP: '10.96.0.99', clusterIPs: ['10.96.0.99'] }), slice([])]),
    names: {
      [`dns:${NAME}?type=A`]: 'wrong_address',
      'dns:toad?type=A': 'wrong_address',
      'dns:toad.pond?type=A': 'wrong_address',
      'dns:toad.pond.svc?type=A': 'wrong_address',
      [`dns:_http._tcp.${NAME}?type=SRV`]: 'pass',
    },
    dialled: 'connect_timeout',
  },
  {
    guarantee: 'with a wrong cluster domain only the whole names are not found',
    finding: 'cluster_domain_wrong',
    asked: { addresses: { clusterDomain: 'other.local' } },
    names: {
      [`dns:${OTHER_DOMAIN}?type=A`]: 'dns_not_found',
      'dns:toad?type=A': 'pass',
      'dns:toad.pond?type=A': 'pass',
      'dns:toad.pond.svc?type=A': 'pass',
      [`dns:_http._tcp.${OTHER_DOMAIN}?type=SRV`]: 'dns_not_found',
    },
    dialled: 'dns_not_found',
  },
  {
    guarantee: 'the servers that the caller names are asked, with the search list of the namespace',
    asked: { addresses: { dnsServers: ['10.96.0.10'] } },
    names: 'pass',
    dialled: 'pass',
  },
  {
    guarantee: 'of the servers that the caller names, one that is silent hides the next from no name',
    finding: 'dns_server_silent',
    fault: (fault) => fault.blackhole('203.0.113.53'),
    asked: { addresses: { dnsServers: ['203.0.113.53', '10.96.0.10'] } },
    names: 'pass',
    dialled: 'pass',
  },
]

export function dnsTests(cluster: () => Cluster): void {
  describe('cluster DNS', () => {
    it.each(TABLE)('$guarantee', async ({ manifests = sceneOf(), fault, asked, finding, names, dialled }) => {
      const { apply, inside, fault: faults } = cluster()
      await apply(manifests)
      await fault?.(faults)
      const paths = { include: ['DNS', 'ClusterIP'] }
      const job = await inside.ask(requestFor(manifests, { timeoutMs: TIMEOUT_MS, paths, ...asked }))
      const { names: seen, DNS, ClusterIP } = told(job)
      expect({ names: seen, DNS, ClusterIP }).toEqual({ names, DNS: dialled, ClusterIP: 'pass' })
      if (finding !== undefined) {
        expect(firstFinding(job)).toBe(finding)
      }
    })
  })
}
