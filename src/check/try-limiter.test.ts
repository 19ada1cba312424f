import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createGate, type Release } from './try-limiter.ts'

/** Makes a gate that notes in `inside` who got in so far. */
const entrance = (limits: { total: number; perAddress: number }) => {
  const gate = createGate(limits)
  const inside: string[] = []
  const releases = new Map<string, Release>()
  const enter = (name: string, jobId: string, address: string | null) => {
    void gate.enter(jobId, address).then((release) => {
      inside.push(release ? name : `${name} gave up`)
      if (release) {
        releases.set(name, release)
      }
    })
  }
  const leave = async (name: string) => {
    releases.get(name)?.()
    await Promise.resolve()
  }
  return { gate, inside, enter, leave }
}

describe('createGate', () => {
  it('lets no more in than the total, in the order in which they came', async () => {
    const { inside, enter, leave } = entrance({ total: 2, perAddress: 9 })
    for (const name of ['a', 'b', 'c', 'd']) {
      enter(name, 'job', '10.0.0.1')
    }
    await Promise.resolve()
    expect(inside).toEqual(['a', 'b'])
    await leave('b')
    expect(inside).toEqual(['a', 'b', 'c'])
  })

  it('lets no more in than the limit of one address, and others past them', async () => {
    const { inside, enter, leave } = entrance({ total: 9, perAddress: 1 })
    enter('a1', 'job', '10.0.0.1')
    enter('a2', 'job', '10.0.0.1')
    enter('b1', 'job', '10.0.0.2')
    enter('dns1', 'job', null)
    enter('dns2', 'job', null)
    await Promise.resolve()
    expect(inside).toEqual(['a1', 'b1', 'dns1', 'dns2'])
    await leave('b1')
    expect(inside).not.toContain('a2')
    await leave('a1')
    expect(inside.at(-1)).toBe('a2')
  })

  it('lets jobs take turns, however many tries one of them has waiting', async () => {
    const { inside, enter, leave } = entrance({ total: 1, perAddress: 9 })
    for (let number = 1; number <= 5; number++) {
      enter(`big${number}`, 'big', '10.0.0.1')
    }
    enter('small1', 'small', '10.0.0.2')
    enter('small2', 'small', '10.0.0.2')
    await Promise.resolve()
    for (let turn = 0; turn < 4; turn++) {
      await leave(inside.at(-1) ?? '')
    }
    expect(inside).toEqual(['big1', 'big2', 'small1', 'big3', 'small2'])
  })

  it('lets addresses of a job take turns', async () => {
    const { inside, enter, leave } = entrance({ total: 1, perAddress: 9 })
    for (const name of ['a1', 'a2', 'a3']) {
      enter(name, 'job', '10.0.0.1')
    }
    enter('b1', 'job', '10.0.0.2')
    await Promise.resolve()
    for (let turn = 0; turn < 3; turn++) {
      await leave(inside.at(-1) ?? '')
    }
    expect(inside).toEqual(['a1', 'a2', 'b1', 'a3'])
  })

  it('gives up the places that a job waits for, not those that it holds', async () => {
    const { gate, inside, enter, leave } = entrance({ total: 1, perAddress: 9 })
    enter('a', 'gone', null)
    enter('b', 'gone', null)
    enter('c', 'stays', null)
    await Promise.resolve()
    gate.leave('gone')
    await Promise.resolve()
    expect([inside, gate.active]).toEqual([['a', 'b gave up'], 1])
    await leave('a')
    expect(inside.at(-1)).toBe('c')
  })

  it('lets nobody of a paused job in until all its pauses have ended, and others past it', async () => {
    const { gate, inside, enter, leave } = entrance({ total: 2, perAddress: 9 })
    const [one, other] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    enter('a1', 'slow', null)
    gate.pause('slow', one.promise)
    gate.pause('slow', other.promise)
    for (const name of ['a2', 'a3']) {
      enter(name, 'slow', null)
    }
    enter('b1', 'quick', null)
    await Promise.resolve()
    expect(inside).toEqual(['a1', 'b1'])
    one.resolve()
    await leave('a1')
    enter('b2', 'quick', null)
    await leave('b1')
    expect(inside).toEqual(['a1', 'b1', 'b2'])
    other.resolve()
    await other.promise
    await Promise.resolve()
    await leave('b2')
    await Promise.resolve()
    expect(inside).toEqual(['a1', 'b1', 'b2', 'a2', 'a3'])
  })

  it('gives up the places that a paused job waits for, too', async () => {
    const { gate, inside, enter } = entrance({ total: 2, perAddress: 9 })
    gate.pause('slow', new Promise(() => undefined))
    enter('a', 'slow', null)
    gate.leave('slow')
    await Promise.resolve()
    expect(inside).toEqual(['a gave up'])
  })

  it('leaves places for who comes next: of a job with many tries, and of a port that does not answer', async () => {
    const { inside, enter } = entrance({ total: 16, perAddress: 16 })
    for (let number = 0; number < 20; number++) {
      enter(`big${number}`, 'big', null)
    }
    await Promise.resolve()
    expect(inside).toHaveLength(14)
    enter('small', 'small', null)
    await Promise.resolve()
    expect(inside.at(-1)).toBe('small')

    const gate = createGate({ total: 64, perAddress: 8 })
    const entered: string[] = []
    for (let number = 0; number < 40; number++) {
      void gate.enter(`job${number}`, '10.0.0.1', 80).then(() => entered.push('silent'))
    }
    void gate.enter('healthy', '10.0.0.1', 81).then(() => entered.push('healthy'))
    await Promise.resolve()
    expect([entered.length, entered.at(-1)]).toEqual([8, 'healthy'])
  })

  it('leaves the last place of an address for a port of which nothing is under way, whatever others do not answer', async () => {
    const gate = createGate({ total: 64, perAddress: 8 })
    const inside: string[] = []
    const releases: Release[] = []
    const enter = (jobId: string, port: number) =>
      void gate.enter(jobId, '10.0.0.1', port).then((release) => {
        inside.push(`${jobId}:${port}`)
        if (release) {
          releases.push(release)
        }
      })
    for (let job = 0; job < 40; job++) {
      enter(`silent${job}`, 1 + (job % 4))
    }
    await Promise.resolve()
    expect(inside).toHaveLength(7)
    enter('healthy', 80)
    await Promise.resolve()
    expect(inside.at(-1)).toBe('healthy:80')
    // Its place is nobody's but of another such port.
    enter('another', 81)
    enter('healthy', 80)
    releases[7]?.()
    await Promise.resolve()
    expect(inside.slice(8)).toEqual(['another:81'])
    releases[0]?.()
    await Promise.resolve()
    expect(inside.slice(9)).toEqual(['healthy:80'])
  })

  it('lets whoever has the fewest in next', async () => {
    const { inside, enter, leave } = entrance({ total: 4, perAddress: 9 })
    for (let number = 1; number <= 6; number++) {
      enter(`big${number}`, 'big', null)
    }
    enter('small1', 'small', null)
    enter('small2', 'small', null)
    enter('other1', 'other', null)
    await Promise.resolve()
    expect(inside).toEqual(['big1', 'big2', 'big3', 'big4'])
    await leave('big1')
    await leave('big2')
    expect(inside.slice(4)).toEqual(['small1', 'other1'])
  })

  it('passes a job over for its target once, and not as long as others have fresher ones', async () => {
    const gate = createGate({ total: 2, perAddress: 2 })
    const begun: string[] = []
    const releases: Release[] = []
    const enter = (job: string, address: string) =>
      void gate.enter(job, address).then((release) => {
        begun.push(`${job} ${address}`)
        releases.push(release as Release)
      })
    const settle = async () => {
      await Promise.resolve()
      await Promise.resolve()
    }
    // A target that never answers, and a job of many paths to others.
    enter('hung', '10.0.0.1')
    enter('many', '10.0.0.2')
    enter('late', '10.0.0.1')
    for (let at = 3; at < 8; at++) {
      enter('many', `10.0.0.${at}`)
    }
    await settle()
    for (let round = 1; round < 3; round++) {
      releases.at(-1)?.()
      await settle()
    }
    expect(begun).toEqual(['hung 10.0.0.1', 'many 10.0.0.2', 'many 10.0.0.3', 'late 10.0.0.1'])
  })

  it('lets each job with a try that fits in after one of every other at most', async () => {
    const tries = fc.array(fc.record({ job: fc.nat(4), address: fc.nat(2), port: fc.nat(1) }), {
      minLength: 1,
      maxLength: 60,
    })
    await fc.assert(
      fc.asyncProperty(tries, fc.integer({ min: 1, max: 9 }), async (given, total) => {
        // No address is ever short of places, so that every try fits in as soon as there is one of all
        const gate = createGate({ total, perAddress: 3 * total })
        const order: { job: number; release: Release }[] = []
        const left = new Map<number, number>()
        for (const { job, address, port } of given) {
          left.set(job, (left.get(job) ?? 0) + 1)
          void gate.enter(`job${job}`, `10.0.0.${address}`, port).then((release) => {
            if (release) {
              order.push({ job, release })
            }
          })
        }
        await Promise.resolve()
        let since = new Map<number, number>()
        for (let at = 0; at < given.length; at++) {
          const next = order[at]
          if (next === undefined) {
            throw new Error('somebody is let in, as long as anybody waits')
          }
          left.set(next.job, (left.get(next.job) ?? 1) - 1)
          since = new Map([...left].flatMap(([job, count]) => (count > 0 ? [[job, (since.get(job) ?? 0) + 1]] : [])))
          since.delete(next.job)
          // Places are given back one by one, in order: a job waits for those under way and one round of the others
          for (const grants of since.values()) {
            expect(grants).toBeLessThanOrEqual(total + 5)
          }
          if (at + 1 >= order.length || gate.active >= total) {
            next.release()
          }
          await Promise.resolve()
          await Promise.resolve()
        }
      }),
    )
  })

  it('counts a release once', async () => {
    const gate = createGate({ total: 2, perAddress: 1 })
    const release = await gate.enter('job', '10.0.0.1')
    release?.()
    release?.()
    expect(gate.active).toBe(0)
  })

  it('holds its limits and lets everybody in at last, whoever comes and goes when', async () => {
    const steps = fc.array(fc.record({ job: fc.nat(3), address: fc.nat(3), leaveFirst: fc.boolean() }), {
      maxLength: 60,
    })
    await fc.assert(
      fc.asyncProperty(
        steps,
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 3 }),
        async (tries, total, perAddress) => {
          const gate = createGate({ total, perAddress })
          const held: { address: number; release: Release }[] = []
          let entered = 0
          const check = () => {
            expect(gate.active).toBeLessThanOrEqual(total)
            for (const { address } of held) {
              expect(held.filter((other) => other.address === address).length).toBeLessThanOrEqual(perAddress)
            }
          }
          for (const { job, address, leaveFirst } of tries) {
            if (leaveFirst) {
              held.shift()?.release()
            }
            void gate.enter(`job${job}`, `10.0.0.${address}`).then((release) => {
              entered++
              if (release) {
                held.push({ address, release })
              }
            })
            await Promise.resolve()
            check()
          }
          for (let left = held.shift(); left; left = held.shift()) {
            left.release()
            await Promise.resolve()
            await Promise.resolve()
            check()
          }
          expect([entered, gate.active]).toEqual([tries.length, 0])
        },
      ),
    )
  })

  describe('between owners', () => {
    /** A gate that notes whose try got in, with tries that end as the test says. */
    const shared = (total: number) => {
      const gate = createGate({ total, perAddress: 1000 })
      const under: { owner: string; release: Release }[] = []
      let jobs = 0
      const begun: string[] = []
      return {
        gate,
        begun,
        count: (owner: string) => under.filter((each) => each.owner === owner).length,
        /** @returns the job */
        ask(owner: string, tries: number, scheduled = false): string {
          const jobId = `job ${jobs++}`
          gate.join(jobId, { owner, scheduled })
          for (let number = 0; number < tries; number++) {
            void gate.enter(jobId, null).then((release) => {
              if (release) {
                begun.push(owner)
                under.push({ owner, release })
              }
            })
          }
          return jobId
        },
        /** The oldest try ends. */
        async end() {
          under.shift()?.release()
          await Promise.resolve()
          await Promise.resolve()
        },
      }
    }

    it('shares the places evenly, however many jobs and tries one of them has', async () => {
      const { ask, end, count } = shared(64)
      for (let job = 0; job < 20; job++) {
        ask('large', 1000)
      }
      ask('small', 200)
      ask('third', 200)
      await Promise.resolve()
      for (let turn = 0; turn < 200; turn++) {
        await end()
      }
      expect(Math.min(count('small'), count('third'))).toBeGreaterThanOrEqual(15)
      expect(count('large')).toBeLessThanOrEqual(30)
    })

    it('leaves places for an owner who comes next, though those of another never end', async () => {
      const { ask, count } = shared(64)
      for (let job = 0; job < 20; job++) {
        ask('silent', 100)
      }
      await Promise.resolve()
      expect(count('silent')).toBe(60)
      ask('small', 3)
      await Promise.resolve()
      expect(count('small')).toBe(3)
    })

    it('gives what is asked three of four places while schedules want them too, and all where nobody does', async () => {
      const { ask, end, count, gate } = shared(64)
      for (let job = 0; job < 10; job++) {
        ask('admin', 1000, true)
      }
      await Promise.resolve()
      expect(count('admin')).toBe(60)
      ask('token', 5000)
      ask('token', 5000)
      for (let turn = 0; turn < 400; turn++) {
        await end()
      }
      expect(gate.active).toBeGreaterThanOrEqual(60)
      expect(count('admin')).toBeGreaterThanOrEqual(12)
      expect(count('admin')).toBeLessThanOrEqual(20)
    })

    it('knows of an owner nothing more when its jobs have left', async () => {
      const gate = createGate({ total: 1, perAddress: 1 })
      const release = await gate.enter('first', null)
      const forget = gate.join('job', { owner: 'a', scheduled: false })
      const waiting = gate.enter('job', null)
      gate.leave('job')
      forget()
      expect(await waiting).toBeNull()
      release?.()
      expect(await gate.enter('job', null)).not.toBeNull()
    })

    it('keeps nobody waiting for ever: whatever comes and goes, every try that waits begins', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(
            fc.record({
              owner: fc.constantFrom('a', 'b', 'c'),
              tries: fc.integer({ min: 1, max: 12 }),
              scheduled: fc.boolean(),
              ends: fc.integer({ min: 0, max: 6 }),
            }),
            { maxLength: 30 },
          ),
          async (asked) => {
            const { ask, end, begun } = shared(8)
            for (const { owner, tries, scheduled, ends } of asked) {
              ask(owner, tries, scheduled)
              for (let turn = 0; turn < ends; turn++) {
                await end()
              }
            }
            const wanted = asked.reduce((sum, { tries }) => sum + tries, 0)
            for (let turn = 0; turn < wanted + 10; turn++) {
              await end()
            }
            expect(begun).toHaveLength(wanted)
          },
        ),
        { numRuns: 50 },
      )
    })
  })
})
