/**
 * What the test server stores: objects, and the events that led to them, each with a resourceVersion of one counter.
 *
 * @module
 */
import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { GATEWAY_GROUP, groupVersion, type Resource, resourceNamed, resourceOfKind } from './resources.ts'

export type KubeMeta = {
  name: string
  namespace?: string
  uid?: string
  resourceVersion?: string
  creationTimestamp?: string
  labels?: Record<string, string>
  annotations?: Record<string, string>
  [field: string]: unknown
}

/** An object as a manifest has it. */
export type KubeObject = { apiVersion: string; kind: string; metadata: KubeMeta; [field: string]: unknown }

export type StoredEvent = {
  version: number
  resource: Resource
  key: string
  /** `null`: there was none before. */
  before: KubeObject | null
  /** `null`: it is deleted. */
  after: KubeObject | null
  /** As a DELETED event shows it: the last state, with the version of its deletion. */
  last: KubeObject
}

export type ObjectStore = ReturnType<typeof createObjectStore>

/** `shop/frog-svc`, `node-1`: by which the objects of a resource are sorted, as etcd sorts them. */
export const keyOf = (resource: Resource, namespace: string | undefined, name: string) =>
  resource.isNamespaced ? `${namespace ?? 'default'}/${name}` : name

/** @param first is the resourceVersion to count on from. */
export function createObjectStore({ first = 100, now = () => new Date() } = {}) {
  const tables = new Map<Resource, Map<string, KubeObject>>()
  const listeners = new Set<(event: StoredEvent) => void>()
  const groups = new Set<string>()
  let events: StoredEvent[] = []
  let version = first
  let compacted = 0
  let watchable = 0

  const tableOf = (resource: Resource) => {
    const table = tables.get(resource) ?? new Map<string, KubeObject>()
    tables.set(resource, table)
    return table
  }

  const note = (event: StoredEvent) => {
    events.push(event)
    for (const listener of listeners) {
      listener(event)
    }
  }

  function apply(manifest: KubeObject): KubeObject {
    const resource = resourceOfKind(manifest.apiVersion, manifest.kind)
    if (!groups.has(resource.group) && resource.isCustom) {
      throw new Error(`${resource.group} is not served: serve it first`)
    }
    const namespace = resource.isNamespaced ? (manifest.metadata.namespace ?? 'default') : undefined
    const key = keyOf(resource, namespace, manifest.metadata.name)
    const before = tableOf(resource).get(key) ?? null
    const next = version + 1
    const metadata = {
      ...manifest.metadata,
      ...(namespace !== undefined && { namespace }),
      uid: before?.metadata.uid ?? manifest.metadata.uid ?? randomUUID(),
      resourceVersion: String(next),
      creationTimestamp:
        before?.metadata.creationTimestamp ??
        manifest.metadata.creationTimestamp ??
        now()
          .toISOString()
          .replace(/\.\d+Z/, 'Z'),
    }
    const after: KubeObject = {
      ...structuredClone(manifest),
      apiVersion: groupVersion(resource.group, resource.versions[0] ?? 'v1'),
      metadata: structuredClone(metadata),
    }
    if (before && isDeepStrictEqual(withoutVersion(before), withoutVersion(after))) {
      return before
    }
    version = next
    tableOf(resource).set(key, after)
    note({ version, resource, key, before, after, last: after })
    return after
  }

  function remove(kind: string, namespace: string | null, name: string): void {
    const resource = resourceNamed(kind)
    const key = keyOf(resource, namespace ?? undefined, name)
    const before = tableOf(resource).get(key)
    if (!before) {
      throw new Error(`there is no ${kind} ${key} to remove`)
    }
    version += 1
    tableOf(resource).delete(key)
    const last = { ...before, metadata: { ...before.metadata, resourceVersion: String(version) } }
    note({ version, resource, key, before, after: null, last })
  }

  return {
    /** Creates or replaces an object; what changes nothing takes no resourceVersion, as on a real server. */
    apply,
    /** Applies each. */
    applyAll: (manifests: Iterable<KubeObject>): KubeObject[] => Array.from(manifests, apply),
    remove,
    /** Takes objects as they were read from a server: their uid and resourceVersion stay. Nothing is watched of it. */
    load(objects: Iterable<KubeObject>): void {
      for (const object of objects) {
        const resource = resourceOfKind(object.apiVersion, object.kind)
        groups.add(resource.group)
        tableOf(resource).set(keyOf(resource, object.metadata.namespace, object.metadata.name), object)
        version = Math.max(version, Number(object.metadata.resourceVersion ?? 0))
      }
    },
    /** Counts on from this resourceVersion, as if all that is stored had been there before it. */
    setVersion(to: number): void {
      version = to
      events = []
    },
    get(kind: string, namespace: string | null, name: string): KubeObject | undefined {
      const resource = resourceNamed(kind)
      return tableOf(resource).get(keyOf(resource, namespace ?? undefined, name))
    },
    /** All of a kind, in no order. */
    all: (kind: string): KubeObject[] => [...tableOf(resourceNamed(kind)).values()],
    /** Those of a resource, or of one namespace of it, sorted by key, as they were at this version (default: now). */
    at(resource: Resource, when: number = version, namespace?: string): [key: string, object: KubeObject][] {
      const isOf = (key: string) => namespace === undefined || key.startsWith(`${namespace}/`)
      const state = new Map([...tableOf(resource)].filter(([key]) => isOf(key)))
      for (let index = events.length - 1; index >= 0; index -= 1) {
        const event = events[index]
        if (!event || event.version <= when) {
          break
        }
        if (event.resource !== resource || !isOf(event.key)) {
          continue
        }
        if (event.before) {
          state.set(event.key, event.before)
        } else {
          state.delete(event.key)
        }
      }
      return [...state].sort(([a], [b]) => (a < b ? -1 : 1))
    },
    since: (resource: Resource, after: number): StoredEvent[] =>
      events.filter((event) => event.version > after && event.resource === resource),
    onEvent(listener: (event: StoredEvent) => void): () => void {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    /** What etcd's compaction does: older versions can be neither listed nor watched from. */
    compact(until: number = version): void {
      compacted = until
      watchable = Math.max(watchable, until)
      events = events.filter((event) => event.version > until)
    },
    /** What a restart does: the server's cache begins anew, and no older version can be watched from. */
    forgetEvents(): void {
      watchable = version
    },
    serveGroups(names: readonly string[]): void {
      for (const name of names) {
        groups.add(name)
      }
    },
    serveGateway(isServed: boolean): void {
      if (isServed) {
        groups.add(GATEWAY_GROUP)
      } else {
        groups.delete(GATEWAY_GROUP)
        for (const [resource, table] of tables) {
          if (resource.group === GATEWAY_GROUP) {
            for (const object of table.values()) {
              remove(object.kind, object.metadata.namespace ?? null, object.metadata.name)
            }
          }
        }
      }
    },
    serves: (resource: Resource): boolean => !resource.isCustom || groups.has(resource.group),
    /** The resourceVersion of the last change. */
    get version() {
      return version
    },
    get compacted() {
      return compacted
    },
    /** The oldest resourceVersion that a watch may begin at. */
    get watchable() {
      return watchable
    },
  }
}

const withoutVersion = ({ metadata, ...rest }: KubeObject) => ({
  ...rest,
  metadata: { ...metadata, resourceVersion: undefined },
})
