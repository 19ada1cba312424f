import { expect, it } from 'vitest'
import { ProberGoneError } from '../../check/work.ts'
import { proberGone } from './run.ts'

it('says of the thread that probes why it ended, and what to do', () => {
  const told = (cause?: unknown) => proberGone(new ProberGoneError('it has ended', { cause }))
  const memory = Object.assign(new Error('Worker terminated due to reaching memory limit: JS heap out of memory'), {
    code: 'ERR_WORKER_OUT_OF_MEMORY',
  })
  expect([told(memory), told(new Error('ours.')), told()]).toEqual([
    'The thread that probes has ended, which says nothing of any target: Worker terminated due to reaching memory limit: ' +
      'JS heap out of memory. Check fewer Services at once, or give it more memory: NODE_OPTIONS=--max-old-space-size=4096.',
    'The thread that probes has ended, which says nothing of any target: ours. Try again, and report it if it comes again.',
    'The thread that probes has ended, which says nothing of any target. Try again, and report it if it comes again.',
  ])
})
