import { adviceFor } from './field-advice.ts'
import type { Field } from './fields.ts'

/** pkg/apis/networking/validation invalidPathSequences and invalidPathSuffixes, of Exact and Prefix. The Gateway API has the same. */
export function refuseSequences(path: Field): void {
  const text = typeof path.value === 'string' ? path.value : ''
  const within = ['//', '/./', '/../', '%2f', '%2F'].find((sequence) => text.includes(sequence))
  const behind = ['/..', '/.'].find((suffix) => text.endsWith(suffix))
  if (within !== undefined) {
    path.complain(`must not contain '${within}'. ${adviceFor(text)}`.trimEnd())
  } else if (behind !== undefined) {
    path.complain(`cannot end with '${behind}'.`)
  }
}
