/// <reference types="@cloudflare/vitest-plugin/types" />
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { createGate } from '../../../src/check/try-limiter.ts'
import { createCalls } from '../../../src/runtime/workers/call-budget.ts'
import { createTurnGate } from '../../../src/runtime/workers/gate.ts'
import { guardD1 } from '../../../src/runtime/workers/guard-d1.ts'
import { inInvocation, ownCalls } from '../../../src/runtime/workers/invocation.ts'
import { createReach } from '../../../src/runtime/workers/reachable-address.ts'

describe('calls', () => {
  it('are at most 40 an invocation: the next one is a thrown bug', async () => {
    const calls = createCalls({ reserved: 10 })
    for (let made = 0; made < 40; made++) {
      await calls.make('d1', async () => made)
    }
    await expect(calls.make('queue', async () => 0)).rejects.toThrow('at most 40 calls')
  })

  it('keep for recording what probing must not spend', async () => {
    const calls = createCalls({ reserved: 38 })
    expect(calls.probesLeft).toBe(2)
    await Promise.all([calls.make('connect', async () => 0), calls.make('dns', async () => 0)])
    expect([calls.probesLeft, calls.left]).toEqual([0, 38])
  })

  it('hold at most 6 connections at once', async () => {
    const calls = createCalls({ reserved: 0 })
    let open = 0
    let most = 0
    const { promise: full, resolve: fill } = Promise.withResolvers<void>()
    const call = async () => {
      most = Math.max(most, ++open)
      if (open === 6) {
        fill()
      }
      await full
      open--
    }
    await Promise.all(Array.from({ length: 20 }, () => calls.make('connect', call)))
    expect([most, open]).toEqual([6, 0])
  })
})

describe('the gate of a turn', () => {
  it('begins a try only if it can afford all that it may cost, and says when none can begin any more', async () => {
    let left = 10
    let spent = 0
    const gate = createTurnGate(
      createGate({ total: 5, perAddress: 5 }),
      (open) => left >= 4 * (open + 1),
      () => spent++,
    )
    const first = await gate.enter('job', 'a')
    const second = await gate.enter('job', 'a')
    const third = gate.enter('job', 'a')
    expect([gate.active, spent]).toEqual([2, 0])
    left -= 1
    first?.()
    const begun = await third
    expect([begun === null, gate.active]).toEqual([false, 2])
    const fourth = gate.enter('job', 'a')
    left -= 6
    begun?.()
    expect(spent).toBe(0)
    second?.()
    expect(spent).toBe(1)
    gate.leave('job')
    expect(await fourth).toBeNull()
  })
})

describe('D1', () => {
  it('refuses what production would: a value of 1 MB, 101 parameters, a statement over 100 KB', async () => {
    const database = guardD1(env.DB, null)
    const one = database.prepare('select length(?) length')
    expect(await one.bind('x'.repeat(999_999)).first()).toEqual({ length: 999_999 })
    expect(() => one.bind('x'.repeat(1_000_000))).toThrow('a value of 1000000 characters')
    expect(() => one.bind('é'.repeat(500_000))).toThrow('a value of 500000 characters')
    expect(() => one.bind(...Array.from({ length: 101 }, () => 1))).toThrow('101 parameters')
    expect(() => database.prepare(`select '${'x'.repeat(100_000)}'`)).toThrow('a statement of')
  })

  it('counts a query, and a batch, as one call; each statement as a query, of which an invocation makes 1000', async () => {
    const calls = createCalls({ reserved: 0 })
    const database = guardD1(env.DB, calls)
    const batch = (length: number) =>
      database.batch(Array.from({ length }, (_, n) => database.prepare('select ? n').bind(n)))
    await database.prepare('select 1').all()
    await batch(50)
    expect([calls.left, calls.queriesLeft]).toEqual([38, 949])
    await expect(batch(950)).rejects.toThrow('at most 1000 queries, not 1001')
    await batch(949)
    expect([calls.left, calls.queriesLeft]).toEqual([37, 0])
  })

  it('counts for each invocation what all of an isolate ask together, to the end of a stream', async () => {
    const database = guardD1(env.DB, ownCalls)
    const ask = () => database.prepare('select 1').all()
    const streaming = async function* () {
      for (let n = 0; n < 3; n++) {
        yield await ask()
      }
    }
    const [one, other] = [createCalls({ reserved: 0 }), createCalls({ reserved: 0 })]
    await Promise.all([
      inInvocation(one, async () => {
        for await (const _ of streaming()) {
          await ask()
        }
      }),
      inInvocation(other, ask),
    ])
    expect([one.queriesLeft, other.queriesLeft]).toEqual([994, 999])
    await expect(async () => ask()).rejects.toThrow('outside of an invocation')
  })
})

describe('what the edge reaches', () => {
  const cannotReach = createReach(['127.0.0.0/8'])
  const at = (address: string, port = 443) => cannotReach({ address, port })?.replace(/^.* (is|to) /, '$1 ') ?? null

  it.each([
    ['203.0.114.9', null],
    ['2a00:1450::1', null],
    ['127.0.0.1', null],
    ['::ffff:127.0.0.1', null],
    ['10.96.0.1', 'is not a public address: it cannot be dialled from the edge'],
    ['169.254.169.254', 'is not a public address: it cannot be dialled from the edge'],
    ['100.64.0.1', 'is not a public address: it cannot be dialled from the edge'],
    ['fd00::1', 'is not a public address: it cannot be dialled from the edge'],
    ['::ffff:10.0.0.1', 'is not a public address: it cannot be dialled from the edge'],
    ['64:ff9b::a00:1', 'is not a public address: it cannot be dialled from the edge'],
    ['104.16.0.1', "is the platform's own: it cannot be dialled from the edge"],
    ['2606:4700::1', "is the platform's own: it cannot be dialled from the edge"],
  ])('%s: %s', (address, why) => {
    expect(at(address)).toBe(why)
  })

  it('port 25 of nobody', () => {
    expect(cannotReach({ address: '203.0.114.9', port: 25 })).toMatch(/port 25/)
  })
})
