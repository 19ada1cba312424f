import { TLSSocket } from 'node:tls'
import { codeOf } from '../../check/failure.ts'
import type { TlsEvidence } from '../../check/network.ts'
import type { Transport } from '../socket/attempt.ts'
import { startTls, tlsEvidence } from './certificate.ts'
import { heardAt, inTurn } from './socket-timing.ts'

export const nodeTransport: Transport = {
  startTls,
  tlsEvidence(socket): TlsEvidence {
    if (!(socket instanceof TLSSocket)) {
      throw new Error('the socket is not secured')
    }
    return tlsEvidence(socket)
  },
  codeOf(error, phase) {
    const code = codeOf(error)
    // Node reports a FIN in the handshake as ECONNRESET too, but without the errno that a system call would have set
    const closed = phase === 'tls' && code === 'ECONNRESET' && !(error instanceof Error && 'errno' in error)
    return closed ? 'CLOSED' : code
  },
  localAddress: (socket) => socket.localAddress ?? null,
  inTurn,
  heardAt,
}
