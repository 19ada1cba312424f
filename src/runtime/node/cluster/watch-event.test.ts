import { describe, expect, it } from 'vitest'
import { isOld, readLine } from './watch-event.ts'

const refusal = (line: unknown) => {
  try {
    return readLine(line)
  } catch (error) {
    return error
  }
}
const status = (code: number, reason: string, message = 'why') => ({ kind: 'Status', code, reason, message })
const toad = { metadata: { name: 'toad', namespace: 'pond', resourceVersion: '7' } }

describe('a line of a watch', () => {
  it('is an event, or a bookmark', () => {
    expect(readLine({ type: 'ADDED', object: toad })).toEqual({
      type: 'ADDED',
      name: { namespace: 'pond', name: 'toad' },
      resourceVersion: '7',
      object: toad,
    })
    expect(readLine({ type: 'BOOKMARK', object: { metadata: { resourceVersion: '9' } } })).toEqual({
      type: 'BOOKMARK',
      resourceVersion: '9',
    })
  })

  it.each([
    ['an ERROR of code 410', { type: 'ERROR', object: status(410, 'Expired') }, 'gone'],
    ['an ERROR that says Gone without a code', { type: 'ERROR', object: { reason: 'Gone' } }, 'gone'],
    ['an ERROR of another code', { type: 'ERROR', object: status(500, 'InternalError') }, 'unavailable'],
    ['an ERROR without an object', { type: 'ERROR' }, 'unavailable'],
    ['a Status in place of an event', status(403, 'Forbidden'), 'forbidden'],
    ['a Status as an event', { type: 'MODIFIED', object: status(401, 'Unauthorized') }, 'unauthorized'],
    ['an event of another type', { type: 'MOVED', object: toad }, 'malformed'],
    ['an event of an object without a name', { type: 'ADDED', object: { metadata: {} } }, 'malformed'],
    ['a bookmark without a version', { type: 'BOOKMARK', object: {} }, 'malformed'],
    ['nothing', null, 'malformed'],
    ['a text', 'ADDED', 'malformed'],
  ])('ends the watch if it is %s', (_what, line, kind) => {
    expect(refusal(line)).toMatchObject({ name: 'ApiError', kind })
  })
})

describe('a resourceVersion', () => {
  it('is old if it is a number that is no greater, of any length', () => {
    expect([isOld('9', '10'), isOld('10', '10'), isOld('11', '10')]).toEqual([true, true, false])
    expect(isOld('18446744073709551616', '18446744073709551617')).toBe(true)
    expect(isOld('100000000000000000000', '99999999999999999999')).toBe(false)
  })

  it('tells nothing if it is no number', () => {
    expect([isOld('abc', 'abd'), isOld('7', ''), isOld('07', '8')]).toEqual([false, false, false])
  })
})
