/** The table that accuracy is measured with, as far as it can be checked without the test cluster. */
import { describe, expect, it } from 'vitest'
import { RULES } from '../src/diagnose/rules.ts'
import { catalogue, drawn, expectedOfCase, FAULTS, keyOf } from './cluster/accuracy/cases.ts'
import { HEALTHY } from './cluster/accuracy/healthy.ts'
import { OBJECT_FAULTS } from './cluster/accuracy/objects.ts'
import { SHAPES, type Shape } from './cluster/accuracy/shapes.ts'

const CODES: ReadonlySet<string> = new Set(RULES.map(({ code }) => code))

describe('the table of expected findings', () => {
  it('expects and allows no code that no rule has', () => {
    const expected = [
      ...[...FAULTS, ...HEALTHY].map(({ name, codes, outside = [], also = [] }) => ({
        name,
        codes: [...codes, ...outside, ...also],
      })),
      ...OBJECT_FAULTS.map(({ name, codes, also = [] }) => ({ name, codes: [...codes, ...also] })),
      ...Object.entries<Shape>(SHAPES).map(([name, { notes = [] }]) => ({ name, codes: notes })),
    ]
    const unknown = expected.flatMap(({ name, codes }) =>
      codes.filter((code) => !CODES.has(code)).map((code) => `${name}: ${code}`),
    )
    expect(unknown).toEqual([])
  })

  it('knows each case by one line, and every fault that a case names', () => {
    const cases = [...catalogue(), ...drawn(300, 11)]
    const lines = cases.map(keyOf)
    expect(lines.filter((line, at) => lines.indexOf(line) !== at)).toEqual([])
    // Looking a fault up throws where there is none of that name.
    expect(cases.map(expectedOfCase)).toHaveLength(cases.length)
    const objects = OBJECT_FAULTS.map(({ name }) => name)
    expect(objects.filter((name, at) => objects.indexOf(name) !== at)).toEqual([])
  })
})
