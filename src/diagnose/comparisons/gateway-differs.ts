/** A Gateway whose data plane does other than its objects say, as it does while it was not told of a change. */

import { becauseText } from '../../plan/because.ts'
import type { Check } from '../../plan/check.ts'
import { KINDS } from '../../plan/kinds.ts'
import { requestOn } from '../commands.ts'
import { list } from '../phrases.ts'
import type { Rule } from '../rule.ts'
import {
  addressOf,
  allFail,
  codesOf,
  failing,
  hasNoConnection,
  idsOf,
  type SeenPath,
  triesOf,
  urlsOf,
} from '../seen.ts'

const isThrough = ({ path }: SeenPath): boolean => KINDS[path.kind].router === 'gateway'

/** At one address some listeners take connections, and others do not. */
export const gatewayPortClosed: Rule = {
  code: 'gateway_port_closed',
  layer: 'gateway',
  unless: ['gateway_unreachable'],
  after: ({ all }) =>
    [...Map.groupBy(all.filter(isThrough), ({ path }) => path.address).values()].flatMap((atAddress) => {
      const byPort = [...Map.groupBy(atAddress, addressOf).values()]
      const closed = byPort.filter((onPort) => allFail(onPort, hasNoConnection))
      const bad = closed.flat()
      if (bad.length === 0 || closed.length === byPort.length) {
        return []
      }
      const doors = [...new Set(bad.map(addressOf))]
      const open = [...new Set(atAddress.filter((each) => !bad.includes(each)).map(addressOf))]
      return [
        {
          confidence: 'likely' as const,
          title: `The Gateway takes no connections at ${list(doors)}`,
          detail: `${list(codesOf(bad))}, while ${list(open)} takes them. The listener is among the objects: either the data plane of the Gateway does not have it, or something before it leaves the port out: its Service, its load balancer or a firewall.`,
          fix: 'See that the listener is Programmed and that the Service before the Gateway has the port; if both are so, read the log of the controller.',
          confirm: `${requestOn(bad[0])}; kubectl get gateways,services -A -l gateway.networking.k8s.io/gateway-name`,
          evidence: [...triesOf(bad), ...triesOf(atAddress.filter(({ passed }) => passed)).slice(0, 1)],
          explains: idsOf(bad),
        },
      ]
    }),
}

const isRedirect = (status: unknown): boolean => Number(status) >= 300 && Number(status) < 400

function wantsRedirect(check: Check): boolean {
  const statuses = check.type === 'http' ? (check.expect?.validStatusCodes ?? []) : []
  return statuses.length > 0 && statuses.every(isRedirect)
}

/** The filter of the route that the path is to be redirected by, in words. */
const filterOf = ({ path }: SeenPath): string | null => {
  const found = path.because.find(({ ref, field }) => ref !== null && field !== null && /\.filters\[\d+\]$/.test(field))
  return found === undefined || !path.checks.some(wantsRedirect) ? null : becauseText(found)
}

/** A filter of the route redirects, and the answer is no redirect, or another one. */
export const gatewayRedirectDiffers: Rule = {
  code: 'gateway_redirect_differs',
  layer: 'gateway',
  after: ({ ports }) =>
    ports.flatMap(({ routed }) => {
      const bad = failing(routed.filter(isThrough)).filter((each) => {
        const status = each.result?.http?.status ?? 0
        return filterOf(each) !== null && status >= 200 && status < 400
      })
      const [first] = bad
      if (first === undefined) {
        return []
      }
      const said = first.result?.http
      const location = said?.location ? ` with Location ${said.location}` : ''
      return [
        {
          confidence: 'likely' as const,
          title: 'The Gateway does not redirect as the route says',
          detail: `${urlsOf(bad)}: the answer is ${said?.status}${location}. By the objects: ${filterOf(first)}. The data plane has the route as it was before, or another route takes the request.`,
          fix: 'See in the status of the route whether the controller has seen it as it is (observedGeneration), and read the log of the controller.',
          confirm: `${requestOn(first)}; kubectl describe httproutes -A`,
          evidence: triesOf(bad),
          explains: idsOf(bad),
        },
      ]
    }),
}
