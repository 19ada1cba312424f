import { RE2JS } from 're2js'
import { ProblemError } from '../lib/problem.ts'

/** A caller's regular expression: RE2's syntax, time linear in the text, so that neither can be made to hang us. */
export type Regexp = {
  /** Whether it matches anywhere in the text. */
  test(text: string): boolean
  /** The first group, else the whole match; `null`: no match. */
  extract(text: string): string | null
  /** A group of the first match, by number or name; `null`: no match, no such group, or it took no part. */
  group(text: string, group: string): string | null
}

const PATTERN_MAX = 1000
const CACHE_MAX = 512
const cache = new Map<string, Regexp>()

/**
 * Compiles `pattern`, or takes it from a cache.
 *
 * @param pointer where it stands in the request, for the refusal.
 * @throws ProblemError `invalid_request` for one that RE2 does not read: called when a job is accepted.
 */
export function compileRegexp(pattern: string, pointer = ''): Regexp {
  const known = cache.get(pattern)
  if (known) return known
  const compiled = wrap(parse(pattern, pointer))
  if (cache.size >= CACHE_MAX) cache.clear()
  cache.set(pattern, compiled)
  return compiled
}

function parse(pattern: string, pointer: string): RE2JS {
  const refuse = (why: string, cause?: unknown) => {
    const detail = `not a regular expression of RE2 (no look-around, no back-references): ${why}`
    return new ProblemError('invalid_request', detail, { errors: [{ pointer, detail }], cause })
  }
  if (pattern.length > PATTERN_MAX) throw refuse(`longer than ${PATTERN_MAX} characters`)
  try {
    return RE2JS.compile(pattern)
  } catch (cause) {
    throw refuse(cause instanceof Error ? cause.message : 'syntax', cause)
  }
}

const wrap = (regexp: RE2JS): Regexp => ({
  test: (text) => regexp.test(text),
  extract(text) {
    const matcher = regexp.matcher(text)
    if (!matcher.find()) return null
    return (matcher.groupCount() > 0 ? matcher.group(1) : null) ?? matcher.group()
  },
  group(text, group) {
    const matcher = regexp.matcher(text)
    if (!matcher.find()) return null
    const number = /^\d+$/.test(group) ? Number(group) : null
    if (number === null) return group in regexp.namedGroups() ? matcher.group(group) : null
    return number <= matcher.groupCount() ? matcher.group(number) : null
  },
})
