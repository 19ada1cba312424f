import { expect, it } from 'vitest'
import { ProberGoneError } from '../../../src/check/work.ts'
import { localConfig } from '../../../src/runtime/cli/local-config.ts'
import { openLocal } from '../../../src/runtime/node/local.ts'
import { quietLog } from '../../support/checks.ts'
import { loopbackService } from '../../support/loopback-service.ts'

const thread = (script: string): URL => new URL(`data:text/javascript,${encodeURIComponent(script)}`)

it.each([
  ['fails', 'throw new Error("ours")', 'ours'],
  [
    'fails at its first work',
    'import("node:worker_threads").then(({ parentPort: port }) => port.on("message", () => { throw new Error("ours") }))',
    'ours',
  ],
  ['ends by itself', 'process.exit(3)', null],
])('answers nobody any more where the thread that probes %s', async (_, script, why) => {
  const log = quietLog()
  const local = await openLocal(localConfig({}, { strictEgress: false }), log, thread(script))
  const asked = local.fetch(
    new Request('http://localhost/v1/jobs?wait=60', {
      method: 'POST',
      headers: { 'content-type': 'application/yaml' },
      body: loopbackService(80),
    }),
  )
  const error = await asked.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(ProberGoneError)
  const cause = (error as ProberGoneError).cause
  expect(why === null ? cause : String(cause)).toEqual(why === null ? undefined : expect.stringContaining(why))
  expect(local.broken.reason).toBe(error)
  await local.close()
  // Whoever asks is told: the log need not say it again
  expect(log.events.filter(({ event }) => event === 'prober_ended')).toEqual([])
})
