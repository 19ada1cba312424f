import { KINDS, kindsThat, type PathKind } from '../../plan/kinds.ts'
import { handedIn } from '../belied.ts'
import { requestOn } from '../commands.ts'
import { list } from '../phrases.ts'
import type { Rule } from '../rule.ts'
import { addressOf, allFail, codesOf, idsOf, kindsOf, passing, triesOf } from '../seen.ts'

/** Ways of their own first: a name fails with what it leads to. */
const BETWEEN = (['way-in', 'name'] as const)
  .flatMap((role) => kindsThat((kind) => kind.role === role))
  .flatMap((kind): [PathKind, string][] => {
    const why = KINDS[kind].ifAlone
    return why === null ? [] : [[kind, why]]
  })

/** The fault is on the first hop that no passing path shares: as far as it goes, that is known. */
export const onlyOneWayFails: Rule = {
  code: 'only_one_way_fails',
  layer: 'network',
  isLast: true,
  after: ({ ports }, { namespace, service, source }) =>
    ports.flatMap((port) =>
      BETWEEN.flatMap(([kind, why]) => {
        const bad = port.of(kind)
        const good = passing(port.dialled.filter(({ path }) => path.kind !== kind))
        if (!allFail(bad) || good.length === 0) {
          return []
        }
        return [
          {
            confidence: 'possible' as const,
            title: `Port ${port.number} fails by ${kind} (${list(codesOf(bad))}), and works by ${list(kindsOf(good))}`,
            detail: `${list(bad.map((each) => `${addressOf(each)} (${each.code})`))}. The application is fine, so the cause is on the way there: ${why}`,
            fix: `Compare spec and status of Service/${service} in the cluster with ${handedIn(source)}, then look at what is in between.`,
            confirm: `kubectl get service -n ${namespace} ${service} -o yaml; ${requestOn(bad[0])}`,
            evidence: [...triesOf(bad), ...triesOf(good).slice(0, 1)],
            explains: idsOf(bad),
          },
        ]
      }),
    ),
}
