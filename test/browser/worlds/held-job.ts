import { onTestFinished } from 'vitest'
import { loopbackService } from '../../support/loopback-service.ts'
import { type Pod, startPod } from '../../support/toad.ts'
import type { World } from './world.ts'

/** A job whose target answers nothing until it is let. */
export async function heldJob(world: Pick<World, 'ask'>, name: string): Promise<{ id: string; pod: Pod; let(): void }> {
  const held: (() => void)[] = []
  let isLet = false
  const pod = await startPod(name, '127.0.0.1', (_, response) => {
    const answer = () => void response.end('here\n')
    isLet ? answer() : held.push(answer)
  })
  onTestFinished(() => pod.close())
  const { id } = await world.ask<{ id: string }>('/v1/jobs', {
    json: {
      ...{ target: { manifests: loopbackService(pod.port, { name }) }, vantage: 'outside', timeoutMs: 60_000 },
      ...{ deadlineMs: 90_000, checks: [{ name: 'web', type: 'http' }] },
    },
  })
  return {
    ...{ id, pod },
    let() {
      isLet = true
      for (const answer of held.splice(0)) {
        answer()
      }
    },
  }
}
