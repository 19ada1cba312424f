/** Two ends that speak different protocols: TLS and plain HTTP, with and without a header of the PROXY protocol. */
import { wantsTls } from '../../check/fingerprints.ts'
import { schemeOf } from '../../check/http-request.ts'
import type { Telling } from '../../check/result.ts'
import { quoted, requestOn } from '../commands.ts'
import { controlOf, controlsAbout, safeCheckOf } from '../controls.ts'
import { list } from '../phrases.ts'
import { beginning, routerOn } from '../routers.ts'
import type { Cause, Rule } from '../rule.ts'
import {
  addressOf,
  failing,
  idsOf,
  isBalancer,
  isCut,
  isDirect,
  isOutside,
  isPassedOn,
  passing,
  type Seen,
  type SeenPath,
  type SeenPort,
  statusOf,
  triesOf,
  urlsOf,
} from '../seen.ts'

export const complains = ({ told }: SeenPath): boolean => told.some(({ http }) => http !== null && wantsTls(http))
const isBadGateway = (each: SeenPath): boolean => statusOf(each) === 502

/** Tells whether a plain request failed as it does at a port that speaks TLS and says nothing about it. */
const isBroken = (each: SeenPath): boolean =>
  each.path.scheme === 'http' && (isCut(each) || each.code === 'invalid_response' || each.code === 'malformed_response')

/** Ends that may be asked in the other scheme: it failed, or says that it wants another. */
const endsToAsk = (port: SeenPort): readonly SeenPath[] => {
  const ends = port.endpoints.filter((each) => isBroken(each) || each.code === 'tls_not_spoken' || complains(each))
  return ends.slice(0, 1)
}

/**
 * Tells whether the server spoke TLS. A handshake that ends with an alert counts (RFC 8446 6). One that is merely cut
 * does not: a server that waits for a PROXY header, or refuses whatever it is sent, cuts it as well.
 */
const spokeTls = ({ tls, http, failure }: Telling): boolean =>
  tls !== null ||
  http !== null ||
  (failure?.phase === 'tls' && failure.code === 'tls_handshake_failed' && failure.message.includes('_ALERT_'))

/** Paths that show how the pods answer: the endpoints, or, if none was asked, ways on which nothing else takes connections. */
export function podsOf(port: SeenPort): readonly SeenPath[] {
  const ends = port.endpoints
  return ends.length > 0 ? ends : port.dialled.filter((each) => isDirect(each) && !isOutside(each) && !isBalancer(each))
}

function speaksTls(seen: Seen, port: SeenPort): boolean {
  const ends = podsOf(port)
  if (ends.some(complains)) {
    return true
  }
  return ends.some((end) => end.path.scheme === 'http' && controlsAbout(seen, 'other_scheme', end).some(spokeTls))
}

const speaksPlain = (seen: Seen, port: SeenPort): boolean =>
  port.endpoints.some(
    (end) => end.path.scheme === 'https' && controlsAbout(seen, 'other_scheme', end).some(({ http }) => http !== null),
  )

