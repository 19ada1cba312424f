import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ProblemError } from '../lib/problem.ts'
import { jitterOf, readTiming, refuseImpossibleTiming } from './cron.ts'

const at = (text: string): number => Date.parse(text)
const timing = (cron: string, timeZone = 'UTC', anchor = '2026-01-01T00:00:00Z') =>
  readTiming({ cron, timeZone, anchorAtMs: at(anchor) })

/** The first `count` occurrences after an instant. */
function following(cron: string, timeZone: string, from: string, count: number): string[] {
  const occurrences = timing(cron, timeZone)
  const found: string[] = []
  for (let ms = at(from); found.length < count; ) {
    const next = occurrences.after(ms)
    if (next === null) {
      break
    }
    found.push(new Date(next).toISOString().replace('.000Z', 'Z'))
    ms = next
  }
  return found
}

describe('the change to summer time', () => {
  it('brings a fixed time that the clock skips when the clock goes on', () => {
    expect(following('30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z', 2)).toEqual([
      '2026-03-29T01:00:00Z',
      '2026-03-30T00:30:00Z',
    ])
    expect(following('30 2,14 * * *', 'Europe/Berlin', '2026-03-29T00:00:00Z', 2)).toEqual([
      '2026-03-29T01:00:00Z',
      '2026-03-29T12:30:00Z',
    ])
  })

  it('does not interrupt what recurs', () => {
    expect(following('*/30 * * * *', 'America/New_York', '2026-03-08T06:00:00Z', 4)).toEqual([
      '2026-03-08T06:30:00Z',
      '2026-03-08T07:00:00Z',
      '2026-03-08T07:30:00Z',
      '2026-03-08T08:00:00Z',
    ])
  })
})

describe('the change from summer time', () => {
  it('brings a fixed time that the clock shows twice once', () => {
    expect(following('30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00:00Z', 2)).toEqual([
      '2026-10-25T00:30:00Z',
      '2026-10-26T01:30:00Z',
    ])
  })

  it('does not interrupt what recurs, and does not repeat it', () => {
    expect(following('0 * * * *', 'Europe/Berlin', '2026-10-24T23:00:00Z', 4)).toEqual([
      '2026-10-25T00:00:00Z',
      '2026-10-25T01:00:00Z',
      '2026-10-25T02:00:00Z',
      '2026-10-25T03:00:00Z',
    ])
  })

  it('of half an hour (Lord Howe) is one too', () => {
    expect(following('45 1 * * *', 'Australia/Lord_Howe', '2026-04-03T16:00:00Z', 2)).toEqual([
      '2026-04-04T14:45:00Z',
      '2026-04-05T15:15:00Z',
    ])
  })
})

describe('the calendar', () => {
  it.each([
    ['a leap day', '0 0 29 2 *', ['2028-02-29T00:00:00Z', '2032-02-29T00:00:00Z']],
    ['the 31st, in months that have one', '0 0 31 * *', ['2026-01-31T00:00:00Z', '2026-03-31T00:00:00Z']],
    ['the last day of the month', '0 0 L * *', ['2026-01-31T00:00:00Z', '2026-02-28T00:00:00Z']],
    ['a day of the month or of the week', '0 0 13 * FRI', ['2026-01-02T00:00:00Z', '2026-01-09T00:00:00Z']],
    ['Sunday as 7', '0 0 * * 7', ['2026-01-04T00:00:00Z', '2026-01-11T00:00:00Z']],
    ['@hourly', '@hourly', ['2026-01-01T01:00:00Z', '2026-01-01T02:00:00Z']],
    ['@Daily', '@Daily', ['2026-01-02T00:00:00Z', '2026-01-03T00:00:00Z']],
    ['@weekly', '@weekly', ['2026-01-04T00:00:00Z', '2026-01-11T00:00:00Z']],
    ['@monthly', '@monthly', ['2026-02-01T00:00:00Z', '2026-03-01T00:00:00Z']],
    ['@yearly', '@yearly', ['2027-01-01T00:00:00Z', '2028-01-01T00:00:00Z']],
    ['@every 30s', '@every 30s', ['2026-01-01T00:00:30Z', '2026-01-01T00:01:00Z']],
    ['@every 1h30m', '@every 1h30m', ['2026-01-01T01:30:00Z', '2026-01-01T03:00:00Z']],
    ['more white space than needed', '  0  0\t* * * ', ['2026-01-02T00:00:00Z', '2026-01-03T00:00:00Z']],
  ])('%s', (_name, cron, expected) => {
    expect(following(cron, 'UTC', '2026-01-01T00:00:00Z', 2)).toEqual(expected)
  })

  it('does not depend on the time zone of the process', () => {
    const module = new URL('./cron.ts', import.meta.url).href
    const script = `const { readTiming } = await import(${JSON.stringify(module)})
      for (const [cron, timeZone] of [['30 2 * * *', 'Europe/Berlin'], ['0 0 31 * *', 'UTC'], ['*/20 * * * *', 'America/New_York']]) {
        const occurrences = readTiming({ cron, timeZone, anchorAtMs: 0 })
        for (let i = 0, ms = Date.UTC(2026, 2, 7); i < 200; i++) { ms = occurrences.after(ms); console.log(ms, occurrences.upTo(ms)) }
      }`
    const outputs = ['UTC', 'Australia/Lord_Howe', 'America/New_York'].map((TZ) =>
      execFileSync(process.execPath, ['--input-type=module', '-e', script], { env: { TZ }, encoding: 'utf8' }),
    )
    expect(outputs[0]?.split('\n')).toHaveLength(601)
    expect(new Set(outputs).size).toBe(1)
  })
})

