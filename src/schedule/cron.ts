/**
 * Works out when a schedule occurs: five cron fields in a time zone, or `@every 90s`. Pure: instants in, instants out.
 *
 * @module
 */
import { Cron } from 'croner'
import { DURATION_EXAMPLES, parseDuration } from '../lib/duration.ts'
import { sha256Hex } from '../lib/hash.ts'
import { nearMiss } from '../lib/near.ts'
import { type ProblemDetail, ProblemError } from '../lib/problem.ts'

export type Timing = {
  /** Five fields, a nickname like `@hourly`, or `@every DURATION`. */
  cron: string
  /** IANA. `@every` does not look at it. */
  timeZone: string
  /** `@every` counts from here. */
  anchorAtMs: number
}

export type Occurrences = {
  /** The first one after an instant. `null`: there is none within a hundred years. */
  after(ms: number): number | null
  /** The last one at or before an instant. `null`: there is none. */
  upTo(ms: number): number | null
  /** The interval of `@every`; `null` for cron fields. */
  everyMs: number | null
}

const NICKNAMES = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly', '@every']
const FIELDS = 'minute hour day-of-month month day-of-week'

/** Tells what is wrong with `cron`, whatever the time zone; `null`: nothing. */
export const cronFault = (cron: string): string | null =>
  faultOf(() => readTiming({ cron, timeZone: 'UTC', anchorAtMs: 0 }))

/** Tells what is wrong with `timeZone`; `null`: nothing. */
export const timeZoneFault = (timeZone: string): string | null => faultOf(() => checkTimeZone(timeZone))

function faultOf(act: () => unknown): string | null {
  try {
    act()
    return null
  } catch (error) {
    if (error instanceof ProblemError) {
      return error.errors[0]?.detail ?? error.detail
    }
    throw error
  }
}

/** @throws ProblemError `invalid_request`, with the pointers `/cron` and `/timeZone`. */
export function readTiming(timing: Timing): Occurrences {
  checkTimeZone(timing.timeZone)
  const cron = timing.cron.trim()
  return /^@every\b/i.test(cron) ? readEvery(cron, timing.anchorAtMs) : readFields(cron, timing.timeZone)
}

function readEvery(cron: string, anchorAtMs: number): Occurrences {
  const text = cron.slice('@every'.length).trim()
  const parts = /^(?:\d+[a-z])+$/.test(text) ? (text.match(/\d+[a-z]/g) ?? []).map(parseDuration) : [null]
  const everyMs = parts.reduce<number>((sum, part) => sum + (part ?? Number.NaN), 0)
  if (Number.isNaN(everyMs)) {
    throw invalid('/cron', `@every takes a duration like ${DURATION_EXAMPLES}, or 1h30m`)
  }
  const nth = (n: number): number => anchorAtMs + n * everyMs
  return {
    everyMs,
    // The grid goes back before the anchor too: a clock that ran ahead may have set it, and is right by now.
    after: (ms) => nth(Math.floor((ms - anchorAtMs) / everyMs) + 1),
    upTo: (ms) => nth(Math.floor((ms - anchorAtMs) / everyMs)),
  }
}

/**
 * Summer time as Vixie cron has it: a fixed time that the clock skips comes when the clock goes on, one that it shows
 * twice comes the first time; what recurs by `*` or a step follows the instants, without a gap and without a repeat.
 */
function readFields(text: string, timeZone: string): Occurrences {
  refuseByShape(text)
  let cron: Cron
  try {
    cron = new Cron(text.toLowerCase().startsWith('@') ? text.toLowerCase() : text, {
      mode: '5-part',
      timezone: timeZone,
      fixedTimeRule: 'no-wildcard',
      paused: true,
    })
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) {
      throw error
    }
    throw invalid('/cron', error.message.replace(/^CronPattern: /, ''), error)
  }
  return {
    everyMs: null,
    after: (ms) => cron.nextRun(new Date(ms))?.getTime() ?? null,
    // The library leaves out the instant that is asked for.
    upTo: (ms) => cron.previousRuns(1, new Date(ms + 1))[0]?.getTime() ?? null,
  }
}

