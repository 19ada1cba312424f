import { connect } from 'node:tls'
import { expect, it } from 'vitest'

/** The day it does not, gRPC over TLS can be tried on Workers: ADR 0047, `NO_GRPC_OVER_TLS`. */
it('workerd refuses to ask for HTTP/2 in a TLS handshake', () => {
  expect(() => connect({ host: '127.0.0.1', port: 9, ALPNProtocols: ['h2'] })).toThrow(
    expect.objectContaining({ code: 'ERR_OPTION_NOT_IMPLEMENTED' }),
  )
})
