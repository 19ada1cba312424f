/**
 * The demonstration's cluster in a thread of its own: on one event loop with Portolan, each would wait for the other,
 * and the times would tell of that.
 *
 * @module
 */
import { once } from 'node:events'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { parseManifests } from '../../src/kube/parse.ts'
import { DemoError, type Listener } from './listen.ts'
import { startWorld, type WorldOptions } from './world.ts'

type WorldData = { manifests: string; options: WorldOptions }
type Started = { refusal: string | null }

export async function startWorldThread(manifests: string, options: WorldOptions): Promise<Listener> {
  const data: WorldData = { manifests, options }
  const worker = new Worker(new URL(import.meta.url), { workerData: data })
  const [started]: Started[] = await once(worker, 'message')
  if (started?.refusal != null) {
    throw new DemoError(started.refusal)
  }
  return {
    async close() {
      const exited = once(worker, 'exit')
      worker.postMessage('close')
      await exited
    },
  }
}

async function serve(port: NonNullable<typeof parentPort>, { manifests, options }: WorldData): Promise<void> {
  const answer = (started: Started): void => port.postMessage(started)
  try {
    const world = await startWorld(parseManifests(manifests, { pointer: '' }).objects, options)
    port.once('message', () => void world.close())
    answer({ refusal: null })
  } catch (cause) {
    if (!(cause instanceof DemoError)) {
      throw cause
    }
    answer({ refusal: cause.message })
  }
}

if (!isMainThread && parentPort !== null) {
  await serve(parentPort, workerData)
}
