/**
 * Annotations of an object: their values as controllers read them, and how `because` names them.
 *
 * @module
 */
import { type Labels, refOf } from '../kube/objects.ts'
import { type Because, fieldOf } from './because.ts'

type Annotated = { kind: string; meta: { name: string; annotations: Labels } }

/** Reads an annotation; `null` if the object has none, or an empty one. */
export const annotationOf = ({ meta: { annotations } }: Annotated, name: string): string | null =>
  annotations[name]?.trim() || null

/** `Ingress/toad metadata.annotations["…"]`. */
export const annotationField = (object: Annotated, name: string): Because =>
  fieldOf(refOf(object), `metadata.annotations["${name}"]`)

/** The same with its value, shortened: it may be as long as an object, and stands in every path. */
export const toldAnnotation = (object: Annotated, name: string): Because => ({
  ...annotationField(object, name),
  says: `=${shortened(annotationOf(object, name) ?? '')}`,
})

const shortened = (value: string): string => (value.length > 120 ? `${value.slice(0, 117)}...` : value)

/** Follows Go's strconv.ParseBool, which most controllers use; Cilium also takes `enabled`. */
export const isTrue = (value: string | null): boolean => /^(1|t|true|enabled|on|yes)$/i.test(value ?? '')
export const isFalse = (value: string | null): boolean => /^(0|f|false|disabled|off|no)$/i.test(value ?? '')

/** `a, b` → `['a', 'b']`. */
export const listOf = (value: string | null): string[] =>
  (value ?? '')
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')

/** Reads a port from a number or its digits; `null` if it is neither. */
export function portNumber(value: unknown): number | null {
  const port = typeof value === 'number' || /^\d+$/.test(String(value)) ? Number(value) : Number.NaN
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : null
}
