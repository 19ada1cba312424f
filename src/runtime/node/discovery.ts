import type { ObjectSource } from '../../kube/object-source.ts'
import { ProblemError } from '../../lib/problem.ts'
import type { DiscoverMode, JobTexts } from '../../schedule/annotations.ts'
import { type DiscoverDeps, type Done, keepDiscovered } from '../../schedule/keep-discovered.ts'
import { removeAllManaged } from '../../store/managed-schedules.ts'

export type DiscoveryDeps = DiscoverDeps & {
  clusterSource: ObjectSource
  settings: { everyLeastMs: number }
  schedulesChanged(): void
}

export type DiscoveryOptions = {
  mode: DiscoverMode
  clusters: readonly string[]
  /** Milliseconds between two looks, where nothing changes. */
  everyMs: number
  /** Tells when Services or Namespaces of a cluster change. Left out: nobody does, and looks find out. */
  watch?(cluster: string, changed: () => void): void
}

/** Further changes within this time after a change are taken together with it. */
const GATHER_MS = 5_000

/** Nothing else is asked of the cluster. */
const ONLY = ['services', 'namespaces'] as const

/**
 * Keeps a schedule for each Service that is to be probed, until `stop` is aborted. Rejects never; a cluster that cannot
 * be read leaves everything as it is. Where discovery is off, what it kept is removed, once.
 */
export async function keepDiscovery(deps: DiscoveryDeps, options: DiscoveryOptions, stop: AbortSignal): Promise<void> {
  const { clock } = deps
  const { mode, clusters, everyMs, watch } = options
  if (mode === 'off') {
    return removeWhatWas(deps)
  }
  const told = new Map<string, string>()
  const jobs = new Map<string, JobTexts>()
  let changed = new AbortController()
  for (const cluster of clusters) {
    watch?.(cluster, () => changed.abort())
  }
  while (!stop.aborted) {
    changed = new AbortController()
    for (const cluster of clusters) {
      try {
        const done = await discover(deps, mode, cluster, jobs.get(cluster))
        jobs.set(cluster, done?.jobs ?? new Map())
        tellDone(deps, cluster, done, told)
      } catch (cause) {
        tellFailed(deps, cluster, cause, told)
      }
    }
    await clock.sleep(everyMs, AbortSignal.any([stop, changed.signal]))
    if (changed.signal.aborted) {
      await clock.sleep(GATHER_MS, stop)
    }
  }
}

async function removeWhatWas({ store, log }: DiscoveryDeps): Promise<void> {
  try {
    const removed = await removeAllManaged(store)
    if (removed > 0) {
      log.info('discovery_off', { removed, why: 'PORTOLAN_DISCOVER is off; the history of these Services stays' })
    }
  } catch (cause) {
    log.error('discovery_failed', { cause })
  }
}

async function discover(
  deps: DiscoveryDeps,
  mode: Exclude<DiscoverMode, 'off'>,
  cluster: string,
  jobs: JobTexts | undefined,
): Promise<Done | null> {
  const target = { cluster, namespaces: null, selector: null }
  const read = await deps.clusterSource.read(target, { held: true, only: ONLY })
  // A stale list does not tell which Services have gone since
  return read.provenance.stale
    ? null
    : keepDiscovered(
        { ...deps, soon: setImmediate },
        { cluster, mode, everyLeastMs: deps.settings.everyLeastMs },
        read,
        jobs,
      )
}

function tellDone(
  { log, schedulesChanged }: DiscoveryDeps,
  cluster: string,
  done: Done | null,
  told: Map<string, string>,
): void {
  if (done === null) {
    return
  }
  if (told.delete(cluster)) {
    log.info('discovery_back', { cluster })
  }
  const { made, changed, removed, full } = done
  if (made + changed + removed > 0) {
    log.info('discovered', { cluster, made, changed, removed })
    schedulesChanged()
  }
  const before = told.get(fullKey(cluster))
  if (full > 0 && before !== String(full)) {
    const why = 'the limit of schedules is reached (PORTOLAN_SCHEDULE_LIMIT)'
    log.warn('discovery_full', { cluster, services: full, why })
  }
  told.set(fullKey(cluster), String(full))
}

const fullKey = (cluster: string): string => `${cluster}\nfull`

/** A cluster out of reach is told when it goes and when it is back, not each minute. */
function tellFailed({ log }: DiscoveryDeps, cluster: string, cause: unknown, told: Map<string, string>): void {
  if (!(cause instanceof ProblemError)) {
    log.error('discovery_failed', { cluster, cause })
    return
  }
  if (told.get(cluster) !== cause.code) {
    log.warn('discovery_unread', { cluster, code: cause.code, detail: cause.detail })
    told.set(cluster, cause.code)
  }
}
