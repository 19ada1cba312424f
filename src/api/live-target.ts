/** The rules for a target whose objects are read from a live cluster: what it has to say, and what it may be called. */
import type { z } from '@hono/zod-openapi'
import { selectorFault } from '../kube/label-selector.ts'
import { type ProblemDetail, ProblemError } from '../lib/problem.ts'
import { type BatchSelection, selectorText } from '../record/batch.ts'
import type { BatchRequestSchema, RequestBody } from './job-request.ts'

export const refusal = (errors: readonly ProblemDetail[]): ProblemError =>
  new ProblemError('invalid_request', errors[0]?.detail ?? '', { errors })

/** Nobody has said what is meant: more often manifests that never came than a wish for whatever Service there is. */
export const nothingNamed = (): ProblemError => refusal([{ pointer: '?service', detail: NOTHING_NAMED }])

const NOTHING_NAMED =
  'The body is empty, and the query names no Service. Name the one to read from the live cluster, as in ' +
  '?service=toad-svc&namespace=shop, or send manifests.'

/**
 * Names become part of what is asked of an API server. No object can have others.
 *
 * @param place the JSON pointer of the target; `?`: the query.
 */
export function refuseOddNames(target: Pick<RequestBody['target'], 'namespace' | 'service'>, place: string): void {
  const errors = (['namespace', 'service'] as const).flatMap((field) => {
    const name = target[field]
    const fault = name === undefined ? null : labelFault(name)
    const pointer = place === '?' ? `?${field}` : `${place}/${field}`
    return fault === null ? [] : [{ pointer, detail: fault }]
  })
  if (errors.length > 0) {
    throw refusal(errors)
  }
}

/** @see https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names */
export const labelFault = (name: string): string | null =>
  /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/.test(name)
    ? null
    : `"${name}" is no name that an object can have: lower-case letters, digits and "-", at most 63, a letter or digit at each end`

type BatchTargetBody = z.output<typeof BatchRequestSchema>['target']

export function selectionOf({ namespace, namespaces, selector }: BatchTargetBody): BatchSelection {
  const several = namespaces === undefined || namespaces === '*' ? null : [...new Set(namespaces)]
  return { namespaces: namespace === undefined ? several : [namespace], selector }
}

/**
 * A whole cluster is read only for somebody who says so, and every name becomes part of what its API server is asked.
 */
export function refuseOddSelection(
  { namespaces, allNamespaces }: BatchTargetBody,
  selection: BatchSelection,
  place: string,
) {
  if (selection.namespaces === null && namespaces === undefined && allNamespaces === undefined) {
    throw refusal([{ pointer: `${place}/namespace`, detail: NO_NAMESPACE }])
  }
  const errors = (namespaces === '*' || namespaces === undefined ? [] : namespaces).flatMap((name, at) => {
    const fault = labelFault(name)
    return fault === null ? [] : [{ pointer: `${place}/namespaces/${at}`, detail: fault }]
  })
  const fault = selectorFault(selectorText(selection) ?? '')
  if (fault !== null) {
    errors.push({ pointer: `${place}/selector`, detail: fault })
  }
  if (errors.length > 0) {
    throw refusal(errors)
  }
}

const NO_NAMESPACE =
  'Without manifests the Services are read from the live cluster: say of which namespace, or of all with allNamespaces'
