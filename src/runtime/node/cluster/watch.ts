/**
 * One kind of object, in all namespaces or in one, as the cluster has it now: listed, then watched. Nothing ends it but
 * `close`: whatever goes wrong leads to the next attempt, and until then the last objects serve.
 *
 * @module
 */
import type { Clock } from '../../../lib/clock.ts'
import type { Log } from '../../../lib/log.ts'
import type { ApiClient } from './api-client.ts'
import { ApiError } from './api-error.ts'
import { type Change, createHeldObjects, type Entry, type HeldObjects, type ReadObject } from './held-objects.ts'
import { type ListedItem, listAll } from './list-all.ts'
import { objectName, readLine, versionOf } from './watch-event.ts'
import { afterWatch, type EndKind, type WatchState } from './watch-pace.ts'

export type WatchDeps = {
  client: Pick<ApiClient, 'get' | 'watch'>
  clock: Clock
  /** From 0 to 1. */
  random(): number
  log: Log
}

export type Watched<T> = {
  /** The path of the list for each version of the API that is read, the newest first. */
  paths: readonly string[]
  /** Names it in the log. */
  name: Readonly<Record<string, string>>
  read(item: ListedItem): ReadObject<T>
}

export type WatchStatus = {
  state: WatchState
  /** It is in this state since then, as epoch milliseconds. */
  sinceMs: number
  /** The objects were confirmed to be those of the cluster then, as epoch milliseconds; `null`: never. */
  confirmedAtMs: number | null
  /** A stream is open. */
  open: boolean
  /** The API server ended the last attempt so; `null` while it is synced. */
  error: ApiError | null
}

export type Watch<T> = {
  readonly objects: HeldObjects<T>
  status(): WatchStatus
  /**
   * Tells what has changed: everything that is held at once, if it was listed, and each change from then on. A listener
   * that throws is told in the log, and goes on being called.
   */
  onChange(listener: (changes: readonly Change<T>[]) => void): () => void
  /** Resolves when it was listed, or the first attempt has failed. */
  tried(): Promise<void>
  /** The API server seems to be out of reach: a stream that is open is given up, and begun anew. */
  suspect(): void
  /** The API server has just shown that it is there: a stream that is open has missed nothing. */
  alive(): void
  close(): Promise<void>
}

/** A watch asks to be ended after 5 to 10 minutes, so that not all of them end at once. */
const SHORTEST_S = 300
const SPREAD_S = 300
/** A stream is quiet until a bookmark in its last two seconds; so long after its end it is taken for dead. */
const GRACE_S = 10

