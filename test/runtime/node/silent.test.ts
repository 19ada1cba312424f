import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestPortolan, type TestPortolan } from '../../support/portolan.ts'

let api: TestPortolan
beforeAll(async () => {
  api = await startTestPortolan()
})
afterAll(() => api.close())

const dial = (): Socket => {
  const socket = connect(Number(new URL(api.url).port), '127.0.0.1')
  socket.on('error', () => undefined)
  return socket
}

// Lows of trials/security.md: 2,000 silent connections stayed open.
describe('connections that say nothing', () => {
  it('are closed by the server, which answers others meanwhile', async () => {
    const silent = Array.from({ length: 50 }, dial)
    const half = dial()
    half.write('GET /livez HTTP/1.1\r\nhost: loc')
    // Who says nothing is sent 408, which has to be read before the end is seen.
    for (const socket of [...silent, half]) {
      socket.resume()
    }
    const closed = Promise.all([...silent, half].map((socket) => once(socket, 'close')))
    expect((await api.call('/livez')).status).toBe(200)
    expect(await closed).toHaveLength(51)
    expect((await api.call('/livez')).status).toBe(200)
  })

  it('are not taken beyond a thousand, and the server answers when they have gone', async () => {
    const sockets = Array.from({ length: 1050 }, dial)
    // Whoever is taken is sent 408 when it has been silent for too long; whoever is not is closed without a word.
    const heard = new Set<Socket>()
    for (const socket of sockets) {
      socket.once('data', () => heard.add(socket))
    }
    await Promise.all(sockets.map((socket) => once(socket, 'close')))
    // The test's own client may keep a connection or two, which count.
    expect([998, 999, 1000]).toContain(heard.size)
    expect((await api.call('/livez')).status).toBe(200)
  })
})
