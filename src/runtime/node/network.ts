import type { Network } from '../../check/network.ts'
import { exchangeTcp } from '../socket/tcp.ts'
import { createLookup, resolveName } from './dns.ts'
import { exchangeHttp } from './http.ts'
import { createRoutes } from './route.ts'
import { nodeTransport } from './transport.ts'

/** The network as Node sees it. */
export function createNodeNetwork(routes = createRoutes(), lookup = createLookup()): Network {
  return {
    resolve: resolveName,
    lookup,
    tcp: (request) => exchangeTcp(nodeTransport, request, routes.explain),
    http: (request) => exchangeHttp(request, routes.explain),
    cannotReach: ({ address }) => routes.cannotReach(address),
  }
}
