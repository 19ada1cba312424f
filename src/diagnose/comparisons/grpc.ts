/** Finds gRPC servers that say they do not serve, and ports and Gateways that are taken for gRPC and speak none. */

import { KINDS } from '../../plan/kinds.ts'
import { logsOf } from '../commands.ts'
import { everyOne, list } from '../phrases.ts'
import type { Rule } from '../rule.ts'
import { addressOf, allFail, failing, farEnds, idsOf, passing, type SeenPath, triesOf, urlsOf } from '../seen.ts'
import { withControllers } from './misspoken.ts'
import { sure } from './pods.ts'

const isNotServing = ({ code }: SeenPath): boolean => code === 'not_serving'

/** NOT_FOUND is how Health/Check says that it has no service of that name (grpc.health.v1). */
const isUnknownService = ({ result }: SeenPath): boolean =>
  result?.grpc?.status === 'NOT_FOUND' || result?.grpc?.health === 'SERVICE_UNKNOWN'

/** Every pod that is asked answers its health check with another status than SERVING (grpc.health.v1). */
export const grpcNotServing: Rule = {
  code: 'grpc_not_serving',
  layer: 'application',
  warnings: ['pods'],
  after: ({ ports }, target) =>
    ports.flatMap((port) => {
      const direct = farEnds(port)
      if (!allFail(direct, isNotServing)) {
        return []
      }
      const ways = everyOne(direct.length, 'direct way')
      const answers = direct.length === 1 ? 'brings an answer' : 'bring answers'
      const said = direct.every(isUnknownService)
        ? {
            title: `The health service on port ${port.number} does not know the service that was asked about`,
            detail: `${ways} ${answers} of a gRPC health service that has no service of that name: the network is fine, and nothing is said of how the application is.`,
            fix: 'Correct the name in the check (service), with its package as in the .proto file, or let the application set a status for it; without a name the health of the whole server is asked for.',
          }
        : {
            title: `The application says on port ${port.number} that it does not serve`,
            detail: `${ways} ${answers} of its gRPC health service other than SERVING: the network is fine, and the application waits for something, or is shutting down.`,
            fix: 'Read the log of the application. If another of its services is the one that counts, name that in the check (service).',
          }
      return [
        {
          confidence: 'likely' as const,
          ...said,
          confirm: logsOf(direct, target),
          evidence: triesOf(direct),
          explains: idsOf(failing(port.dialled).filter(isNotServing)),
        },
      ]
    }),
}

const isNotGrpc = ({ code }: SeenPath): boolean => code === 'not_grpc'

type Heard = { is: (each: SeenPath) => boolean; title: string; detail: string; fix: string }

/** Words for what came in place of gRPC, as far as the first try shows. The first row that fits all ways is taken. */
const HEARD: readonly Heard[] = [
  {
    is: ({ result }) => result?.speaks === 'tls',
    title: 'speaks TLS, and was called without',
    detail: 'what comes back begins like TLS',
    fix: 'Say that it speaks TLS: appProtocol grpcs, a name like grpcs, or scheme https in the check.',
  },
  {
    is: ({ result }) => result?.speaks === 'http1',
    title: 'speaks HTTP/1.1, and no gRPC',
    detail: 'what comes back is HTTP/1.1, which gRPC cannot be spoken over',
    fix: 'Give gRPC a port of its own, or name this one http; a proxy before the application has to be told to use HTTP/2 (h2c).',
  },
  {
    is: ({ result }) => result?.http != null,
    title: 'speaks HTTP/2, and no gRPC',
    detail:
      'it answers over HTTP/2, and its content type is not that of gRPC: a web server, or a proxy that has no route for it',
    fix: 'See which server answers: targetPort may lead to another one of the same pod (metrics, a UI, gRPC-Web).',
  },
  {
    is: ({ result }) => result?.failure?.phase === 'tls' || result?.failure?.phase === 'request',
    title: 'speaks TLS, and no HTTP/2 over it',
    detail: 'the handshake does not agree on HTTP/2 (ALPN h2), without which no gRPC is spoken',
    fix: 'Let whatever ends TLS there offer h2; a server that speaks HTTP/1.1 alone cannot serve gRPC.',
  },
]
const OTHER: Omit<Heard, 'is'> = {
  title: 'speaks no gRPC',
  detail: 'what comes back is not HTTP/2',
  fix: 'See which server answers, and say what the port speaks: appProtocol and name in the Service.',
}

/** A port that its name or appProtocol calls gRPC, while whatever listens there speaks something else. */
export const portSpeaksNoGrpc: Rule = {
  code: 'port_speaks_no_grpc',
  layer: 'application',
  unless: ['port_speaks_tls', 'backend_protocol_mismatch'],
  after: ({ ports }) =>
    ports.flatMap((port) => {
      const direct = farEnds(port)
      const [first] = direct
      if (first === undefined || !allFail(direct, isNotGrpc)) {
        return []
      }
      const heard = HEARD.find(({ is }) => direct.every(is)) ?? OTHER
      return [
        {
          confidence: sure(direct),
          title: `Port ${port.number} ${heard.title}`,
          detail: `${list(direct.map(addressOf))}: ${heard.detail} (${first.result?.failure?.message ?? ''}). The connection is made, so the network is fine.`,
          fix: heard.fix,
          confirm: `curl -sv --http2-prior-knowledge http://${addressOf(first)}/ -o /dev/null; openssl s_client -alpn h2 -connect ${addressOf(first)} </dev/null | grep ALPN`,
          evidence: triesOf(direct),
          explains: [
            ...new Set([...idsOf(failing(port.dialled).filter(isNotGrpc)), ...withControllers(port.dialled, direct)]),
          ],
        },
      ]
    }),
}

/** A Gateway that does not speak gRPC to clients, while the pods answer it directly. */
export const gatewaySpeaksNoGrpc: Rule = {
  code: 'gateway_speaks_no_grpc',
  layer: 'gateway',
  after: ({ ports }, { namespace }) =>
    ports.flatMap((port) => {
      const bad = failing(port.routed).filter((each) => KINDS[each.path.kind].router === 'gateway' && isNotGrpc(each))
      const direct = farEnds(port)
      if (bad.length === 0 || (direct.length > 0 && passing(direct).length === 0)) {
        return []
      }
      const heard = HEARD.find(({ is }) => bad.every(is)) ?? OTHER
      const beside = direct.length === 0 ? '' : ' The Service itself answers gRPC.'
      return [
        {
          confidence: direct.length === 0 ? ('possible' as const) : ('likely' as const),
          title: `The Gateway ${heard.title}`,
          detail: `${urlsOf(bad)}: ${heard.detail} (${bad[0]?.result?.failure?.message ?? ''}).${beside}`,
          fix: 'Let its listener, or the load balancer before it, speak HTTP/2 to clients: h2 over TLS, h2c without; an implementation that has no h2c needs a listener of HTTPS for a GRPCRoute.',
          confirm: `curl -sv --http2-prior-knowledge ${bad[0]?.path.url ?? ''} -o /dev/null; kubectl describe gateways,grpcroutes -n ${namespace}`,
          evidence: [...triesOf(bad), ...triesOf(passing(direct)).slice(0, 1)],
          explains: idsOf(bad),
        },
      ]
    }),
}
