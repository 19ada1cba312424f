import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { afterWatch, type Ending, type EndKind } from './watch-pace.ts'

const ending = (kind: EndKind, more: Partial<Ending> = {}): Ending => ({
  ...{ kind, proven: false, livedMs: 5000, retryAfterMs: null },
  ...more,
})

describe('what follows the end of a watch', () => {
  it('is another from where it was, at once, if the server ended it after an event or a bookmark', () => {
    const after = afterWatch(ending('ended', { proven: true, livedMs: 400_000 }), 3, 0.5)
    expect(after).toEqual({ next: 'watch', waitMs: 0, state: null, failures: 0 })
  })

  it('is a list if nothing had come: its resourceVersion may be of the future', () => {
    const after = afterWatch(ending('ended', { livedMs: 400_000 }), 0, 0.5)
    expect(after).toEqual({ next: 'list', waitMs: 1500, state: null, failures: 1 })
  })

  it('is another after a second if the server ends each at once', () => {
    const after = afterWatch(ending('ended', { proven: true, livedMs: 20 }), 0, 0)
    expect(after).toEqual({ next: 'watch', waitMs: 1000, state: null, failures: 1 })
  })

  it.each<[EndKind, boolean, string, string]>([
    ['gone', true, 'list', 'syncing'],
    ['silent', true, 'list', 'unreachable'],
    ['malformed', true, 'list', 'unreachable'],
    ['unavailable', true, 'list', 'unreachable'],
    ['unexpected', true, 'list', 'unreachable'],
    ['unreachable', true, 'watch', 'unreachable'],
    ['unreachable', false, 'list', 'unreachable'],
    ['throttled', false, 'watch', 'unreachable'],
    ['unauthorized', false, 'watch', 'refused'],
    ['credentials', false, 'watch', 'refused'],
    ['forbidden', false, 'list', 'refused'],
    ['not_served', false, 'list', 'absent'],
    ['not_found', false, 'list', 'absent'],
  ])('after %s (something came: %s) is a %s, and the kind is %s', (kind, proven, next, state) => {
    expect(afterWatch(ending(kind, { proven }), 0, 0.5)).toMatchObject({ next, state })
  })

  it('waits from one second to sixty, longer each time, and never as long as another', () => {
    const waits = (random: number) =>
      [0, 1, 2, 3, 4, 5, 6, 7, 20].map((failures) => afterWatch(ending('unavailable'), failures, random).waitMs / 1000)
    expect(waits(0)).toEqual([1, 2, 4, 8, 16, 30, 30, 30, 30])
    expect(waits(1)).toEqual([2, 4, 8, 16, 32, 60, 60, 60, 60])
  })

  it('waits up to five minutes for rights and kinds, which people change', () => {
    const waits = [0, 1, 4, 9].map((failures) => afterWatch(ending('forbidden'), failures, 1).waitMs / 1000)
    expect(waits).toEqual([20, 40, 300, 300])
  })

  it('waits as long as the server asks, within five minutes', () => {
    expect(afterWatch(ending('throttled', { retryAfterMs: 45_000 }), 0, 0).waitMs).toBe(45_000)
    expect(afterWatch(ending('throttled', { retryAfterMs: 86_400_000 }), 0, 0).waitMs).toBe(300_000)
  })

  it('begins to count anew after a stream that lasted or showed something', () => {
    expect(afterWatch(ending('unreachable', { livedMs: 60_000 }), 6, 0).failures).toBe(1)
    expect(afterWatch(ending('unreachable', { proven: true, livedMs: 10_000 }), 6, 0).failures).toBe(1)
    expect(afterWatch(ending('unreachable', { proven: true, livedMs: 100 }), 6, 0).failures).toBe(7)
  })

  it('never is to go on at once after a failure, nor to stop', () => {
    const kinds: EndKind[] = ['gone', 'silent', 'malformed', 'unavailable', 'unreachable', 'forbidden', 'not_served']
    const failure = fc.record({ kind: fc.constantFrom(...kinds), proven: fc.boolean(), livedMs: fc.nat() })
    fc.assert(
      fc.property(failure, fc.nat(1000), fc.double({ min: 0, max: 1, noNaN: true }), (each, failures, random) => {
        const { waitMs } = afterWatch({ ...each, retryAfterMs: null }, failures, random)
        return waitMs >= 1000 && waitMs <= 300_000
      }),
    )
  })
})
