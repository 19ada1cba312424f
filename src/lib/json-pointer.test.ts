import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromJsonPointer, jsonPointer } from './json-pointer.ts'

describe('JSON pointers', () => {
  it('are written as RFC 6901 has them', () => {
    expect(jsonPointer([])).toBe('')
    expect(jsonPointer(['foo', 0, '', 'a/b', 'm~n', '~1'])).toBe('/foo/0//a~1b/m~0n/~01')
  })

  it('lead back to the steps that they were made of', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.constantFrom('~', '/', '~1', '~0', '~01'))), (path) => {
        expect(fromJsonPointer(jsonPointer(path))).toEqual(path)
      }),
    )
  })
})
