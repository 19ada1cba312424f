/**
 * A pod for the examples of the API guide: what a Service's ports speak, on loopback. `node examples/api/pod.ts` serves
 * on the ports of examples/api/toad.yaml until it is stopped.
 *
 * @module
 */
import { createServer as createHttp, type RequestListener } from 'node:http'
import { createServer as createHttps } from 'node:https'
import { createServer as createTcp, type Server } from 'node:net'
import { issueCertificate } from '../../src/runtime/cli/demo/certificate.ts'
import { type Listener, listen } from '../../src/runtime/cli/demo/listen.ts'

/** Each of them a listener; `0` takes a free port. */
export type PodPorts = { http: number; https: number; db: number }

const answer: RequestListener = (request, response) => {
  response.setHeader('x-pod-name', 'toad-xueq1')
  const { pathname } = new URL(request.url ?? '/', 'http://pod')
  if (pathname === '/healthz') {
    response.setHeader('content-type', 'application/json')
    return response.end('{"status":"up","queue":{"depth":0}}')
  }
  if (pathname === '/old') {
    return response.writeHead(302, { location: '/healthz' }).end()
  }
  if (pathname === '/down') {
    return response.writeHead(503).end('out of toads\n')
  }
  if (pathname === '/private' && request.headers.authorization !== 'Bearer open-sesame-4711') {
    return response.writeHead(401).end()
  }
  // Never answered: for whoever wants to see a job run, and be cancelled.
  if (pathname === '/slow') {
    return
  }
  if (request.method === 'POST') {
    return response.writeHead(201).end('made\n')
  }
  response.end("You've hit toad-xueq1\n")
}

/** Speaks a line like Redis: PING is answered by +PONG. */
const speak = (): Server =>
  createTcp((socket) => {
    socket.on('error', () => socket.destroy())
    socket.on('data', (data) => socket.write(data.toString().startsWith('PING') ? '+PONG\r\n' : '-ERR\r\n'))
  })

/** @returns the ports it got. */
export async function startApiPod(ports: PodPorts): Promise<Listener & { ports: PodPorts }> {
  const { key, cert } = await issueCertificate(['toad.example.com'])
  const servers = { http: createHttp(answer), https: createHttps({ key, cert }, answer), db: speak() }
  const [http, https, db] = await Promise.all([
    listen(servers.http, 'pod', { address: '127.0.0.1', port: ports.http }),
    listen(servers.https, 'pod', { address: '127.0.0.1', port: ports.https }),
    listen(servers.db, 'pod', { address: '127.0.0.1', port: ports.db }),
  ])
  const portOf = (server: Server): number => {
    const address = server.address()
    if (address === null || typeof address === 'string') {
      throw new Error('it listens on a port')
    }
    return address.port
  }
  return {
    ports: { http: portOf(servers.http), https: portOf(servers.https), db: portOf(servers.db) },
    close: async () => void (await Promise.all([http.close(), https.close(), db.close()])),
  }
}

if (import.meta.main) {
  const pod = await startApiPod({ http: 9376, https: 9377, db: 9378 })
  console.log('The pod of examples/api/toad.yaml serves on 127.0.0.1, ports 9376 to 9378. Stop it with Ctrl-C.')
  process.once('SIGINT', () => void pod.close())
  process.once('SIGTERM', () => void pod.close())
}
