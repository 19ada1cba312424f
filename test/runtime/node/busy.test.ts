import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TcpRequest } from '../../../src/check/network.ts'
import { nodeTransport } from '../../../src/runtime/node/transport.ts'
import type { Transport } from '../../../src/runtime/socket/attempt.ts'
import { exchangeHttp1 } from '../../../src/runtime/socket/http1.ts'
import { exchangeTcp } from '../../../src/runtime/socket/tcp.ts'
import { httpTo } from '../../network/requests.ts'

const TIMEOUT_MS = 60

/** Keeps this thread from anything else, as a slow disk does. */
function block(ms: number): void {
  const until = performance.now() + ms
  while (performance.now() < until) {
    // The thread is to be busy.
  }
}

/** Turns come in order, but the first comes when this side has been busy for longer than a try may take. */
function busyTransport(): Transport {
  const queue: (() => void)[] = []
  let begun = false
  const next = (): void => {
    queue.shift()?.()
    if (queue.length > 0) {
      setImmediate(next)
    } else {
      begun = false
    }
  }
  let first = true
  return {
    ...nodeTransport,
    inTurn(work) {
      queue.push(work)
      if (begun) {
        return
      }
      begun = true
      if (first) {
        block(2 * TIMEOUT_MS)
      }
      // Round the event loop twice: the timer has fired, and what follows from it.
      if (first) {
        setImmediate(() => setImmediate(() => setImmediate(next)))
      } else {
        setImmediate(next)
      }
      first = false
    },
  }
}

const server = createServer((_request, response) => response.end())
let port = 0
beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
})
afterAll(() => server.close())

const request = (): TcpRequest => ({
  address: '127.0.0.1',
  port,
  timeoutMs: TIMEOUT_MS,
  signal: new AbortController().signal,
  tls: null,
  steps: [],
  readLimitBytes: 65_536,
})

/** The dial is a turn, too: it is let through, the one after it is the busy one. */
function busyOnceConnected(): Transport {
  const busy = busyTransport()
  let dialled = false
  return {
    ...busy,
    inTurn(work) {
      if (dialled) {
        return busy.inTurn(work)
      }
      dialled = true
      work()
    },
  }
}

describe('a prober that is busy while the answer comes', () => {
  it('takes it for come in the middle of that, not for heard at its end', async () => {
    // In a process of its own, since this thread is what is busy
    const script = `require('node:http').createServer((_request, response) => setTimeout(() => response.end(), 50))
      .listen(0, '127.0.0.1', function () { process.stdout.write(String(this.address().port)) })`
    const slow = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
    try {
      const slowPort = Number(String((await once(slow.stdout, 'data'))[0]))
      const exchange = exchangeHttp1(nodeTransport, httpTo({ address: '127.0.0.1', port: slowPort }))
      const busyMs = 400
      setTimeout(() => nodeTransport.inTurn(() => block(busyMs)), 20)
      const { failure, timings } = await exchange
      expect(failure).toBeNull()
      expect(timings.firstByteMs).toBeGreaterThanOrEqual(50)
      expect(timings.firstByteMs).toBeLessThan(busyMs)
      expect(timings.totalMs).toBeGreaterThanOrEqual(timings.firstByteMs ?? Number.NaN)
    } finally {
      slow.kill()
    }
  })
})

describe('a prober that is busy for longer than a try may take', () => {
  it('does not blame the peer that connected in time', async () => {
    const exchange = await exchangeTcp(busyOnceConnected(), request())
    expect(exchange.failure).toBeNull()
    expect(exchange.timings.totalMs).toBeLessThan(TIMEOUT_MS)
  })

  it('still lets time be up for one that says nothing, later by what was lost', async () => {
    const silent = { ...request(), steps: [{ send: null, startTls: null, expect: { regexp: 'never' } }] }
    const exchange = await exchangeTcp(busyOnceConnected(), silent)
    expect(exchange.failure?.code).toBe('response_timeout')
    expect(exchange.timings.totalMs).toBeGreaterThanOrEqual(TIMEOUT_MS - 2)
  })
})