/** The mistakes that people make, each with what to write instead. */
function refuseByShape(text: string): void {
  if (text.startsWith('@')) {
    if (NICKNAMES.includes(text.toLowerCase())) {
      return
    }
    const near = nearMiss(text.split(/\s/)[0] ?? '', NICKNAMES)
    throw invalid(
      '/cron',
      `There is no ${text.slice(0, 40)}${near ? `; did you mean ${near}?` : `; there are ${NICKNAMES.join(', ')}`}`,
    )
  }
  if (/^(CRON_)?TZ=/i.test(text)) {
    throw invalid('/cron', 'The time zone belongs in timeZone')
  }
  const count = text === '' ? 0 : text.split(/\s+/).length
  if (count === 5) {
    return
  }
  const seconds = count === 6 ? '; seconds are not among them: for less than a minute there is @every 30s' : ''
  throw invalid('/cron', `Has ${count} of the five fields: ${FIELDS}${seconds}`)
}

/** Asking Intl costs more than everything else here, and there are few zones. */
const knownZones = new Set<string>()
const ZONES_MOST = 1000

function checkTimeZone(timeZone: string): void {
  if (knownZones.has(timeZone)) {
    return
  }
  try {
    new Intl.DateTimeFormat('en', { timeZone })
    if (knownZones.size < ZONES_MOST) {
      knownZones.add(timeZone)
    }
  } catch (error) {
    if (!(error instanceof RangeError)) {
      throw error
    }
    const near = nearMiss(timeZone, Intl.supportedValuesOf('timeZone'))
    throw invalid('/timeZone', `Not a time zone of the IANA database${near ? `; did you mean ${near}?` : ''}`, error)
  }
}

const invalid = (pointer: string, detail: string, cause?: unknown): ProblemError =>
  new ProblemError('invalid_request', 'The schedule does not fit; see errors.', {
    errors: [{ pointer, detail }],
    cause,
  })

/** The shortest of so many gaps is looked for. */
const GAPS = 10

/**
 * Refuses what parses and can still not be: an occurrence that never comes, that comes more often than this runtime
 * wakes, or that may be delayed beyond the next.
 *
 * @param everyLeastMs the shortest interval of this runtime.
 * @throws ProblemError `impossible_request`, with all that is impossible.
 */
export function refuseImpossibleTiming(
  occurrences: Occurrences,
  jitterMs: number,
  nowMs: number,
  everyLeastMs: number,
): void {
  const errors: ProblemDetail[] = []
  if (occurrences.everyMs !== null && occurrences.everyMs < everyLeastMs) {
    errors.push({ pointer: '/cron', detail: `@every may not be shorter than ${everyLeastMs / 1000}s here` })
  }
  const first = occurrences.after(nowMs)
  if (first === null) {
    errors.push({ pointer: '/cron', detail: 'There is no such date: the schedule would never run' })
  }
  const shortestMs = first === null ? Number.POSITIVE_INFINITY : shortestGap(occurrences, first)
  if (jitterMs >= shortestMs) {
    const detail = `Must be shorter than the time between two runs, which is ${shortestMs} at the shortest`
    errors.push({ pointer: '/jitterMs', detail })
  }
  if (errors[0]) {
    throw new ProblemError('impossible_request', errors[0].detail, { errors })
  }
}

function shortestGap(occurrences: Occurrences, first: number): number {
  let shortest = Number.POSITIVE_INFINITY
  let at = first
  for (let i = 0; i < GAPS; i++) {
    const next = occurrences.after(at)
    if (next === null) {
      break
    }
    shortest = Math.min(shortest, next - at)
    at = next
  }
  return shortest
}

/**
 * Tells how long after an occurrence its run is due: from 0 to `jitterMs`. It is the same for the same occurrence of the
 * same schedule, so that every process says the same, and differs from schedule to schedule.
 */
export function jitterOf(scheduleId: string, occurrenceAtMs: number, jitterMs: number): number {
  if (jitterMs === 0) {
    return 0
  }
  const share = Number.parseInt(sha256Hex(`${scheduleId} ${occurrenceAtMs}`).slice(0, 12), 16) / 2 ** 48
  return Math.floor(share * (jitterMs + 1))
}
