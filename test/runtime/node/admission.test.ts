import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createAdmission } from '../../../src/runtime/node/admission.ts'

// D8 of trials/security.md
describe('requests that come faster than they are answered', () => {
  it('all begin while nobody connects', async () => {
    const admission = createAdmission(() => 0)
    expect(await Promise.all(Array.from({ length: 100 }, () => admission.mayBegin()))).toEqual(Array(100).fill(true))
  })

  it('wait for clients to connect, and some begin meanwhile', async () => {
    const admission = createAdmission(() => 0)
    let begun = 0
    for (let each = 0; each < 100; each++) {
      void admission.mayBegin().then(() => begun++)
    }
    for (let turn = 0; turn < 40; turn++) {
      admission.connected()
      await setImmediate()
    }
    expect(begun).toBeGreaterThanOrEqual(8)
    expect(begun).toBeLessThanOrEqual(11)
  })

  it('are refused when they have waited half a second, and those that came since are not', async () => {
    let nowMs = 0
    const admission = createAdmission(() => nowMs)
    const late = Array.from({ length: 3 }, () => admission.mayBegin())
    nowMs = 501
    const next = admission.mayBegin()
    expect(await Promise.all([...late, next])).toEqual([false, false, false, true])
  })
})
