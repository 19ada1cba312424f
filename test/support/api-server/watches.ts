/**
 * Watches: lines of events, bookmarks near the end, an end by timeoutSeconds.
 *
 * @module
 */
import { beginStream, type Exchange, writeAll } from './exchange.ts'
import { type Representation, selectionOf, textOf, versionOf } from './lists.ts'
import type { KubeObject, ObjectStore, StoredEvent } from './objects.ts'
import { isTrue } from './request-info.ts'
import { groupVersion, type Resource } from './resources.ts'
import type { Selection } from './selectors.ts'
import { invalidOption, isRefusal, type Refusal, type Status, watchTooOld } from './status.ts'

/** A server ends a watch that says no timeout after 30 to 60 minutes. */
const DEFAULT_SECONDS = 1800

/**
 * Bookmarks come when so much is left of timeoutSeconds (cacher's bookmarkFrequency apart, which is a minute), and only
 * if something of the resource has changed since the watch began.
 */
const BOOKMARKS_BEFORE_END_MS = [2_000, 1_000]

export type OpenWatch = {
  resource: Resource
  /** Sends a bookmark now, where the watch takes them. */
  bookmark(): void
  /** Ends it as the server does when it stops. */
  end(): void
}

export type WatchRequest = {
  store: ObjectStore
  resource: Resource
  version: string
  namespace?: string | undefined
  query: URLSearchParams
  as: Representation
}

/** Serves a watch until it ends; refuses one that is not well-formed. */
export function watch(exchange: Exchange, request: WatchRequest, open: Set<OpenWatch>): Refusal | null {
  const { store, resource, namespace, query } = request
  const selected = selectionOf(query, resource, namespace)
  const from = versionOf(query, true)
  if (isRefusal(selected)) {
    return selected
  }
  if (from !== null && typeof from === 'object') {
    return from
  }
  const sendsInitial = isTrue(query.get('sendInitialEvents'))
  if (sendsInitial && query.get('resourceVersionMatch') !== 'NotOlderThan') {
    return invalidOption(
      'resourceVersionMatch',
      'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
    )
  }
  const stream = createStream(exchange, request)
  const isFuture = exchange.fault?.kind === 'future' || (from ?? 0) > store.version
  const isFromNow = from === null || from === 0 || sendsInitial
  if (exchange.fault?.kind === 'silent') {
    return null
  }
  if (!isFromNow && from < store.watchable) {
    stream.error(watchTooOld(from, store.version))
    return null
  }
  if (!isFuture) {
    if (isFromNow) {
      for (const [, object] of store.at(resource, store.version, namespace)) {
        stream.change(null, object, selected.selects)
      }
      if (sendsInitial && stream.takesBookmarks) {
        stream.bookmark({ 'k8s.io/initial-events-end': 'true' })
      }
    } else {
      for (const event of store.since(resource, from)) {
        stream.event(event, selected.selects)
      }
    }
  }
  const begun = from === null || from === 0 || isFuture ? store.version : from
  let isChanged = store.since(resource, begun).length > 0
  const stopListening = store.onEvent((event) => {
    isChanged ||= event.resource === resource
    if (event.resource === resource && event.version > (isFuture ? (from ?? Number.POSITIVE_INFINITY) : 0)) {
      stream.event(event, selected.selects)
    }
  })
  const seconds = Number(query.get('timeoutSeconds') ?? 0) || DEFAULT_SECONDS
  const timers = [
    setTimeout(stream.end, seconds * 1_000),
    ...(isFuture ? [] : BOOKMARKS_BEFORE_END_MS)
      .filter((before) => before < seconds * 1_000)
      .map((before) =>
        setTimeout(() => stream.takesBookmarks && isChanged && stream.bookmark(), seconds * 1_000 - before),
      ),
  ]
  const opened: OpenWatch = {
    resource,
    bookmark: () => stream.takesBookmarks && !isFuture && stream.bookmark(),
    end: stream.end,
  }
  open.add(opened)
  exchange.response.on('close', () => {
    stopListening()
    open.delete(opened)
    for (const timer of timers) {
      clearTimeout(timer)
    }
  })
  return null
}

/** Writes the lines of one watch, and does to them what its fault says. */
function createStream(exchange: Exchange, { store, resource, version, query, as }: WatchRequest) {
  const { response, seen, fault } = exchange
  const apiVersion = groupVersion(resource.group, version)
  let events = 0
  let isEnded = false
  beginStream(exchange, resource.warning)

  const end = () => {
    isEnded = true
    response.end()
  }
  const writeLine = (type: string, object: string) => {
    if (isEnded || response.destroyed) {
      return
    }
    const line = `{"type":"${type}","object":${object}}\n`
    if (fault?.kind === 'cut' && type !== 'BOOKMARK' && events >= (fault.events ?? 0)) {
      isEnded = true
      void writeAll(response, line.slice(0, fault.afterBytes ?? Math.ceil(line.length / 2))).then(() =>
        exchange.breakConnection('close'),
      )
      return
    }
    seen.bytes += Buffer.byteLength(line)
    response.write(line)
  }
  const error = (status: Status) => {
    writeLine('ERROR', JSON.stringify(status))
    end()
  }
  const endIfTold = () => {
    if (fault?.kind === 'end' && events >= fault.events) {
      end()
    }
    if (fault?.kind === 'error-line' && events >= fault.events && !isEnded) {
      error(fault.status ?? watchTooOld(Number(query.get('resourceVersion') ?? 0), store.version))
    }
  }
  const line = (type: string, object: KubeObject) => {
    writeLine(type, textOf(object, as === 'metadata' ? 'metadata' : 'object', apiVersion))
    events += 1
    endIfTold()
  }
  /** An object that enters or leaves the selection is added or deleted (cacher's convertToWatchEvent). */
  const change = (before: KubeObject | null, after: KubeObject | null, selects: Selection, last = after) => {
    const was = before !== null && selects(before)
    const is = after !== null && selects(after)
    if (is) {
      line(was ? 'MODIFIED' : 'ADDED', after)
    } else if (was && last) {
      const { resourceVersion } = last.metadata
      line('DELETED', {
        ...before,
        metadata: { ...before.metadata, ...(resourceVersion !== undefined && { resourceVersion }) },
      })
    }
  }
  endIfTold()
  return {
    takesBookmarks: isTrue(query.get('allowWatchBookmarks')),
    change,
    event: (event: StoredEvent, selects: Selection) => change(event.before, event.after, selects, event.last),
    bookmark(annotations?: Record<string, string>): void {
      const metadata = { resourceVersion: String(store.version), ...(annotations && { annotations }) }
      writeLine('BOOKMARK', JSON.stringify({ kind: resource.kind, apiVersion, metadata }))
    },
    error,
    end,
  }
}
