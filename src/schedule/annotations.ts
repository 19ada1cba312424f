/**
 * Reads what annotations of a Service and its Namespace ask for. Whoever may annotate a Service must not command the
 * prober, so this is a list of what may be asked for, and everything else is refused and told (ADR 0042). Pure.
 *
 * @module
 */

import type { Meta, Namespace, Service } from '../kube/objects.ts'
import { PROBE_ANNOTATION_MOST } from '../kube/read-meta.ts'
import { DURATION_EXAMPLES } from '../lib/duration.ts'
import { nearMiss } from '../lib/near.ts'
import { ProblemError } from '../lib/problem.ts'
import { namesPort } from '../plan/selector.ts'
import type { Rejection } from '../record/discovery.ts'
import { type AnnotatedJob, NOTHING_ASKED, readAnnotatedJob } from './annotated-job.ts'
import { readTiming } from './cron.ts'

export const DISCOVER_MODES = ['off', 'annotated', 'all'] as const
/** `annotated`: Services that ask for it, or whose Namespace does. `all`: every one that does not refuse. */
export type DiscoverMode = (typeof DISCOVER_MODES)[number]

const PROBE = 'portolan.dev/probe'
const EVERY = 'portolan.dev/every'
const JOB = 'portolan.dev/job'
const OWN = [PROBE, EVERY, JOB]
/** Other probers are asked by this annotation; Portolan follows it too. */
const PROMETHEUS = 'prometheus.io/probe'

/** The interval where no annotation says one. */
export const EVERY_DEFAULT_MS = 300_000
const EVERY_MOST_MS = 86_400_000

/** The way in which a Service is to be probed. */
export type Wish = AnnotatedJob & { everyMs: number }

/** `wish: null`: it is not to be probed. */
export type Asked = { wish: Wish | null; rejected: readonly Rejection[] }

/** One object's annotations, with the name that people know it by. */
type Annotated = { object: string; annotations: Meta['annotations'] }

/** Keeps read annotations by their text, because many Services share one: their Namespace's for instance. */
export type JobTexts = ReadonlyMap<string, ReturnType<typeof readAnnotatedJob>>

/** The text of the annotation that asks for a job; `null`: there is none, or it is too long to be read. */
export function jobTextOf({ meta: { annotations } }: Service | Namespace): string | null {
  const text = annotations[JOB]
  return text === undefined || text.length > PROBE_ANNOTATION_MOST ? null : text
}

export type ReadingAnnotations = {
  mode: Exclude<DiscoverMode, 'off'>
  /** The shortest interval of this runtime. */
  everyLeastMs: number
  /** Annotations that were read before; what is missing is read now. */
  jobs?: JobTexts
}

/** @param namespace `null`: none was read. */
export function readAnnotations(
  { mode, everyLeastMs, jobs = new Map() }: ReadingAnnotations,
  service: Service,
  namespace: Namespace | null,
): Asked {
  const own: Annotated = { object: objectOf(service), annotations: service.meta.annotations }
  // The nearest wins.
  const places = [own, ...(namespace === null ? [] : [ofNamespace(namespace)])]
  const asked = isAsked(mode, places)
  const rejected = [...asked.rejected, ...unknownAnnotations(own)]
  if (!asked.isWanted) {
    return { wish: null, rejected }
  }
  const every = readEvery(places, everyLeastMs)
  const job = readJob(places, service, jobs)
  return {
    wish: { ...job.job, everyMs: every.everyMs },
    rejected: [...rejected, ...every.rejected, ...job.rejected],
  }
}

const objectOf = ({ meta }: Service): string => `Service/${meta.namespace ?? ''}/${meta.name}`

const ofNamespace = ({ meta: { name, annotations } }: Namespace): Annotated => ({
  object: `Namespace/${name}`,
  annotations,
})

function isAsked(
  mode: Exclude<DiscoverMode, 'off'>,
  places: readonly Annotated[],
): { isWanted: boolean; rejected: Rejection[] } {
  for (const { object, annotations } of places) {
    const value = annotations[PROBE]
    if (value === 'true' || value === 'false') {
      return { isWanted: value === 'true', rejected: [] }
    }
    if (value !== undefined) {
      const detail = 'must be "true" or "false", in quotes; anything else keeps the Service from being probed'
      return { isWanted: false, rejected: [{ object, annotation: PROBE, field: null, detail }] }
    }
    if (annotations[PROMETHEUS] === 'true') {
      return { isWanted: true, rejected: [] }
    }
  }
  return { isWanted: mode === 'all', rejected: [] }
}

