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

/** Limits what a principal may ask for, in a minute and at once. `null`: the limit of the server holds. */
export type RateLimit = {
  requestsPerMinute: number | null
  /** Jobs that wait or run at once. */
  jobsUnderWay: number | null
  /** Tries of the jobs that it asks for, as they are planned. */
  triesPerMinute: number | null
}

export type Principal = {
  /** The owner of what it makes, and of its Idempotency-Keys. */
  id: string
  /** Its name for people; left out: they see its id. */
  name?: string
  scopes: ReadonlySet<Scope> | 'all'
  /** The namespaces that it reaches, in the clusters that it reaches. `null`: all of them. */
  namespaces: readonly string[] | null
  /** The clusters that it reaches. `null`: all of them. */
  clusters: readonly string[] | null
  /** It may have its own words planned in place of objects that a cluster has. */
  manifests: boolean
  /** CIDRs outside of which nothing is dialled for it; they narrow the policy of the server. `null`: that alone decides. */
  egressOnly: readonly string[] | null
  /** `null`: the limits of the server. */
  rateLimit: RateLimit | null
  /** Nothing that it makes for others to act with lasts longer. `null`: it does not expire. */
  expiresAtMs: number | null
}

/** A principal that nothing narrows. */
export const UNBOUNDED = {
  namespaces: null,
  clusters: null,
  manifests: true,
  egressOnly: null,
  rateLimit: null,
  expiresAtMs: null,
} as const satisfies Omit<Principal, 'id' | 'scopes'>

/** The server itself: its runners, its scheduler, its retention. */
export const SYSTEM: Principal = { ...UNBOUNDED, id: 'system', scopes: 'all' }

/** A request that has not said who asks. */
export const NOBODY: Principal = { ...UNBOUNDED, id: 'nobody', scopes: new Set(), namespaces: [], clusters: [] }

/** Tells whether a principal has a scope: `admin` has every one. */
export const hasScope = ({ scopes }: Principal, scope: Scope): boolean =>
  scopes === 'all' || scopes.has(scope) || scopes.has('admin')

/**
 * Refuses what needs a scope that the principal has not.
 *
 * @throws ProblemError `forbidden`
 */
export function refuseWithoutScope(principal: Principal, scope: Scope): void {
  if (hasScope(principal, scope)) {
    return
  }
  const own = principal.scopes === 'all' ? [] : [...principal.scopes].sort()
  throw new ProblemError(
    'forbidden',
    `This needs the scope ${scope}, which the token does not have: it has ${own.join(', ') || 'none'}. ` +
      'Send a token with that scope.',
  )
}

/** The cluster and the namespace of something. `namespace: null`: none was named, so that it may be any. */
export type Whereabouts = { cluster: string; namespace: string | null }

/** Tells whether a principal does not reach everything. */
export const isNarrowed = ({ namespaces, clusters }: Pick<Principal, 'namespaces' | 'clusters'>): boolean =>
  namespaces !== null || clusters !== null

/**
 * Tells whether a principal may have its own words planned and dialled: manifests, addresses, hosts. One that does not
 * reach everything would get to any pod by them, but for the addresses that its `egressOnly` names.
 */
export const mayUseOwnWords = (principal: Principal): boolean =>
  !isNarrowed(principal) || (principal.manifests && principal.egressOnly !== null)

/** Tells whether a principal may see and change what is there. */
export const reaches = ({ namespaces, clusters }: Principal, { cluster, namespace }: Whereabouts): boolean =>
  (clusters === null || clusters.includes(cluster)) &&
  (namespaces === null || (namespace !== null && namespaces.includes(namespace)))

/**
 * Refuses what the principal names and does not reach, whether it exists or not.
 *
 * @param where the parts that were named; `namespace: null`: every one.
 * @throws ProblemError `forbidden`
 */
export function refuseOthers(principal: Principal, { cluster, namespace }: Partial<Whereabouts>): void {
  const { namespaces, clusters } = principal
  if (cluster !== undefined && clusters !== null && !clusters.includes(cluster)) {
    throw new ProblemError('forbidden', `The caller does not reach cluster ${cluster}, only ${listOf(clusters)}.`)
  }
  if (namespace === undefined || namespaces === null || (namespace !== null && namespaces.includes(namespace))) {
    return
  }
  const own = listOf(namespaces)
  throw new ProblemError(
    'forbidden',
    namespace === null
      ? `The request reaches every namespace, and the caller only ${own}. Name one of them.`
      : `The caller does not reach namespace ${namespace}, only ${own}.`,
  )
}

const listOf = (names: readonly string[]): string => names.join(', ') || 'none'

/** @throws ProblemError `forbidden` */
export function refuseUnlessUnbounded(principal: Principal): void {
  if (isNarrowed(principal)) {
    throw new ProblemError('forbidden', 'The caller does not reach every namespace of every cluster.')
  }
}
