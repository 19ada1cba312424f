/** Faults of the application itself, caused neither by the network nor by Kubernetes. */

import type { FailureCode } from '../../check/codes.ts'
import { handshakeOn, logsOf, quoted, requestOn } from '../commands.ts'
import { everyOne, list } from '../phrases.ts'
import type { Rule } from '../rule.ts'
import {
  addressOf,
  allFail,
  codesOf,
  failing,
  farEnds,
  idsOf,
  isConnected,
  isCut,
  isDirect,
  isEndpoint,
  isGatewayError,
  isHanging,
  isPassedOn,
  type SeenPath,
  type SeenPort,
  servedThrough,
  triesOf,
} from '../seen.ts'
import { isCutShort } from './misspoken.ts'
import { atPods, sure } from './pods.ts'

const directOf = (port: SeenPort): readonly SeenPath[] => port.dialled.filter(isDirect)

/** `All 3 endpoints`, `The direct way`. */
const who = (ends: readonly SeenPath[]): string => {
  const noun = ends.every(isEndpoint) ? 'endpoint' : 'direct way'
  return everyOne(ends.length, noun)
}
const verb = (ends: readonly SeenPath[], singular: string, plural: string): string =>
  ends.length === 1 ? singular : plural
const madeBy = (ends: readonly SeenPath[]): string =>
  atPods(ends)
    ? 'The connection is made, so the network and targetPort are right'
    : 'The connection is made, by the application or by a load balancer before it (no endpoint was tested)'

/** The pods' kernels make the connection, the processes leave it at that. */
export const applicationHangs: Rule = {
  code: 'application_hangs',
  layer: 'application',
  warnings: ['pods'],
  unless: ['mtu_too_small', 'one_family_fails', 'body_stalls'],
  after: ({ ports }, target) =>
    ports.flatMap((port) => {
      const ends = farEnds(port)
      if (!allFail(ends, isHanging) || servedThrough(port).length > 0) {
        return []
      }
      return [
        {
          confidence: sure(ends),
          title: `${who(ends)} ${verb(ends, 'accepts', 'accept')} connections and ${verb(ends, 'does', 'do')} not answer`,
          detail: `${list(ends.map((each) => `${addressOf(each)} (${each.code})`))}. ${madeBy(ends)}: the application hangs, or takes longer than the timeout of the try. Whatever leads to it hangs with it; that is no fault of the Service.`,
          fix: 'See what the application waits for (a database, a lock, all threads busy), and give it a readiness probe that asks it over the same port. If it is merely slow, raise timeoutMs.',
          confirm: `${logsOf(ends, target)}; kubectl top pods -n ${target.namespace}`,
          evidence: triesOf(ends),
          explains: idsOf(failing(port.dialled).filter((each) => isHanging(each) || isGatewayError(each))),
        },
      ]
    }),
}

/** The pods end connections before they answer, on every way. */
export const applicationCutsConnections: Rule = {
  code: 'application_cuts_connections',
  layer: 'application',
  warnings: ['pods'],
  unless: ['one_family_fails', 'proxy_protocol_mismatch', 'port_speaks_tls', 'backend_protocol_mismatch'],
  after: ({ ports }, target) =>
    ports.flatMap((port) => {
      const ends = farEnds(port)
      if (!allFail(ends, (each) => isCut(each) && !isCutShort(each)) || servedThrough(port).length > 0) {
        return []
      }
      const plain = ends.every(({ path }) => path.scheme === 'http')
      return [
        {
          confidence: sure(ends),
          title: `${who(ends)} ${verb(ends, 'accepts', 'accept')} connections and ${verb(ends, 'ends', 'end')} them without an answer`,
          detail: `${list(ends.map((each) => `${addressOf(each)} (${each.code})`))}. ${madeBy(ends)}: the application crashes on the request, or expects another protocol than ${plain ? 'plain HTTP (TLS, gRPC, the PROXY protocol)' : 'the check speaks (with TLS: it wants a certificate of the client)'}, or a sidecar of a service mesh lets only members of the mesh in.`,
          fix: `Read the log of the application; ${plain ? 'if it speaks TLS, say so: appProtocol https in the Service, or scheme in the check' : 'say what the port speaks: appProtocol in the Service, or another type of check'}.`,
          confirm: plain
            ? `curl -skv -o /dev/null --max-time 10 ${quoted(`https://${ends.map(addressOf)[0]}/`)}; ${logsOf(ends, target)}`
            : logsOf(ends, target),
          evidence: triesOf(ends),
          explains: idsOf(failing(port.dialled).filter((each) => isCut(each) || isGatewayError(each))),
        },
      ]
    }),
}

