/**
 * Reads the objects of one kind, whatever comes of it: what could not be read is told, and nothing is thrown for it.
 *
 * @module
 */
import type { ObjectKind, Unread } from '../../../kube/object-source.ts'
import type { Resource } from '../../../kube/resources.ts'
import type { Clock } from '../../../lib/clock.ts'
import type { ApiClient } from './api-client.ts'
import { ApiError } from './api-error.ts'
import { type Answered, fromHeld } from './from-held.ts'
import type { Extent, Gathered } from './gathered.ts'
import type { Held } from './held.ts'
import type { Kept } from './kept.ts'
import { getOne, list } from './list.ts'
import { type Attempt, whyUnread } from './met.ts'
import { queryOf, REQUESTS, resourcesOf, type Which } from './requests.ts'
import type { Served } from './served.ts'

/** One cluster, as all reads of it share it. */
export type Cluster = {
  client: ApiClient
  clock: Clock
  served: Served
  /** These are read one by one where a kind may not be read everywhere. */
  namespaces: readonly string[]
  kept: Kept
  /** Held objects will do for this read; `null`: all is read anew. */
  held: Pick<Held, 'select'> | null
}

/** One Service. `cluster` is the name of the cluster, for messages. */
export type Place = {
  cluster: string
  namespace: string
  service: string
  /** As in the target of the read: no other namespaces are told of. */
  within?: readonly string[]
}

/** One read. It ends when its signal is aborted. */
export type Reading = {
  cluster: Cluster
  gathered: Gathered
  signal: AbortSignal
  /** The Service's own objects of these kinds are not among what a list that fails leaves unknown. */
  ownKnown: ReadonlySet<ObjectKind>
  /** The failures so far. */
  met: { kind: ObjectKind; error: unknown; attempt: Attempt }[]
}

export const newReading = (
  cluster: Cluster,
  gathered: Gathered,
  signal: AbortSignal,
  ownKnown: Reading['ownKnown'] = new Set(),
): Reading => ({ cluster, gathered, signal, ownKnown, met: [] })

type Found = number | 'not served'

/** @returns how many there are, as far as they could be read. */
export async function readKind(reading: Reading, extent: Extent, which: Which = null): Promise<number> {
  const { gathered } = reading
  const { kind, namespace } = extent
  gathered.asked(extent)
  const found = await Promise.all(resourcesOf(kind).map((resource) => readResource(reading, extent, resource, which)))
  if (found.every((each) => each === 'not served')) {
    const detail = `The cluster does not serve ${resourcesOf(kind)[0]?.group || 'them'}.`
    gathered.unread({ kind, namespace, reason: 'not_served', detail })
  }
  return countOf(found)
}

const countOf = (found: readonly Found[]): number =>
  found.reduce<number>((sum, each) => (each === 'not served' ? sum : sum + each), 0)

async function readResource(reading: Reading, extent: Extent, resource: Resource, which: Which): Promise<Found> {
  const { gathered, cluster } = reading
  const { kind, namespace } = extent
  try {
    const { listed, ...moment } =
      (await fromHeld(cluster.held, { resource, namespace }, which)) ??
      (await readServed(reading, extent, resource, which))
    gathered.take(extent, listed, moment, partLeft(reading, extent))
    return listed.objects.length
  } catch (error) {
    const verb = which !== null && 'name' in which ? ('get' as const) : ('list' as const)
    const attempt = { verb, resource, namespace }
    const why = whyUnread(error, attempt)
    reading.met.push({ kind, error, attempt })
    if (why.reason === 'not_served') {
      return 'not served'
    }
    const part = partLeft(reading, extent)
    const isOneByOne = why.reason === 'forbidden' && namespace === null && resource.namespaced
    if (!isOneByOne || cluster.namespaces.length === 0) {
      gathered.unread({ kind, namespace, part, ...why })
      return 0
    }
    gathered.unread({ kind, namespace, besides: cluster.namespaces, part, ...why })
    const each = cluster.namespaces.map((one) => readResource(reading, { ...extent, namespace: one }, resource, which))
    return countOf(await Promise.all(each))
  }
}

const partLeft = ({ ownKnown }: Reading, { kind, part }: Extent): Unread['part'] =>
  part === 'others' && ownKnown.has(kind) ? 'others' : 'all'

/** Reads in the version that is served; where that has just changed, it is asked for once more. */
async function readServed(reading: Reading, extent: Extent, resource: Resource, which: Which): Promise<Answered> {
  const { cluster, signal } = reading
  const { served, clock, client } = cluster
  const { kind, namespace } = extent
  for (let isAgain = false; ; isAgain = true) {
    const version = await served.version(resource, signal)
    if (version === null) {
      throw new ApiError('not_served', `the API server does not serve ${resource.resource}`, { status: 404 })
    }
    const asked = { resource, version, namespace }
    const readAtMs = clock.now()
    try {
      if (which !== null && 'name' in which) {
        const one = await getOne(client, { ...asked, name: which.name }, signal)
        const none = { kind: resource.kind, objects: [], refused: [], resourceVersion: null, isCut: false }
        return { listed: one ?? none, readAtMs, stale: false }
      }
      const { maxAgeMs, maxAgeHeldMs, most } = REQUESTS[kind]
      const ageMs = cluster.held === null ? maxAgeMs : Math.max(maxAgeMs, maxAgeHeldMs)
      if (ageMs > 0 && which === null) {
        const key = `${resource.resource} ${namespace ?? ''}`
        const { value, readAtMs } = await cluster.kept.take(key, ageMs, signal, () => list(client, asked, most, null))
        return { listed: value, readAtMs, stale: false }
      }
      const query = queryOf(which)
      return { listed: await list(client, { ...asked, query }, most, signal), readAtMs, stale: false }
    } catch (error) {
      const isOutdated = error instanceof ApiError && error.kind === 'not_served' && served.forget(resource)
      if (!isOutdated || isAgain) {
        throw error
      }
    }
  }
}
