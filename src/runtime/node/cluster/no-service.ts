/**
 * Says of a Service that is not in the cluster what there is instead, and finds the one that is meant where no name is
 * given.
 *
 * @module
 */

import { nearMiss } from '../../../lib/near.ts'
import { ProblemError } from '../../../lib/problem.ts'
import { ApiError } from './api-error.ts'
import { fromHeld } from './from-held.ts'
import { type Listed, list, names } from './list.ts'
import { problemOfRead } from './met.ts'
import type { Cluster, Place } from './read-kind.ts'
import { type Asked, METADATA_ONLY, named, resourceOf } from './requests.ts'

const SERVICES = resourceOf('services')

/** This many names are enough to choose from, and few enough to be read. */
const NAMES_SHOWN = 20

/** Looks for what may have been meant, as far as it may be read. */
export async function serviceNotFound(cluster: Cluster, place: Place, signal: AbortSignal): Promise<ProblemError> {
  const { namespace, service, cluster: name, within } = place
  const asked = { resource: SERVICES, version: 'v1', query: {} }
  const [here, elsewhere] = await Promise.all([
    orNone(namesIn(cluster, { ...asked, namespace }, (name) => name !== service, signal)),
    orNone(namesIn(cluster, { ...asked, namespace: null, query: named(service) }, (name) => name === service, signal)),
  ])
  const hasNamespace = here.length > 0 || (await isNamespace(cluster, namespace, signal))
  const others = [...new Set(elsewhere.map((each) => each.namespace))]
    .filter((each) => each !== namespace && (within === undefined || within.includes(each)))
    .toSorted()
  const near = nearMiss(
    service,
    here.map((each) => each.name),
  )
  const absent = `Service/${service} is not in namespace ${namespace} of cluster ${name}.`
  const hints = [
    hasNamespace ? '' : `There is no namespace ${namespace}.`,
    others.length > 0
      ? `Namespace ${others.join(', ')} has one of that name.`
      : near === null
        ? ''
        : `Did you mean ${near}?`,
    here.length === 0 ? '' : `There are: ${listOf(here.map((each) => each.name))}.`,
  ]
  const detail = [absent, ...hints].filter((text) => text !== '').join(' ')
  const pointer = !hasNamespace || others.length > 0 ? '/target/namespace' : '/target/service'
  return new ProblemError('service_not_found', detail, { status: 404, errors: [{ pointer, detail }] })
}

/** Takes what is held for it, where the read may. */
async function namesIn(
  cluster: Cluster,
  asked: Asked,
  isWanted: (name: string) => boolean,
  signal: AbortSignal,
): Promise<readonly { name: string; namespace: string }[]> {
  const held = await fromHeld(cluster.held, asked, null)
  return held === null
    ? names(cluster.client, asked, METADATA_ONLY, signal)
    : held.listed.objects.flatMap(({ meta: { name, namespace } }) =>
        isWanted(name) ? [{ name, namespace: namespace ?? '' }] : [],
      )
}

function listOf(all: readonly string[]): string {
  const more = all.length - NAMES_SHOWN
  return all.toSorted().slice(0, NAMES_SHOWN).join(', ') + (more > 0 ? ` and ${more} more` : '')
}

async function orNone<T>(asked: Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof ApiError) {
      return []
    }
    throw error
  }
}

/** @returns `true` unless it is known that there is none. */
async function isNamespace({ client }: Cluster, name: string, signal: AbortSignal): Promise<boolean> {
  const [found] = await orNone(
    client.get({ path: `/api/v1/namespaces/${encodeURIComponent(name)}` }, { signal }).then(
      () => [true],
      (error: unknown) => {
        if (error instanceof ApiError && error.kind === 'not_found') {
          return [false]
        }
        throw error
      },
    ),
  )
  return found ?? true
}

/** An API server of a later version may have stored what this release does not understand. */
export const unreadableService = ({ namespace, service }: Place, reason: string): ProblemError => {
  const detail = `Service/${service} of namespace ${namespace} is there, and this release cannot read it: ${reason}`
  return new ProblemError('not_supported', detail, { errors: [{ pointer: '/target/service', detail }] })
}

/**
 * Finds the only Service of a namespace, as for manifests that hold only one.
 *
 * @throws ProblemError `service_not_found`, `service_ambiguous`, or what kept it from being read.
 */
export async function onlyService(
  cluster: Cluster,
  { cluster: name, namespace }: Pick<Place, 'cluster' | 'namespace'>,
  signal: AbortSignal,
): Promise<{ service: string; known: Listed }> {
  const asked = { resource: SERVICES, version: 'v1', namespace }
  let known: Listed
  try {
    known = await list(cluster.client, asked, Number.POSITIVE_INFINITY, signal)
  } catch (error) {
    throw problemOfRead(error, { verb: 'list', resource: SERVICES, namespace }, name)
  }
  const all = [
    ...known.objects.map(({ meta }) => meta.name),
    ...known.refused.map(({ object }) => object.split('/')[1] ?? ''),
  ]
  const [service] = all
  if (service === undefined) {
    const absent = (await isNamespace(cluster, namespace, signal)) ? '' : `, and no such namespace`
    const detail = `There is no Service in namespace ${namespace} of cluster ${name}${absent}.`
    throw new ProblemError('service_not_found', detail, {
      status: 404,
      errors: [{ pointer: '/target/namespace', detail }],
    })
  }
  if (all.length > 1) {
    const detail = `There are several Services in namespace ${namespace}: ${listOf(all)}. Say which one is meant by its name.`
    throw new ProblemError('service_ambiguous', detail, { errors: [{ pointer: '/target/service', detail }] })
  }
  return { service, known }
}
