/**
 * Tells a caller what is wrong with a value that does not fit its schema.
 *
 * @module
 */
import { z } from '@hono/zod-openapi'
import { jsonPointer } from '../lib/json-pointer.ts'
import { nearMiss } from '../lib/near.ts'
import type { ProblemDetail } from '../lib/problem.ts'

/** Turns zod's issues into problem details: one for each unknown property, with the near miss if there is one. */
export function detailsOf(error: z.ZodError, schema: z.ZodType): ProblemDetail[] {
  const details: ProblemDetail[] = []
  for (const issue of error.issues) {
    if (details.length > DETAILS_LIMIT) {
      break
    }
    details.push(...detailsOfIssue(issue, [], schema))
  }
  if (details.length <= DETAILS_LIMIT) {
    return details
  }
  return [...details.slice(0, DETAILS_LIMIT), { pointer: '', detail: 'More mistakes are not listed.' }]
}

/** Nobody reads more, and finding near misses for half a million of them would take minutes. */
const DETAILS_LIMIT = 100

type Path = readonly PropertyKey[]

function detailsOfIssue(issue: z.core.$ZodIssue, base: Path, schema: z.ZodType): ProblemDetail[] {
  const path = [...base, ...issue.path]
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, path)
    return issue.keys
      .slice(0, DETAILS_LIMIT + 1)
      .map((key) => ({ pointer: jsonPointer([...path, key]), detail: unknownKey(key, known) }))
  }
  if (issue.code === 'invalid_union') {
    const branch = closestBranch(issue.errors)
    if (branch) {
      return branch.flatMap((inner) => detailsOfIssue(inner, path, schema))
    }
    const told = issue.errors.flatMap((inner) => inner.flatMap((each) => detailsOfIssue(each, path, schema)))
    const near = told.find(({ detail }) => detail.includes(DID_YOU_MEAN))
    const all = [...new Set(told.map(({ detail }) => detail))]
    if (all.length > 0) {
      return [{ pointer: jsonPointer(path), detail: near?.detail ?? all.join('; or ') }]
    }
  }
  return [{ pointer: jsonPointer(path), detail: messageOf(issue) }]
}

const DID_YOU_MEAN = '; did you mean '

/** @param known of all branches of a union, so that the key may be one that another branch has. */
function unknownKey(key: string, known: readonly string[]): string {
  if (known.includes(key)) {
    return `The property "${key}" does not go with the others that are here.`
  }
  const near = nearMiss(key, known)
  return `There is no property "${key}"${near ? `${DID_YOU_MEAN}"${near}"?` : '.'}`
}

function messageOf(issue: z.core.$ZodIssue): string {
  if (issue.input === undefined && issue.code === 'invalid_type') {
    return `missing, expected ${issue.expected}`
  }
  if (issue.code === 'invalid_key') {
    return issue.issues[0]?.message ?? issue.message
  }
  if (issue.code !== 'invalid_value' || typeof issue.input !== 'string') {
    return issue.message
  }
  const near = nearMiss(issue.input, issue.values.map(String))
  return near === null ? issue.message : `There is no "${issue.input}"${DID_YOU_MEAN}"${near}"?`
}

/** Finds the branch that was probably meant: the one whose complaints lie deepest. `null`: all fail at the top. */
function closestBranch(branches: readonly z.core.$ZodIssue[][]): readonly z.core.$ZodIssue[] | null {
  const depth = (branch: readonly z.core.$ZodIssue[]): number =>
    Math.max(...branch.map((issue) => issue.path.length + (issue.code === 'unrecognized_keys' ? 1 : 0)))
  const best = branches.toSorted((a, b) => depth(b) - depth(a))[0]
  return best && depth(best) > 0 ? best : null
}

/** Lists the property names that a schema allows at a path, as far as it can be told. */
function keysAt(schema: unknown, path: Path): string[] {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault
  ) {
    return keysAt(schema.unwrap(), path)
  }
  if (schema instanceof z.ZodPipe) {
    return keysAt(schema.in, path)
  }
  if (schema instanceof z.ZodUnion) {
    return schema.options.flatMap((option) => keysAt(option, path))
  }
  const [head, ...rest] = path
  if (schema instanceof z.ZodArray && head !== undefined) {
    return keysAt(schema.element, rest)
  }
  if (schema instanceof z.ZodObject) {
    return head === undefined ? Object.keys(schema.shape) : keysAt(schema.shape[String(head)], rest)
  }
  return []
}
