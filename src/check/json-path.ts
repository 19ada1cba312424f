import { JSONPathEnvironment, type JSONPathQuery, jsonpath } from 'json-p3'
import { ProblemError } from '../lib/problem.ts'
import { isDescendant, selectIn } from './json-path-select.ts'
import type { Meter } from './meter.ts'

/** A caller's JSONPath (RFC 9535) whose cost is counted while it is spent. */
export type JsonPath = {
  /** Selects values of a document, at most {@link SELECTED_MAX}. */
  select(document: unknown, meter: Meter): readonly unknown[]
}

const { expressions, selectors } = jsonpath

const PATH_MAX = 500
/** Levels of brackets and parentheses within one another: none that a person writes has more. */
const NESTING_MAX = 16
/** More selected values than that tell nothing more. */
const SELECTED_MAX = 10_000
/** Each `..` visits the whole document for every value that the part before it selected. */
const DESCENDANTS_MAX = 1
/** `[*,*][*,*]` selects every value four times: the product over all segments. */
const FAN_OUT_MAX = 16

type Cost = { descendants: number; fanOut: number; why: string | null }

const environment = new JSONPathEnvironment()

/** @throws ProblemError `invalid_request` for one that is not RFC 9535, or that costs too much whatever the document. */
export function compileJsonPath(path: string, pointer = ''): JsonPath {
  const refuse = (why: string, cause?: unknown) => {
    const detail = `not a JSONPath that can be asked here: ${why}`
    return new ProblemError('invalid_request', detail, { errors: [{ pointer, detail }], cause })
  }
  if (path.length > PATH_MAX) {
    throw refuse(`longer than ${PATH_MAX} characters`)
  }
  if (nestingOf(path) > NESTING_MAX) {
    throw refuse(`brackets nested deeper than ${NESTING_MAX}`)
  }
  const query = parse(path, refuse)
  const why = costOf(query)
  if (why !== null) {
    throw refuse(why)
  }
  return { select: (document, meter) => selectIn(query, document, SELECTED_MAX, meter) }
}

/** Counts the levels of a text before it is parsed, as parsers call themselves for each level. */
function nestingOf(path: string): number {
  let deepest = 0
  let depth = 0
  let quote: string | null = null
  for (let at = 0; at < path.length; at++) {
    const char = path[at] ?? ''
    if (quote !== null) {
      if (char === '\\') {
        at++
      } else if (char === quote) {
        quote = null
      }
    } else if (char === '"' || char === "'") {
      quote = char
    } else if (char === '[' || char === '(') {
      deepest = Math.max(deepest, ++depth)
    } else if (char === ']' || char === ')') {
      depth--
    }
  }
  return deepest
}

function parse(path: string, refuse: (why: string, cause: unknown) => ProblemError): JSONPathQuery {
  try {
    return environment.compile(path)
  } catch (cause) {
    throw refuse('RFC 9535 does not read it', cause)
  }
}

function costOf(query: JSONPathQuery): string | null {
  const cost: Cost = { descendants: 0, fanOut: 1, why: null }
  weighQuery(query, false, cost)
  if (cost.why !== null) {
    return cost.why
  }
  if (cost.descendants > DESCENDANTS_MAX) {
    return `more than ${DESCENDANTS_MAX} descendant segment (..)`
  }
  return cost.fanOut > FAN_OUT_MAX ? 'too many selectors in brackets' : null
}

function weighQuery(query: JSONPathQuery, inFilter: boolean, cost: Cost): void {
  for (const segment of query.segments) {
    cost.fanOut *= Math.max(1, segment.selectors.length)
    if (isDescendant(segment)) {
      cost.descendants++
      if (inFilter) {
        cost.why = 'a descendant segment (..) within a filter'
      }
    }
    for (const selector of segment.selectors) {
      if (!(selector instanceof selectors.FilterSelector)) {
        continue
      }
      if (inFilter) {
        cost.why = 'a filter within a filter'
      }
      weighFilter(selector.expression, cost)
    }
  }
}

function weighFilter(expression: unknown, cost: Cost): void {
  if (expression instanceof expressions.LogicalExpression) {
    weighFilter(expression.expression, cost)
  } else if (expression instanceof expressions.PrefixExpression) {
    weighFilter(expression.right, cost)
  } else if (expression instanceof expressions.InfixExpression) {
    weighFilter(expression.left, cost)
    weighFilter(expression.right, cost)
  } else if (expression instanceof expressions.FilterQuery) {
    weighQuery(expression.path, true, cost)
  } else if (expression instanceof expressions.FunctionExtension) {
    // Both hand the caller's text to the runtime's own regular expressions, which can be made to hang
    if (expression.name === 'match' || expression.name === 'search') {
      cost.why = `the function ${expression.name}(): use matchesRegexp`
    }
    for (const argument of expression.args) {
      weighFilter(argument, cost)
    }
  }
}
