/**
 * A pod: servers on the ports of its containers that say the pod's name, and misbehave when they are told to. A program
 * of its own, in the pod's network namespace: `node pod.ts NAME PORTS`, told by messages what to do.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { createServer, type Server, type Socket } from 'node:net'

/**
 * `hang`: takes connections and never answers; `reset`: resets them once asked; `closed`: does not listen; `IPv4`:
 * listens in that family alone; `large`: answers with more than a packet holds.
 */
export type Mode = 'well' | 'large' | 'hang' | 'reset' | 'closed' | 'IPv4' | { status: number }

export type PodPort = { number: number; speaks: 'http' | 'https' | 'tcp' }
/** Files of the certificate that `https` ports show. */
export type PodSpec = { ports: readonly PodPort[]; cert: string; key: string }

const [name = '', text = '{}'] = process.argv.slice(2)
const spec: PodSpec = JSON.parse(text)
let mode: Mode = 'well'

const answer: RequestListener = (request, response) => {
  if (mode === 'hang') return
  if (mode === 'reset') {
    request.socket.resetAndDestroy()
    return
  }
  const status = typeof mode === 'object' ? mode.status : 200
  response.writeHead(status, { 'content-type': 'text/plain', 'x-pod-name': name })
  const filling = mode === 'large' ? 'croak '.repeat(1000) : ''
  response.end(status === 200 ? `You've hit ${name}\n${filling}` : `${status} from ${name}\n`)
}

const talk = (socket: Socket): void => {
  socket.on('error', () => socket.destroy())
  if (mode === 'reset') socket.resetAndDestroy()
  else if (mode !== 'hang') socket.end(`${name}\n`)
}

const make: Record<PodPort['speaks'], () => Server> = {
  http: () => createHttpServer(answer),
  https: () => createHttpsServer({ cert: readFileSync(spec.cert), key: readFileSync(spec.key) }, answer),
  tcp: () => createServer(talk),
}
let servers: Server[] = []

async function open(): Promise<void> {
  servers = await Promise.all(
    spec.ports.map(({ number, speaks }) => {
      const server = make[speaks]()
      return new Promise<Server>((resolve, reject) => {
        server.once('error', reject)
        server.listen(number, mode === 'IPv4' ? '0.0.0.0' : '::', () => resolve(server))
      })
    }),
  )
}

/** Connections that are open stay: only who comes next is refused. */
const close = (): Promise<unknown> =>
  Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))))

/** Modes in which other addresses are listened on than in the others. */
const LISTENING: readonly Mode[] = ['closed', 'IPv4']

process.on('message', async (wanted: Mode) => {
  const before = mode
  mode = wanted
  if (wanted !== before && (LISTENING.includes(wanted) || LISTENING.includes(before))) {
    await close()
    if (wanted !== 'closed') await open()
  }
  process.send?.('done')
})
process.on('disconnect', () => process.exit())
await open()
process.send?.('done')
