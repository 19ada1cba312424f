/**
 * Conditions of the Gateway API, as far as they may be believed. A controller writes them after the objects change, so
 * that one about an older generation says nothing about the object as it is.
 *
 * @see https://gateway-api.sigs.k8s.io/reference/spec (metav1.Condition: observedGeneration)
 * @module
 */
import type { ObservedCondition } from '../../kube/gateway-objects.ts'
import { fieldOf, type ObjectField } from '../because.ts'

/** Finds the condition of a type, if it is about the object as it is. No status at all says nothing. */
export const conditionOf = (
  conditions: readonly ObservedCondition[] | null | undefined,
  type: string,
  generation: number | null,
): ObservedCondition | null =>
  conditions?.find((each) => each.type === type && each.observedGeneration === generation) ?? null

/** Finds the condition of a type where a controller says no. */
export function refusing(
  conditions: readonly ObservedCondition[] | null | undefined,
  type: string,
  generation: number | null,
): ObservedCondition | null {
  const found = conditionOf(conditions, type, generation)
  return found?.status === 'False' ? found : null
}

/**
 * Tells whether no controller has looked at the object: the API server fills in this condition when it is created (the
 * CRDs' default, "Waiting for controller").
 */
export const isWaiting = (conditions: readonly ObservedCondition[] | null | undefined): boolean =>
  conditions?.some(({ type, status, reason }) => type === 'Accepted' && status === 'Unknown' && reason === 'Pending') ??
  false

/** Controllers write long messages. */
const SHOWN = 300

/** `NotAllowedByListeners: No matching listener`, in the controller's own words. */
export function conditionText({ reason, message }: ObservedCondition): string {
  const told = [reason, message].filter((each) => each !== null && each !== '').join(': ')
  return told.length > SHOWN ? `${told.slice(0, SHOWN)} …` : told
}

/** `HTTPRoute/shop status.parents[0].conditions[Accepted]=False`. */
export const conditionField = (ref: string, at: string, { type, status }: ObservedCondition): ObjectField =>
  fieldOf(ref, `${at}.conditions[${type}]`, `=${status}`)
