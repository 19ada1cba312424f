/**
 * A principal: on whose behalf something is read or written. Pure.
 *
 * @module
 */
import { ProblemError } from '../lib/problem.ts'

export const SCOPES = [
  'plan',
  'jobs:read',
  'jobs:write',
  'schedules:read',
  'schedules:write',
  'reports:read',
  'metrics:read',
  'tokens:write',
  'audit:read',
  'admin',
] as const
export type Scope = (typeof SCOPES)[number]

export type Principal = {
  /** The owner of what it makes, and of its Idempotency-Keys. */
  id: string
  scopes: ReadonlySet<Scope> | 'all'
  /** The namespaces that it reaches, in whichever cluster. `null`: all of them. */
  namespaces: readonly string[] | null
}

/** The server itself: its runners, its scheduler, its retention. */
export const SYSTEM: Principal = { id: 'system', scopes: 'all', namespaces: null }

/** A request that has not said who asks. */
export const NOBODY: Principal = { id: 'nobody', scopes: new Set(), namespaces: [] }

/**
 * Tells whether a principal may see and change what belongs to a namespace.
 *
 * @param namespace `null`: none was named, so that it may be any.
 */
export const reaches = ({ namespaces }: Principal, namespace: string | null): boolean =>
  namespaces === null || (namespace !== null && namespaces.includes(namespace))

/** @throws ProblemError `forbidden` */
export function refuseOthers(principal: Principal, namespace: string | null): void {
  if (reaches(principal, namespace)) {
    return
  }
  const own = principal.namespaces?.join(', ') || 'none'
  throw new ProblemError(
    'forbidden',
    namespace === null
      ? `The request reaches every namespace, and the caller only ${own}. Name one of them.`
      : `The caller does not reach namespace ${namespace}, only ${own}.`,
  )
}
