/**
 * The objects of one cluster that are held by watches: Services and Namespaces for as long as discovery wants them, and
 * any other kind for as long as schedules read it so often that a watch costs less. Posted jobs never read from here.
 *
 * @module
 */
import type { Ignored, KubeObject } from '../../../kube/objects.ts'
import type { Resource } from '../../../kube/resources.ts'
import type { ApiClient } from './api-client.ts'
import { ApiError } from './api-error.ts'
import { entriesOf, type Group, type KindState, sorted, stateOf, type Where, watchesOf } from './held-group.ts'
import { HELD_RESOURCES, type Listened, pathsOf, readHeld } from './held-kinds.ts'
import type { Change } from './held-objects.ts'
import { createWatch, type Watch, type WatchDeps } from './watch.ts'
import { createReadCount, pays, type ReadCount } from './when-it-pays.ts'

export type HeldDeps = Omit<WatchDeps, 'client'> & {
  client: Pick<ApiClient, 'get' | 'watch'>
  cluster: string
  /** A kind that may not be read in all namespaces is read in each of these by itself. */
  namespaces: readonly string[]
  /** Milliseconds after which objects that nobody confirms are stale. */
  staleAfterMs: number
}

/** Objects of one kind, of one namespace or of all. `error`: the API server does not give them. */
export type HeldPart =
  | {
      objects: readonly KubeObject[]
      /** Objects that their reader took for a mistake. */
      ignored: readonly Ignored[]
      resourceVersion: string
      /** They were confirmed to be those of the cluster then, as epoch milliseconds. */
      readAtMs: number
      stale: boolean
      /** One was asked for by name that was there, and is known to be there no longer. */
      isGone: boolean
    }
  | { error: ApiError }

export type Held = {
  /** Keeps these for good, whatever schedules read. */
  pin(resources: readonly (keyof Listened)[]): void
  /**
   * Gives what is held of a kind, for a schedule; that it was asked for counts. `null`: it is not held, so it has to be
   * read.
   *
   * @param resource the name of the resource, like `pods`.
   * @param where.name only the object of this name.
   * @param where.labels only objects that carry each of them.
   */
  select(resource: string, where: Where): Promise<HeldPart | null>
  /**
   * Tells what changes of a pinned kind: first all that there is, as `added`, then each change. Nothing is `removed`
   * because the API server cannot be reached.
   */
  onChange<K extends keyof Listened>(
    resource: K,
    listener: (changes: readonly Change<Listened[K]>[]) => void,
  ): () => void
  /** Tells whether all of a pinned kind was listed: what is missing then is not there. */
  synced(resource: keyof Listened): boolean
  states(): readonly KindState[]
  close(): Promise<void>
}

/** Watches are looked after so often. */
const LOOK_MS = 30_000
/** The API server is asked whether it is there when a stream has said nothing for so long. */
const QUIET_MS = 60_000
const ALIVE_TIMEOUT_MS = 10_000
/** Questions in a row without an answer, after which open streams are taken for dead. */
const MISSES_MAX = 2
/** Whoever asks while the first list is under way waits for it at most so long. */
const SYNC_WAIT_MS = 15_000

