/** Connections are made, and what is to come over them is lost. */
import { logsOf, requestOn } from '../commands.ts'
import { list } from '../phrases.ts'
import type { Rule } from '../rule.ts'
import {
  addressOf,
  allFail,
  failing,
  farEnds,
  idsOf,
  isDirect,
  isGatewayError,
  isHanging,
  kindsOf,
  passing,
  type SeenPath,
  type SeenPort,
  triesOf,
} from '../seen.ts'
import { FIX_MTU } from './packets.ts'

/** By one way a connection is made and nothing comes over it, by another the same application answers. */
export const answersLost: Rule = {
  code: 'answers_lost',
  layer: 'network',
  unless: [
    'mtu_too_small',
    'some_endpoints_fail',
    'one_family_fails',
    'application_hangs',
    'load_balancer_ignores_health',
  ],
  after: ({ ports }, { position }) =>
    ports.flatMap((port) => {
      const bad = failing(port.dialled).filter((each) => isDirect(each) && isHanging(each))
      const good = passing(port.dialled)
      if (bad.length === 0 || good.length === 0) {
        return []
      }
      const kinds = kindsOf(bad)
      return [
        {
          confidence: 'possible' as const,
          title: `Connections by ${list(kinds)} are made, and the answers do not arrive`,
          detail: `${list(bad.map((each) => `${addressOf(each)} (${each.code})`))}; by ${list(kindsOf(good))} the application answers. Small packets get through and large ones may not: an MTU that does not fit the way (overlay, VPN, tunnel) with ICMP filtered. Or something on that way takes connections before it has anything behind it.`,
          fix: FIX_MTU,
          confirm: `${bigPacketTo(port, bad)} # from where the prober stands (${position})`,
          evidence: [...triesOf(bad), ...triesOf(good).slice(0, 1)],
          explains: idsOf(bad),
        },
      ]
    }),
}

/** A packet as large as they come, to a machine: a cluster IP is none, and never answers. */
function bigPacketTo(port: SeenPort, bad: readonly SeenPath[]): string {
  const machine = [...bad, ...port.dialled].find(
    ({ path }) => path.family === 'IPv4' && (path.kind === 'Endpoint' || path.kind === 'NodePort'),
  )
  return machine === undefined ? requestOn(bad[0]) : `ping -c 3 -M do -s 1472 ${machine.path.address}`
}

/** The header comes and the rest does not, from the pods themselves and so on every way. */
export const bodyStalls: Rule = {
  code: 'body_stalls',
  layer: 'network',
  unless: ['one_family_fails', 'mtu_too_small'],
  after: ({ ports }, target) =>
    ports.flatMap((port) => {
      const ends = farEnds(port)
      const isStalled = ({ code }: SeenPath): boolean => code === 'body_timeout'
      if (!allFail(ends, isStalled)) {
        return []
      }
      const bad = failing(port.dialled).filter((each) => isStalled(each) || isGatewayError(each))
      const [first] = ends
      return [
        {
          confidence: 'likely' as const,
          title: `The answers on port ${port.number} begin and do not end`,
          detail: `${list(ends.map((each) => `${addressOf(each)} (${first?.result?.http?.bodyBytes ?? 0} bytes of the body)`))}. The application answers: its status and header arrive, and the rest does not. Either full packets do not fit the way (an MTU too large for overlay, VPN or tunnel, with ICMP filtered), which short answers do not show, or the application stops in the middle of a body.`,
          fix: `Compare a short answer with a long one. If short ones do not arrive either, see in the log of the application what it waits for; if they do, it is the MTU. ${FIX_MTU}`,
          confirm: `${requestOn(first)}; ${logsOf(ends, target)}`,
          evidence: triesOf(ends),
          explains: idsOf(bad),
        },
      ]
    }),
}
