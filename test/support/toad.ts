import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A pod on loopback: says who it is, as those of the seed article do. */
export async function startPod(name: string, address = '127.0.0.1', listener?: RequestListener): Promise<Pod> {
  const requests: string[] = []
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url} host=${request.headers.host}`)
    if (listener) {
      return listener(request, response)
    }
    response.writeHead(200, { 'content-type': 'text/plain', 'x-pod-name': name })
    response.end(`You've hit ${name}\n`)
  })
  await new Promise<void>((resolve) => server.listen(0, address, resolve))
  return { address, port: (server.address() as AddressInfo).port, requests, close: () => closeServer(server) }
}

export type Pod = { address: string; port: number; requests: readonly string[]; close(): Promise<void> }

const closeServer = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })

/** A Service whose ClusterIP and port are a loopback address where something really listens. */
export const toadService = (port: number, extra: Record<string, unknown> = {}): Record<string, unknown> => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'toad-svc', namespace: 'default' },
  spec: {
    clusterIP: '127.0.0.1',
    clusterIPs: ['127.0.0.1'],
    ipFamilies: ['IPv4'],
    selector: { app: 'toad' },
    ports: [{ name: 'http', port, targetPort: port }],
    ...extra,
  },
})
