import { indexOf } from '../../job/plan-request.ts'
import type { ObjectSource } from '../../kube/object-source.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import type { At } from '../../plan/beside.ts'
import { frontsOf } from '../../plan/own-fronts.ts'

/** After the start, which has enough to do. */
const FIRST_MS = 2000
/** Services seldom change. */
const EVERY_MS = 10 * 60_000

export type FrontsDeps = {
  source: ObjectSource
  clock: Clock
  log: Log
  /** The namespace of this pod. */
  where: { cluster: string; namespace: string }
  isOwn(address: string, port: number): boolean
  found(fronts: readonly At[]): void
}

/**
 * Looks for the Services that lead to this pod, until `stop` is aborted: their addresses are dialled as little as its
 * own listener. What may not be read is not known. Never rejects.
 */
export async function keepOwnFronts(deps: FrontsDeps, stop: AbortSignal): Promise<void> {
  const { source, clock, log, where, isOwn, found } = deps
  const target = { cluster: where.cluster, namespaces: [where.namespace], selector: null }
  await clock.sleep(FIRST_MS, stop)
  while (!stop.aborted) {
    try {
      found(frontsOf(indexOf(await source.read(target, { held: true })), isOwn))
    } catch (cause) {
      log.debug('own_services_not_read', { cause })
    }
    await clock.sleep(EVERY_MS, stop)
  }
}
