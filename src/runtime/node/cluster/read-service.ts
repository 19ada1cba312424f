/**
 * Reads what the paths of one Service rest on, as the table of requests says: the Service by its name and, at the same
 * time, what does not depend on it; then what does.
 *
 * @module
 */
import type { ObjectsRead } from '../../../kube/object-source.ts'
import type { KubeObject, Service } from '../../../kube/objects.ts'
import { NoLongerWanted } from './api-error.ts'
import { fromHeld } from './from-held.ts'
import { Gathered, type Moment } from './gathered.ts'
import { getOne, type Listed } from './list.ts'
import { problemOfRead } from './met.ts'
import { serviceNotFound, unreadableService } from './no-service.ts'
import { readBeside } from './read-beside.ts'
import { type Cluster, newReading, type Place, type Reading, readKind } from './read-kind.ts'
import { ofService, READ_KINDS, REQUESTS, resourceOf } from './requests.ts'

/**
 * @param signal ends the read.
 * @param known the Service, where it was read already.
 * @throws ProblemError if the Service itself cannot be read.
 */
export async function readService(
  cluster: Cluster,
  place: Place,
  signal: AbortSignal,
  known: Listed | null = null,
): Promise<ObjectsRead> {
  const done = new AbortController()
  const gathered = new Gathered(cluster.clock.now())
  const reading = newReading(cluster, gathered, AbortSignal.any([signal, done.signal]))
  for (const kind of READ_KINDS) {
    gathered.notAsked(kind)
  }
  const { namespace, service: name } = place
  const slices = readKind(reading, { kind: 'endpointSlices', namespace, part: 'own' }, { labels: ofService(name) })
  const meanwhile = Promise.all([
    slices,
    readBeside(reading, (object) => isOwn(object, place)),
    ...readAround(reading, namespace),
  ])
  try {
    const service = await takeService(reading, place, known)
    await Promise.all([meanwhile, readPods(reading, service, place), readEndpoints(reading, service, place, slices)])
    return gathered.result({ namespace, service: name })
  } catch (error) {
    done.abort(new NoLongerWanted())
    await meanwhile
    throw error
  }
}

/** Tells whether it is the Service, or a slice of it. */
const isOwn = (object: KubeObject, { namespace, service }: Place): boolean =>
  object.meta.namespace === namespace &&
  (object.kind === 'EndpointSlice' ? object.serviceName === service : object.meta.name === service)

/** Reads what does not depend on the Service. */
const readAround = (reading: Reading, namespace: string): Promise<number>[] =>
  READ_KINDS.flatMap((kind) => {
    const { first } = REQUESTS[kind]
    return first === 'namespace' || first === 'cluster'
      ? readKind(reading, { kind, namespace: first === 'namespace' ? namespace : null, part: 'others' })
      : []
  })

/** @throws ProblemError if it cannot be read. */
async function takeService(reading: Reading, place: Place, known: Listed | null): Promise<Service> {
  const { cluster, gathered, signal } = reading
  const { namespace, service: name } = place
  const extent = { kind: 'services', namespace, part: 'own' } as const
  const askedAt = { readAtMs: cluster.clock.now(), stale: false }
  gathered.asked(extent)
  const { listed: read, ...moment } = known === null ? await getService(reading, place) : { listed: known, ...askedAt }
  if (read === null) {
    throw await serviceNotFound(cluster, place, signal)
  }
  const service = read.objects.find((object) => object.kind === 'Service' && object.meta.name === name)
  if (service?.kind !== 'Service') {
    throw unreadableService(place, read.refused[0]?.reason ?? 'its answer is about another')
  }
  gathered.take(extent, read, moment, 'all')
  return service
}

/** One that is not held may have been made just now, so it is asked for, unless it was seen to go. */
async function getService({ cluster, signal }: Reading, place: Place): Promise<Moment & { listed: Listed | null }> {
  const { namespace, service: name } = place
  const resource = resourceOf('services')
  try {
    const held = await fromHeld(cluster.held, { resource, namespace }, { name })
    if (held !== null && held.listed.objects.length > 0) {
      return held
    }
    if (held?.isGone && !held.stale) {
      return { listed: null, readAtMs: held.readAtMs, stale: false }
    }
    const readAtMs = cluster.clock.now()
    const listed = await getOne(cluster.client, { resource, version: 'v1', namespace, name }, signal)
    return { listed, readAtMs, stale: false }
  } catch (error) {
    throw problemOfRead(error, { verb: 'get', resource, namespace }, place.cluster)
  }
}

async function readPods(reading: Reading, { selector }: Service, { namespace }: Place): Promise<void> {
  const extent = { kind: 'pods', namespace, part: 'own' } as const
  if (selector === null || Object.keys(selector).length === 0) {
    // A Service without selector has no pods of its own
    reading.gathered.asked(extent)
    return
  }
  await readKind(reading, extent, { labels: selector })
}

/** Endpoints say what slices say, where a Service has these: they are asked for where it may have none. */
async function readEndpoints(
  reading: Reading,
  { selector }: Service,
  { namespace, service: name }: Place,
  slices: Promise<number>,
): Promise<void> {
  if (selector === null || (await slices) === 0) {
    await readKind(reading, { kind: 'endpoints', namespace, part: 'own' }, { name })
  }
}
