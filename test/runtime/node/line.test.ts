import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createLine } from '../../../src/runtime/node/line.ts'

// D8 of trials/security.md
describe('the line of requests', () => {
  it('lets all begin while nobody connects', async () => {
    const line = createLine(() => 0)
    expect(await Promise.all(Array.from({ length: 100 }, () => line.turn()))).toEqual(Array(100).fill(true))
  })

  it('lets clients connect first, and still some begin', async () => {
    const line = createLine(() => 0)
    let begun = 0
    for (let each = 0; each < 100; each++) void line.turn().then(() => begun++)
    for (let turn = 0; turn < 40; turn++) {
      line.connected()
      await setImmediate()
    }
    expect(begun).toBeGreaterThanOrEqual(8)
    expect(begun).toBeLessThanOrEqual(11)
  })

  it('refuses who has waited half a second, and nobody who has come since', async () => {
    let nowMs = 0
    const line = createLine(() => nowMs)
    const late = Array.from({ length: 3 }, () => line.turn())
    nowMs = 501
    const next = line.turn()
    expect(await Promise.all([...late, next])).toEqual([false, false, false, true])
  })
})
