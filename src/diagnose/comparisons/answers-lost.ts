import type { Rule } from '../rule.ts'
import { addressOf, failing, idsOf, isHanging, passing, triesOf } from '../seen.ts'
import { list } from '../words.ts'

/** F55, F67: by one way a connection is made and nothing comes over it, by another the same application answers. */
export const answersLost: Rule = {
  code: 'answers_lost',
  layer: 'network',
  unless: ['some_endpoints_fail', 'one_family_fails', 'application_hangs'],
  after: ({ ports }, { vantage }) =>
    ports.flatMap((port) => {
      const bad = failing(port.dialled).filter((each) => each.path.kind !== 'Ingress' && isHanging(each))
      const good = passing(port.dialled)
      if (bad.length === 0 || good.length === 0) return []
      const kinds = [...new Set(bad.map(({ path }) => path.kind))]
      return [
        {
          confidence: 'possible' as const,
          title: `Connections by ${list(kinds)} are made, and the answers do not arrive`,
          detail: `${list(bad.map((each) => `${addressOf(each)} (${each.code})`))}; by ${list([...new Set(good.map(({ path }) => path.kind))])} the application answers. Small packets get through and large ones may not: an MTU that does not fit the way (overlay, VPN, tunnel) with ICMP filtered. Or what stands on that way takes connections before it has anything behind it.`,
          fix: 'Set the MTU of the pod network to that of the nodes less the overhead of its encapsulation, and let ICMP "fragmentation needed" through.',
          confirm: `ping -M do -s 1472 ${bad[0]?.path.address} # from where the prober stands (${vantage})`,
          evidence: [...triesOf(bad), ...triesOf(good).slice(0, 1)],
          explains: idsOf(bad),
        },
      ]
    }),
}
