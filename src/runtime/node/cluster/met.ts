/**
 * Turns what a read met into what is told of it: a kind that is not known, or, where the Service itself could not be
 * read, a problem. It is never a verdict on the Service.
 *
 * @module
 */
import type { RefusedAccess, Unread } from '../../../kube/object-source.ts'
import { type Resource, ruleFor } from '../../../kube/resources.ts'
import { ProblemError } from '../../../lib/problem.ts'
import { ApiError } from './api-error.ts'

/** A request that was refused or failed. */
export type Attempt = { verb: 'get' | 'list'; resource: Resource; namespace: string | null }

/** Seconds after which a caller may try again, if the API server names none. */
const RETRY_AFTER_S = 5

/** @throws what is no failure of reading. */
export function whyUnread(error: unknown, attempt: Attempt): Pick<Unread, 'reason' | 'detail' | 'refused'> {
  if (!(error instanceof ApiError)) {
    throw error
  }
  const { kind, message } = error
  if (kind === 'forbidden') {
    return { reason: 'forbidden', detail: message, refused: refusedAccess(error, attempt) }
  }
  const reason = kind === 'not_served' || kind === 'not_found' ? 'not_served' : 'failed'
  return { reason, detail: message, refused: null }
}

/** The API server names the user in its message alone. */
const USER = /\bUser "([^"]+)"/i

const refusedAccess = ({ message }: ApiError, { verb, resource }: Attempt): RefusedAccess => ({
  verb,
  group: resource.group,
  resource: resource.resource,
  user: USER.exec(message)?.[1] ?? null,
})

/** @throws what is no failure of reading. */
export function problemOfRead(error: unknown, attempt: Attempt, cluster: string): ProblemError {
  if (!(error instanceof ApiError)) {
    throw error
  }
  const { kind, message, code, retryAfterMs } = error
  const { verb, resource, namespace } = attempt
  const where = namespace === null ? 'all namespaces' : `namespace ${namespace}`
  const what = `${verb} ${resource.resource} in ${where}`
  const told = (detail: string) => ({ errors: [{ pointer: '/target/cluster', detail }], cause: error })
  if (kind === 'forbidden') {
    const rule = ruleFor(refusedAccess(error, attempt), namespace)
    const detail = `Cluster ${cluster} does not let Portolan ${what}. ${sentence(message)} This allows it:\n${rule}`
    return new ProblemError('cluster_refused', detail, told(`${what}: forbidden`))
  }
  if (kind === 'unauthorized' || kind === 'credentials') {
    const detail = `Cluster ${cluster} was asked to ${what}, and refused. ${sentence(message)}`
    return new ProblemError('cluster_refused', detail, told(`${what}: ${kind}`))
  }
  if (kind === 'throttled' || kind === 'unavailable') {
    const seconds = Math.max(1, Math.ceil((retryAfterMs ?? RETRY_AFTER_S * 1000) / 1000))
    const detail = `Cluster ${cluster} cannot answer now. ${sentence(message)}`
    const headers = { 'retry-after': String(seconds) }
    return new ProblemError('unavailable', detail, { ...told(`${what}: ${kind}`), headers })
  }
  const detail = `Cluster ${cluster} could not be read (${code ?? kind}): ${what}. ${sentence(message)}`
  return new ProblemError('cluster_unreachable', detail, told(`${what}: ${code ?? kind}`))
}

const sentence = (text: string): string => (text.endsWith('.') ? text : `${text}.`)
