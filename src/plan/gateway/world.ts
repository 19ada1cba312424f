/**
 * Tells where objects of the Gateway API stand, and which namespaces they let in.
 *
 * @module
 */
import type { NamespacesFrom } from '../../kube/gateway-objects.ts'
import { matchesSelector } from '../../kube/label-selector.ts'
import type { LabelSelector, Labels, Meta } from '../../kube/objects.ts'
import { type Because, doubted, type ObjectField } from '../because.ts'
import { restingOn } from '../unread.ts'
import type { World } from './types.ts'

/** The namespace of an object: its own, else that of the Service that is asked about. */
export const namespaceOf = ({ meta }: { meta: Meta }, { home }: Pick<World, 'home'>): string => meta.namespace ?? home

/** `true`: let in; `false`: not. `because`: it is let in, as far as is known. */
export type LetIn = { isIn: boolean; because: readonly Because[] }

const IN: LetIn = { isIn: true, because: [] }
const OUT: LetIn = { isIn: false, because: [] }

/** Every Namespace has this label, with its name (KEP-2161). */
const NAME_LABEL = 'kubernetes.io/metadata.name'

/**
 * Tells whether a namespace is let in.
 *
 * @param own is the namespace of the object that lets in.
 * @param field is the field that says so.
 */
export function letIn(
  { index }: World,
  { from, selector }: NamespacesFrom,
  own: string,
  namespace: string,
  field: ObjectField,
): LetIn {
  switch (from) {
    case 'All':
      return IN
    case 'Same':
      return own === namespace ? IN : OUT
    case 'Selector':
      break
    default:
      return OUT
  }
  if (selector === null) {
    return OUT
  }
  const known = index.namespaceNamed(namespace)
  const labels: Labels = { ...known?.meta.labels, [NAME_LABEL]: namespace }
  if (known !== null || asksFor(selector, NAME_LABEL)) {
    return matchesSelector(labels, selector) ? IN : OUT
  }
  const unread = index.unread('namespaces', null)
  if (unread !== null) {
    return { isIn: true, because: restingOn(unread).map((each) => ({ ...each, doubt: 'unpromised' })) }
  }
  const note = `Namespace/${namespace} is not among the objects, so that its labels are not known`
  return { isIn: true, because: [doubted(field, note)] }
}

/** Tells whether a selector asks for nothing but one label. */
const asksFor = ({ matchLabels, matchExpressions }: LabelSelector, label: string): boolean =>
  [...Object.keys(matchLabels), ...matchExpressions.map(({ key }) => key)].every((key) => key === label)