/** Returns what a clock on the wall of that zone shows, read with Intl alone. */
function wall(ms: number, timeZone: string): { minute: number; hour: number; day: number; weekday: string } {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    ...{ minute: 'numeric', hour: 'numeric', day: 'numeric', weekday: 'short' },
  })
  const parts = new Map(format.formatToParts(ms).map(({ type, value }) => [type, value]))
  const number = (type: 'minute' | 'hour' | 'day') => Number(parts.get(type))
  return { minute: number('minute'), hour: number('hour'), day: number('day'), weekday: parts.get('weekday') ?? '' }
}

const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata')
/** Changes of the clock in those zones, both ways. */
const changes = [
  '2026-03-29T01:00Z',
  '2026-10-25T01:00Z',
  '2026-03-08T07:00Z',
  '2026-11-01T06:00Z',
  '2026-04-04T15:00Z',
]
const instant = fc.oneof(
  fc.integer({ min: at('2024-01-01T00:00:00Z'), max: at('2030-01-01T00:00:00Z') }),
  fc
    .tuple(fc.constantFrom(...changes), fc.integer({ min: -6 * 3_600_000, max: 6 * 3_600_000 }))
    .map(([text, ms]) => at(text) + ms),
)
const field = (least: number, most: number) =>
  fc.oneof(
    fc.constant('*'),
    fc.integer({ min: least, max: most }).map(String),
    fc.integer({ min: 2, max: Math.min(most, 20) }).map((step) => `*/${step}`),
    fc.uniqueArray(fc.integer({ min: least, max: most }), { minLength: 1, maxLength: 3 }).map((list) => list.join(',')),
  )
const fields = fc
  .tuple(field(0, 59), field(0, 23), fc.oneof(fc.constant('*'), field(1, 28)), fc.oneof(fc.constant('*'), field(0, 6)))
  .map(([minute, hour, day, weekday]) => `${minute} ${hour} ${day} * ${weekday}`)
const every = fc.integer({ min: 1, max: 100_000 }).map((seconds) => `@every ${seconds}s`)