/** The same answer by every way comes from the far end of all of them. */
export const applicationAnswersErrors: Rule = {
  code: 'application_answers_errors',
  layer: 'application',
  warnings: ['pods'],
  unless: ['application_wants_host'],
  after: ({ ports }, target) =>
    ports.flatMap((port) => {
      // The pods themselves are the measure; a way that leads elsewhere, or nowhere, says nothing of them.
      const direct = farEnds(port).filter((each) => isEndpoint(each) || isConnected(each))
      if (!allFail(direct, ({ code }) => code === 'unexpected_status')) {
        return []
      }
      const [status, ...others] = new Set(direct.map(({ result }) => result?.http?.status ?? 0))
      if (status === undefined || others.length > 0) {
        return []
      }
      if (!direct.some((each) => isEndpoint(each) || direct.length > 1)) {
        return []
      }
      const broken = status >= 500
      return [
        {
          confidence: 'likely' as const,
          title: `The application answers ${status} on every path`,
          detail: `${everyOne(direct.length, 'direct way')} to port ${port.number} ${verb(direct, 'gets through and brings a status', 'get through and bring the same status')}: the network is fine, ${broken ? 'the application is not' : 'and the answer is not the one that the check expects'}.`,
          fix: broken
            ? 'Read the log of the application; or check another URL (path of a check), if this one is known to fail.'
            : 'See the path, the headers and validStatusCodes of the check; or the application, if they are right.',
          confirm: broken ? logsOf(direct, target) : requestOn(direct[0]),
          evidence: triesOf(direct),
          explains: idsOf(
            failing(port.dialled).filter(
              ({ code, result }) => code === 'unexpected_status' && (broken ? isServerError(result) : true),
            ),
          ),
        },
      ]
    }),
}

const isServerError = (result: SeenPath['result']): boolean => (result?.http?.status ?? 0) >= 500

/** Expectations of the caller's about what an answer holds. */
const UNMET: ReadonlySet<FailureCode> = new Set([
  'not_serving',
  'unexpected_grpc_status',
  'unexpected_body',
  'unexpected_header',
  'unexpected_data',
  'unexpected_rcode',
  'dns_answer_malformed',
  'dns_answer_wrong_id',
  'dns_answer_wrong_question',
  'websocket_not_upgraded',
  'websocket_handshake_invalid',
  'response_too_large',
  'too_slow',
])

/** Every way brings an answer, and none of the answers is what the check asks for. */
export const answerUnexpected: Rule = {
  code: 'answer_unexpected',
  layer: 'application',
  unless: ['grpc_not_serving'],
  after: ({ ports }) =>
    ports.flatMap((port) => {
      const unmet = ({ code }: SeenPath): boolean => code !== null && UNMET.has(code)
      const ends = farEnds(port)
      const bad = failing(port.dialled).filter(unmet)
      if (!allFail(ends, unmet)) {
        return []
      }
      return [
        {
          confidence: sure(ends),
          title: `The application answers on port ${port.number}, and not as the check expects`,
          detail: `${list(codesOf(bad))}: ${ends[0]?.result?.failure?.message ?? ''}. ${atPods(ends) ? 'The pods themselves answer so: no layer between changes it.' : 'Every way brings an answer like that.'}`,
          fix: 'Compare the answer, which the results hold, with the expectations of the check; one of the two has to change.',
          confirm: requestOn(ends[0]),
          evidence: triesOf(ends),
          explains: idsOf(bad),
        },
      ]
    }),
}

