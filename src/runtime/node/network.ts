import type { HttpExchange, HttpRequest, Network } from '../../check/network.ts'
import { queryOverTcp } from '../socket/dns-tcp.ts'
import { exchangeGrpc } from '../socket/grpc.ts'
import { exchangeHttp1 } from '../socket/http1.ts'
import { exchangeTcp } from '../socket/tcp.ts'
import { createLookup, resolveName } from './dns.ts'
import { queryOverUdp } from './dns-udp.ts'
import { createRoutes, type Routes } from './route.ts'
import { nodeTransport } from './transport.ts'

/** The network as Node sees it. */
export function createNodeNetwork(routes = createRoutes(), lookup = createLookup()): Network {
  return {
    resolve: resolveName,
    lookup,
    tcp: (request) => exchangeTcp(nodeTransport, request, routes.explain),
    http: (request) =>
      request.httpVersion === '2'
        ? overHttp2(request, routes.explain)
        : exchangeHttp1(nodeTransport, request, routes.explain),
    query: (request) =>
      request.transport === 'udp'
        ? queryOverUdp(request, routes.explain)
        : queryOverTcp(nodeTransport, request, routes.explain),
    grpc: (request) => exchangeGrpc(nodeTransport, request, routes.explain),
    cannotReach: ({ address }) => routes.cannotReach(address),
  }
}

/** undici is loaded by the first check that asks for HTTP/2: few do. */
const overHttp2 = async (request: HttpRequest, explain: Routes['explain']): Promise<HttpExchange> => {
  const { exchangeHttp2 } = await import('./http2.ts')
  return exchangeHttp2(nodeTransport, request, explain)
}
