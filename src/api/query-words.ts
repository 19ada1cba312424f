/** Says what is wrong with a parameter of the query: what was given, what is allowed, and what was probably meant. */
import { z } from '@hono/zod-openapi'
import { either } from '../kube/field-advice.ts'
import { nearMiss } from '../lib/near.ts'
import { type ProblemDetail, ProblemError } from '../lib/problem.ts'

/** Names that other tools use for parameters that are called otherwise here. */
const ALIASES: Readonly<Record<string, string>> = {
  svc: 'service',
  name: 'service',
  ns: 'namespace',
  timeout: 'timeoutMs',
  deadline: 'deadlineMs',
  settle: 'settleMs',
  labels: 'label',
  output: 'format',
  o: 'format',
  since: 'from',
  until: 'to',
  pagesize: 'limit',
}

/** The detail of a refused query; its errors tell each parameter. */
export const QUERY_MISFIT = 'The query does not fit; see errors.'

export const refusedQuery = (errors: readonly ProblemDetail[]) =>
  new ProblemError('invalid_request', QUERY_MISFIT, { errors })

const LONGEST_ECHO = 80

/** Refuses a parameter that the route does not have. @param known the names that it has. */
export function unknownParameter(name: string, known: readonly string[]): string {
  const alias = ALIASES[name.toLowerCase()]
  const near = alias !== undefined && known.includes(alias) ? alias : nearMiss(name, known)
  if (near !== null) {
    return `There is no parameter "${short(name)}"; did you mean "${near}"?`
  }
  const has = known.length === 0 ? 'This takes none' : `There are: ${known.join(', ')}`
  return `There is no parameter "${short(name)}". ${has}.`
}

export const REPEATED = 'Is given more than once: give it once'

/** Refuses a value that does not fit. @param otherwise is said if the schema does not tell more. */
export function misfit(name: string, given: string, schema: unknown, otherwise: string): string {
  const inner = unwrap(schema)
  const found = `found "${short(given)}", expected `
  if (inner instanceof z.ZodEnum) {
    const options = inner.options.map(String)
    const near = nearMiss(given, options) ?? ALIASES_OF_VALUES[given.toLowerCase()] ?? null
    const meant = near !== null && options.includes(near) ? `. Did you mean ${near}?` : ''
    return `${found}${either(options)}${meant}`
  }
  if (inner instanceof z.ZodLiteral) {
    return `${found}${[...inner.values].join(' or ')}, or leave it out`
  }
  if (inner instanceof z.ZodNumber) {
    return found + numberOf(inner) + withoutUnit(name, given)
  }
  if (inner instanceof z.ZodString && given.length > (inner.maxLength ?? given.length)) {
    return `${found}text of at most ${inner.maxLength} characters`
  }
  return `found "${short(given)}": ${otherwise}`
}

const ALIASES_OF_VALUES: Readonly<Record<string, string>> = {
  yaml: 'json',
  plain: 'text',
  txt: 'text',
  md: 'markdown',
  xml: 'junit',
  yes: 'true',
  no: 'false',
  '1': 'true',
  '0': 'false',
}

function numberOf({ minValue, maxValue, isInt }: z.ZodNumber): string {
  return `a ${isInt ? 'whole ' : ''}number from ${minValue ?? 0} to ${maxValue}`
}

/** Milliseconds in each unit. */
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, sec: 1000, m: 60_000, min: 60_000, h: 3_600_000 }

/** Durations are numbers: seconds in `wait`, milliseconds in what ends in `Ms`. */
function withoutUnit(name: string, given: string): string {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)\s*([a-z]+)$/i.exec(given.trim()) ?? []
  const factor = UNITS[unit.toLowerCase()]
  const scale = name === 'wait' ? 1000 : name.endsWith('Ms') ? 1 : null
  if (number === undefined || factor === undefined || scale === null) {
    return ''
  }
  return `. Write ${Math.ceil((Number(number) * factor) / scale)}: it counts ${scale === 1 ? 'milliseconds' : 'seconds'}`
}

/** Finds the schema of what is written: for a number that must be one value, the schema of that value. */
function unwrap(schema: unknown): unknown {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodNullable) {
    return unwrap(schema.unwrap())
  }
  if (!(schema instanceof z.ZodPipe)) {
    return schema
  }
  const out = unwrap(schema.out)
  return out instanceof z.ZodLiteral ? out : unwrap(schema.in)
}

const short = (text: string): string => (text.length > LONGEST_ECHO ? `${text.slice(0, LONGEST_ECHO)}…` : text)
