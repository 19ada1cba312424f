import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromBase32, toBase32 } from './hash.ts'
import { isId, newId, resultId, type TryNumbers } from './id.ts'

const JOB = newId('job', Date.parse('2026-11-23T00:00:00Z'))
const SUBJECT = ['pth_1', 'default', '10.0.0.1']

const numbers: fc.Arbitrary<TryNumbers> = fc.record({
  sample: fc.integer({ min: 1, max: 6000 }),
  try: fc.integer({ min: 1, max: 20 }),
  round: fc.integer({ min: 1, max: 3000 }),
  control: fc.integer({ min: 0, max: 9 }),
})

describe('resultId', () => {
  it('is the same for the same try of the same job, and carries the time of the job', () => {
    const id = resultId(JOB, SUBJECT, { sample: 1, try: 1, round: 1, control: 0 })
    expect(id).toBe(resultId(JOB, [...SUBJECT], { sample: 1, try: 1, round: 1, control: 0 }))
    expect([isId('result', id), id.slice(4, 14)]).toEqual([true, JOB.slice(4, 14)])
  })

  it('differs for any two tries of a subject', () => {
    fc.assert(
      fc.property(fc.uniqueArray(numbers, { selector: (each) => JSON.stringify(each), maxLength: 50 }), (tries) => {
        const ids = tries.map((each) => resultId(JOB, SUBJECT, each))
        expect(new Set(ids).size).toBe(tries.length)
        expect(ids.every((id) => isId('result', id))).toBe(true)
      }),
    )
  })

  it('differs for other jobs, paths, checks and addresses', () => {
    const first = { sample: 1, try: 1, round: 1, control: 0 }
    const subjects = [
      SUBJECT,
      ['pth_2', 'default', '10.0.0.1'],
      ['pth_1', 'home', '10.0.0.1'],
      ['pth_1', 'default', ''],
      ['pth_1', 'default10.0.0.1', ''],
    ]
    const ids = [...subjects.map((subject) => resultId(JOB, subject, first)), resultId(newId('job', 0), SUBJECT, first)]
    expect(new Set(ids).size).toBe(ids.length)
  })
})

describe('toBase32', () => {
  it('is undone by fromBase32', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 30 - 1), (value) => {
        expect(fromBase32(toBase32(value, 6))).toBe(value)
      }),
    )
  })
})
