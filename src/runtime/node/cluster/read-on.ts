/**
 * Reads what a rule or a path has asked about besides.
 *
 * @module
 */
import { indexObjects } from '../../../kube/object-index.ts'
import type { ObjectKind, ObjectsRead, Wanted } from '../../../kube/object-source.ts'
import type { KubeObjects } from '../../../kube/objects.ts'
import { ownObjects } from '../../../plan/own-objects.ts'
import { Gathered } from './gathered.ts'
import { type Cluster, newReading, type Reading, readKind } from './read-kind.ts'
import { about, READ_KINDS, REQUESTS, readAtFirst, resourceOf } from './requests.ts'

type Found = NonNullable<ObjectsRead['found']>

/** More names than these are asked for in one list of the namespace. */
const NAMES_MAX = 8

/** @param signal ends the read; what has not come by then is told as unread. */
export async function readOn(
  cluster: Cluster,
  read: ObjectsRead,
  wanted: readonly Wanted[],
  signal: AbortSignal,
): Promise<ObjectsRead> {
  const gathered = new Gathered(cluster.clock.now(), read)
  const ownKnown = new Set<ObjectKind>(read.found ? READ_KINDS.filter((kind) => readAtFirst(kind) === 'own') : [])
  const reading = newReading(cluster, gathered, signal, ownKnown)
  await Promise.all(withoutParts(wanted).map((each) => readWanted(reading, each, read)))
  return gathered.result(read.found)
}

/** A kind that is read everywhere need not be read in one namespace as well, nor in part. */
const withoutParts = (wanted: readonly Wanted[]): readonly Wanted[] =>
  wanted.filter(
    ({ kind, namespace, part }) =>
      !wanted.some(
        (other) =>
          other.kind === kind &&
          other.part === 'others' &&
          ((other.namespace === null && namespace !== null) || (other.namespace === namespace && part === 'own')),
      ),
  )

async function readWanted(reading: Reading, { kind, namespace, part }: Wanted, read: ObjectsRead): Promise<void> {
  const { found } = read
  const { own, maxAgeHeldMs } = REQUESTS[kind]
  const isKeptWhole = reading.cluster.held !== null && maxAgeHeldMs > 0
  if (part === 'others' || own === null || found === undefined || isKeptWhole) {
    const where = resourceOf(kind).namespaced ? namespace : null
    await readKind(reading, { kind, namespace: where, part: 'others' })
    return
  }
  const extent = { kind, namespace: found.namespace, part: 'own' } as const
  const names = own === 'by_name' ? [found.service] : namesOf(read.objects, found)
  if (own === 'by_name') {
    await readKind(reading, extent, { name: found.service })
  } else if (names.length <= NAMES_MAX) {
    await Promise.all(names.map((name) => readKind(reading, extent, { query: about(name) })))
  } else {
    await readKind(reading, { ...extent, part: 'others' })
  }
}

/** Names the objects of the Service that events are about. */
const namesOf = (objects: KubeObjects, { namespace, service }: Found): readonly string[] => [
  ...new Set(ownObjects(indexObjects(objects), namespace, service).map(({ name }) => name)),
]
