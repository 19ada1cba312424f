import { networkInterfaces } from 'node:os'
import { describe, expect, it } from 'vitest'
import { netnsOf } from '../netns.ts'
import { startPortolan } from '../prober.ts'
import { CLIENT } from '../world.ts'

export function confinementTests(): void {
  describe('nothing leaves', () => {
    it('as the suite itself has nothing but loopback', () => {
      expect(Object.keys(networkInterfaces())).toEqual(['lo'])
    })

    it('as Portolan does not start outside the namespace that it is meant for', async () => {
      const start = startPortolan([], { CLUSTER_NETNS: netnsOf(CLIENT.pod) })
      await expect(start).rejects.toThrow('refusing to probe')
    })
  })
}
