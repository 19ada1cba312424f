import { answerOf } from '../../src/plan/gateway/answers.ts'
import { type Asked, type Outcome, outcomeOf } from '../../src/plan/gateway/competition.ts'
import { competitionOf } from '../../src/plan/gateway/competitions.ts'
import type { RoutedRequest, World } from '../../src/plan/gateway/types.ts'
import { type Case, homeOf, isBehind, type Read, servicesOf, type Test } from './suite.ts'

const TRANSPORTS: Readonly<Record<Case['request']['protocol'], Asked['transport']>> = {
  HTTP: 'plain',
  H2: 'plain',
  H2C_PRIOR_KNOWLEDGE: 'plain',
  HTTPS: 'tls',
  GRPC: 'plain',
  TLS: 'tls',
  TCP: 'tcp',
  UDP: 'udp',
}

/** A row's request as it reaches the Gateway. */
export function askedOf({ request }: Case): Asked {
  const { protocol, scheme, port, host, path, method, headers, sni } = request
  const transport = scheme === 'https' ? 'tls' : TRANSPORTS[protocol]
  const [before = '/', ...query] = (path ?? '/').split('?')
  const isGrpc = protocol === 'GRPC'
  const sent = Object.entries(headers).map(([name, value]) => ({ name, value }))
  const isRead = transport === 'plain' || transport === 'tls'
  const routed: RoutedRequest = {
    host: host ?? '192.0.2.1',
    path: before,
    method: method ?? (isGrpc ? 'POST' : 'GET'),
    headers: isGrpc ? [...sent, { name: 'content-type', value: 'application/grpc' }] : sent,
    query: [...new URLSearchParams(query.join('?'))].map(([name, value]) => ({ name, value })),
  }
  return { port, transport, serverName: sni ?? (transport === 'tls' ? host : null), request: isRead ? routed : null }
}

export type Told = { world: World; outcome: Outcome; asked: Asked } | null

/** Who gets a row's request by our own rules; `null`: there is no such Gateway. */
export function winnerOf(read: Read, row: Case): Told {
  const world = homeOf(read, row.gateway.namespace)
  const gateway = read.index.gatewayNamed(row.gateway.namespace, row.gateway.name)
  if (gateway === null) {
    return null
  }
  const asked = askedOf(row)
  return { world, asked, outcome: outcomeOf(competitionOf(world, gateway), asked) }
}

/** Rows whose answer is not decided by where a request is routed. */
const ELSEWHERE: readonly { reason: string; holds(row: Case, test: Test): boolean }[] = [
  {
    reason: 'the Gateway refuses the certificate of the backend (BackendTLSPolicy)',
    holds: ({ expect }, { kind }) =>
      kind === 'BackendTLSPolicy' && (expect.outcome === 'failure' || expect.status?.includes(502) === true),
  },
  {
    reason: 'the listener asks clients for a certificate',
    holds: (_row, { features }) => features.includes('GatewayFrontendClientCertificateValidation'),
  },
]

/** Tells in what our own decision differs from a row; `null`: in nothing. */
export function differs(read: Read, row: Case): string | null {
  const told = winnerOf(read, row)
  if (told === null) {
    return 'there is no such Gateway'
  }
  const { world, asked, outcome } = told
  const { winner, status } = outcome
  const { expect } = row
  const to = winner === null ? [] : servicesOf(world, winner)
  const names = to.filter(({ weight }) => weight > 0).map(({ service }) => service.meta.name)
  const behind = (backend: string) =>
    to.some(
      ({ service, weight }) =>
        weight > 0 && isBehind(read, service, backend, expect.backendNamespace ?? row.gateway.namespace),
    )
  const says = `it goes to ${winner === null ? `nobody (${status})` : `${winner.way.route.meta.name} ${winner.way.ruleAt}: ${names.join(', ') || 'no backend'}`}`
  switch (expect.outcome) {
    case 'backend':
      return behind(expect.backend ?? '') ? null : says
    case 'any-backend':
      return names.length > 0 ? null : says
    case 'weighted':
      return Object.entries(expect.weights ?? {}).every(([backend, share]) => behind(backend) === share > 0)
        ? null
        : says
    case 'redirect': {
      const backend = winner?.way.rule.backends[0]
      const answer =
        winner === null
          ? null
          : answerOf({
              way: winner.way,
              backend: backend === undefined ? null : { of: backend, at: 0 },
              request: {
                scheme: asked.transport === 'tls' ? 'https' : 'http',
                host: row.request.host,
                path: row.request.path ?? '/',
                port: outcome.listener?.listener.port ?? asked.port,
              },
              timeoutMs: 5_000,
            })
      const [location] = answer?.expect?.failIfHeaderNotMatches ?? []
      const status = answer?.expect?.validStatusCodes[0]
      if (location === undefined || !expect.status?.includes(Number(status))) {
        return `${says}, answered ${status ?? 'by a backend'}`
      }
      const { redirect } = expect
      if (redirect == null) {
        return null
      }
      const wanted = `${redirect.scheme}://${redirect.host ?? row.request.host ?? 'any'}${redirect.port ? `:${redirect.port}` : ''}${redirect.path}`
      return new RegExp(location.regexp.replaceAll('(?i:', '(?:')).test(wanted)
        ? null
        : `${location.regexp} is not ${wanted}`
    }
    case 'status':
      return statusDiffers(row, outcome, names.length) ? says : null
    case 'answered-by-gateway':
      return winner?.way.rule.filters.some(({ type }) => type === 'CORS') ? null : says
    case 'connection-rejected':
    case 'connection-error':
    case 'failure':
      return names.length === 0 ? null : says
    default:
      return `outcome ${expect.outcome} is not known here`
  }
}

function statusDiffers({ expect }: Case, { winner, status, rivals }: Outcome, backends: number): boolean {
  const wanted = expect.status ?? []
  if (winner === null) {
    return !(
      wanted.includes(status ?? 0) ||
      expect.grpcCode === 'Unimplemented' ||
      (rivals.length > 0 && wanted.includes(404))
    )
  }
  if (backends === 0) {
    return !wanted.includes(500) && expect.grpcCode !== 'Unavailable'
  }
  // Answered after the route was found: retries, timeouts.
  return !wanted.some((each) => each === 200 || each >= 500)
}

export const decidedElsewhere = (row: Case, test: Test): string | null =>
  ELSEWHERE.find(({ holds }) => holds(row, test))?.reason ?? null
