/**
 * The process that reads large bodies and plans what they ask for, one at a time. See `reader.ts`.
 *
 * @module
 */
import { readAndPlan } from '../../api/reading.ts'
import { createPolicy } from '../../check/policy.ts'
import type { PlanDeps } from '../../job/accept.ts'
import type { ReadNews, ReadOrder } from './reader-messages.ts'

let deps: PlanDeps | null = null

function newsOf(reading: Parameters<typeof readAndPlan>[0]): ReadNews {
  if (deps === null) {
    return { bug: 'asked to read before it was told what to plan with' }
  }
  try {
    return { outcome: readAndPlan(reading, deps) }
  } catch (error) {
    return { bug: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
}

process.on('message', (order: ReadOrder) => {
  if ('reading' in order) {
    process.send?.(newsOf(order.reading))
  } else {
    const { egressAllow, egressDeny, ...rest } = order.data
    deps = { ...rest, policy: createPolicy({ allow: egressAllow, deny: egressDeny }) }
  }
})
// It has nothing to do without the server that started it, however that ended.
process.on('disconnect', () => process.exit(0))
// A terminal sends these to both; the server says when it is over.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => undefined)
}
