import { describe, expect, it } from 'vitest'
import { vantageAt } from './path.ts'
import { seenAs } from './place.ts'

describe('a vantage that is said to stand elsewhere', () => {
  it('is called as it stands unless it was given a name', () => {
    expect(seenAs(vantageAt('in-cluster'), 'outside')).toEqual({ name: 'outside', position: 'outside' })
    expect(seenAs(vantageAt('in-cluster'), 'in-cluster')).toEqual({ name: 'in-cluster', position: 'in-cluster' })
  })

  it('keeps the name that it was given', () => {
    expect(seenAs(vantageAt('in-cluster', 'zone-a'), 'outside')).toEqual({ name: 'zone-a', position: 'outside' })
  })
})
