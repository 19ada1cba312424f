/**
 * Reads what a body asks for: from its text to a request with its objects. It takes and gives plain data, so that it
 * can be done wherever there is time and memory for it: a large body is read, and planned, beside the thread that
 * answers (`Deps.readLarge`).
 *
 * @module
 */
import type { z } from '@hono/zod-openapi'
import { type AskedBatch, planBatch } from '../job/accept-batch.ts'
import type { AskedCompare } from '../job/accept-compare.ts'
import { planSides } from '../job/plan-compare.ts'
import { type Asked, type Given, type PlanDeps, planRequest } from '../job/plan-request.ts'
import { refuseWithoutService } from '../kube/no-service.ts'
import { manifestSource } from '../kube/object-source.ts'
import { parseManifests } from '../kube/parse.ts'
import { type PlainProblem, ProblemError, plainOf } from '../lib/problem.ts'
import { narrowTo } from '../plan/egress-only.ts'
import { type BatchSelection, onlyNamespace } from '../record/batch.ts'
import type { AskedWork } from '../schedule/accept-schedule.ts'
import { type CompareQuery, readCompare } from './compare-reading.ts'
import { BatchRequestSchema, JobRequestSchema, type RequestBody, toJobRequest } from './job-request.ts'
import { nothingNamed, refuseOddNames, refuseOddSelection, selectionOf } from './live-target.ts'
import {
  type BatchManifestQuery,
  batchManifestQuery,
  type ManifestQuery,
  manifestQuery,
  type selectingQuery,
} from './manifest-query.ts'
import { IN_JOB, isManifest, type Places, placesIn, refuseQuery, withoutUndefined } from './options-in-query.ts'
import { readLabels } from './params.ts'
import { type Body, parseBody, parseJson } from './parse-body.ts'
import { QUERY_MISFIT } from './query-words.ts'
import { SchedulePatchSchema, ScheduleRequestSchema } from './schedule-schemas.ts'

export type Reading = (
  | { what: 'job'; body: Body; query: ManifestQuery }
  | { what: 'batch'; body: Body; query: BatchManifestQuery }
  | { what: 'compare'; body: Body; query: CompareQuery }
  | { what: 'schedule' | 'scheduleChange'; body: Body }
) & {
  /** CIDRs to which whoever asks is narrowed, and with that whatever is asked for. `null`: nothing narrows it. */
  egressOnly: readonly string[] | null
}

/** `optionsInQuery`: the body is manifests, or nothing, and the options of the job are in the query. */
export type ReadOutcome<T> = { optionsInQuery: boolean } & ({ asked: T } | { problem: PlainProblem })

/**
 * The settings of a schedule, and the work that it asks for; `null`: the work stays as it is. A refusal of the work is
 * kept, to be told with whatever else is wrong.
 */
type AskedSchedule<S extends z.ZodType> = {
  settings: Omit<z.output<S>, 'job' | 'batch' | 'keep'>
  keep: z.output<typeof SchedulePatchSchema>['keep'] | undefined
  work: AskedWork | { refused: PlainProblem } | null
}

type AskedBy = {
  job: Asked
  batch: AskedBatch
  compare: AskedCompare
  schedule: AskedSchedule<typeof ScheduleRequestSchema>
  scheduleChange: AskedSchedule<typeof SchedulePatchSchema>
}
export type AskedFor<R extends Reading> = AskedBy[R['what']]

/** Longer texts are read elsewhere, if the runtime can: reading this much takes some 50 ms. */
export const LARGE_CHARS = 128 * 1024

/** Reads a body without planning. @param cluster the one that is meant by a request that names none. */
export function read<R extends Reading>(reading: R, cluster: string): ReadOutcome<AskedFor<R>> {
  let optionsInQuery = false
  try {
    const json = reading.body.type === 'json' ? parseJson(reading.body.text) : undefined
    optionsInQuery = 'query' in reading && (reading.body.type !== 'json' || isManifest(json))
    return { optionsInQuery, asked: narrowed(reading, readJson(reading, json, cluster)) as AskedFor<R> }
  } catch (error) {
    if (!(error instanceof ProblemError)) {
      throw error
    }
    return { optionsInQuery, problem: plainOf(error) }
  }
}

/**
 * Reads and plans, and lets go of the objects: only the plan has to be carried to the thread that asked. A request that
 * cannot be planned is returned as refused, not thrown: an earlier one with the same Idempotency-Key may have been
 * accepted, and is then the answer. Objects that do not come with the request are left to the thread that asked.
 */
export async function readAndPlan<R extends Reading>(reading: R, deps: PlanDeps): Promise<ReadOutcome<AskedFor<R>>> {
  const outcome = read<Reading>(reading, deps.settings.cluster)
  // The objects of a schedule are kept with it, and it is planned at each run.
  if (!('asked' in outcome) || 'work' in outcome.asked) {
    return outcome as ReadOutcome<AskedFor<R>>
  }
  const { asked, optionsInQuery } = outcome
  const { request, objects } = asked
  if (objects === null || !('manifests' in objects)) {
    return outcome as ReadOutcome<AskedFor<R>>
  }
  const source = manifestSource(objects.manifests)
  const planned = await orRefused<unknown>(() =>
    'selection' in asked
      ? planBatch(deps, request, asked.selection, source)
      : 'left' in asked
        ? planSides(deps, asked, source)
        : planRequest(deps, request, source),
  )
  const unburdened = { ...asked, objects: { source: 'manifests', planned } }
  return { optionsInQuery, asked: unburdened as AskedFor<R> }
}

async function orRefused<T>(plan: () => Promise<T>): Promise<T | { refused: PlainProblem }> {
  try {
    return await plan()
  } catch (error) {
    return refusedBy(error)
  }
}

