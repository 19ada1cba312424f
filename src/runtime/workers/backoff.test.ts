import { expect, it } from 'vitest'
import { backoffSeconds } from './backoff.ts'

it('doubles the seconds until a failed message comes again, up to a minute', () => {
  expect([1, 2, 3, 4, 5, 6, 7, 100].map(backoffSeconds)).toEqual([1, 2, 4, 8, 16, 32, 60, 60])
})
