/**
 * The part of a job that tells where its objects came from, how old they were, and what was refused.
 *
 * @module
 */
import type { Provenance } from '../kube/object-source.ts'
import { type Forbidden, forbiddenOf } from '../plan/forbidden.ts'
import type { Plan } from '../plan/path.ts'

export type ObjectsUsed = Pick<Provenance, 'source' | 'readAtMs' | 'resourceVersions' | 'stale'> & {
  forbidden: readonly Forbidden[]
}

export const FROM_MANIFESTS: ObjectsUsed = {
  source: 'manifests',
  readAtMs: null,
  resourceVersions: {},
  stale: false,
  forbidden: [],
}

/** The objects could not be read at all. */
export const NOT_READ: ObjectsUsed = { ...FROM_MANIFESTS, source: 'cluster' }

/** @param plan `null`: nothing could be planned, so that nothing is missing from it. */
export function objectsUsed(provenance: Provenance, plan: Plan | null): ObjectsUsed {
  const { source, readAtMs, resourceVersions, stale } = provenance
  return { source, readAtMs, resourceVersions, stale, forbidden: plan === null ? [] : forbiddenOf(provenance, plan) }
}
