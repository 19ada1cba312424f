/**
 * Listeners of the demonstration: opened on a given address and port, closed with every connection they hold.
 *
 * @module
 */
import { once } from 'node:events'
import type { Server, Socket } from 'node:net'

export type Listener = { close(): Promise<void> }

export type Place = { address: string; port: number }

/** The demonstration cannot start, and what to do: its message is the whole answer. */
export class DemoError extends Error {}

/** This machine has not the address, as macOS, which has of 127.0.0.0/8 the first alone. */
export class NoAddressError extends DemoError {}

export async function listen(server: Server, role: string, { address, port }: Place): Promise<Listener> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  server.listen(port, address)
  try {
    await once(server, 'listening')
  } catch (cause) {
    throw refusal(cause, role, { address, port })
  }
  return {
    async close() {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) {
        socket.destroy()
      }
      await closed
    },
  }
}

/** Turns what the system said into words that say what to do; anything unknown is returned as it is. */
export function refusal(cause: unknown, role: string, { address, port }: Place): unknown {
  const code = cause instanceof Error && 'code' in cause ? cause.code : null
  const where = `${address}:${port} (${role})`
  if (code === 'EADDRINUSE') {
    return new DemoError(`${where} is taken: is another demonstration running? End it, or what listens there: ss -ltnp`)
  }
  if (code === 'EADDRNOTAVAIL') {
    return new NoAddressError(`${where} does not exist on this machine`)
  }
  return cause
}
