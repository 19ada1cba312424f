import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { startDnsServer, type Zone } from './dns-server.ts'

export type DohServer = {
  url: string
  /** Names and types asked, in order. */
  readonly queries: readonly string[]
  setZone(zone: Zone): void
  close(): Promise<void>
}

/** DNS over HTTPS (RFC 8484; in clear text, on loopback) before a DNS server of real packets. */
export async function startDohServer(zone: Zone): Promise<DohServer> {
  const dns = await startDnsServer(zone)
  const http = createServer(async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request) {
      parts.push(part)
    }
    const answer = await askOverTcp(dns.port, Buffer.concat(parts))
    if (answer === null) {
      return
    }
    response.writeHead(200, { 'content-type': 'application/dns-message' }).end(answer)
  })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/dns-query`,
    get queries() {
      return dns.queries.map(({ name, type }) => `${name} ${type}`)
    },
    setZone: dns.setZone,
    async close() {
      const closed = once(http, 'close')
      http.close()
      http.closeAllConnections()
      await Promise.all([closed, dns.close()])
    },
  }
}

/** `null`: the server ended the connection without an answer. */
function askOverTcp(port: number, message: Buffer): Promise<Buffer | null> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const length = Buffer.alloc(2)
    length.writeUInt16BE(message.length)
    let received = Buffer.alloc(0)
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk])
      if (received.length < 2 || received.length < 2 + received.readUInt16BE()) {
        return
      }
      socket.destroy()
      resolve(received.subarray(2, 2 + received.readUInt16BE()))
    })
    socket.on('error', () => resolve(null))
    socket.on('close', () => resolve(null))
    socket.write(Buffer.concat([length, message]))
  })
}
