/**
 * The demonstration's cluster in a thread of its own: on one event loop with Portolan, each would wait for the other,
 * and the times would tell of that.
 *
 * @module
 */
import { parentPort, workerData } from 'node:worker_threads'
import { parseManifests } from '../../../kube/parse.ts'
import { DemoError, NoAddressError } from './listen.ts'
import { startWorld } from './world.ts'
import type { WorldAnswer, WorldData, WorldOrder } from './world-messages.ts'

if (parentPort === null) {
  throw new Error('this module is a thread, not a program')
}
const port = parentPort
const { manifests, options }: WorldData = workerData
const starting = startWorld(parseManifests(manifests, { pointer: '' }).objects, options)

async function answer(done: () => Promise<unknown>): Promise<void> {
  const answered: WorldAnswer = await done().then(
    () => ({ refusal: null }),
    (cause: unknown) => {
      if (!(cause instanceof DemoError)) {
        throw cause
      }
      return { refusal: cause.message, noAddress: cause instanceof NoAddressError }
    },
  )
  port.postMessage(answered)
}

port.on('message', (order: WorldOrder) => {
  void (order === 'close' ? close() : answer(async () => (await starting).breakNodes(order.breakNodes)))
})

async function close(): Promise<void> {
  await (await starting).close()
  // Nothing keeps the thread any more
  port.close()
}

await answer(() => starting)
