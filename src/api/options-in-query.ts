/** A body that is manifests, or nothing, has its options in the query. */
import { refusedQuery } from './query-words.ts'

/** Pointers into the request's body: to its target, and to its manifests. */
export type Places = { target: string; manifests: string }
export const placesIn = (target: string): Places => ({ target, manifests: `${target}/manifests` })
export const IN_JOB = placesIn('/target')

/** Tells JSON that is Kubernetes' own: it has a `kind`, or is a list of objects that do. */
export function isManifest(json: unknown): boolean {
  const first = Array.isArray(json) ? json[0] : json
  return typeof first === 'object' && first !== null && 'kind' in first
}

export function refuseQuery(query: object, fields: Readonly<Record<string, unknown>>): void {
  const misplaced = Object.entries(query).filter(
    ([name, value]) => name in fields && value !== undefined && !(Array.isArray(value) && value.length === 0),
  )
  if (misplaced.length === 0) {
    return
  }
  throw refusedQuery(
    misplaced.map(([name]) => ({
      pointer: `?${name}`,
      detail: 'With a job as the body, this belongs into the body; in the query it goes with manifests as the body',
    })),
  )
}

export const withoutUndefined = (value: Readonly<Record<string, unknown>>): unknown =>
  Object.fromEntries(
    Object.entries(value).flatMap(([name, each]) => {
      if (each === undefined) {
        return []
      }
      const isPlain = typeof each === 'object' && each !== null && !Array.isArray(each)
      return [[name, isPlain ? withoutUndefined(each as Record<string, unknown>) : each]]
    }),
  )
