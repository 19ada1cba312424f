import type { Field } from './fields.ts'
import type { Namespace } from './objects.ts'
import { readMeta } from './read-meta.ts'
import { label } from './validation.ts'

/** Follows core/validation ValidateNamespace. */
export const readNamespace = (object: Field): Namespace => ({
  kind: 'Namespace',
  meta: readMeta(object, label, { namespaced: false, asksForProbes: true }),
})
