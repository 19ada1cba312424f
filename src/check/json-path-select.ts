/**
 * Selects what a JSONPath asks for (RFC 9535 2.3 to 2.7) and counts every value that it looks at. The library that reads queries
 * can evaluate them as well, but neither counts nor stops, and calls itself for each level of a document.
 *
 * @module
 */
import { JSONPathEnvironment, type JSONPathQuery, jsonpath } from 'json-p3'
import type { Meter } from './meter.ts'

const { expressions, selectors } = jsonpath

type Segment = JSONPathQuery['segments'][number]
type Selector = Segment['selectors'][number]
type Slice = { start?: number | undefined; stop?: number | undefined; step?: number | undefined }

/** The library exports no class for it. */
const descendant = new JSONPathEnvironment().compile('$..*').segments[0]?.constructor

/** Tells whether it is a descendant segment (`..`). */
export const isDescendant = (segment: Segment): boolean => segment.constructor === descendant

/** The values that a query may name: `@` and `$`. */
type Scope = { current: unknown; root: unknown; meter: Meter }

/** The value of an expression that has none: an empty query, `value()` of several (RFC 9535 2.4.1). */
const NOTHING = Symbol('Nothing')

/** @param most values that are selected. */
export function selectIn(query: JSONPathQuery, document: unknown, most: number, meter: Meter): unknown[] {
  return evaluate(query, document, { current: document, root: document, meter }, most)
}

function evaluate(query: JSONPathQuery, from: unknown, scope: Scope, most: number): unknown[] {
  let selected: unknown[] = [from]
  query.segments.forEach((segment, at) => {
    const bound = at === query.segments.length - 1 ? most : Number.POSITIVE_INFINITY
    selected = selectBySegment(segment, selected, scope, bound)
  })
  return selected.slice(0, most)
}

function selectBySegment(segment: Segment, from: readonly unknown[], scope: Scope, most: number): unknown[] {
  const selected: unknown[] = []
  for (const value of from) {
    for (const visited of isDescendant(segment) ? withDescendants(value, scope.meter) : [value]) {
      for (const selector of segment.selectors) {
        for (const found of selectBySelector(selector, visited, scope)) {
          selected.push(found)
          if (selected.length >= most) {
            return selected
          }
        }
      }
    }
  }
  return selected
}

/** A value and all that is within it, each before what it holds. */
function* withDescendants(value: unknown, meter: Meter): Generator<unknown> {
  const waiting = [value]
  while (waiting.length > 0) {
    const next = waiting.pop()
    meter.spend(1)
    yield next
    const children = childrenOf(next)
    for (let at = children.length - 1; at >= 0; at--) {
      waiting.push(children[at])
    }
  }
}

function* selectBySelector(selector: Selector, value: unknown, scope: Scope): Generator<unknown> {
  const { meter } = scope
  meter.spend(1)
  if (selector instanceof selectors.NameSelector) {
    if (isObject(value) && Object.hasOwn(value, selector.name)) {
      yield value[selector.name]
    }
  } else if (selector instanceof selectors.IndexSelector) {
    if (!Array.isArray(value)) {
      return
    }
    const at = selector.index < 0 ? value.length + selector.index : selector.index
    if (at >= 0 && at < value.length) {
      yield value[at]
    }
  } else if (selector instanceof selectors.SliceSelector) {
    if (Array.isArray(value)) {
      yield* sliceOf(value, selector, meter)
    }
  } else {
    for (const child of childrenOf(value)) {
      meter.spend(1)
      if (!(selector instanceof selectors.FilterSelector)) {
        yield child
      } else if (isTrue(selector.expression, { ...scope, current: child })) {
        yield child
      }
    }
  }
}

/** RFC 9535 2.3.4.2.2. */
function* sliceOf(array: readonly unknown[], { start, stop, step = 1 }: Slice, meter: Meter): Generator<unknown> {
  if (step === 0) {
    return
  }
  const { length } = array
  const normal = (at: number) => (at >= 0 ? at : length + at)
  const within = (at: number, least: number, most: number) => Math.min(Math.max(at, least), most)
  if (step > 0) {
    const end = within(normal(stop ?? length), 0, length)
    for (let at = within(normal(start ?? 0), 0, length); at < end; at += step) {
      meter.spend(1)
      yield array[at]
    }
  } else {
    const end = within(normal(stop ?? -length - 1), -1, length - 1)
    for (let at = within(normal(start ?? length - 1), -1, length - 1); at > end; at += step) {
      meter.spend(1)
      yield array[at]
    }
  }
}

