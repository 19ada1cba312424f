import { exec, type JsonValue } from 'jsonpath-rfc9535'
import parseQuery from 'jsonpath-rfc9535/parser'
import { ProblemError } from '../lib/problem.ts'

/** A caller's JSONPath (RFC 9535) whose cost is bounded: what could grow without measure is refused when accepted. */
export type JsonPath = { select(document: unknown): readonly unknown[] }

const PATH_MAX = 500
/** More selected values than that tell nothing more. */
const SELECTED_MAX = 10_000
/** Each `..` visits the whole document for every value that the part before it selected. */
const DESCENDANTS_MAX = 1
/** `[*,*][*,*]` selects every value four times: the product over all segments. */
const FAN_OUT_MAX = 16

type Cost = { descendants: number; fanOut: number; why: string | null }

/** @throws ProblemError `invalid_request` for one that is not RFC 9535, or that costs too much. */
export function compileJsonPath(path: string, pointer = ''): JsonPath {
  const refuse = (why: string, cause?: unknown) => {
    const detail = `not a JSONPath that can be asked here: ${why}`
    return new ProblemError('invalid_request', detail, { errors: [{ pointer, detail }], cause })
  }
  if (path.length > PATH_MAX) throw refuse(`longer than ${PATH_MAX} characters`)
  const why = costOf(parse(path, refuse))
  if (why !== null) throw refuse(why)
  return {
    select(document) {
      const selected: unknown[] = []
      try {
        exec(document as JsonValue, path, (value) => {
          selected.push(value)
          if (selected.length >= SELECTED_MAX) throw ENOUGH
        })
      } catch (error) {
        if (error !== ENOUGH) throw error
      }
      return selected
    },
  }
}

const ENOUGH = new Error('enough selected')

function parse(path: string, refuse: (why: string, cause: unknown) => ProblemError): unknown {
  try {
    return parseQuery(path)
  } catch (cause) {
    throw refuse('RFC 9535 does not read it', cause)
  }
}

function costOf(query: unknown): string | null {
  const cost: Cost = { descendants: 0, fanOut: 1, why: null }
  visit(query, false, cost)
  if (cost.why !== null) return cost.why
  if (cost.descendants > DESCENDANTS_MAX) return `more than ${DESCENDANTS_MAX} descendant segment (..)`
  return cost.fanOut > FAN_OUT_MAX ? 'too many selectors in brackets' : null
}

function visit(node: unknown, inFilter: boolean, cost: Cost): void {
  if (Array.isArray(node)) {
    for (const child of node) visit(child, inFilter, cost)
    return
  }
  if (typeof node !== 'object' || node === null || !('type' in node)) return
  switch (node.type) {
    case 'FunctionExpr':
      // Both hand the caller's text to the runtime's own regular expressions, which can be made to hang
      if ('name' in node && (node.name === 'match' || node.name === 'search')) {
        cost.why = `the function ${node.name}(): use matchesRegexp`
      }
      break
    case 'DescendantSegment':
      cost.descendants++
      if (inFilter) cost.why = 'a descendant segment (..) within a filter'
      break
    case 'FilterSelector':
      if (inFilter) cost.why = 'a filter within a filter'
      break
    case 'BracketedSelection':
      if ('selectors' in node && Array.isArray(node.selectors)) cost.fanOut *= node.selectors.length
      break
  }
  for (const child of Object.values(node)) visit(child, inFilter || node.type === 'FilterSelector', cost)
}
