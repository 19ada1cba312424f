import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createServer as createTcpServer } from 'node:net'

export type Echo = {
  /** The Service of both: `http` and `tcp` are its ports. */
  service(metadata?: Record<string, unknown>): Record<string, unknown>
  /** The tokens of Bearer that were heard. */
  heard(): string[]
  close(): Promise<void>
}

/** Says back all that it is sent, in every form that comes to mind: as a debugging endpoint or a log does. */
export async function startEcho(): Promise<Echo> {
  const bearers: string[] = []
  const http = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      const { authorization = '' } = request.headers
      if (authorization.startsWith('Bearer ')) {
        bearers.push(authorization.slice('Bearer '.length))
      }
      sayBack(request, body, response)
    })
  })
  const tcp = createTcpServer((socket) => {
    socket.on('error', () => undefined)
    socket.on('data', (data) => socket.write(`ERR ${data} ${data.toString('base64')} ${data.toString('hex')}\r\n`))
  })
  const [httpPort, tcpPort] = await Promise.all(
    [http, tcp].map(
      (server) =>
        new Promise<number>((resolve) => {
          server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
        }),
    ),
  )
  return {
    heard: () => bearers,
    service: (metadata = {}) => ({
      ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'toad-svc', namespace: 'default', ...metadata } },
      spec: {
        ...{ clusterIP: '127.0.0.1', clusterIPs: ['127.0.0.1'], ipFamilies: ['IPv4'], selector: { app: 'toad' } },
        ports: [
          { name: 'http', port: httpPort, targetPort: 80 },
          { name: 'tcp', port: tcpPort, targetPort: 81 },
        ],
      },
    }),
    close: () =>
      new Promise((resolve) => {
        http.closeAllConnections()
        http.close(() => tcp.close(() => resolve()))
      }),
  }
}

function sayBack(request: IncomingMessage, body: string, response: ServerResponse): void {
  const values = [...Object.values(request.headers).map(String), body].filter((text) => text !== '')
  for (const [i, value] of values.entries()) {
    const bytes = Buffer.from(value)
    response.setHeader(`x-base64-${i}`, bytes.toString('base64'))
    response.setHeader(`x-hex-${i}`, bytes.toString('hex'))
    response.setHeader(`x-url-${i}`, encodeURIComponent(value))
  }
  response.setHeader('location', `/?said=${encodeURIComponent(values.join('&').toUpperCase())}`)
  response.setHeader('set-cookie', String(request.headers.cookie ?? 'none=1').replaceAll(';', ','))
  response.setHeader('server', String(request.headers['x-api-key'] ?? 'echo'))
  response.setHeader('content-type', 'text/plain')
  response.end(
    [
      JSON.stringify(request.headers),
      body,
      ...values.map(swapped),
      ...values.map((text) => JSON.stringify({ text })),
    ].join('\n'),
  )
}

const swapped = (text: string): string =>
  [...text].map((char) => (char === char.toLowerCase() ? char.toUpperCase() : char.toLowerCase())).join('')
