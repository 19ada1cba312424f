import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls'
import { Pool } from 'undici'
import type { Clock } from '../../../lib/clock.ts'
import type { ClusterAccess, Presented } from './access.ts'
import { ApiError } from './api-error.ts'
import { dial } from './dial.ts'

/** Answers are read over at most this many connections; each watch has one of its own. */
const CONNECTIONS_MAX = 6
/** Milliseconds for which a connection that is not in use is kept: most load balancers keep theirs for a minute. */
const KEEP_ALIVE_MS = 45_000
const HEADERS_MAX_BYTES = 64 * 1024

export type Connections = { answers: Pool; watches: Pool }

type Held = Connections & { ca: string | null; certificate: Presented['certificate'] }

/**
 * The connections to one API server. They are made anew when the certificate that is shown, or the authorities that are
 * trusted, have changed; what is under way on the old ones ends there.
 */
export function createConnections(access: ClusterAccess, { clock, connectMs }: { clock: Clock; connectMs: number }) {
  let held: Held | null = null
  const closing = new Set<Promise<void>>()
  const letGo = ({ answers, watches }: Connections): void => {
    const closed = Promise.all([answers.close(), watches.close()]).then(() => undefined)
    closing.add(closed)
    closed.finally(() => closing.delete(closed)).catch(() => undefined)
  }
  const make = (context: SecureContext | undefined) => (connections: number | null) =>
    new Pool(`http://${access.host.includes(':') ? `[${access.host}]` : access.host}:${access.port}`, {
      connections,
      allowH2: false,
      pipelining: 1,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MS,
      maxHeaderSize: HEADERS_MAX_BYTES,
      // The client has its own deadlines over everything
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: (_options, callback) => {
        const tooLong = new AbortController()
        const done = new AbortController()
        clock.sleep(connectMs, done.signal).then(() => tooLong.abort(), undefined)
        dial(access, context, tooLong.signal)
          .then(
            (socket) => callback(null, socket),
            (error: Error) => callback(error, null),
          )
          .finally(() => done.abort())
          .catch(() => undefined)
      },
    })
  return {
    /** @throws ApiError `credentials` if no TLS can be made of them. */
    async over({ certificate }: Presented): Promise<Connections> {
      const ca = (await access.trust?.authorities()) ?? null
      if (held !== null && held.ca === ca && sameCertificate(held.certificate, certificate)) {
        return held
      }
      const pool = make(contextOf(access, ca, certificate))
      const before = held
      held = { ca, certificate, answers: pool(CONNECTIONS_MAX), watches: pool(null) }
      if (before !== null) {
        letGo(before)
      }
      return held
    },
    async close(): Promise<void> {
      const last = held
      held = null
      await Promise.all([last?.answers.destroy(), last?.watches.destroy()])
    },
  }
}

const sameCertificate = (left: Presented['certificate'], right: Presented['certificate']): boolean =>
  left === right || (left !== null && right !== null && left.cert === right.cert && left.key === right.key)

/** Without an authority of its own the server is trusted as kubectl trusts it: by the system's. */
function contextOf(
  { server, trust }: ClusterAccess,
  ca: string | null,
  certificate: Presented['certificate'],
): SecureContext | undefined {
  if (trust === null) {
    return undefined
  }
  try {
    return createSecureContext({
      ...(trust.verify && {
        ca: ca ?? [...new Set([...getCACertificates('default'), ...getCACertificates('system')])],
      }),
      ...certificate,
    })
  } catch {
    // The cause would show parts of the key
    throw new ApiError('credentials', `${server}: no TLS can be made with the client certificate and its key`)
  }
}
