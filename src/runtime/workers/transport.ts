import { connect } from 'node:tls'
import { codeOf } from '../../check/failure.ts'
import type { TlsEvidence } from '../../check/network.ts'
import type { Transport } from '../socket/attempt.ts'

/** A handshake that ended well was verified; of the certificate there is nothing to be seen. */
const VERIFIED: TlsEvidence = {
  subject: null,
  issuer: null,
  altNames: [],
  notBefore: null,
  notAfter: null,
  authorized: true,
  authorizationError: null,
  protocol: null,
}

export const edgeTransport: Transport = {
  /** Always verifies, against the public authorities: `verify` and `caPem` cannot be honoured here. */
  startTls: (socket, { serverName }) => connect({ socket, ...(serverName !== null && { servername: serverName }) }),
  tlsEvidence: () => VERIFIED,
  codeOf(error, phase) {
    const code = codeOf(error)
    if (code !== 'UNKNOWN' || error instanceof TypeError) {
      return code
    }
    // Older releases of the runtime give no code; a peer's FIN is no error, so that a lost connection is what is left
    return phase === 'connect' || phase === 'tls' ? 'UNSAID' : 'ECONNRESET'
  },
  /** The address that the runtime says is made up. */
  localAddress: () => null,
  /** A worker's tries are few at once. */
  inTurn: (work) => work(),
  heardAt: () => performance.now(),
}
