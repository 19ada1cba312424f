/** Servers that answer for one name and not for another: the name that a client sends decides. */
import { connectOn, quoted, requestOn } from '../commands.ts'
import { list } from '../phrases.ts'
import type { Cause, Rule } from '../rule.ts'
import {
  addressOf,
  allFail,
  failing,
  hasNoConnection,
  idsOf,
  isDirect,
  isHanging,
  passing,
  type SeenPath,
  type SeenPort,
  statusOf,
  triesOf,
  urlsOf,
} from '../seen.ts'

/** Statuses by which an application refuses a name that it does not serve (RFC 9110 15.5.20; virtual hosts, allowed-hosts lists). */
const NOT_MY_NAME: ReadonlySet<number> = new Set([400, 403, 404, 421])

const refusesName = (each: SeenPath): boolean => NOT_MY_NAME.has(statusOf(each))

const pathnameOf = ({ path: { url } }: SeenPath): string | null =>
  url !== null && URL.canParse(url) ? new URL(url).pathname : null

/** The application answers the host of an Ingress, and refuses clients that come by address. */
export const applicationWantsHost: Rule = {
  code: 'application_wants_host',
  layer: 'application',
  after: ({ ports }, { service }) =>
    ports.flatMap((port) => {
      const direct = port.dialled.filter(isDirect)
      const [good] = passing(port.routed).filter(
        ({ path, result }) => path.host !== null && (result?.http?.status ?? 200) < 400,
      )
      if (good === undefined || direct.length === 0 || !direct.every((each) => refusesName(each))) {
        return []
      }
      // A default answer is compared at the same URL only: the application may not know another path.
      const failed = allFail(direct, ({ code }) => code === 'unexpected_status')
      if (!failed && !direct.every((each) => pathnameOf(each) === pathnameOf(good))) {
        return []
      }
      const statuses = [...new Set(direct.map(statusOf))]
      return [
        {
          confidence:
            failed || statuses.some((status) => status === 421 || status === 400)
              ? ('likely' as const)
              : ('possible' as const),
          title: `The application answers ${list(statuses.map(String))} by address, and works for ${good.path.host}`,
          detail: `${urlsOf(direct)}: the same application that serves ${good.path.url} refuses a request whose Host is an address or the name of the Service. The network is fine; it wants a Host that it knows.`,
          fix: `Send the Host in the check (headers, host: ${good.path.host}), or let the application answer for Service/${service} as well (its list of allowed hosts).`,
          confirm: `${requestOn(direct[0])} -H ${quoted(`Host: ${good.path.host}`)}`,
          evidence: [...triesOf(direct), ...triesOf([good])],
          explains: idsOf(failing(direct)),
        },
      ]
    }),
}

/** The same server, asked by its own name and by that of the Service. */
function asked(port: SeenPort): { own: SeenPath; alias: SeenPath } | null {
  const [own] = port.of('ExternalName')
  const [alias] = port.of('DNS')
  return own === undefined || alias === undefined ? null : { own, alias }
}

/** A certificate that was taken as evidence only, and is for another name. */
const isForOtherName = ({ result }: SeenPath): boolean =>
  result?.tls?.authorizationError === 'ERR_TLS_CERT_ALTNAME_INVALID' ||
  result?.failure?.code === 'certificate_name_mismatch'

/** The origin sees the name that the client wrote, not the one that DNS led to. Shown where it answers the two unlike. */
export function otherAnswerByAlias(
  port: SeenPort,
  { service, namespace }: { service: string; namespace: string },
): Cause[] {
  const pair = asked(port)
  if (pair === null || !pair.own.passed) {
    return []
  }
  const { own, alias } = pair
  const byStatus = statusOf(own) !== 0 && statusOf(own) < 400 && refusesName(alias)
  const byCertificate = isForOtherName(alias) && !isForOtherName(own)
  if (!byStatus && !byCertificate) {
    return []
  }
  const name = own.path.address
  return [
    {
      confidence: 'likely',
      title: `${name} serves its own name and not that of the Service`,
      detail: `Asked as ${own.path.url} it answers ${statusOf(own)}; asked as ${alias.path.url} it ${byStatus ? `answers ${statusOf(alias)}` : 'shows a certificate for another name'}. DNS leads clients of ${service}.${namespace} there, and Host${own.path.scheme === 'https' ? ' and SNI stay' : ' stays'} as they wrote it.`,
      fix: `Let clients use ${name} itself, or send it as Host (and SNI).`,
      confirm: `${requestOn(alias)} -H ${quoted(`Host: ${name}`)}`,
      evidence: triesOf([own, alias]),
      explains: alias.passed ? [] : idsOf([alias]),
    },
  ]
}

/** The target of an ExternalName does not answer, whichever name it is asked for. */
export const externalNameUnreachable: Rule = {
  code: 'external_name_unreachable',
  layer: 'network',
  unless: ['external_name_port_remap'],
  after: ({ ports }) =>
    ports.flatMap((port) => {
      const own = port.of('ExternalName')
      const isGone = (each: SeenPath): boolean => hasNoConnection(each) || isHanging(each)
      if (!allFail(own, isGone)) {
        return []
      }
      const alias = failing(port.of('DNS')).filter(isGone)
      const [first] = own
      return [
        {
          confidence: 'likely' as const,
          title: `${first?.path.address}, which the Service stands for, does not answer on port ${port.number}`,
          detail: `${list(own.map((each) => `${addressOf(each)} (${each.code})`))}. The name resolves, so the Service does what it can: it is a DNS record, and nothing of Kubernetes is on the way. Either that server is down, or a firewall is in the way (where traffic leaves the cluster, or before the server), or it listens on another port.`,
          fix: 'See that server and the rules for traffic that leaves the cluster (egress policies, NAT, security groups), or set spec.externalName to one that runs.',
          confirm: connectOn(first),
          evidence: triesOf([...own, ...alias]),
          explains: idsOf([...own, ...alias]),
        },
      ]
    }),
}
