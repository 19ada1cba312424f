import { createServer as createHttpServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { type Listener, listen, type Place } from './listen.ts'

export type Route = { host: string; pathPrefix: string; endpoints: readonly Place[] }

/** `key` and `cert` in PEM. */
export type ServerCertificate = { key: string; cert: string }

/**
 * Routes by Host and path prefix straight to the endpoints, as ingress-nginx does, and answers 404 to any other host.
 * With a certificate it speaks TLS.
 */
export function startIngressController(
  at: Place,
  routes: readonly Route[],
  certificate: ServerCertificate | null,
): Promise<Listener> {
  let turn = 0
  const handle = (incoming: IncomingMessage, response: ServerResponse): void => {
    const host = (incoming.headers.host ?? '').replace(/:\d+$/, '').toLowerCase()
    const path = incoming.url ?? '/'
    const route = routes.find((one) => one.host === host && path.startsWith(one.pathPrefix))
    const endpoint = route?.endpoints[turn++ % route.endpoints.length]
    if (endpoint === undefined) {
      answer(response, route === undefined ? 404 : 503)
      return
    }
    const { method, headers } = incoming
    const upstream = request({ host: endpoint.address, port: endpoint.port, path, method, headers, agent: false })
    upstream.on('response', (reply) => {
      response.writeHead(reply.statusCode ?? 502, reply.headers)
      reply.pipe(response)
    })
    upstream.on('error', () => answer(response, 502))
    incoming.pipe(upstream)
  }
  const server = certificate === null ? createHttpServer(handle) : createHttpsServer(certificate, handle)
  return listen(server, 'Ingress controller', at)
}

function answer(response: ServerResponse, status: number): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  response.writeHead(status, { 'content-type': 'text/html', server: 'demo-ingress' })
  response.end(`<html><body><h1>${status}</h1><hr>demo-ingress</body></html>\n`)
}