/** Annotations of a Namespace may be meant for something other than its Services. */
const unknownAnnotations = ({ object, annotations }: Annotated): Rejection[] =>
  Object.keys(annotations)
    .filter((key) => key.startsWith('portolan.dev/') && !OWN.includes(key))
    .map((annotation) => {
      const near = nearMiss(annotation, OWN)
      const detail = near === null ? `there are ${OWN.join(', ')}` : `did you mean ${near}?`
      return { object, annotation, field: null, detail: `there is no such annotation; ${detail}` }
    })

function nearest(places: readonly Annotated[], annotation: string): { object: string; text: string } | null {
  const place = places.find(({ annotations }) => annotations[annotation] !== undefined)
  return place === undefined ? null : { object: place.object, text: place.annotations[annotation] ?? '' }
}

function readEvery(places: readonly Annotated[], leastMs: number): { everyMs: number; rejected: readonly Rejection[] } {
  const found = nearest(places, EVERY)
  if (found === null) {
    return { everyMs: EVERY_DEFAULT_MS, rejected: [] }
  }
  const everyMs = durationOf(found.text.trim())
  if (everyMs !== null && everyMs >= leastMs && everyMs <= EVERY_MOST_MS) {
    return { everyMs, rejected: [] }
  }
  const why =
    everyMs === null
      ? `must be a duration like ${DURATION_EXAMPLES}, or 1h30m`
      : `must be from ${leastMs / 1000}s to ${EVERY_MOST_MS / 3_600_000}h`
  const detail = `${why}; it is probed every ${EVERY_DEFAULT_MS / 60_000} minutes`
  return { everyMs: EVERY_DEFAULT_MS, rejected: [{ object: found.object, annotation: EVERY, field: null, detail }] }
}

const LONGEST_DURATION = 40

function durationOf(text: string): number | null {
  if (text.length > LONGEST_DURATION || !/^(?:\d+[a-z])+$/.test(text)) {
    return null
  }
  try {
    return readTiming({ cron: `@every ${text}`, timeZone: 'UTC', anchorAtMs: 0 }).everyMs
  } catch (error) {
    if (error instanceof ProblemError) {
      return null
    }
    throw error
  }
}

function readJob(
  places: readonly Annotated[],
  service: Service,
  jobs: JobTexts,
): { job: AnnotatedJob; rejected: Rejection[] } {
  const found = nearest(places, JOB)
  if (found === null) {
    return { job: NOTHING_ASKED, rejected: [] }
  }
  const { object, text } = found
  const tell = (field: string | null, detail: string): Rejection => ({ object, annotation: JOB, field, detail })
  if (text.length > PROBE_ANNOTATION_MOST) {
    return { job: NOTHING_ASKED, rejected: [tell(null, `is longer than ${PROBE_ANNOTATION_MOST} characters`)] }
  }
  const { job, faults } = jobs.get(text) ?? readAnnotatedJob(text)
  const { checks, rejected } = forPortsOf(service, job.checks)
  const told = faults.map(({ field, detail }) => tell(field, detail))
  return { job: { ...job, checks }, rejected: [...told, ...rejected] }
}

/** A check is for a TCP port of the Service, and for no other. What a Namespace asks for may fit some of its Services. */
function forPortsOf(
  service: Service,
  checks: AnnotatedJob['checks'],
): { checks: AnnotatedJob['checks']; rejected: Rejection[] } {
  const isPort = (port: string | number): boolean =>
    service.ports.some(({ name, port: number, protocol }) => protocol === 'TCP' && namesPort(port, { name, number }))
  const [kept, left] = [true, false].map((fits) =>
    checks.filter(({ port }) => (port === null || isPort(port)) === fits),
  )
  const rejected = (left ?? []).map(({ name, port }) => ({
    object: objectOf(service),
    annotation: JOB,
    field: `/checks/${name}`,
    detail: `the Service has no TCP port ${port}; the check is left out`,
  }))
  return { checks: kept ?? [], rejected }
}