function isTrue(expression: unknown, scope: Scope): boolean {
  scope.meter.spend(1)
  if (expression instanceof expressions.LogicalExpression) {
    return isTrue(expression.expression, scope)
  }
  if (expression instanceof expressions.PrefixExpression) {
    return !isTrue(expression.right, scope)
  }
  if (expression instanceof expressions.FilterQuery) {
    return nodesOf(expression, scope, 1).length > 0
  }
  if (!(expression instanceof expressions.InfixExpression)) {
    throw new Error('a filter has no other expressions')
  }
  const { left, operator, right } = expression
  if (operator === '&&') {
    return isTrue(left, scope) && isTrue(right, scope)
  }
  if (operator === '||') {
    return isTrue(left, scope) || isTrue(right, scope)
  }
  return compare(operandOf(left, scope), operator, operandOf(right, scope), scope.meter)
}

type FilterQuery = InstanceType<typeof expressions.FilterQuery>

const nodesOf = (query: FilterQuery, scope: Scope, most = Number.POSITIVE_INFINITY): unknown[] =>
  evaluate(query.path, query instanceof expressions.RootQuery ? scope.root : scope.current, scope, most)

function operandOf(expression: unknown, scope: Scope): unknown {
  scope.meter.spend(1)
  if (expression instanceof expressions.FilterQuery) {
    return onlyOf(nodesOf(expression, scope, 2))
  }
  if (expression instanceof expressions.FunctionExtension) {
    return callOf(expression, scope)
  }
  if (expression instanceof expressions.NullLiteral) {
    return null
  }
  if (expression instanceof expressions.BooleanLiteral) {
    return expression.value
  }
  if (expression instanceof expressions.StringLiteral) {
    return expression.value
  }
  if (expression instanceof expressions.NumberLiteral) {
    return expression.value
  }
  throw new Error('a comparison has no other operands')
}

const onlyOf = (nodes: readonly unknown[]): unknown => (nodes.length === 1 ? nodes[0] : NOTHING)

/** RFC 9535 2.4; `match` and `search` are refused. */
function callOf({ name, args }: InstanceType<typeof expressions.FunctionExtension>, scope: Scope): unknown {
  const [argument] = args
  const nodes = () => (argument instanceof expressions.FilterQuery ? nodesOf(argument, scope) : [])
  if (name === 'count') {
    return nodes().length
  }
  if (name === 'value') {
    return onlyOf(nodes())
  }
  if (name !== 'length') {
    throw new Error('there is no other function')
  }
  const value = operandOf(argument, scope)
  if (typeof value === 'string') {
    return charactersOf(value, scope.meter)
  }
  if (Array.isArray(value)) {
    return value.length
  }
  return isObject(value) ? Object.keys(value).length : NOTHING
}

function charactersOf(text: string, meter: Meter): number {
  meter.spend(text.length / 4)
  let count = 0
  for (let at = 0; at < text.length; at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1) {
    count++
  }
  return count
}

/** RFC 9535 2.3.5.2.2. */
function compare(left: unknown, operator: string, right: unknown, meter: Meter): boolean {
  switch (operator) {
    case '==':
      return isSame(left, right, meter)
    case '!=':
      return !isSame(left, right, meter)
    case '<':
      return isLess(left, right, meter)
    case '>':
      return isLess(right, left, meter)
    case '<=':
      return isLess(left, right, meter) || isSame(left, right, meter)
    case '>=':
      return isLess(right, left, meter) || isSame(left, right, meter)
    default:
      throw new Error('there is no other comparison')
  }
}

function isLess(left: unknown, right: unknown, meter: Meter): boolean {
  if (typeof left === 'number' && typeof right === 'number') {
    return left < right
  }
  if (typeof left !== 'string' || typeof right !== 'string') {
    return false
  }
  meter.spend(Math.min(left.length, right.length) / 16)
  return left < right
}

/** Equality of JSON values (RFC 6902 4.6): members in any order. Each pair that is looked at is counted. */
export function isSame(left: unknown, right: unknown, meter: Meter): boolean {
  const waiting: [unknown, unknown][] = [[left, right]]
  for (let pair = waiting.pop(); pair !== undefined; pair = waiting.pop()) {
    meter.spend(1)
    const [one, other] = pair
    if (Array.isArray(one) && Array.isArray(other)) {
      if (one.length !== other.length) {
        return false
      }
      for (let at = 0; at < one.length; at++) {
        waiting.push([one[at], other[at]])
      }
      meter.spend(one.length)
    } else if (isObject(one) && isObject(other)) {
      const names = Object.keys(one)
      meter.spend(names.length)
      if (names.length !== Object.keys(other).length) {
        return false
      }
      for (const name of names) {
        if (!Object.hasOwn(other, name)) {
          return false
        }
        waiting.push([one[name], other[name]])
      }
    } else {
      if (typeof one === 'string' && typeof other === 'string') {
        meter.spend(Math.min(one.length, other.length) / 16)
      }
      if (one !== other) {
        return false
      }
    }
  }
  return true
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const childrenOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : isObject(value) ? Object.values(value) : []