/** The controller and the pods, or the client and the controller, speak different protocols. */
export const backendProtocolMismatch: Rule = {
  code: 'backend_protocol_mismatch',
  layer: 'ingress',
  degrades: true,
  asks: (seen) =>
    seen.ports.flatMap((port) =>
      endsToAsk(port).flatMap((end) => {
        const check = safeCheckOf(end)
        if (check === null) {
          return []
        }
        const scheme = schemeOf(end.path, check) === 'https' ? 'http' : 'https'
        return controlOf(end, 'other_scheme', { type: 'http', scheme, serverName: end.path.serverName })
      }),
    ),
  after: (seen, { namespace, beside }) =>
    seen.ports.flatMap((port): Cause[] => {
      const through = port.routed
      const complaining = through.filter(complains)
      const ends = podsOf(port)
      const podsComplain = ends.some(complains)
      const broken = failing(through).filter((each) => isBadGateway(each) || complains(each))
      const router = routerOn(through)
      const common = {
        confirm: `${router.get} -n ${namespace} -o yaml`,
        fix: `${router.tellTls}, or let the pods serve plain HTTP.`,
      }
      if (complaining.length > 0 && !podsComplain && passing(ends).some(({ path }) => path.scheme === 'http')) {
        return [
          {
            ...common,
            confidence: 'certain',
            title: `Plain HTTP is spoken to a port of ${router.short} that speaks TLS`,
            detail: `${urlsOf(complaining)}: the answer is the complaint of a server that was sent plain HTTP on its HTTPS port, and the pods themselves answer without it. So the complaint is that of ${router.short}: a load balancer that ends TLS sends on to its HTTPS port, or the port that was dialled for http is not its HTTP port.`,
            fix: `Lead plain HTTP (what remains after TLS has ended) to the HTTP port of ${router.short}: targetPort http in the Service before it. If the dialled port is wrong, give addresses.controllerPorts.`,
            evidence: triesOf(complaining),
            explains: idsOf(failing(complaining)),
          },
        ]
      }
      // A 502 has many causes, where the pods are known for TLS; a complaint has one
      const secured =
        complaining.length > 0 && ends.some(({ path, told }) => path.scheme === 'https' && told.some(spokeTls))
      if (secured || (through.length > 0 && speaksTls(seen, port) && complaining.length + broken.length > 0)) {
        // A client that came to the controller by TLS did not make the mistake.
        const isTheirs =
          complaining.length > 0 && (podsComplain || complaining.some(({ path }) => path.scheme === 'https'))
        const shown = [...new Set([...complaining, ...broken])]
        return [
          {
            ...common,
            confidence: isTheirs ? 'certain' : 'likely',
            title: `${beginning(router.name)} speaks plain HTTP to pods that speak TLS`,
            detail: `${urlsOf(shown)} ${complaining.length > 0 ? 'brings the complaint of the pods that they were sent plain HTTP on an HTTPS port' : 'answers 502'}; ${list(ends.map(addressOf), 3)} ${ends.length === 1 ? 'speaks' : 'speak'} HTTPS.`,
            evidence: [...triesOf(shown), ...triesOf(ends).slice(0, 1)],
            explains: idsOf(failing([...shown, ...ends.filter(isBroken)])),
          },
        ]
      }
      const speakNoTls = ends.some(({ code }) => code === 'tls_not_spoken')
      const secure = through.filter((each) => each.path.scheme === 'https' && !(speakNoTls && isPassedOn(each)))
      const unspoken = failing(secure).filter(({ code }) => code === 'tls_not_spoken')
      const doors = new Set(unspoken.map(addressOf))
      if (unspoken.length > 0 && !secure.some((each) => each.passed && doors.has(addressOf(each)))) {
        return [
          {
            ...common,
            confidence: 'likely',
            title: `TLS is spoken to a port of ${router.short} that speaks plain HTTP`,
            detail: `${urlsOf(unspoken)}: what answers at ${list([...doors])} does not speak TLS. Before any pod is asked, the handshake ends there: the Service before ${router.short} leads its port for https to a plain port, or a load balancer that ends TLS is missing before it.`,
            fix: `Lead the port for https to the HTTPS port of ${router.short} (targetPort https in the Service before it). If the dialled port is wrong, give addresses.controllerPorts.`,
            evidence: triesOf(unspoken),
            explains: idsOf(unspoken),
          },
        ]
      }
      const plain = speaksPlain(seen, port) || passing(ends).some(({ path }) => path.scheme === 'http')
      const gateways = failing(through).filter(isBadGateway)
      if (gateways.length > 0 && plain && beside.backendsByTls) {
        return [
          {
            ...common,
            confidence: 'likely',
            title: 'The controller speaks HTTPS to pods that speak plain HTTP',
            detail: `${urlsOf(gateways)} answers 502, ${list(passing(ends).map(addressOf), 3)} ${ends.length === 1 ? 'answers' : 'answer'} plain HTTP, and an annotation tells the controller to speak HTTPS to the backend.`,
            fix: 'Remove the annotation that asks for HTTPS to the backend (ingress-nginx: backend-protocol), or let the pods serve TLS.',
            evidence: [...triesOf(gateways), ...triesOf(passing(ends)).slice(0, 1)],
            explains: idsOf(gateways),
          },
        ]
      }
      return []
    }),
}

