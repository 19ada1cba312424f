import { once } from 'node:events'
import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { connect as connectTls, type SecureContext, type TLSSocket } from 'node:tls'
import type { Failure, Phase } from '../../../check/codes.ts'
import { failureOf } from '../../../check/failure.ts'
import { nodeTransport } from '../transport.ts'
import type { ClusterAccess, TunnelProxy } from './access.ts'

/** Tells that a connection could not be made, with the failure code that a probe of it would have had. */
export class DialError extends Error {
  readonly failure: Failure
  constructor(failure: Failure, cause: unknown) {
    super(failure.message, { cause })
    this.failure = failure
  }
}

/** Bytes of a proxy's answer to CONNECT. */
const PROXY_ANSWER_MAX_BYTES = 16 * 1024

type Secure = { host: string; serverName: string | null; verify: boolean; context?: SecureContext | undefined }

/**
 * Connects to an API server, through a proxy if there is one, and inside TLS unless it is plain http.
 *
 * @throws DialError
 */
export async function dial(
  { host, port, trust, proxy }: Pick<ClusterAccess, 'host' | 'port' | 'trust' | 'proxy'>,
  context: SecureContext | undefined,
  signal: AbortSignal,
): Promise<Socket> {
  const via = proxy ?? { host, port }
  const toIt = () => connected(connectTcp({ host: via.host, port: via.port, noDelay: true, keepAlive: true }), signal)
  const socket = proxy === null ? await toIt() : await tunnel(proxy, toIt, { host, port }, signal)
  if (trust === null) {
    return socket
  }
  return secured(socket, { host, serverName: trust.serverName, verify: trust.verify, context }, signal)
}

/** Whatever fails before the tunnel stands is the proxy's, and says so. */
async function tunnel(
  proxy: TunnelProxy,
  toIt: () => Promise<Socket>,
  to: { host: string; port: number },
  signal: AbortSignal,
): Promise<Socket> {
  try {
    const plain = await toIt()
    const socket = proxy.tls
      ? await secured(plain, { host: proxy.host, serverName: null, verify: true }, signal)
      : plain
    await askProxy(socket, proxy, to, signal)
    return socket
  } catch (error) {
    if (!(error instanceof DialError)) {
      throw error
    }
    throw new DialError(
      { ...error.failure, message: `the proxy ${proxy.shown} makes no connection: ${error.failure.message}` },
      error.cause,
    )
  }
}

const connected = (socket: Socket, signal: AbortSignal): Promise<Socket> =>
  settled(socket, socket, 'connect', 'connect', signal)

function secured(socket: Socket, { host, serverName, verify, context }: Secure, signal: AbortSignal): Promise<Socket> {
  const name = serverName ?? host
  const secure: TLSSocket = connectTls({
    socket,
    // The certificate is held against this name; an address has no place in SNI (RFC 6066 3)
    host: name,
    ...(isIP(name) === 0 && { servername: name }),
    secureContext: context,
    rejectUnauthorized: verify,
    ALPNProtocols: ['http/1.1'],
  })
  return settled(secure, socket, 'secureConnect', 'tls', signal)
}

/** Waits for `event`, or for what comes in its place; then the raw socket is closed. */
async function settled<S extends Socket>(
  socket: S,
  raw: Socket,
  event: string,
  phase: Phase,
  signal: AbortSignal,
): Promise<S> {
  try {
    const closed = once(socket, 'close', { signal }).then(() => {
      throw Object.assign(new Error('closed'), { code: 'CLOSED' })
    })
    closed.catch(() => undefined)
    await Promise.race([once(socket, event, { signal }), closed])
    return socket
  } catch (cause) {
    socket.on('error', () => undefined)
    raw.destroy()
    socket.destroy()
    const met = signal.aborted ? 'TIMEOUT' : nodeTransport.codeOf(cause, phase)
    const at = isLookup(cause) ? 'dns' : phase
    throw new DialError(failureOf(met, at, cause), cause)
  }
}

const isLookup = (cause: unknown): boolean =>
  cause instanceof Error && 'syscall' in cause && cause.syscall === 'getaddrinfo'

/** Asks a proxy for a tunnel (RFC 9110 9.3.6). What it says besides its status is nobody's business. */
async function askProxy(
  socket: Socket,
  { authorization }: TunnelProxy,
  to: { host: string; port: number },
  signal: AbortSignal,
): Promise<void> {
  const authority = `${to.host.includes(':') ? `[${to.host}]` : to.host}:${to.port}`
  const lines = [
    `CONNECT ${authority} HTTP/1.1`,
    `Host: ${authority}`,
    ...(authorization === null ? [] : [`Proxy-Authorization: ${authorization}`]),
  ]
  socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  let head = ''
  while (!head.includes('\r\n\r\n')) {
    head += await heard(socket, signal)
    if (head.length > PROXY_ANSWER_MAX_BYTES) {
      throw refusedBy(socket, 'its answer to CONNECT has no end')
    }
  }
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1]
  if (status?.startsWith('2') !== true) {
    const why = status === '407' ? 'it wants other credentials (407)' : `it answered ${status ?? 'no HTTP'} to CONNECT`
    throw refusedBy(socket, why)
  }
}

async function heard(socket: Socket, signal: AbortSignal): Promise<string> {
  const chunk: Buffer | null = socket.read()
  if (chunk !== null) {
    return chunk.toString('latin1')
  }
  await settled(socket, socket, 'readable', 'connect', signal)
  return ''
}

function refusedBy(socket: Socket, why: string): DialError {
  socket.destroy()
  const failure = failureOf('UNSAID', 'connect')
  return new DialError({ ...failure, message: why }, why)
}
