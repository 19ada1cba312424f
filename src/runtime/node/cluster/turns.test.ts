import { describe, expect, it } from 'vitest'
import { createManualClock } from '../../../../test/support/manual-clock.ts'
import { createTurns } from './turns.ts'

function taking(places: number) {
  const clock = createManualClock(0)
  const turns = createTurns({ clock, places, waitMs: 10_000 })
  const begun: string[] = []
  const ends: (() => void)[] = []
  /** Ends when it is told to, and gives how many had begun with it. */
  const act = (name: string) => () => {
    begun.push(name)
    return new Promise<number>((resolve) => ends.push(() => resolve(begun.length)))
  }
  return { clock, turns, begun, act, end: () => ends.shift()?.() }
}

describe('turns', () => {
  it('are shared by those that wait for the same, and never with one that has begun', async () => {
    const { turns, begun, act, end } = taking(1)
    const first = turns.take('toad', act('first'))
    const waiting = [turns.take('toad', act('second')), turns.take('toad', act('third'))]
    const other = turns.take('newt', act('other'))
    expect(begun).toEqual(['first'])
    end()
    expect(await first).toBe(1)
    await Promise.resolve()
    const late = turns.take('toad', act('late'))
    await expect.poll(() => begun).toEqual(['first', 'second'])
    end()
    expect(await Promise.all(waiting)).toEqual([2, 2])
    await expect.poll(() => begun).toEqual(['first', 'second', 'other'])
    end()
    await other
    await expect.poll(() => begun).toEqual(['first', 'second', 'other', 'late'])
    end()
    expect(await late).toBe(4)
  })

  it('come to the next when one fails', async () => {
    const { turns } = taking(1)
    await expect(turns.take('toad', () => Promise.reject(new Error('lost')))).rejects.toThrow('lost')
    expect(await turns.take('toad', () => Promise.resolve(7))).toBe(7)
  })

  it('that do not come in time are refused as a fault of ours, and are free for the next', async () => {
    const { clock, turns, act, end } = taking(1)
    const first = turns.take('toad', act('first'))
    const waiting = [turns.take('newt', act('second')), turns.take('newt', act('third'))]
    clock.advance(10_000)
    for (const each of waiting) {
      await expect(each).rejects.toMatchObject({ code: 'unavailable', headers: { 'retry-after': '5' } })
    }
    end()
    await first
    expect(await turns.take('newt', () => Promise.resolve('read'))).toBe('read')
  })
})