describe('after and upTo', () => {
  it('are each other’s inverse, in every zone and at every instant', () => {
    fc.assert(
      fc.property(fc.oneof(fields, every), zone, instant, (cron, timeZone, ms) => {
        const occurrences = timing(cron, timeZone, '2023-06-01T00:00:00Z')
        const next = occurrences.after(ms)
        if (next === null) {
          return
        }
        expect(next).toBeGreaterThan(ms)
        expect(occurrences.upTo(next)).toBe(next)
        expect(occurrences.upTo(next - 1) ?? 0).toBeLessThanOrEqual(ms)
        const last = occurrences.upTo(ms)
        if (last !== null) {
          expect(occurrences.after(last)).toBe(next)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('leave out no minute that the fields name, and name no other outside the changes of the clock', () => {
    fc.assert(
      fc.property(fc.constantFrom('*/7', '0', '15,45'), fc.constantFrom('*', '*/3'), zone, instant, (m, h, tz, ms) => {
        const occurrences = timing(`${m} ${h} * * *`, tz)
        const next = occurrences.after(ms) ?? 0
        const matches = (minuteMs: number): boolean => {
          const { minute, hour } = wall(minuteMs, tz)
          const minuteFits = m === '*/7' ? minute % 7 === 0 : m === '0' ? minute === 0 : minute % 30 === 15
          return minuteFits && (h === '*' || hour % 3 === 0)
        }
        expect(matches(next)).toBe(true)
        for (let each = Math.floor(ms / 60_000 + 1) * 60_000; each < next; each += 60_000) {
          expect(matches(each)).toBe(false)
        }
      }),
      { numRuns: 150 },
    )
  })
})

function refusal(act: () => unknown): { code: string; errors: readonly unknown[] } {
  try {
    act()
  } catch (error) {
    if (error instanceof ProblemError) {
      return { code: error.code, errors: error.errors }
    }
    throw error
  }
  throw new Error('not refused')
}

describe('what is refused', () => {
  it.each([
    ['* * * *', '/cron', 'Has 4 of the five fields: minute hour day-of-month month day-of-week'],
    [
      '0 * * * * *',
      '/cron',
      'Has 6 of the five fields: minute hour day-of-month month day-of-week; seconds are not among them: for less than a minute there is @every 30s',
    ],
    ['', '/cron', 'Has 0 of the five fields: minute hour day-of-month month day-of-week'],
    ['61 * * * *', '/cron', 'Invalid value for minute: 61'],
    ['0 0 * * 8', '/cron', 'Invalid value for dayOfWeek: 8'],
    ['*/0 * * * *', '/cron', 'Syntax error, illegal stepping: 0'],
    ['@dayly', '/cron', 'There is no @dayly; did you mean @daily?'],
    [
      '@reboot',
      '/cron',
      'There is no @reboot; there are @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly, @every',
    ],
    ['TZ=UTC 0 0 * * *', '/cron', 'The time zone belongs in timeZone'],
    ['@every', '/cron', '@every takes a duration like 90s, 15m, 24h or 30d, or 1h30m'],
    ['@every 0s', '/cron', '@every takes a duration like 90s, 15m, 24h or 30d, or 1h30m'],
    ['@every 500ms', '/cron', '@every takes a duration like 90s, 15m, 24h or 30d, or 1h30m'],
  ])('%s', (cron, pointer, detail) => {
    expect(refusal(() => timing(cron))).toEqual({ code: 'invalid_request', errors: [{ pointer, detail }] })
  })

  it('a time zone that is none, with the near miss', () => {
    expect(refusal(() => timing('0 0 * * *', 'Europe/Berln'))).toEqual({
      code: 'invalid_request',
      errors: [{ pointer: '/timeZone', detail: 'Not a time zone of the IANA database; did you mean Europe/Berlin?' }],
    })
  })

  const refuse = (cron: string, jitterMs: number, leastMs = 1000) =>
    refusal(() => refuseImpossibleTiming(timing(cron), jitterMs, at('2026-01-01T00:00:00Z'), leastMs))

  it('what never comes', () => {
    expect(refuse('0 0 30 2 *', 0)).toMatchObject({ code: 'impossible_request', errors: [{ pointer: '/cron' }] })
  })

  it('what comes more often than the runtime wakes', () => {
    expect(refuse('@every 30s', 0, 60_000).errors).toEqual([
      { pointer: '/cron', detail: '@every may not be shorter than 60s here' },
    ])
  })

  it('a jitter that reaches the next run', () => {
    expect(refuse('*/5 * * * *', 300_000).errors).toEqual([
      {
        pointer: '/jitterMs',
        detail: 'Must be shorter than the time between two runs, which is 300000 at the shortest',
      },
    ])
    expect(() => refuseImpossibleTiming(timing('*/5 * * * *'), 299_999, 0, 1000)).not.toThrow()
  })
})

describe('jitter', () => {
  it('is decided by the schedule and the occurrence, within its bound, and spreads', () => {
    const all = Array.from({ length: 1000 }, (_, n) => jitterOf(`sch_${n}`, 60_000, 9999))
    expect(all).toEqual(Array.from({ length: 1000 }, (_, n) => jitterOf(`sch_${n}`, 60_000, 9999)))
    expect(Math.min(...all)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...all)).toBeLessThanOrEqual(9999)
    const tenths = Array.from({ length: 10 }, (_, tenth) => all.filter((ms) => Math.floor(ms / 1000) === tenth).length)
    expect(Math.min(...tenths)).toBeGreaterThan(60)
    expect(jitterOf('sch_1', 60_000, 0)).toBe(0)
    expect(jitterOf('sch_1', 60_000, 9999)).not.toBe(jitterOf('sch_1', 120_000, 9999))
  })
})
