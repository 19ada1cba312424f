import { describe, expect, it } from 'vitest'
import { slice } from '../../support/manifests.ts'
import type { Cluster } from '../cluster.ts'
import { LOAD_BALANCER, requestFor, type Scene, sceneOf, TIMEOUT_MS, toad } from '../scene.ts'
import { firstFinding, type Told, told } from '../told.ts'
import { CONTROLLER_ADDRESS, endpoints, OUTSIDE, TOADS } from '../world.ts'

type Row = Scene & { guarantee: string; told: { [column: string]: Told[string] | undefined } }

const SOUND: Told = {
  hosts: 'pass',
  names: 'skipped vantage',
  DNS: 'skipped vantage',
  ClusterIP: 'skipped vantage',
  NodePort: 'pass',
  LoadBalancer: 'pass',
  Ingress: 'pass',
  Endpoint: 'skipped vantage',
  ExternalIP: 'pass',
  Environment: 'skipped vantage',
}

const NODES = ['172.30.0.11', '172.30.0.12', '172.30.0.13']
const each = (...told: readonly string[]) =>
  Object.fromEntries(told.map((outcome, position) => [`node-${position + 1}`, outcome]))

const TABLE: readonly Row[] = [
  { guarantee: 'a healthy Service passes wherever it is promised to the outside', told: {} },
  {
    guarantee: 'private addresses of nodes that the caller does not name are not promised, and pass if they do',
    asked: { addresses: {} },
    told: {},
  },
  {
    guarantee: 'a load balancer that is gone does not answer',
    finding: 'load_balancer_fails',
    fault: (fault) => fault.blackhole(LOAD_BALANCER),
    told: { LoadBalancer: 'connect_timeout' },
  },
  {
    guarantee: 'a controller whose load balancer is gone does not answer',
    finding: 'ingress_controller_unreachable',
    fault: (fault) => fault.blackhole(CONTROLLER_ADDRESS),
    told: { Ingress: 'connect_timeout' },
  },
  {
    guarantee: 'a firewall before the node ports of all nodes is told, and nothing else',
    finding: 'node_port_blocked',
    fault: async (fault) => {
      for (const node of ['node-1', 'node-2', 'node-3']) {
        await fault.filter(node, 'prerouting', [`ip saddr ${OUTSIDE.address} tcp dport 30080 drop`])
      }
    },
    told: { NodePort: 'connect_timeout' },
  },
  {
    guarantee: "full packets from one node are lost: the answers by its node port do not come, the others' do",
    finding: 'answers_lost',
    fault: async (fault) => {
      await fault.pods(TOADS, 'large')
      await fault.filter('node-2', 'forward', [`ip daddr ${OUTSIDE.address} meta length > 1000 drop`])
    },
    asked: { addresses: { nodes: NODES }, paths: { include: ['NodePort'] } },
    told: {
      ...Object.fromEntries(['hosts', 'LoadBalancer', 'Ingress', 'ExternalIP'].map((of) => [of, 'skipped excluded'])),
      NodePort: each('pass', 'response_timeout', 'pass'),
    },
  },
  {
    guarantee: 'externalTrafficPolicy Local: the load balancer leaves out nodes that need not answer',
    finding: 'traffic_policy_local_no_endpoint',
    manifests: sceneOf({
      service: toad({ externalTrafficPolicy: 'Local' }),
      slice: slice(endpoints('toad-1', 'toad-2')),
    }),
    told: {
      NodePort: each('pass', 'skipped not_expected (connect_timeout)', 'skipped not_expected (connect_timeout)'),
    },
  },
  {
    guarantee: 'no endpoint: refused by every node, 503 from the controller',
    finding: 'no_endpoints',
    manifests: sceneOf({ slice: slice([]) }),
    told: {
      NodePort: 'connection_refused',
      LoadBalancer: 'connection_refused',
      ExternalIP: 'connection_refused',
      Ingress: 'unexpected_status',
      Endpoint: undefined,
    },
  },
]

export function outsideTests(cluster: () => Cluster): void {
  describe('seen from outside', () => {
    it.each(TABLE)('$guarantee', async ({ manifests = sceneOf(), fault, asked, finding, told: differing }) => {
      const { apply, outside, fault: faults } = cluster()
      await apply(manifests)
      await fault?.(faults)
      const request = requestFor(manifests, { timeoutMs: TIMEOUT_MS, addresses: { nodes: NODES }, ...asked })
      const job = await outside.ask(request)
      expect(told(job)).toEqual({ ...SOUND, ...differing })
      if (finding !== undefined) {
        expect(firstFinding(job)).toBe(finding)
      }
    })

    it('says of a load balancer whether it was tested: not from a pod, where a node answers for it', async () => {
      const manifests = sceneOf()
      const { apply, inside, outside } = cluster()
      await apply(manifests)
      const shortCutOf = async (prober: Cluster['inside']) => {
        const job = await prober.ask(requestFor(manifests, { paths: { include: ['LoadBalancer'] } }))
        return job.paths
          .filter(({ kind }) => kind === 'LoadBalancer')
          .map(({ shortCut, outcome }) => [shortCut, outcome])
      }
      expect([await shortCutOf(inside), await shortCutOf(outside)]).toEqual([[[true, 'pass']], [[false, 'pass']]])
    })
  })
}
