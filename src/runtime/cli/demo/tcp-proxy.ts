import { connect, createServer } from 'node:net'
import { type Listener, listen, type Place } from './listen.ts'

/**
 * Forwards each connection to the next target in turn: bytes, not requests, as kube-proxy's rules and a network load
 * balancer do.
 */
export function startTcpProxy(role: string, at: Place, targetsNow: () => readonly Place[]): Promise<Listener> {
  let turn = 0
  const server = createServer((client) => {
    const targets = targetsNow()
    const target = targets[turn++ % targets.length]
    if (target === undefined) {
      client.resetAndDestroy()
      return
    }
    const upstream = connect({ host: target.address, port: target.port })
    client.pipe(upstream).pipe(client)
    client.on('error', () => upstream.destroy())
    client.on('close', () => upstream.destroy())
    upstream.on('error', () => client.destroy())
  })
  return listen(server, role, at)
}
