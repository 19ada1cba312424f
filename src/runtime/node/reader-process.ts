/**
 * The process that reads large bodies and plans what they ask for, one at a time. See `reader.ts`.
 *
 * @module
 */
import { type Reading, readAndPlan } from '../../api/reading.ts'
import type { PlanDeps } from '../../job/plan-request.ts'
import { policyOf } from '../egress.ts'
import { interfaceAddresses } from './interfaces.ts'
import type { ReadNews, ReadOrder } from './reader-messages.ts'

let deps: PlanDeps | null = null

async function newsOf(reading: Reading): Promise<ReadNews> {
  if (deps === null) {
    return { bug: 'asked to read before it was told what to plan with' }
  }
  try {
    return { outcome: await readAndPlan(reading, deps) }
  } catch (error) {
    return { bug: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
}

process.on('message', async (order: ReadOrder) => {
  if ('reading' in order) {
    process.send?.(await newsOf(order.reading))
  } else {
    const { place, settings } = order.data
    deps = { place, settings, policy: policyOf(order.data, interfaceAddresses) }
  }
})
// It has nothing to do without the server that started it, however that ended.
process.on('disconnect', () => process.exit(0))
// A terminal sends these to both; the server says when it is over.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => undefined)
}
