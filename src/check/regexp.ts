import { RE2JS } from 're2js'
import { boundedCache } from '../lib/bounded-cache.ts'
import { ProblemError } from '../lib/problem.ts'
import type { Meter, Steps } from './meter.ts'
import { type Found, findIn, type Program, programOf } from './regexp-machine.ts'

/**
 * A caller's regular expression: RE2's syntax. What a match costs is linear in the text for each instruction, counted
 * while it runs, and can be left at any time.
 */
export type Regexp = {
  /** The weight of the program. */
  readonly size: number
  /** Tells whether it matches anywhere in the text. */
  test(text: string, meter: Meter): Steps<boolean>
  /** The first group, else the whole match; `null`: no match. */
  extract(text: string, meter: Meter): Steps<string | null>
  /** A group of the first match, by number or name; `null`: no match, no such group, or it took no part. */
  group(text: string, group: string, meter: Meter): Steps<string | null>
}

const PATTERN_MAX = 1000
/** The most that one program may weigh: `((a|b){1,10}){1,10}` weighs 420, `\p{L}{50}` 2000. */
const SIZE_MAX = 5000
/** The most that all programs of a request may weigh: making one of that weight takes half a second. */
const SIZES_MAX = 20_000
const CACHE_MAX = 512
const cache = boundedCache<Regexp>(CACHE_MAX)

/** The weight that is left for the regular expressions of one request. */
export type RegexpBudget = { left: number }
export const regexpBudget = (): RegexpBudget => ({ left: SIZES_MAX })

/**
 * Compiles `pattern`, or takes it from a cache.
 *
 * @param pointer where it stands in the request, for the refusal.
 * @param budget of the request; it is charged.
 * @throws ProblemError `invalid_request` for one that RE2 does not read, or that is too large: called when a job is
 * accepted.
 */
export function compileRegexp(pattern: string, pointer = '', budget = regexpBudget()): Regexp {
  if (budget.left <= 0) {
    throw refusal(pointer, ALL_TOO_LARGE)
  }
  const known = cache.get(pattern) ?? wrap(parse(pattern, pointer))
  budget.left -= known.size
  if (budget.left < 0) {
    throw refusal(pointer, ALL_TOO_LARGE)
  }
  cache.set(pattern, known)
  return known
}

const ALL_TOO_LARGE =
  'the regular expressions of this request are too large together: repeat less often, or ask for less at once'

const refusal = (pointer: string, detail: string, cause?: unknown): ProblemError =>
  new ProblemError('invalid_request', detail, { errors: [{ pointer, detail }], cause })

function parse(pattern: string, pointer: string): RE2JS {
  const refuse = (why: string, cause?: unknown) =>
    refusal(pointer, `not a regular expression of RE2 (no look-around, no back-references): ${why}`, cause)
  if (pattern.length > PATTERN_MAX) {
    throw refuse(`longer than ${PATTERN_MAX} characters`)
  }
  let parsed: RE2JS
  try {
    parsed = RE2JS.compile(pattern)
  } catch (cause) {
    throw refuse(cause instanceof Error ? cause.message : 'syntax', cause)
  }
  const { size } = programOf(parsed)
  if (size <= SIZE_MAX) {
    return parsed
  }
  throw refusal(
    pointer,
    `too large a regular expression: written out, its counts and classes weigh ${size}, and at most ${SIZE_MAX} are run here; repeat less often`,
  )
}

function wrap(regexp: RE2JS): Regexp {
  const program: Program = programOf(regexp)
  const names: Readonly<Record<string, number>> = regexp.namedGroups()
  const count = regexp.groupCount()
  return {
    size: program.size,
    *test(text, meter) {
      return (yield* findIn(program, text, null, meter)) !== null
    },
    *extract(text, meter) {
      const found = yield* findIn(program, text, count > 0 ? 1 : 0, meter)
      return found && (groupOf(text, found) ?? text.slice(found.start, found.end))
    },
    *group(text, group, meter) {
      const number = /^\d+$/.test(group) ? Number(group) : Object.hasOwn(names, group) ? names[group] : undefined
      if (number === undefined || number > count) {
        return null
      }
      const found = yield* findIn(program, text, number, meter)
      return found && (number === 0 ? text.slice(found.start, found.end) : groupOf(text, found))
    },
  }
}

const groupOf = (text: string, { groupStart, groupEnd }: Found): string | null =>
  groupStart < 0 || groupEnd < 0 ? null : text.slice(groupStart, groupEnd)
