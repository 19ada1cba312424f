/**
 * A batch: one request about many Services, one job each. Pure.
 *
 * @module
 */

import { type Verdict, worstVerdict } from '../check/verdict.ts'
import { isSelected, parseSelector } from '../kube/label-selector.ts'
import { matchesLabels, type ObjectIndex } from '../kube/object-index.ts'
import type { Provenance } from '../kube/object-source.ts'
import type { Labels } from '../kube/objects.ts'
import { OTHER_STATUSES, ProblemError } from '../lib/problem.ts'
import { unreadText } from '../plan/unread.ts'
import type { Job, JobStatus } from './job.ts'

/** The most Services of one batch; beyond it, several requests are clearer than one. */
export const BATCH_LIMIT = 50

/** A batch is about the Services of these namespaces (`null`: of all) whose labels meet the selector. */
export type BatchSelection = {
  namespaces: readonly string[] | null
  /** A text of the grammar, or the labels themselves: as it was given, since it is shown so. Both may be empty. */
  selector: string | Labels
}

/** The namespace of a batch that is about one. */
export const onlyNamespace = ({ namespaces }: BatchSelection): string | null =>
  namespaces?.length === 1 ? (namespaces[0] ?? null) : null

/** Writes the selector as the API server takes it; `null`: every Service. */
export function selectorText({ selector }: BatchSelection): string | null {
  const text = typeof selector === 'string' ? selector : pairsOf(selector).join(',')
  return text.trim() === '' ? null : text
}

const pairsOf = (labels: Labels): string[] => Object.entries(labels).map(([key, value]) => `${key}=${value}`)

/** Labels of manifests may have any text for a value, which no selector of the grammar could name. */
const testOf = ({ selector }: BatchSelection): ((labels: Labels) => boolean) => {
  if (typeof selector !== 'string') {
    return (labels) => matchesLabels(labels, selector)
  }
  const requirements = parseSelector(selector)
  return (labels) => isSelected(labels, requirements)
}

export type Batch = {
  id: string
  createdAtMs: number
  owner: string
  cluster: string
  selection: BatchSelection
  labels: Readonly<Record<string, string>>
  scheduleId: string | null
}

export type BatchTarget = { namespace: string; service: string }

/**
 * Selects the Services that a batch is about, by namespace and name. One without a namespace is in the one that is asked
 * for.
 *
 * @param from says what the index was made of, as a live Service that is not there is no mistake in the body.
 * @throws ProblemError `service_not_found` if there is none, `impossible_request` if there are too many.
 */
export function selectServices(
  index: ObjectIndex,
  selection: BatchSelection,
  from: Provenance['source'] = 'manifests',
): BatchTarget[] {
  const { namespaces } = selection
  const unplaced = onlyNamespace(selection) ?? 'default'
  const isSelected = testOf(selection)
  const found = new Map<string, BatchTarget>()
  for (const { meta } of index.services) {
    const namespace = meta.namespace ?? unplaced
    if ((namespaces === null || namespaces.includes(namespace)) && isSelected(meta.labels)) {
      found.set(`${namespace}/${meta.name}`, { namespace, service: meta.name })
    }
  }
  if (found.size === 0) {
    throw noService(index, selection, from)
  }
  if (found.size > BATCH_LIMIT) {
    throw tooMany([...found.keys()], from)
  }
  return [...found.values()]
}

/** More names than these are counted. */
const NAMES_SHOWN = 200

function tooMany(names: readonly string[], from: Provenance['source']): ProblemError {
  const beyond = names.slice(BATCH_LIMIT)
  const more = beyond.length - NAMES_SHOWN
  const list = beyond.slice(0, NAMES_SHOWN).join(', ') + (more > 0 ? ` and ${more} more` : '')
  const detail =
    `These are ${names.length} Services; a batch takes ${BATCH_LIMIT}. Choose by target.namespace or target.selector, ` +
    `and send several batches. Beyond the limit are ${list}.`
  const pointer = from === 'manifests' ? '/target/manifests' : '/target'
  return new ProblemError('impossible_request', detail, { errors: [{ pointer, detail }] })
}

function noService(index: ObjectIndex, selection: BatchSelection, from: Provenance['source']): ProblemError {
  const { namespaces } = selection
  const selector = selectorText(selection)
  const where =
    namespaces === null ? '' : ` in namespace${namespaces.length > 1 ? 's' : ''} ${namespaces.slice(0, 20).join(', ')}`
  const which = selector === null ? '' : ` with the labels ${selector}`
  const isLive = from !== 'manifests'
  const among = isLive ? '' : ` among the objects, which hold ${index.services.length} Services`
  const unread = (namespaces ?? [null]).flatMap((namespace) => index.unread('services', namespace) ?? [])
  const unseen = [...new Set(unread.map((each) => ` ${unreadText(each)}.`))].join('')
  const detail = `There is no Service${where}${which}${among}.${unseen}`
  const pointer = selector !== null ? 'selector' : namespaces !== null ? 'namespace' : 'manifests'
  return new ProblemError('service_not_found', detail, {
    errors: [{ pointer: isLive && pointer === 'manifests' ? '/target' : `/target/${pointer}`, detail }],
    ...(isLive && { status: OTHER_STATUSES.service_not_found }),
  })
}

/** Judges a batch by its jobs. If some passed and others were cancelled, the batch has not passed. */
export function judgeBatch(jobs: readonly Pick<Job, 'status' | 'verdict'>[]): {
  status: JobStatus
  verdict: Verdict | null
} {
  const all = (status: JobStatus): boolean => jobs.every((job) => job.status === status)
  if (all('queued')) {
    return { status: 'queued', verdict: null }
  }
  if (jobs.some(({ status }) => status === 'queued' || status === 'running')) {
    return { status: 'running', verdict: null }
  }
  if (all('cancelled')) {
    return { status: 'cancelled', verdict: null }
  }
  const verdict = worstVerdict(jobs.map((job) => job.verdict))
  const whole = verdict !== 'pass' || jobs.every(({ status }) => status === 'finished')
  return { status: 'finished', verdict: whole ? verdict : 'inconclusive' }
}
