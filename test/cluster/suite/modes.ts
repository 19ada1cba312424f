import { describe, expect, it } from 'vitest'
import { loadBalancerStatus } from '../../support/manifests.ts'
import type { Cluster } from '../cluster.ts'
import { nsenter, run } from '../netns.ts'
import type { ProxyMode } from '../proxies.ts'
import { LOAD_BALANCER, requestFor, sceneOf, TIMEOUT_MS, toad } from '../scene.ts'
import { told } from '../told.ts'
import { CLIENT_ADDRESS, OUTSIDE } from '../world.ts'

/** Tests what kube-proxy's modes do differently, and what they do alike though by other means. */
export function modeTests(cluster: () => Cluster, mode: ProxyMode): void {
  describe('the mode of kube-proxy', () => {
    it('is the only one whose rules a node has', async () => {
      await cluster().apply(sceneOf())
      const tables = await run([...nsenter('node-1'), 'nft', 'list', 'ruleset'])
      const has = { nftables: tables.includes('table ip kube-proxy {'), iptables: tables.includes('KUBE-SVC-') }
      expect(has).toEqual({ nftables: mode === 'nftables', iptables: mode === 'iptables' })
    })

    it('decides what a port of a cluster IP says that is not the Service’s: nftables refuses, iptables has no rule', async () => {
      const { apply, inside } = cluster()
      await apply(sceneOf())
      const newer = sceneOf({
        service: toad({ ports: [{ name: 'http', port: 81, targetPort: 8080, nodePort: 30080 }] }),
      })
      const job = await inside.ask(requestFor(newer, { timeoutMs: TIMEOUT_MS, paths: { include: ['ClusterIP'] } }))
      expect(told(job).ClusterIP).toBe({ nftables: 'connection_refused', iptables: 'connect_timeout' }[mode])
    })

    it.each([
      { range: `${OUTSIDE.address}/32`, outcome: 'pass' },
      { range: `${CLIENT_ADDRESS}/32`, outcome: 'connect_timeout' },
    ])(
      'lets only loadBalancerSourceRanges in by the load balancer: from outside $range is $outcome',
      async ({ range, outcome }) => {
        const service = toad({ loadBalancerSourceRanges: [range] }, loadBalancerStatus({ ip: LOAD_BALANCER }))
        const manifests = sceneOf({ service })
        const { apply, outside } = cluster()
        await apply(manifests)
        const paths = { include: ['LoadBalancer', 'NodePort'] }
        const job = await outside.ask(requestFor(manifests, { timeoutMs: TIMEOUT_MS, paths }))
        const results = job.paths
          .filter(({ kind }) => kind === 'LoadBalancer')
          .flatMap(({ results }) => results.map(({ failure }) => failure?.code ?? 'pass'))
        expect(results).toEqual([outcome])
      },
    )
  })
}
