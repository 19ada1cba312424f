import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { QueuedJob } from '../record/job.ts'
import { createFairQueue } from './fair-queue.ts'

let made = 0
const job = (owner: string, scheduled = false): QueuedJob => ({ id: `${owner} ${++made}`, owner, scheduled })
const jobs = (count: number, owner: string, scheduled = false) =>
  Array.from({ length: count }, () => job(owner, scheduled))

/** A queue with what is open of it. */
function queueOf(places: number, most = 256) {
  const queue = createFairQueue(places, most)
  const open: QueuedJob[] = []
  return {
    queue,
    open,
    add(list: readonly QueuedJob[]) {
      for (const each of list) {
        queue.add(each)
      }
    },
    /** Takes as many as have a place. @returns those. */
    fill() {
      const taken: QueuedJob[] = []
      for (let next = queue.take(); next !== null; next = queue.take()) {
        taken.push(next)
      }
      open.push(...taken)
      return taken
    },
    /** The one that is open longest ends. */
    end() {
      const [first] = open.splice(0, 1)
      if (first !== undefined) {
        queue.close(first)
      }
      return first
    },
    count: (owner: string, scheduled = false) =>
      open.filter((each) => each.owner === owner && each.scheduled === scheduled).length,
  }
}

describe('jobs of one owner', () => {
  it('are taken in the order in which they came, as many as there are places', () => {
    const { add, fill, end } = queueOf(2)
    const list = jobs(5, 'a')
    add(list)
    expect(fill()).toEqual(list.slice(0, 2))
    expect(fill()).toEqual([])
    end()
    expect(fill()).toEqual([list[2]])
  })

  it('stay in that order when all that wait are listed anew', () => {
    const { queue, add, fill, end } = queueOf(1)
    const list = jobs(4, 'a')
    add(list)
    fill()
    queue.replace([list[2], list[3], list[1]].filter((each) => each !== undefined))
    expect(queue.size).toBe(3)
    end()
    expect(fill()).toEqual([list[2]])
  })
})

describe('owners', () => {
  it('share the places: who comes later has its share at once, though all places are taken', () => {
    const { add, fill, end, count } = queueOf(32)
    add(jobs(1000, 'large'))
    expect(fill()).toHaveLength(32)
    add(jobs(200, 'small'))
    fill()
    expect([count('large'), count('small')]).toEqual([32, 16])
    // As jobs end, what is beyond its share goes back
    for (let turn = 0; turn < 100; turn++) {
      end()
      fill()
    }
    expect([count('large'), count('small')]).toEqual([16, 16])
  })

  it('that are more than the places have one job each, up to what may be open at all', () => {
    const { add, fill, count, open } = queueOf(4, 10)
    add(jobs(100, 'large'))
    fill()
    for (let owner = 0; owner < 20; owner++) {
      add(jobs(5, `o${owner}`))
    }
    fill()
    expect([open.length, count('large'), count('o0'), count('o5'), count('o6')]).toEqual([10, 4, 1, 1, 0])
  })

  it('take turns where they have as many open', () => {
    const { add, fill, end } = queueOf(1)
    add([...jobs(3, 'a'), ...jobs(3, 'b')])
    const order: string[] = []
    for (let turn = 0; turn < 12; turn++) {
      order.push(...fill().map(({ owner }) => owner))
      end()
    }
    expect(order).toEqual(['a', 'b', 'a', 'b', 'a', 'b'])
  })
})

describe('what is asked', () => {
  it('comes before what schedules make, which keep one place of four', () => {
    const { add, fill, end, count } = queueOf(32)
    add(jobs(500, 'admin', true))
    fill()
    expect(count('admin', true)).toBe(32)
    add(jobs(500, 'admin'))
    fill()
    expect([count('admin', true), count('admin')]).toEqual([32, 24])
    for (let turn = 0; turn < 200; turn++) {
      end()
      fill()
    }
    expect([count('admin', true), count('admin')]).toEqual([8, 24])
  })

  it('has every place where no schedule wants one, and schedules have them where nobody asks', () => {
    const { add, fill, count } = queueOf(8)
    add(jobs(10, 'a'))
    fill()
    expect(count('a')).toBe(8)
    const other = queueOf(8)
    other.add(jobs(10, 'a', true))
    other.fill()
    expect(other.count('a', true)).toBe(8)
  })
})

it('keeps nobody waiting: each job is taken before those of its owner that came later, and within a bound', () => {
  const asked = fc.array(
    fc.record({
      owner: fc.constantFrom('a', 'b', 'c', 'd'),
      scheduled: fc.boolean(),
      count: fc.integer({ min: 1, max: 8 }),
    }),
    { minLength: 1, maxLength: 20 },
  )
  fc.assert(
    fc.property(asked, fc.integer({ min: 1, max: 8 }), (each, places) => {
      const { queue, add, fill, end, open } = queueOf(places, 16)
      const all = each.flatMap(({ owner, scheduled, count }) => jobs(count, owner, scheduled))
      add(all)
      const taken: QueuedJob[] = []
      while (queue.size > 0 || open.length > 0) {
        taken.push(...fill())
        expect(open.length).toBeLessThanOrEqual(16)
        end()
      }
      expect(taken).toHaveLength(all.length)
      for (const owner of ['a', 'b', 'c', 'd']) {
        for (const scheduled of [true, false]) {
          const own = (list: readonly QueuedJob[]) =>
            list.filter((one) => one.owner === owner && one.scheduled === scheduled)
          expect(own(taken)).toEqual(own(all))
        }
      }
    }),
  )
})
