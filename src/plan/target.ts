import type { ObjectIndex } from '../kube/object-index.ts'
import type { Ignored, Service } from '../kube/objects.ts'
import { nearMiss } from '../lib/near.ts'
import { ProblemError } from '../lib/problem.ts'
import type { JobRequest } from './request.ts'
import { unreadText } from './unread.ts'

/** So many names are enough to choose from, and few enough to be read. */
const NAMES_SHOWN = 20

type Target = { service: Service; namespace: string; ignored: readonly Ignored[] }

/**
 * Finds the Service that a request means. Its namespace is the requested one, else its own, else `default`. A Service
 * that names the namespace wins over one of the same name that names none.
 *
 * @throws ProblemError `service_not_found`, `service_ambiguous`
 */
export function findTarget(index: ObjectIndex, asked: JobRequest['target']): Target {
  const found =
    asked.namespace === null ? anywhere(index, asked.service) : within(index, asked.namespace, asked.service)
  const [service, ...others] = found
  if (service === undefined) {
    throw notFound(index, asked)
  }
  if (others.length > 0) {
    throw ambiguous(found, asked)
  }
  const namespace = asked.namespace ?? service.meta.namespace ?? DEFAULT
  return { service, namespace, ignored: passedOver(index, service) }
}

/** `kubectl apply` puts objects that name no namespace there. */
const DEFAULT = 'default'

const within = (index: ObjectIndex, namespace: string, name: string | null): readonly Service[] =>
  name === null ? index.servicesIn(namespace) : index.servicesAt(namespace, name)

function anywhere(index: ObjectIndex, name: string | null): readonly Service[] {
  const candidates = name === null ? index.services : index.servicesNamed(name)
  return candidates.filter(
    ({ meta }) => meta.namespace !== null || index.servicesAt(DEFAULT, meta.name).some(isUnplaced),
  )
}

const isUnplaced = ({ meta }: Service): boolean => meta.namespace === null

/** Finds a Service of that name without a namespace, which another one has replaced. */
function passedOver(index: ObjectIndex, { meta }: Service): readonly Ignored[] {
  if (meta.namespace === null || !index.servicesNamed(meta.name).some(isUnplaced)) {
    return []
  }
  const reason = `it names no namespace, and there is Service/${meta.name} of namespace ${meta.namespace}, which counts`
  return [{ object: `Service/${meta.name}`, reason }]
}

const nameOf = ({ meta }: Service): string =>
  meta.namespace === null ? `${meta.name} (which names no namespace)` : `${meta.namespace}/${meta.name}`

function listOf(services: readonly Service[]): string {
  const names = [...new Set(services.map(nameOf))]
  const more = names.length - NAMES_SHOWN
  return names.slice(0, NAMES_SHOWN).join(', ') + (more > 0 ? ` and ${more} more` : '')
}

function notFound(index: ObjectIndex, asked: JobRequest['target']): ProblemError {
  return index.source === 'manifests' ? notSent(index, asked) : notThere(index, asked)
}

/** Near misses are among the other Services of the namespace, which are read for it. */
function notThere(index: ObjectIndex, { service, namespace, cluster }: JobRequest['target']): ProblemError {
  const unread = index.unread('services', namespace)
  const where = namespace === null ? '' : ` in namespace ${namespace}`
  const near = service === null ? null : nearMiss(service, [...new Set(index.services.map(({ meta }) => meta.name))])
  const known =
    unread !== null
      ? ` ${unreadText(unread)}.`
      : index.services.length === 0
        ? ''
        : ` There are: ${listOf(index.services)}.`
  const detail = `${service === null ? `No Service${where} is` : `Service/${service}${where} is not`} in cluster ${cluster}.${near === null ? '' : ` Did you mean ${near}?`}${known}`
  return new ProblemError('service_not_found', detail, {
    errors: [{ pointer: '/target/service', detail }],
    status: 404,
  })
}

function notSent(index: ObjectIndex, { service, namespace }: JobRequest['target']): ProblemError {
  const where = namespace === null ? '' : ` in namespace ${namespace}`
  if (index.services.length === 0) {
    const detail = 'There is no Service among the objects.'
    return new ProblemError('service_not_found', detail, { errors: [{ pointer: '/target/manifests', detail }] })
  }
  if (service === null) {
    const detail = `There is no Service${where} among the objects. There are: ${listOf(index.services)}.`
    return new ProblemError('service_not_found', detail, { errors: [{ pointer: '/target/namespace', detail }] })
  }
  const elsewhere = index.servicesNamed(service)
  const near = nearMiss(service, [...new Set(index.services.map(({ meta }) => meta.name))])
  const hint =
    elsewhere.length > 0
      ? ` It is in namespace ${elsewhere.map(({ meta }) => meta.namespace ?? DEFAULT).join(', ')}.`
      : near === null
        ? ''
        : ` Did you mean ${near}?`
  const detail = `Service/${service}${where} is not among the objects.${hint} There are: ${listOf(index.services)}.`
  const pointer = elsewhere.length > 0 ? '/target/namespace' : '/target/service'
  return new ProblemError('service_not_found', detail, { errors: [{ pointer, detail }] })
}

function ambiguous(found: readonly Service[], { service }: JobRequest['target']): ProblemError {
  const field = service === null ? 'service' : 'namespace'
  const detail = `There are several Services: ${listOf(found)}. Say which one is meant by its ${service === null ? 'name' : 'namespace'}.`
  return new ProblemError('service_ambiguous', detail, { errors: [{ pointer: `/target/${field}`, detail }] })
}
