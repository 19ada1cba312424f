/** Answers that are none as HTTP has them: malformed, of another version, cut short, or redirects that lead nowhere. */
import { FLAWS } from '../../check/malformed.ts'
import { logsOf, requestOn } from '../commands.ts'
import { list } from '../phrases.ts'
import { beginning, routerOn } from '../routers.ts'
import type { Rule } from '../rule.ts'
import {
  addressOf,
  allFail,
  failing,
  farEnds,
  idsOf,
  isCut,
  isDirect,
  isGatewayError,
  kindsOf,
  passing,
  type SeenPath,
  triesOf,
  urlsOf,
} from '../seen.ts'
import { sure } from './pods.ts'

const isMalformed = ({ code }: SeenPath): boolean => code === 'malformed_response'

/** Ways that fail beside `bad` and are owed to the same cause: a controller in between that cannot read the answer either. */
export const withControllers = (dialled: readonly SeenPath[], bad: readonly SeenPath[]): readonly string[] =>
  idsOf(failing(dialled).filter((each) => bad.includes(each) || (bad.some(isDirect) && isGatewayError(each))))

/** Row 1 of the trials with sockets: what strict clients refuse and others take. RFC 9112. */
export const malformedResponse: Rule = {
  code: 'malformed_response',
  layer: 'application',
  after: ({ ports }) =>
    ports.flatMap((port) => {
      const bad = failing(port.dialled).filter(isMalformed)
      const [first] = bad
      if (first === undefined) {
        return []
      }
      const flaws = [
        ...new Map(bad.flatMap(({ result }) => result?.malformed ?? []).map((each) => [each.flaw, each])).values(),
      ]
      const [flaw] = flaws
      const says = flaws.map((each) => `${FLAWS[each.flaw].says}${each.quote === null ? '' : ` (\`${each.quote}\`)`}`)
      const takes =
        flaw === undefined || flaw.takenBy.length === 0
          ? 'No client is known to take that.'
          : `${list(flaw.takenBy)} take${flaw.takenBy.length === 1 ? 's' : ''} it nevertheless, so that all looks well there; Node.js, strict proxies and this check refuse it.`
      const through = passing(port.routed)
      const repaired =
        through.length > 0 && bad.some(isDirect)
          ? ` ${beginning(routerOn(through).name)} repairs the answer on the way.`
          : ''
      return [
        {
          confidence: 'certain' as const,
          title: `The answer on port ${port.number} is HTTP, but malformed`,
          detail: `${list(kindsOf(bad))}: ${says.join('; ') || 'it breaks the rules of RFC 9112'}. ${takes}${repaired}`,
          fix: 'Let the application, or the proxy that writes this header, send it as RFC 9112 has it: one CRLF after each line, a name without blanks and a colon, one length. Two clients that read an answer differently can be played off against each other.',
          confirm: `printf 'GET / HTTP/1.1\\r\\nHost: ${first.path.host ?? addressOf(first)}\\r\\nConnection: close\\r\\n\\r\\n' | nc -w 3 ${first.path.address} ${first.path.addressPort} | head -c 2000 | cat -A`,
          evidence: triesOf(bad),
          explains: withControllers(port.dialled, bad),
        },
      ]
    }),
}

const isHttp2 = ({ result, passed }: SeenPath): boolean => !passed && result?.speaks === 'http2'

/** gRPC servers, and others that offer ALPN h2 alone. */
export const http2Only: Rule = {
  code: 'http2_only',
  layer: 'application',
  after: ({ ports }, { service }) =>
    ports.flatMap((port) => {
      const bad = failing(port.dialled).filter(isHttp2)
      const [first] = bad
      if (first === undefined) {
        return []
      }
      const secure = first.path.scheme === 'https'
      return [
        {
          confidence: 'certain' as const,
          title: `Port ${port.number} speaks HTTP/2 only`,
          detail: secure
            ? `${list(bad.map(addressOf))}: the server ends the TLS handshake because it has no protocol in common with HTTP/1.1 (ALPN). Certificate, names and ciphers are not the cause.`
            : `${list(bad.map(addressOf))}: the server greets with a frame of HTTP/2, without TLS (h2c), as gRPC servers do.`,
          fix: `Ask with httpVersion "2" in the check, and say so in Service/${service}: appProtocol ${secure ? 'https' : 'kubernetes.io/h2c'}; an Ingress controller has to be told as well (ingress-nginx: backend-protocol GRPC${secure ? 'S' : ''}).`,
          confirm: secure
            ? `openssl s_client -alpn h2 -connect ${addressOf(first)} </dev/null | grep ALPN`
            : `curl -v --http2-prior-knowledge http://${addressOf(first)}/`,
          evidence: triesOf(bad),
          explains: withControllers(port.dialled, bad),
        },
      ]
    }),
}

