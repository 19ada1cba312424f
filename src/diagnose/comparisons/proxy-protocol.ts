/** A header of the PROXY protocol on one side alone: sent to who does not know it, or expected of who does not send it. */
import { showsProxyHeader } from '../../check/fingerprints.ts'
import { controlOf, controlsAbout, requestAt } from '../controls.ts'
import { list } from '../phrases.ts'
import type { Cause, Rule } from '../rule.ts'
import {
  addressOf,
  failing,
  idsOf,
  isBalancer,
  isCut,
  isDirect,
  kindsOf,
  passing,
  type Seen,
  type SeenPath,
  type SeenPort,
  statusOf,
  triesOf,
} from '../seen.ts'
import { complains, podsOf } from './protocols.ts'

/**
 * Answers of a server that gets a PROXY protocol header it does not know, or misses one that it expects. Some servers
 * give no answer.
 */
function refusesHeader(each: SeenPath): boolean {
  const answers = each.told.flatMap(({ http }) => http ?? [])
  return answers.length > 0 && answers.every(({ status }) => status === 400) && !complains(each)
}

/** Answers of a controller that may be to whatever comes, or to this request. */
const refusing = (port: SeenPort): readonly SeenPath[] =>
  failing(port.routed).filter((each) => each.path.scheme === 'http' && refusesHeader(each))

/** A controller that can read a request answers one for no host that it knows with 404, or a redirect. */
const refusesAll = (seen: Seen, each: SeenPath): boolean =>
  controlsAbout(seen, 'other_host', each).some(({ http }) => http?.status === 400)

const FIX_PROXY =
  'Both ends must agree: turn the PROXY protocol on (or off) at the load balancer and at what is behind it alike (ingress-nginx: use-proxy-protocol in its ConfigMap; AWS: service.beta.kubernetes.io/aws-load-balancer-proxy-protocol; Envoy, HAProxy, Traefik: of the listener).'

const cutWithoutHeader = (each: SeenPath): boolean => isCut(each) || refusesHeader(each)

/** One side of a connection speaks the PROXY protocol, and the other does not. */
export const proxyProtocolMismatch: Rule = {
  code: 'proxy_protocol_mismatch',
  layer: 'loadbalancer',
  degrades: true,
  asks: (seen) =>
    seen.ports.flatMap((port) => {
      const cut = [...port.endpoints, ...port.routed].filter(
        (each) => isCut(each) && each.result?.failure?.phase !== 'connect' && !each.unsteady,
      )
      const right = passing(podsOf(port)).filter((each) => !refusesHeader(each))
      const refused = port.of('LoadBalancer').filter((each) => isBalancer(each) && refusesHeader(each))
      const hosts = refused
        .slice(0, 1)
        .flatMap((each) => right.slice(0, 1).flatMap((to) => requestAt(each, 'with_host', to, 1)))
      const firsts = [...Map.groupBy(cut, ({ path }) => path.kind).values()].flatMap(([first]) => first ?? [])
      const proxied = firsts.flatMap((each) =>
        controlOf(each, 'proxy_protocol', {
          type: 'proxied',
          serverName: each.path.scheme === 'https' ? (each.path.serverName ?? '') : null,
        }),
      )
      const strangers = refusing(port)
        .slice(0, 1)
        .flatMap((each) => controlOf(each, 'other_host', { type: 'get', target: '/' }))
      return [...proxied, ...hosts, ...strangers]
    }),
  after: (seen, { namespace, service }) =>
    seen.ports.flatMap((port): Cause[] => {
      const common = { fix: FIX_PROXY, confirm: `kubectl get service -n ${namespace} ${service} -o yaml` }
      const balancers = port.of('LoadBalancer').filter(isBalancer)
      const straight = port.dialled.filter((each) => isDirect(each) && !isBalancer(each))
      const shown = port.dialled.filter(({ told }) => told.some(({ http }) => http !== null && showsProxyHeader(http)))
      const takes = (each: SeenPath): boolean =>
        controlsAbout(seen, 'proxy_protocol', each).some(({ outcome }) => outcome === 'pass')

      const asked = port.dialled.filter(takes)
      const cut = straight.filter(cutWithoutHeader)
      const allCut = cut.length > 0 && cut.length === straight.length
      // An application that refuses hosts that it does not know (400) may know the name of a load balancer
      const works = passing(balancers).filter(
        (each) => !refusesHeader(each) && (cut.every(isCut) || each.path.family !== null),
      )
      if (asked.length > 0 || (allCut && works.length > 0)) {
        const atController = !asked.every(isDirect)
        const bad = atController ? failing(port.routed).filter(isCut) : cut
        return [
          {
            ...common,
            confidence: 'likely',
            title: `${atController ? 'The controller' : 'The application'} expects a header of the PROXY protocol, and none is sent by ${list(kindsOf(bad))}`,
            detail: `${list(bad.map((each) => `${addressOf(each)} (${each.code ?? statusOf(each)})`))}: connections without the header are ended. ${asked.length > 0 ? 'With it, the same address answers.' : `By the load balancer (${list(works.map(addressOf), 2)}), which sends it, there is an answer.`} Whoever comes past the load balancer (from inside the cluster kube-proxy answers its address itself, unless ipMode is Proxy) sends none.`,
            evidence: [...triesOf(bad), ...triesOf(works).slice(0, 1)],
            explains: idsOf(failing(bad)),
          },
        ]
      }
      const right = passing(podsOf(port)).filter((each) => !refusesHeader(each))
      const through = refusing(port)
      const all = through.some((each) => refusesAll(seen, each)) ? through : []
      const misled = [...balancers, ...port.routed].filter(
        (each) =>
          shown.includes(each) ||
          all.includes(each) ||
          (refusesHeader(each) && isBySameServer(each, right) && !refusesItsHost(seen, each)),
      )
      if (misled.length === 0 || right.length === 0) {
        return []
      }
      return [
        {
          ...common,
          confidence: shown.length > 0 ? 'certain' : 'likely',
          title: `A header of the PROXY protocol is sent to ${misled.some(isBalancer) ? 'an application' : 'a controller'} that does not know it`,
          detail: `${list(misled.map((each) => `${addressOf(each)} (400)`))}: the answer is that of a server which cannot read the request, while ${list(right.map(addressOf), 2)} ${right.length === 1 ? 'answers' : 'answer'} the same request. ${shown.length > 0 ? 'It shows the header that it was sent.' : 'What a load balancer puts before a request and an HTTP server cannot read is the header of the PROXY protocol.'}`,
          evidence: [...triesOf(misled), ...triesOf(right).slice(0, 1)],
          explains: idsOf(failing(misled)),
        },
      ]
    }),
}

/** Tells whether an endpoint answers 400 to the host of that path as well: then the host is the cause. */
const refusesItsHost = (seen: Seen, each: SeenPath): boolean =>
  controlsAbout(seen, 'with_host', each).some(({ http }) => http?.status === 400)

/** The 400 is the application's own: it has the server header that the endpoints have, and no other status of theirs. */
function isBySameServer(each: SeenPath, right: readonly SeenPath[]): boolean {
  if (!isDirect(each)) {
    return false
  }
  const servers = new Set(right.flatMap(({ told }) => told.map(({ http }) => http?.headers.server ?? null)))
  return each.told.some(({ http }) => http !== null && servers.has(http.headers.server ?? null))
}