/** @throws the error itself if it is no refusal. */
function refusedBy(error: unknown): { refused: PlainProblem } {
  if (!(error instanceof ProblemError)) {
    throw error
  }
  return { refused: plainOf(error) }
}

/**
 * Whatever is asked for carries what its caller is narrowed to: whoever plans, stores or runs it need not ask again.
 */
function narrowed({ egressOnly }: Reading, asked: AskedBy[Reading['what']]): AskedBy[Reading['what']] {
  if ('request' in asked) {
    return { ...asked, request: narrowTo(asked.request, egressOnly) }
  }
  const { work } = asked
  return work === null || 'refused' in work
    ? asked
    : ({ ...asked, work: { ...work, request: narrowTo(work.request, egressOnly) } } as typeof asked)
}

function readJson(reading: Reading, json: unknown, cluster: string): AskedBy[Reading['what']] {
  switch (reading.what) {
    case 'job':
      return readJob(reading, json, cluster)
    case 'batch':
      return readBatch(reading, json, cluster)
    case 'compare':
      return readCompare(reading, json, cluster)
    case 'schedule':
      return readSchedule(parseBody(ScheduleRequestSchema, json), cluster)
    case 'scheduleChange':
      return readSchedule(parseBody(SchedulePatchSchema, json), cluster)
  }
}

function readSchedule<G extends z.output<typeof SchedulePatchSchema>>(given: G, cluster: string) {
  const { job, batch, keep, ...settings } = given
  const ask = (): AskedWork | null => {
    if (job !== undefined) {
      return { ...toAsked(cluster, job, IN_SCHEDULED_JOB, keepsManifests(given)), selection: null }
    }
    return batch === undefined ? null : toAskedBatch(cluster, batch, IN_SCHEDULED_BATCH, keepsManifests(given))
  }
  try {
    return { settings, keep, work: ask() }
  } catch (error) {
    return { settings, keep, work: refusedBy(error) }
  }
}

function readJob({ body, query }: Reading & { what: 'job' }, json: unknown, cluster: string): Asked {
  const { service } = query
  if (body.type === 'none' && service === undefined) {
    throw nothingNamed()
  }
  const { job, places, refusal } = jobOf(body, json, query, manifestQuery, { service })
  return toAsked(cluster, parseBody(JobRequestSchema, job, refusal), places)
}

function readBatch({ body, query }: Reading & { what: 'batch' }, json: unknown, cluster: string): AskedBatch {
  const { namespaces, allNamespaces, selector } = query
  const target = {
    namespaces: namespaces.length === 0 ? undefined : namespaces.includes('*') ? '*' : namespaces,
    allNamespaces: allNamespaces && true,
    selector: selector.length === 0 ? undefined : selector.join(','),
  }
  const { job, places, refusal } = jobOf(body, json, query, batchManifestQuery, target)
  return toAskedBatch(cluster, parseBody(BatchRequestSchema, job, refusal), places)
}

/** Manifests that a schedule keeps bound the targets by themselves, and no API server is asked about them. */
const keepsManifests = ({ keep }: z.output<typeof SchedulePatchSchema>): boolean => keep?.manifests === true

const IN_SCHEDULED_JOB = placesIn('/job/target')
const IN_SCHEDULED_BATCH = placesIn('/batch/target')

function toAsked(cluster: string, body: RequestBody, places: Places, isKept = false): Given {
  const { manifests } = body.target
  if (manifests === undefined) {
    if (!isKept) {
      refuseOddNames(body.target, places.target)
    }
    return { request: toJobRequest(body, cluster), objects: { source: 'cluster' } }
  }
  const parsed = parseManifests(manifests, { pointer: places.manifests })
  refuseWithoutService(parsed, places.manifests)
  return { request: toJobRequest(body, cluster), objects: { source: 'manifests', manifests: parsed } }
}

function toAskedBatch(
  cluster: string,
  body: z.output<typeof BatchRequestSchema>,
  places: Places,
  isKept = false,
): Given & { selection: BatchSelection } {
  const selection = selectionOf(body.target)
  if (body.target.manifests === undefined && !isKept) {
    refuseOddSelection(body.target, selection, places.target)
  }
  const { request, objects } = toAsked(cluster, body, places, isKept)
  const target = { ...request.target, namespace: onlyNamespace(selection) }
  return { request: { ...request, target }, objects, selection }
}

/**
 * Returns the job as JSON: as it was sent, or made of the query and of the manifests, where there are any.
 *
 * @param fields those of the query that belong to manifests.
 */
function jobOf(
  { text, type }: Body,
  json: unknown,
  query: Omit<BatchManifestQuery, keyof typeof selectingQuery>,
  fields: Readonly<Record<string, unknown>>,
  target: Readonly<Record<string, unknown>>,
): { job: unknown; places: Places; refusal?: string } {
  if (type === 'json' && !isManifest(json)) {
    refuseQuery(query, fields)
    return { job: json, places: IN_JOB }
  }
  const { cluster, namespace, label, history, vantage, timeoutMs, deadlineMs, samples, settleMs, sameResponder } = query
  const job = {
    target: { cluster, namespace, ...target, manifests: type === 'none' ? undefined : text },
    vantage,
    timeoutMs,
    deadlineMs,
    samples,
    settleMs,
    expect: sameResponder === undefined ? undefined : { sameResponder: sameResponder === 'true' },
    history: history === undefined ? undefined : history === 'true',
    labels: readLabels(label),
  }
  return { job: withoutUndefined(job), places: { ...IN_JOB, manifests: '' }, refusal: QUERY_MISFIT }
}
