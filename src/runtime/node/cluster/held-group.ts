/**
 * The watches of one kind: what they hold, and how they are.
 *
 * @module
 */
import type { Ignored, KubeObject, Labels } from '../../../kube/objects.ts'
import type { Resource } from '../../../kube/resources.ts'
import type { Entry } from './held-objects.ts'
import type { Watch, WatchStatus } from './watch.ts'
import type { WatchState } from './watch-pace.ts'

export type KindState = {
  kind: KubeObject['kind']
  resource: string
  count: number
  watched: boolean
  /** Milliseconds since the objects were confirmed to be those of the cluster; `null`: they never were. */
  lagMs: number | null
  forbidden: boolean
  state: WatchState
  /** Epoch milliseconds. */
  sinceMs: number
}

/** `namespace: null`: in all. */
export type Where = { namespace: string | null; name?: string; labels?: Labels }

export type Group = {
  resource: Resource
  sinceMs: number
  everywhere: Watch<KubeObject>
  /** One for each namespace, if all of them at once are forbidden; else empty. */
  single: ReadonlyMap<string, Watch<KubeObject>>
  /** Resolves when all were listed, or have failed; `null`: that was so before. */
  tried: Promise<unknown> | null
}

/** Returns the watches that hold the objects. */
export const watchesOf = (group: Group | undefined): readonly Watch<KubeObject>[] =>
  group === undefined ? [] : group.single.size === 0 ? [group.everywhere] : [...group.single.values()]

export function entriesOf({ objects }: Watch<KubeObject>, { namespace, name }: Where): Iterable<Entry<KubeObject>> {
  if (name === undefined) {
    return namespace === null ? objects.all() : objects.in(namespace)
  }
  const entry = objects.at({ namespace: namespace ?? '', name })
  return entry === null ? [] : [entry]
}

/** The labels of what is ignored are not known, so that it may be one of them. */
export function sorted(
  kind: string,
  entries: Iterable<Entry<KubeObject>>,
  labels: Labels = {},
): { objects: KubeObject[]; ignored: Ignored[] } {
  const objects: KubeObject[] = []
  const ignored: Ignored[] = []
  const wanted = Object.entries(labels)
  for (const { name, read } of entries) {
    if ('refused' in read) {
      ignored.push({ object: `${kind}/${name.name}`, reason: read.refused })
    } else if (wanted.every(([key, value]) => read.object.meta.labels[key] === value)) {
      objects.push(read.object)
    }
  }
  return { objects, ignored }
}

/** The states from worst to best: a kind has the state of its worst namespace. */
const WORST: readonly WatchState[] = ['unreachable', 'refused', 'absent', 'syncing', 'synced']

export function stateOf(group: Group, nowMs: number): KindState {
  const { resource } = group
  const all = watchesOf(group).map((watch) => ({ count: watch.objects.count, ...watch.status() }))
  const worst = all.reduce<(typeof all)[number] | null>(
    (found, each) => (found === null || WORST.indexOf(each.state) < WORST.indexOf(found.state) ? each : found),
    null,
  )
  return {
    kind: resource.kind,
    resource: resource.resource,
    count: all.reduce((sum, { count }) => sum + count, 0),
    watched: true,
    lagMs: lagOf(all, nowMs),
    forbidden: all.some(({ error }) => error?.kind === 'forbidden'),
    state: worst?.state ?? 'syncing',
    sinceMs: worst?.sinceMs ?? nowMs,
  }
}

/** A kind lags as much as its worst namespace does. */
const lagOf = (all: readonly WatchStatus[], nowMs: number): number | null =>
  all.reduce<number | null>(
    (most, { confirmedAtMs }) =>
      most === null || confirmedAtMs === null ? null : Math.max(most, nowMs - confirmedAtMs),
    0,
  )
