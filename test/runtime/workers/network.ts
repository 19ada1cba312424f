/**
 * The port to the network as an invocation on Workers has it, called by `POST` with a `NetworkCall`.
 *
 * @module
 */
import { createCalls } from '../../../src/runtime/workers/call-budget.ts'
import { createEdgeNetwork } from '../../../src/runtime/workers/network.ts'
import { bodyToWire, type NetworkCall } from '../../support/network-wire.ts'

const ALLOWED = ['127.0.0.0/8', '::1/128']

export default {
  async fetch(request, { DOH_URL }) {
    const call = await request.json<NetworkCall>()
    const network = createEdgeNetwork({ dohUrl: DOH_URL, egressAllow: ALLOWED }, createCalls({ reserved: 0 }))
    const over = new AbortController()
    const cut = new AbortController()
    if (call.aborted !== null) {
      cut.abort(call.aborted)
    }
    const cutting = fetch(call.abortUrl, { signal: over.signal })
      .then((told) => told.json())
      .then((reason) => cut.abort(reason))
      .catch((error: unknown) => {
        if (!over.signal.aborted) {
          throw error
        }
      })
    const make = async (): Promise<unknown> => {
      const { signal } = cut
      if (call.method === 'http') {
        const exchange = await network.http({ ...call.request, signal })
        return { ...exchange, body: bodyToWire(exchange.body) }
      }
      if (call.method === 'grpc') {
        const exchange = await network.grpc({ ...call.request, signal })
        return { ...exchange, body: bodyToWire(exchange.body) }
      }
      if (call.method === 'tcp') {
        return network.tcp({ ...call.request, signal })
      }
      if (call.method === 'resolve') {
        return network.resolve({ ...call.request, signal })
      }
      if (call.method === 'query') {
        return network.query({ ...call.request, signal })
      }
      return network.lookup?.({ ...call.request, signal })
    }
    try {
      return Response.json(await make())
    } finally {
      over.abort()
      await cutting
    }
  },
} satisfies ExportedHandler<{ DOH_URL: string }>