export function createHeld(deps: HeldDeps): Held {
  const { client, clock, log, cluster } = deps
  const groups = new Map<string, Group>()
  const reads = new Map<string, ReadCount>()
  const pinned = new Set<string>()
  const listeners = new Map<string, Set<(changes: readonly Change<KubeObject>[]) => void>>()
  const stop = new AbortController()
  let misses = 0
  let looking: Promise<void> | null = null

  function begin(name: string): Group | null {
    const resource = HELD_RESOURCES.get(name)
    if (resource === undefined || stop.signal.aborted) {
      return null
    }
    const everywhere = watchOf(resource, null)
    const group: Group = {
      ...{ resource, sinceMs: clock.monotonic(), everywhere, single: new Map() },
      tried: everywhere
        .tried()
        .then(() => arrange(group))
        .then(() => {
          group.tried = null
        }),
    }
    groups.set(name, group)
    log.info('watch_started', { cluster, resource: name })
    looking ??= lookAfter().catch((cause) => log.error('watches_left_alone', { cluster, cause }))
    return group
  }

  function watchOf(resource: Resource, namespace: string | null): Watch<KubeObject> {
    const watch = createWatch<KubeObject>(deps, {
      paths: pathsOf(resource, namespace),
      name: { cluster, resource: resource.resource, ...(namespace !== null && { namespace }) },
      read: (item) => readHeld(resource, item),
    })
    watch.onChange((changes) => tell(resource.resource, changes))
    return watch
  }

  /** Turns to single namespaces where all of them at once are forbidden, and back when they no longer are. */
  async function arrange(group: Group): Promise<void> {
    const { resource, everywhere, single } = group
    const { state, error } = everywhere.status()
    if (single.size > 0 && state === 'synced') {
      group.single = new Map()
      await Promise.all([...single.values()].map((watch) => watch.close()))
    }
    if (single.size === 0 && error?.kind === 'forbidden' && resource.namespaced && !stop.signal.aborted) {
      group.single = new Map(deps.namespaces.map((namespace) => [namespace, watchOf(resource, namespace)]))
      await Promise.all([...group.single.values()].map((watch) => watch.tried()))
    }
  }

  async function end(name: string, { everywhere, single }: Group): Promise<void> {
    groups.delete(name)
    await Promise.all([everywhere, ...single.values()].map((watch) => watch.close()))
    log.info('watch_stopped', { cluster, resource: name })
  }

  function tell(name: string, changes: readonly Change<KubeObject>[]): void {
    for (const listener of listeners.get(name) ?? []) {
      try {
        listener(changes)
      } catch (cause) {
        log.error('watch_listener_failed', { cluster, resource: name, cause })
      }
    }
  }

  const countOf = (name: string): ReadCount => {
    const count = reads.get(name) ?? createReadCount()
    reads.set(name, count)
    return count
  }

  const watchesNow = (): readonly Watch<KubeObject>[] => [...groups.values()].flatMap(watchesOf)

  async function lookAfter(): Promise<void> {
    while (!stop.signal.aborted) {
      await clock.sleep(LOOK_MS, stop.signal)
      const nowMs = clock.monotonic()
      for (const [name, group] of groups) {
        if (!pinned.has(name) && !pays(countOf(name), group.sinceMs, nowMs)) {
          await end(name, group)
        } else {
          await arrange(group)
        }
      }
      await askWhetherAlive()
    }
  }

  /**
   * A quiet stream looks the same whether the cluster is quiet or the connection was lost without a word, and a
   * bookmark comes only after minutes. So the API server is asked for something small.
   */
  async function askWhetherAlive(): Promise<void> {
    const quietSinceMs = clock.now() - QUIET_MS
    const watches = watchesNow().filter((watch) => {
      const { open, confirmedAtMs } = watch.status()
      return open && (confirmedAtMs ?? 0) <= quietSinceMs
    })
    if (stop.signal.aborted || watches.length === 0) {
      return
    }
    if (await isAlive()) {
      misses = 0
      for (const watch of watches) {
        watch.alive()
      }
    } else if (++misses >= MISSES_MAX) {
      for (const watch of watches) {
        watch.suspect()
      }
    }
  }

  /** Any answer will do: who may not ask is refused by somebody. */
  async function isAlive(): Promise<boolean> {
    try {
      await client.get({ path: '/version' }, { signal: stop.signal, timeoutMs: ALIVE_TIMEOUT_MS })
      return true
    } catch (error) {
      return error instanceof ApiError && error.status !== null && error.status < 500
    }
  }

  return {
    pin(resources) {
      for (const name of resources) {
        pinned.add(name)
        if (!groups.has(name)) {
          begin(name)
        }
      }
    },
    async select(name, where) {
      const count = countOf(name)
      count.add(clock.monotonic())
      const group = groups.get(name) ?? (pays(count, null, clock.monotonic()) ? begin(name) : null)
      if (group === null) {
        return null
      }
      if (group.tried !== null) {
        await firstOf(clock, group.tried, SYNC_WAIT_MS, stop.signal)
      }
      const watch = group.single.size === 0 ? group.everywhere : group.single.get(where.namespace ?? '')
      return watch === undefined ? null : partOf(group.resource.kind, watch, where)
    },
    onChange(name, listener) {
      // One map holds the listeners of all kinds; the watch of this name gives objects of this kind alone.
      const own = listener as (changes: readonly Change<KubeObject>[]) => void
      const all = listeners.get(name) ?? new Set()
      listeners.set(name, all.add(own))
      for (const watch of watchesOf(groups.get(name))) {
        watch.onChange(own)()
      }
      return () => all.delete(own)
    },
    synced(name) {
      const watches = watchesOf(groups.get(name))
      return watches.length > 0 && watches.every(({ objects }) => objects.version !== null)
    },
    states: () => [...groups.values()].map((group) => stateOf(group, clock.now())),
    async close() {
      stop.abort()
      await Promise.all([looking, ...[...groups].map(([name, group]) => end(name, group))])
    },
  }

  function partOf(kind: string, watch: Watch<KubeObject>, where: Where): HeldPart | null {
    const { objects } = watch
    const { state, confirmedAtMs, error } = watch.status()
    if (error !== null && (state === 'refused' || state === 'absent')) {
      // A kind that could be listed before may still be listed, and only the watch be forbidden: asking tells.
      return objects.version === null ? { error } : null
    }
    if (objects.version === null || confirmedAtMs === null) {
      return null
    }
    return {
      ...sorted(kind, entriesOf(watch, where), where.labels),
      resourceVersion: objects.version,
      readAtMs: confirmedAtMs,
      stale: clock.now() - confirmedAtMs > deps.staleAfterMs,
      isGone: where.name !== undefined && objects.isGone({ namespace: where.namespace ?? '', name: where.name }),
    }
  }
}

async function firstOf(
  clock: WatchDeps['clock'],
  awaited: Promise<unknown>,
  atMostMs: number,
  signal: AbortSignal,
): Promise<void> {
  const done = new AbortController()
  await Promise.race([awaited, clock.sleep(atMostMs, AbortSignal.any([signal, done.signal]))])
  done.abort()
}
