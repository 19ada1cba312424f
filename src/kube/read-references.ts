/**
 * Readers of what all kinds of the Gateway API share: references to objects, and conditions.
 *
 * @module
 */
import type { Field } from './fields.ts'
import type { GroupKind, ObjectName, ObservedCondition, ParentRef } from './gateway-objects.ts'
import { GATEWAY_API, GATEWAY_API_TRIAL } from './gateway-versions.ts'
import { readConditionsIn } from './read-meta.ts'
import { label, subdomain } from './validation.ts'

/** The group and kind that a reference means without saying so. `null`: it has to say. */
export type RefDefaults = { group: string | null; kind: string | null }

export const TO_PARENT: RefDefaults = { group: GATEWAY_API, kind: 'Gateway' }
const TO_BACKEND: RefDefaults = { group: '', kind: 'Service' }
export const TO_CERTIFICATE: RefDefaults = { group: '', kind: 'Secret' }
export const TO_NAMED: RefDefaults = { group: null, kind: null }

/** An empty group is the core's, and no absent one. Kinds that have left the group of trials are called as they are now. */
export function readGroupKind(ref: Field, { group, kind }: RefDefaults): GroupKind {
  const written = ref.get('group')
  if (group === null && written.value !== '') {
    written.need('the API group, "" for the core')
  }
  const found = {
    group: written.absent ? (group ?? '') : (written.matching(subdomain) ?? ''),
    kind: kind === null ? (ref.get('kind').need('the kind').text() ?? '') : (ref.get('kind').text() ?? kind),
  }
  return found.group === GATEWAY_API_TRIAL && /^X[A-Z]/.test(found.kind)
    ? { group: GATEWAY_API, kind: found.kind.slice(1) }
    : found
}

const nameOf = (ref: Field): string => ref.get('name').need('the name of the object').text() ?? ''

export const readLocalName = (ref: Field, defaults: RefDefaults): GroupKind & { name: string } => ({
  ...readGroupKind(ref, defaults),
  name: nameOf(ref),
})

export const readObjectName = (ref: Field, defaults: RefDefaults): ObjectName => ({
  ...readGroupKind(ref, defaults),
  namespace: ref.get('namespace').matching(label),
  name: nameOf(ref),
})

export const readParentRef = (ref: Field): ParentRef => ({
  ...readObjectName(ref, TO_PARENT),
  sectionName: ref.get('sectionName').text(),
  port: ref.get('port').port(),
})

/** A BackendObjectReference. Kubernetes demands the port of a Service. */
export function readBackendName(ref: Field): ObjectName & { port: number | null } {
  const name = readObjectName(ref, TO_BACKEND)
  const port = ref.get('port')
  if (name.group === '' && name.kind === 'Service') {
    port.need('the port of the Service, its number')
  }
  return { ...name, port: port.port() }
}

export const readObserved = (status: Field): readonly ObservedCondition[] =>
  readConditionsIn(status.get('conditions')).map((condition, at) => ({
    ...condition,
    observedGeneration:
      status.get('conditions').items()[at]?.get('observedGeneration').integer(0, Number.MAX_SAFE_INTEGER) ?? null,
  }))

const UNITS_MS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 }

/** A duration of GEP-2257 in milliseconds; 0 is no limit. */
export function readDuration(field: Field): number | null {
  const text = field.matching({
    expected: 'a duration of hours, minutes, seconds and milliseconds, like 1m30s or 500ms',
    test: (written) => /^([0-9]{1,5}(h|m|s|ms)){1,4}$/.test(written),
  })
  const parts = [...(text ?? '').matchAll(/(\d+)(ms|h|m|s)/g)]
  const ms = parts.reduce((sum, [, count, unit]) => sum + Number(count) * (UNITS_MS[unit ?? ''] ?? 0), 0)
  return ms === 0 ? null : ms
}
