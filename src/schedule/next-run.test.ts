import fc from 'fast-check'
import { expect, it } from 'vitest'
import { jitterOf, readTiming } from './cron.ts'
import { lastDue, nextRun } from './next-run.ts'

const HOUR = 3_600_000

it('of all occurrences that have come due the last is run, whatever the jitter, and what follows is still to come', () => {
  const schedules = fc.record({
    cron: fc.constantFrom('*/5 * * * *', '7,22 * * * *', '@every 10m', '@every 90s'),
    jitterMs: fc.integer({ min: 0, max: 89_999 }),
    startMs: fc.integer({ min: 1_700_000_000_000, max: 1_900_000_000_000 }),
    passedMs: fc.integer({ min: 0, max: 3 * HOUR }),
  })
  fc.assert(
    fc.property(schedules, ({ cron, jitterMs, startMs, passedMs }) => {
      const schedule = { id: 'sch_1', jitterMs }
      const occurrences = readTiming({ cron, timeZone: 'UTC', anchorAtMs: startMs })
      const first = nextRun(schedule, occurrences, startMs)
      if (first === null) {
        throw new Error('these come for ever')
      }
      const nowMs = first.dueAtMs + passedMs

      let expected = first
      for (let at = occurrences.after(first.atMs); at !== null && at <= nowMs; at = occurrences.after(at)) {
        const dueAtMs = at + jitterOf(schedule.id, at, jitterMs)
        if (dueAtMs <= nowMs) {
          expected = { atMs: at, dueAtMs }
        }
      }
      const run = lastDue(schedule, occurrences, first, nowMs)
      expect(run).toEqual(expected)
      const next = nextRun(schedule, occurrences, run.atMs)
      expect(next?.atMs).toBeGreaterThan(run.atMs)
      expect(next?.dueAtMs).toBeGreaterThan(nowMs)
    }),
  )
})
