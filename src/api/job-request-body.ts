/** Reads from a request what is asked: a job as JSON, or manifests with their options in the query. */
import { narrowed } from '../job/narrowed.ts'
import { type ProblemCode, problemFrom } from '../lib/problem.ts'
import { withBody } from './body.ts'
import type { CompareQuery } from './compare-reading.ts'
import type { BatchManifestQuery, ManifestQuery } from './manifest-query.ts'
import type { Body } from './parse-body.ts'
import { type AskedFor, LARGE_CHARS, type Reading, type ReadOutcome, read } from './reading.ts'
import type { ApiContext } from './route.ts'

/** Reading and planning a body may be answered with these problems. */
export const ASKED_PROBLEMS = [
  'malformed_body',
  'malformed_manifests',
  'body_too_large',
  'unsupported_media_type',
  'invalid_manifest',
  'service_not_found',
  'service_ambiguous',
  'impossible_request',
  'no_cluster',
  'cluster_unreachable',
  'cluster_refused',
  'conflict',
  'not_supported',
  'unavailable',
] as const satisfies ProblemCode[]

/** Any write may be answered with these problems. */
export const STORE_PROBLEMS = ['unavailable', 'storage_full'] as const satisfies ProblemCode[]

/** Making something of the body may be answered with these as well. */
export const MAKING_PROBLEMS = ['idempotency_key_reused', ...STORE_PROBLEMS] as const satisfies ProblemCode[]

/** `body` is the text of the body, for the fingerprint of an Idempotency-Key. */
type Read<R extends Reading> = { asked: AskedFor<R>; body: string }

/** Hands the limits of the caller on with a body, as it may be read in another thread. */
const narrowing = (context: ApiContext): Pick<Reading, 'egressOnly'> => ({
  egressOnly: context.get('principal').egressOnly,
})

export const readAsked = (context: ApiContext, query: ManifestQuery) =>
  readWith(context, (body) => ({ what: 'job', body, query, ...narrowing(context) }))

export const readAskedBatch = (context: ApiContext, query: BatchManifestQuery) =>
  readWith(context, (body) => ({ what: 'batch', body, query, ...narrowing(context) }))

export const readAskedCompare = (context: ApiContext, query: CompareQuery) =>
  readWith(context, (body) => ({ what: 'compare', body, query, ...narrowing(context) }))

export const readAskedSchedule = (context: ApiContext) =>
  readWith(context, (body) => ({ what: 'schedule', body, ...narrowing(context) }), ['json'])

export const readScheduleChange = (context: ApiContext) =>
  readWith(context, (body) => ({ what: 'scheduleChange', body, ...narrowing(context) }), ['json'])

/** Reads a large body away from everything else if this runtime can (`Deps.readLarge`). */
const readWith = <const R extends Reading>(
  context: ApiContext,
  readingOf: (body: Body) => R,
  accepts?: readonly Body['type'][],
): Promise<Read<R>> =>
  withBody(context, accepts, async (body) => {
    const { readLarge, settings } = context.get('deps')
    const reading = readingOf(body)
    const isLarge = body.text.length > LARGE_CHARS
    const outcome: ReadOutcome<AskedFor<R>> =
      isLarge && readLarge !== undefined ? await readLarge(reading) : read(reading, settings.cluster)
    if (outcome.optionsInQuery) {
      context.set('optionsInQuery', true)
    }
    if ('problem' in outcome) {
      throw problemFrom(outcome.problem)
    }
    return { asked: narrowedAsked(context, outcome.asked), body: body.text }
  })

/** Refuses a request beyond the limits of the caller, and keeps these limits with the request. */
function narrowedAsked<R extends Reading>(context: ApiContext, asked: AskedFor<R>): AskedFor<R>
function narrowedAsked(context: ApiContext, asked: AskedFor<Reading>): AskedFor<Reading> {
  const principal = context.get('principal')
  if (!('work' in asked)) {
    return narrowed(principal, asked)
  }
  const { work } = asked
  return work === null || 'refused' in work ? asked : { ...asked, work: narrowed(principal, work) }
}
