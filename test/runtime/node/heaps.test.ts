import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

/** Makes what outlives some young collections, and tells how large the young generations of both threads became, MiB. */
const PROGRAM = `
  import { getHeapSpaceStatistics } from 'node:v8'
  import { isMainThread, parentPort, Worker } from 'node:worker_threads'
  import { keepHeapsSmall, THREAD_LIMITS } from '${new URL('../../../src/runtime/node/heaps.ts', import.meta.url)}'

  const work = async () => {
    let kept = []
    for (let turn = 0; turn < 2000; turn++) {
      for (let i = 0; i < 800; i++) kept.push({ i, list: [i, i], text: 'x' + i })
      if (turn % 40 === 0) kept = []
      await new Promise((resolve) => setImmediate(resolve))
    }
    return getHeapSpaceStatistics().find((space) => space.space_name === 'new_space').space_size / 1024 / 1024
  }
  if (isMainThread) {
    if (process.argv[2] === 'small') keepHeapsSmall()
    const thread = new Worker(new URL(import.meta.url), {
      ...(process.argv[2] === 'small' && { resourceLimits: THREAD_LIMITS }),
    })
    const inThread = await new Promise((resolve) => thread.once('message', resolve))
    console.log(JSON.stringify({ main: await work(), thread: inThread }))
  } else {
    parentPort.postMessage(await work())
  }
`

type Sizes = { main: number; thread: number }

function sizes(how: 'small' | 'as V8 does'): Sizes {
  const folder = mkdtempSync(join(tmpdir(), 'portolan-heaps-'))
  try {
    const file = join(folder, 'program.mjs')
    writeFileSync(file, PROGRAM)
    return JSON.parse(execFileSync(process.execPath, [file, how], { encoding: 'utf8' }))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

describe('the young generations', () => {
  it('stop growing at 8 MiB, and at 16 in the thread that probes, where V8 by itself goes on', () => {
    const { main, thread } = sizes('small')
    expect(main).toBeLessThanOrEqual(8)
    expect(thread).toBeLessThanOrEqual(16)
    expect(sizes('as V8 does').main).toBeGreaterThan(8)
  })
})