export const portSpeaksNoTls: Rule = {
  code: 'port_speaks_no_tls',
  layer: 'application',
  after: ({ ports }, { service }) =>
    ports.flatMap((port) => {
      const direct = directOf(port)
      if (!allFail(direct, ({ code }) => code === 'tls_not_spoken')) {
        return []
      }
      const passedOn = failing(port.routed).filter((each) => isPassedOn(each) && each.code === 'tls_not_spoken')
      return [
        {
          confidence: 'likely' as const,
          title: `Port ${port.number} was taken for HTTPS and does not speak TLS`,
          detail: 'By its appProtocol, name or number the port should speak TLS; what answers does not.',
          fix: `Declare the port's protocol: appProtocol in Service/${service}, or scheme in the check.`,
          confirm: `curl -sv -o /dev/null --max-time 10 ${quoted(`http://${direct.map(addressOf)[0]}/`)}`,
          evidence: triesOf(direct),
          explains: idsOf([...direct, ...passedOn]),
        },
      ]
    }),
}

/** Databases and gRPC servers greet or answer in their own way. */
export const portSpeaksNoHttp: Rule = {
  code: 'port_speaks_no_http',
  layer: 'application',
  unless: ['port_speaks_tls', 'backend_protocol_mismatch'],
  after: ({ ports }, { service }) =>
    ports.flatMap((port) => {
      const direct = directOf(port)
      if (!allFail(direct, ({ code, result }) => code === 'invalid_response' && result?.speaks !== 'http2')) {
        return []
      }
      const spoken = [...new Set(direct.flatMap(({ result }) => result?.speaks ?? []))]
      return [
        {
          confidence: 'likely' as const,
          title: `Port ${port.number} was taken for HTTP and speaks something else`,
          detail: `By its appProtocol, name or number the port should speak HTTP; it answers, but not in HTTP/1.1: ${spoken.length > 0 ? `its first bytes are those of ${list(spoken)}` : 'a database, a gRPC server without TLS, any other protocol'}. The network is fine.`,
          fix: `Declare the port's protocol: appProtocol in Service/${service}, or a check of type tcp; httpVersion 2 for gRPC.`,
          confirm: `printf '\\r\\n' | nc -w 3 ${direct[0]?.path.address} ${direct[0]?.path.addressPort} | head -c 64 | xxd`,
          evidence: triesOf(direct),
          explains: idsOf(failing(port.dialled).filter((each) => direct.includes(each) || isGatewayError(each))),
        },
      ]
    }),
}

/** The peer speaks TLS and ends the handshake itself. */
export const tlsHandshakeRefused: Rule = {
  code: 'tls_handshake_refused',
  layer: 'tls',
  after: ({ ports }) =>
    ports.flatMap((port) =>
      [...Map.groupBy(port.dialled, isDirect).values()].flatMap((paths) => {
        const tls = paths.filter(
          ({ path, code, result }) =>
            (path.scheme === 'https' || code === 'tls_handshake_failed') && result?.speaks !== 'http2',
        )
        if (!allFail(tls, ({ code }) => code === 'tls_handshake_failed')) {
          return []
        }
        const [first] = tls
        return [
          {
            confidence: 'likely' as const,
            title: `The TLS handshake is refused on port ${port.number}`,
            detail: `${list(tls.map(addressOf))}: TLS is spoken there, and the server ends the handshake. It wants a client certificate, or does not know the name it was asked for (${first?.path.serverName ?? 'none was sent'}), or has no protocol version or cipher in common with the prober.`,
            fix: 'See what the server demands; give the name in tls.serverName of the check.',
            confirm: handshakeOn(first),
            evidence: triesOf(tls),
            explains: idsOf(tls),
          },
        ]
      }),
    ),
}
