import type { JobRequest } from '../job/job.ts'
import type { ObjectIndex } from '../kube/object-index.ts'
import type { Service } from '../kube/objects.ts'
import { nearMiss } from '../lib/near.ts'
import { ProblemError } from '../lib/problem.ts'

/** Names enough to choose from, not so many that nobody reads them. */
const NAMES_SHOWN = 20

/**
 * The Service that a request means. Its namespace: as asked, else its own, else `default`.
 *
 * @throws ProblemError `service_not_found`, `service_ambiguous`
 */
export function findTarget(index: ObjectIndex, asked: JobRequest['target']): { service: Service; namespace: string } {
  const candidates = asked.service === null ? index.services : index.servicesNamed(asked.service)
  const found = candidates.filter(
    ({ meta }) => asked.namespace === null || (meta.namespace ?? asked.namespace) === asked.namespace,
  )
  const [service, ...others] = found
  if (service === undefined) throw notFound(index, asked)
  if (others.length > 0) throw ambiguous(found, asked)
  return { service, namespace: asked.namespace ?? service.meta.namespace ?? 'default' }
}

const nameOf = ({ meta }: Service): string => (meta.namespace === null ? meta.name : `${meta.namespace}/${meta.name}`)

function listOf(services: readonly Service[]): string {
  const names = [...new Set(services.map(nameOf))]
  const more = names.length - NAMES_SHOWN
  return names.slice(0, NAMES_SHOWN).join(', ') + (more > 0 ? ` and ${more} more` : '')
}

function notFound(index: ObjectIndex, { service, namespace }: JobRequest['target']): ProblemError {
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
      ? ` It is in namespace ${elsewhere.map(({ meta }) => meta.namespace).join(', ')}.`
      : near === null
        ? ''
        : ` Did you mean ${near}?`
  const detail = `Service/${service}${where} is not among the objects.${hint} There are: ${listOf(index.services)}.`
  const pointer = elsewhere.length > 0 ? '/target/namespace' : '/target/service'
  return new ProblemError('service_not_found', detail, { errors: [{ pointer, detail }] })
}

function ambiguous(found: readonly Service[], { service }: JobRequest['target']): ProblemError {
  const names = new Set(found.map(nameOf))
  if (names.size === 1) {
    const detail = `Service/${listOf(found)} is there ${found.length} times, each time different. Send the one that is meant.`
    return new ProblemError('service_ambiguous', detail, { errors: [{ pointer: '/target/manifests', detail }] })
  }
  const field = service === null ? 'service' : 'namespace'
  const detail = `There are several Services: ${listOf(found)}. Say which one is meant by its ${service === null ? 'name' : 'namespace'}.`
  return new ProblemError('service_ambiguous', detail, { errors: [{ pointer: `/target/${field}`, detail }] })
}
