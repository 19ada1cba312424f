import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterAll, describe, it } from 'vitest'
import { startTestPortolan, type TestPortolan } from '../../support/portolan.ts'

const started: TestPortolan[] = []
afterAll(() => Promise.all(started.map((api) => api.close())))

/** One for each test: the client of another may keep a connection, which would count. */
async function start(): Promise<TestPortolan> {
  const api = await startTestPortolan()
  started.push(api)
  return api
}

const dial = (api: TestPortolan): Socket => {
  const socket = connect(Number(new URL(api.url).port), '127.0.0.1')
  socket.on('error', () => undefined)
  return socket
}

/** At once: the kernel loses connections that wait to be accepted beyond 511, and their silent clients never learn it. */
const WAVE = 100

async function dialMany(api: TestPortolan, count: number, listenTo: (socket: Socket) => void): Promise<Socket[]> {
  const sockets: Socket[] = []
  while (sockets.length < count) {
    const wave = Array.from({ length: Math.min(WAVE, count - sockets.length) }, () => dial(api))
    wave.forEach(listenTo)
    await Promise.all(wave.map((socket) => once(socket, 'connect')))
    sockets.push(...wave)
  }
  return sockets
}

// Lows of trials/security.md: 2,000 silent connections stayed open.
// Both wait for the server to lose its patience: together they wait once.
describe.concurrent('connections that say nothing', () => {
  it('are closed by the server, which answers others meanwhile', async ({ expect }) => {
    const api = await start()
    const silent = Array.from({ length: 50 }, () => dial(api))
    const half = dial(api)
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

  it('are not taken beyond a thousand, and the server answers when they have gone', async ({ expect }) => {
    const api = await start()
    const heard = new Set<Socket>()
    const closed: Promise<unknown>[] = []
    const sockets = await dialMany(api, 1050, (socket) => {
      // Whoever is taken is sent 408 when it has been silent for too long; whoever is not is closed without a word.
      socket.once('data', () => heard.add(socket))
      closed.push(once(socket, 'close'))
    })
    await Promise.all(closed)
    expect(sockets.map((socket) => heard.has(socket))).toEqual([...Array(1000).fill(true), ...Array(50).fill(false)])
    expect((await api.call('/livez')).status).toBe(200)
  })
})
