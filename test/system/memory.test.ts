import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, describe, expect, it } from 'vitest'
import { type Bundle, startBundle } from '../support/bundle.ts'
import { ADDRESSES, PATHS, triedBy, tryEverySecond } from '../support/every-second.ts'
import { makeMemoryCgroup } from '../support/memory-cgroup.ts'

const LIMIT_BYTES = 256 * 1024 * 1024
/** One a second. */
const JOBS = 120

const cgroup = makeMemoryCgroup(LIMIT_BYTES)
if ('obstacle' in cgroup) {
  console.log(`the run within 256 MiB is skipped: it needs a memory cgroup (${cgroup.obstacle})`)
}

const servers: Server[] = []
let portolan: Bundle | null = null

afterAll(async () => {
  await portolan?.stop()
  for (const server of servers) {
    server.close()
  }
  if (!('obstacle' in cgroup)) {
    cgroup.remove()
  }
})

/** @returns the port, which is the same on all addresses. */
async function answerOnAll(): Promise<number> {
  let port = 0
  for (const address of ADDRESSES) {
    const server = createServer((_, response) => response.end('toad')).listen(port, address)
    await once(server, 'listening')
    servers.push(server)
    port = (server.address() as AddressInfo).port
  }
  return port
}

/** Resolves when so many have finished, or it has ended. */
async function untilJobs({ program }: Bundle, count: number): Promise<void> {
  const ended = once(program.process, 'exit').then(() => true)
  const { stderr } = program.process
  for (let hasEnded = false; !hasEnded && stderr !== null && triedBy(program.lines).jobs < count; ) {
    hasEnded = await Promise.race([ended, once(stderr, 'data').then(() => false)])
  }
}

describe.skipIf('obstacle' in cgroup)('in a memory cgroup of 256 MiB', () => {
  it(`tries ${PATHS} HTTP paths every second for two minutes, and is not ended`, async () => {
    if ('obstacle' in cgroup) {
      return
    }
    const port = await answerOnAll()
    portolan = await startBundle(
      { PORTOLAN_EGRESS_ALLOW: '127.0.0.0/8', PORTOLAN_VANTAGE: 'in-cluster' },
      cgroup.within,
    )
    await tryEverySecond(portolan.url, port)
    await untilJobs(portolan, JOBS)
    const { status } = await fetch(`${portolan.url}/readyz`)
    const { jobs, notPassed, failed, errors } = triedBy(portolan.program.lines)
    const { killed, own } = cgroup.figures()
    console.log(`${jobs} jobs of ${PATHS} paths; ${Math.round(own / 1024 / 1024)} MiB of its own at the end`)
    expect({ status, killed, notPassed, failed, errors }).toEqual({
      status: 200,
      killed: 0,
      notPassed: 0,
      failed: 0,
      errors: 0,
    })
  }, 300_000)
})