/** The port was taken for HTTP, and its server asks for TLS, or speaks it when it is tried. */
export const portSpeaksTls: Rule = {
  code: 'port_speaks_tls',
  layer: 'application',
  unless: ['backend_protocol_mismatch'],
  after: (seen, { service }) =>
    seen.ports.flatMap((port): Cause[] => {
      const direct = port.dialled.filter((each) => isDirect(each) && each.path.scheme === 'http')
      const shown = direct.filter((each) => complains(each) || isBroken(each))
      if (shown.length === 0 || shown.length < direct.length || !(direct.some(complains) || speaksTls(seen, port))) {
        return []
      }
      return [
        {
          confidence: 'certain',
          title: `Port ${port.number} was taken for plain HTTP and speaks TLS`,
          detail: `${list(direct.map(addressOf))}: ${direct.some(complains) ? 'the server says that it was sent plain HTTP on an HTTPS port' : 'plain HTTP is cut off, and a TLS handshake is answered'}. Its name, number or appProtocol in the Service says HTTP, and clients go by that, too.`,
          fix: `Declare the port's protocol: appProtocol https in Service/${service}, or scheme in the check.`,
          confirm: `curl -skv -o /dev/null --max-time 10 ${quoted((direct[0]?.path.url ?? '').replace(/^http:/, 'https:'))}`,
          evidence: triesOf(shown),
          explains: idsOf(failing(shown)),
        },
      ]
    }),
}

/** The size of one memory page, nginx's default for proxy_buffer_size; ingress-nginx and its forks keep it. */
const NGINX_BUFFER_BYTES = 4096
/** `HTTP/1.1 200 OK` and the line that ends the header are in the buffer as well. */
const AROUND_BYTES = 64

/** nginx logs it as `upstream sent too big header while reading response header from upstream`. */
export const responseHeaderTooLarge: Rule = {
  code: 'response_header_too_large',
  layer: 'ingress',
  unless: ['backend_protocol_mismatch'],
  after: (seen, { namespace }) =>
    seen.ports.flatMap((port): Cause[] => {
      const bad = failing(port.routed).filter(isBadGateway)
      const direct = passing(port.dialled.filter(isDirect))
      const router = routerOn(port.routed)
      const bytes = Math.max(0, ...direct.flatMap(({ told }) => told.map(({ http }) => http?.headerBytes ?? 0)))
      if (bad.length === 0 || bytes + AROUND_BYTES < NGINX_BUFFER_BYTES) {
        return []
      }
      return [
        {
          confidence: 'likely',
          title: `The header of the answer is larger than ${router.short} takes`,
          detail: `${urlsOf(bad)} answers 502; asked directly, the application answers with ${bytes} bytes of header (${list(direct.map(addressOf), 2)}). nginx takes ${NGINX_BUFFER_BYTES} (proxy_buffer_size, 4 or 8 kB), and calls more "upstream sent too big header". Most often it is cookies that are so large.`,
          fix: `Raise it ${router.headerSize}, or send fewer and smaller headers.`,
          confirm: `${router.get} -n ${namespace} -o yaml; ${requestOn(direct[0])}`,
          evidence: [...triesOf(bad), ...triesOf(direct).slice(0, 1)],
          explains: idsOf(bad),
        },
      ]
    }),
}
