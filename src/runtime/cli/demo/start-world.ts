import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { DemoError, NoAddressError } from './listen.ts'
import type { World, WorldOptions } from './world.ts'
import type { WorldAnswer, WorldData, WorldOrder } from './world-messages.ts'

/** Once all is bundled, this is the bundle itself, which starts the thread by its role. */
const THREAD = new URL(import.meta.url.endsWith('.ts') ? './world-thread.ts' : import.meta.url, import.meta.url)

/** @throws DemoError where an address cannot be listened on; {@link NoAddressError} where there is no such one. */
export async function startWorldThread(manifests: string, options: WorldOptions): Promise<World> {
  const workerData: WorldData = { role: 'world', manifests, options }
  const worker = new Worker(THREAD, { workerData, name: 'world' })
  const exited = once(worker, 'exit')
  const answered = async (): Promise<void> => {
    const [answer] = (await once(worker, 'message')) as [WorldAnswer]
    if (answer.refusal !== null) {
      await worker.terminate()
      throw answer.noAddress ? new NoAddressError(answer.refusal) : new DemoError(answer.refusal)
    }
  }
  const tell = (order: WorldOrder): void => worker.postMessage(order)
  await answered()
  return {
    breakNodes(names) {
      tell({ breakNodes: names })
      return answered()
    },
    async close() {
      tell('close')
      await exited
    },
  }
}
