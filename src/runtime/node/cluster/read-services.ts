/**
 * Reads all that many Services rest on, each kind in one list for a namespace, or for the whole cluster.
 *
 * @module
 */
import type { ObjectKind, ObjectsRead, ServicesTarget } from '../../../kube/object-source.ts'
import { Gathered } from './gathered.ts'
import { list } from './list.ts'
import { problemOfRead, whyUnread } from './met.ts'
import { readBeside } from './read-beside.ts'
import { type Cluster, newReading, type Reading, readKind } from './read-kind.ts'
import { READ_KINDS, REQUESTS, resourceOf } from './requests.ts'

/** Namespaces that are read at once. */
const AT_ONCE = 4

/**
 * @param signal ends the read.
 * @param only nothing but these is wanted, Services among them; left out: all that their paths rest on.
 * @throws ProblemError if no Services can be read, or not all of those that are asked for; with `only`, what was read
 *   is told, and the rest is unread.
 */
export async function readServices(
  cluster: Cluster,
  target: ServicesTarget,
  signal: AbortSignal,
  only?: readonly ObjectKind[],
): Promise<ObjectsRead> {
  const gathered = new Gathered(cluster.clock.now())
  const reading = newReading(cluster, gathered, signal)
  for (const kind of READ_KINDS) {
    gathered.notAsked(kind)
  }
  const selected = only === undefined ? await narrowed(cluster, target, signal) : []
  if (only !== undefined) {
    await Promise.all(
      only.map((kind) => eachOf(placesOf(kind, target), (namespace) => readAll(reading, kind, namespace))),
    )
  } else if (selected.length === 0) {
    await Promise.all(everyOf(target).map((namespace) => readServicesIn(reading, namespace)))
  } else {
    const shared = READ_KINDS.filter((kind) => REQUESTS[kind].first === 'cluster')
    await Promise.all([
      readBeside(reading, ({ meta }) =>
        selected.some((namespace) => namespace === null || namespace === meta.namespace),
      ),
      ...shared.map((kind) => readKind(reading, { kind, namespace: null, part: 'others' })),
      eachOf(selected, (namespace) => readNamespace(reading, namespace)),
    ])
  }
  const lost = reading.met
    .filter(({ kind }) => kind === 'services')
    .find((each) => !gathered.has('services') || (only === undefined && isMissed(each, target)))
  if (lost !== undefined) {
    throw problemOfRead(lost.error, lost.attempt, target.cluster)
  }
  return gathered.result(undefined)
}

/**
 * Tells whether Services that were asked for are missing, so that a batch of the others would pass without them. Of
 * those of the whole cluster some may be forbidden.
 */
const isMissed = ({ error, attempt }: Reading['met'][number], { namespaces }: ServicesTarget): boolean =>
  namespaces !== null || whyUnread(error, attempt).reason !== 'forbidden'

type Place = string | null

const placesOf = (kind: ObjectKind, target: ServicesTarget): readonly Place[] =>
  resourceOf(kind).namespaced ? everyOf(target) : [null]

async function readAll(reading: Reading, kind: ObjectKind, namespace: Place): Promise<void> {
  await readKind(reading, { kind, namespace, part: 'others' })
}

const everyOf = ({ namespaces }: ServicesTarget): readonly Place[] => namespaces ?? [null]

/** A selector leaves only the namespaces that have a Service which it matches; all of one are read together. */
async function narrowed(cluster: Cluster, target: ServicesTarget, signal: AbortSignal): Promise<readonly Place[]> {
  const { selector } = target
  if (selector === null) {
    return everyOf(target)
  }
  const resource = resourceOf('services')
  const asked = { resource, version: 'v1', query: { labelSelector: selector } }
  const found = new Set<Place>()
  await eachOf(everyOf(target), async (namespace) => {
    try {
      const { objects } = await list(cluster.client, { ...asked, namespace }, REQUESTS.services.most, signal)
      for (const { meta } of objects) {
        found.add(meta.namespace)
      }
    } catch (error) {
      // It is met again when the namespace is read, and told then
      whyUnread(error, { verb: 'list', resource, namespace })
      found.add(namespace)
    }
  })
  return found.has(null) ? [null] : [...found]
}

async function readNamespace(reading: Reading, namespace: Place): Promise<void> {
  const kinds = READ_KINDS.filter((kind) => {
    const { first, when } = REQUESTS[kind]
    return first !== 'cluster' && when !== 'wanted' && when !== 'no_slices' && kind !== 'services'
  })
  await Promise.all([
    readServicesIn(reading, namespace),
    ...kinds.map((kind) => readKind(reading, { kind, namespace, part: 'others' })),
  ])
  if (isWithoutSlices(reading, namespace)) {
    await readKind(reading, { kind: 'endpoints', namespace, part: 'others' })
  }
}

const readServicesIn = (reading: Reading, namespace: Place): Promise<number> =>
  readKind(reading, { kind: 'services', namespace, part: 'others' })

/** Endpoints say what slices say, where a Service has these: they are asked for where one may have none. */
function isWithoutSlices({ gathered }: Reading, namespace: Place): boolean {
  const { services, endpointSlices } = gathered.objects
  const sliced = new Set(endpointSlices.map(({ meta, serviceName }) => `${meta.namespace}/${serviceName}`))
  return services.some(
    ({ meta, selector }) =>
      (namespace === null || meta.namespace === namespace) &&
      (selector === null || !sliced.has(`${meta.namespace}/${meta.name}`)),
  )
}

async function eachOf<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  const left = items.values()
  const worker = async () => {
    for (const item of left) {
      await act(item)
    }
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, worker))
}
