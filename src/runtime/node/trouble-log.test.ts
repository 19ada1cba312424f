import { expect, it } from 'vitest'
import { quietLog } from '../../../test/support/checks.ts'
import { createManualClock } from '../../../test/support/manual-clock.ts'
import { onceATime } from './trouble-log.ts'

const full = Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' })
const locked = new Error('wrapped', { cause: Object.assign(new Error('locked'), { code: 'SQLITE_BUSY' }) })
const other = new Error('a bug')

it('tells a trouble of the database once a minute, whoever meets it, and everything else each time', () => {
  const clock = createManualClock(0)
  const kept = quietLog()
  const log = onceATime(kept, clock)
  for (let i = 0; i < 1000; i++) {
    log.error('tick_failed', { cause: full })
    log.warn('lease_not_renewed', { cause: full, jobId: 'j' })
  }
  log.error('request_failed', { cause: locked })
  log.error('request_failed', { cause: other })
  log.error('request_failed', { cause: other })
  log.info('listening', { url: 'u' })
  clock.advance(60_000)
  log.error('sweep_failed', { cause: full })
  expect(kept.events.map(({ level, event, fields }) => [level, event, fields.database, fields.leftOut])).toEqual([
    ['error', 'tick_failed', 'full', undefined],
    ['error', 'request_failed', 'locked', undefined],
    ['error', 'request_failed', undefined, undefined],
    ['error', 'request_failed', undefined, undefined],
    ['info', 'listening', undefined, undefined],
    ['error', 'sweep_failed', 'full', 1999],
  ])
})
