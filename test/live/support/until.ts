import { setTimeout as delay } from 'node:timers/promises'

/**
 * Asks again until the answer is the one that is waited for. A process of its own tells of nothing, so it is asked by the
 * clock.
 *
 * @throws if the answer has not come within half a minute.
 */
export async function until<T>(answer: T, question: () => Promise<T>): Promise<void> {
  const endMs = performance.now() + 30_000
  for (let last = await question(); last !== answer; last = await question()) {
    if (performance.now() > endMs) {
      throw new Error(`waited for ${answer}, and the answer is still ${last}`)
    }
    await delay(50)
  }
}
