/**
 * Label and field selectors, as a server parses them (apimachinery's pkg/labels and pkg/fields).
 *
 * @module
 */

import type { KubeObject } from './objects.ts'
import type { Resource } from './resources.ts'
import { badRequest, type Refusal } from './status.ts'

export type Selection = (object: KubeObject) => boolean

type Requirement = (labels: Record<string, string>) => boolean

const KEY = '[A-Za-z0-9]([-A-Za-z0-9_./]*[A-Za-z0-9])?'
const SET = new RegExp(`^\\s*(${KEY})\\s+(in|notin)\\s*\\(([^()]*)\\)\\s*$`)
const EQUALITY = new RegExp(`^\\s*(${KEY})\\s*(==|=|!=|>|<)\\s*([-A-Za-z0-9_.]*)\\s*$`)
const EXISTS = new RegExp(`^\\s*(!?)\\s*(${KEY})\\s*$`)

/** Parses `a=b,c in (d,e),!f`. */
export function parseLabelSelector(text: string): Selection | Refusal {
  const requirements: Requirement[] = []
  for (const part of text === '' ? [] : splitOutsideBrackets(text)) {
    const requirement = parseRequirement(part)
    if (requirement === null) {
      const found = part.trim().split(/\s+/)[1] ?? part
      return badRequest(`unable to parse requirement: found '${found}', expected: in, notin, =, ==, !=, gt, lt`)
    }
    requirements.push(requirement)
  }
  return (object) => requirements.every((holds) => holds(object.metadata.labels ?? {}))
}

const splitOutsideBrackets = (text: string): string[] => text.split(/,(?![^(]*\))/)

function parseRequirement(text: string): Requirement | null {
  const set = SET.exec(text)
  if (set) {
    const [, key = '', , operator] = set
    const values = new Set((set[4] ?? '').split(',').map((value) => value.trim()))
    return operator === 'in'
      ? (labels) => key in labels && values.has(labels[key] ?? '')
      : (labels) => !(key in labels) || !values.has(labels[key] ?? '')
  }
  const exists = EXISTS.exec(text)
  if (exists) {
    const [, not, key = ''] = exists
    return (labels) => key in labels !== (not === '!')
  }
  const equality = EQUALITY.exec(text)
  if (!equality) {
    return null
  }
  const [, key = '', , operator, value = ''] = equality
  switch (operator) {
    case '!=':
      return (labels) => labels[key] !== value
    case '>':
      return (labels) => key in labels && Number(labels[key]) > Number(value)
    case '<':
      return (labels) => key in labels && Number(labels[key]) < Number(value)
    default:
      return (labels) => labels[key] === value
  }
}

export type FieldSelector = {
  matches: Selection
  /** The value that `metadata.name` must have, where it is asked for: RBAC takes it for the request's name. */
  name?: string
}

/** Parses `metadata.name=a,spec.nodeName!=b`. A label that the resource has not is refused. */
export function parseFieldSelector(text: string, resource: Resource): FieldSelector | Refusal {
  const known = new Set(['metadata.name', ...(resource.isNamespaced ? ['metadata.namespace'] : []), ...resource.fields])
  const terms: { field: string; isEqual: boolean; value: string }[] = []
  for (const part of text === '' ? [] : text.split(',')) {
    const match = /^([^=!]*)(==|=|!=)(.*)$/.exec(part)
    if (!match) {
      return badRequest(`invalid selector: '${text}'; can't understand '${part}'`)
    }
    const [, field = '', operator, value = ''] = match
    if (!known.has(field)) {
      return badRequest(unknownField(field, resource))
    }
    terms.push({ field, isEqual: operator !== '!=', value })
  }
  const name = terms.find(({ field, isEqual }) => field === 'metadata.name' && isEqual)?.value
  return {
    matches: (object) => terms.every(({ field, isEqual, value }) => (fieldOf(object, field) === value) === isEqual),
    ...(name !== undefined && { name }),
  }
}

/** Kinds that select by more than the name have a conversion of their own, which words it otherwise. */
const unknownField = (field: string, { fields, isCustom }: Resource) =>
  fields.length > 0 || isCustom
    ? `field label not supported: ${field}`
    : `"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`

/** Reads a field by its path; one that is absent is `''`, and `false` where it is a truth value. */
function fieldOf(object: KubeObject, field: string): string {
  let value: unknown = object
  for (const step of field.split('.')) {
    value = (value as Record<string, unknown> | undefined)?.[step]
  }
  if (field === 'source') {
    return String((value as { component?: string } | undefined)?.component ?? '')
  }
  if (field === 'spec.unschedulable' || field === 'spec.hostNetwork') {
    return String(value ?? false)
  }
  return value === undefined || value === null ? '' : String(value)
}