/** A status came, and then less than was promised. */
export const isCutShort = (each: SeenPath): boolean =>
  isCut(each) && each.result?.failure?.phase === 'body' && each.result.http !== null

export const bodyCutShort: Rule = {
  code: 'body_cut_short',
  layer: 'application',
  after: ({ ports }, target) =>
    ports.flatMap((port) => {
      const bad = failing(port.dialled).filter(isCutShort)
      const ends = farEnds(port)
      if (bad.length === 0 || !allFail(ends, isCutShort)) {
        return []
      }
      return [
        {
          confidence: sure(ends),
          title: `Answers on port ${port.number} end before they are complete`,
          detail: `Status ${bad[0]?.result?.http?.status} and the header arrive by ${list(kindsOf(bad))}: ${bad[0]?.result?.failure?.message}. The network carries the answer; its sender promises more than it sends.`,
          fix: 'See why the application stops in the middle: it crashes or is killed while it writes, or Content-Length counts something else than the bytes that are sent (characters, the size before compression).',
          confirm: `${requestOn(bad[0])}; ${logsOf(ends, target)}`,
          evidence: triesOf(bad),
          explains: idsOf(bad),
        },
      ]
    }),
}

/** Row "https answers 308 to its own URL" of the trials. */
export const redirectLoop: Rule = {
  code: 'redirect_loop',
  layer: 'ingress',
  after: ({ ports }) =>
    ports.flatMap((port) => {
      const bad = failing(port.dialled).filter(({ code }) => code === 'redirect_loop')
      const [first] = bad
      if (first === undefined) {
        return []
      }
      const secure = bad.filter(({ path }) => path.scheme === 'https')
      const byIngress = !bad.some(isDirect)
      const who = byIngress && passing(port.dialled).some(isDirect) ? beginning(routerOn(bad).name) : 'The server'
      const status = first.result?.http?.status ?? 'a redirect'
      return [
        {
          confidence: secure.length > 0 ? ('likely' as const) : ('possible' as const),
          title: `${urlsOf(bad)} answers with a redirect to itself`,
          detail: `${who} answers ${status} with the URL that was asked, again and again: browsers give up. ${
            secure.length > 0
              ? 'The URL is https already, so whoever redirects does not see that: TLS ends in front of it (a load balancer, a CDN), what reaches it is plain HTTP, and it does not read X-Forwarded-Proto, or does not trust its sender.'
              : 'Two rules send to each other, or one to itself: a trailing slash, www, a path that is rewritten before it is compared.'
          }`,
          fix:
            secure.length > 0
              ? `Let it trust the X-Forwarded-Proto of whatever ends TLS (ingress-nginx: use-forwarded-headers "true"; applications: trust proxy), pass TLS through to ${routerOn(port.routed).short}, or switch its redirect off (ingress-nginx: ssl-redirect "false", and force-ssl-redirect).`
              : 'Read the rules that rewrite or redirect, at the Ingress and in the application, and let one of them decide.',
          confirm: requestOn(first),
          evidence: triesOf(bad),
          explains: idsOf(bad),
        },
      ]
    }),
}

export const tooManyRedirects: Rule = {
  code: 'too_many_redirects',
  layer: 'application',
  after: ({ ports }) =>
    ports.flatMap((port) => {
      const bad = failing(port.dialled).filter(({ code }) => code === 'too_many_redirects')
      const [first] = bad
      if (first === undefined) {
        return []
      }
      return [
        {
          confidence: 'likely' as const,
          title: `Redirects from ${urlsOf(bad)} do not end`,
          detail: `Ten redirects were followed, each to another URL, and there was one more: ${list(kindsOf(bad))}. Something is added to the URL each time (a parameter, a path, a login that forgets), or the check asks for a page that is not meant for it.`,
          fix: 'Follow the URLs by hand and see what is added each time. A check of a path like that of the readiness probe needs no redirect.',
          confirm: `${requestOn(first)} -L --max-redirs 15`,
          evidence: triesOf(bad),
          explains: idsOf(bad),
        },
      ]
    }),
}