export function createWatch<T>({ client, clock, random, log }: WatchDeps, watched: Watched<T>): Watch<T> {
  const objects = createHeldObjects<T>()
  const listeners = new Set<(changes: readonly Change<T>[]) => void>()
  const stop = new AbortController()
  const firstTry = Promise.withResolvers<void>()
  let stream = new AbortController()
  let isOpen = false
  let served = 0
  let state: WatchState = 'syncing'
  let error: ApiError | null = null
  /** By the monotonic clock, so that a clock which is set makes nothing older or younger. */
  let changedMs = clock.monotonic()
  let confirmedMs: number | null = null

  const wallOf = (monotonicMs: number): number => Math.round(clock.now() - (clock.monotonic() - monotonicMs))
  const confirm = (): void => {
    confirmedMs = clock.monotonic()
  }

  function enter(next: WatchState, met: ApiError | null): void {
    const before = error
    error = met
    if (state !== next) {
      if (met !== null) {
        log.warn('watch_interrupted', { ...watched.name, state: next, reason: met.message })
      } else if (before !== null) {
        log.info('watch_resumed', { ...watched.name, away: state })
      }
      state = next
      changedMs = clock.monotonic()
    }
  }

  function tell(changes: readonly Change<T>[]): void {
    if (changes.length > 0) {
      for (const listener of listeners) {
        call(listener, changes)
      }
    }
  }

  function call(listener: (changes: readonly Change<T>[]) => void, changes: readonly Change<T>[]): void {
    try {
      listener(changes)
    } catch (cause) {
      log.error('watch_listener_failed', { ...watched.name, cause })
    }
  }

  const entryOf = (listed: ListedItem): Entry<T> => {
    const [name, version] = [objectName(listed.item), versionOf(listed.item)]
    if (name === null || version === null) {
      throw new ApiError('malformed', 'The API server listed something that has no name or no resourceVersion.')
    }
    return { name, version, read: watched.read(listed) }
  }

  async function list(): Promise<void> {
    const { items, resourceVersion } = await listAll(client, { path: pathNow() }, entryOf, { signal: stop.signal })
    if (resourceVersion === null) {
      throw new ApiError('malformed', 'The API server gave a list without a resourceVersion.')
    }
    confirm()
    const changes = objects.replace(items, resourceVersion)
    enter('synced', null)
    firstTry.resolve()
    tell(changes)
  }

  const pathNow = (): string => watched.paths[served] ?? ''

  /** @returns whether an event or a bookmark came. */
  async function follow(from: string, seen: { proven: boolean }): Promise<void> {
    const timeoutSeconds = SHORTEST_S + Math.round(random() * SPREAD_S)
    const query = {
      watch: '1',
      resourceVersion: from,
      allowWatchBookmarks: 'true',
      timeoutSeconds: String(timeoutSeconds),
    }
    stream = new AbortController()
    const lines = client.watch(
      { path: pathNow(), query },
      {
        signal: AbortSignal.any([stop.signal, stream.signal]),
        silenceMs: (timeoutSeconds + GRACE_S) * 1000,
        onOpen: () => {
          isOpen = true
          enter('synced', null)
        },
      },
    )
    for await (const raw of lines) {
      const line = readLine(raw)
      seen.proven = true
      confirm()
      enter('synced', null)
      if (line.type === 'BOOKMARK') {
        objects.bookmark(line.resourceVersion)
      } else if (line.type === 'DELETED') {
        tell(objects.remove(line.name, line.resourceVersion))
      } else {
        tell(objects.put(entryOf({ item: line.object, apiVersion: '' })))
      }
    }
    stream.signal.throwIfAborted()
    if (seen.proven) {
      confirm()
    }
  }

  /** @returns how it ended. */
  async function attempt(next: 'list' | 'watch'): Promise<{ kind: EndKind; proven: boolean; met: ApiError | null }> {
    const seen = { proven: false }
    try {
      if (next === 'list' || objects.version === null) {
        await list()
      }
      await follow(objects.version ?? '', seen)
      return { kind: 'ended', ...seen, met: null }
    } catch (cause) {
      if (cause instanceof ApiError) {
        return { kind: cause.kind, ...seen, met: cause }
      }
      if (!stop.signal.aborted) {
        log.error('watch_broken', { ...watched.name, cause })
      }
      return { kind: 'unexpected', ...seen, met: new ApiError('malformed', 'Something failed on our side.') }
    } finally {
      isOpen = false
    }
  }

  async function run(): Promise<void> {
    let next: 'list' | 'watch' = 'list'
    let failures = 0
    while (!stop.signal.aborted) {
      const begunMs = clock.monotonic()
      const { kind, proven, met } = await attempt(next)
      if (stop.signal.aborted) {
        break
      }
      if (kind === 'not_served' && served + 1 < watched.paths.length) {
        served++
        next = 'list'
        continue
      }
      served = kind === 'not_served' ? 0 : served
      const livedMs = clock.monotonic() - begunMs
      const after = afterWatch({ kind, proven, livedMs, retryAfterMs: met?.retryAfterMs ?? null }, failures, random())
      if (after.state !== null) {
        enter(after.state, met)
      }
      firstTry.resolve()
      failures = after.failures
      next = after.next
      await clock.sleep(after.waitMs, stop.signal)
    }
  }

  const ended = run().catch((cause) => log.error('watch_ended', { ...watched.name, cause }))

  return {
    objects,
    status: () => ({
      state,
      sinceMs: wallOf(changedMs),
      confirmedAtMs: confirmedMs === null ? null : wallOf(confirmedMs),
      open: isOpen,
      error,
    }),
    onChange(listener) {
      listeners.add(listener)
      const held = [...objects.all()].flatMap(({ read }) => ('object' in read ? [read.object] : []))
      if (held.length > 0) {
        call(
          listener,
          held.map((object) => ({ type: 'added', object })),
        )
      }
      return () => listeners.delete(listener)
    },
    tried: () => firstTry.promise,
    suspect: () => stream.abort(new ApiError('silent', 'The API server did not answer a request meanwhile.')),
    alive() {
      if (isOpen) {
        confirm()
      }
    },
    async close() {
      stop.abort()
      firstTry.resolve()
      await ended
    },
  }
}
