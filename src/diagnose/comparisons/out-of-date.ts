import { objectsAreOld } from '../belied.ts'
import { list } from '../phrases.ts'
import type { Rule } from '../rule.ts'
import { addressOf, allFail, hasNoConnection, idsOf, passing, triesOf } from '../seen.ts'

/**
 * The pods that the objects name are gone, and the Service works: kube-proxy leads to others. Besides, the engine tells
 * by this rule what is {@link outOfDate}.
 */
export const objectsOutOfDate: Rule = {
  code: 'objects_out_of_date',
  layer: 'objects',
  after: ({ ports }, target) =>
    ports.flatMap((port) => {
      const endpoints = port.endpoints
      // A node port proves nothing: what enters there comes from the node, which policies let in.
      const good = passing(port.of('ClusterIP'))
      // Traffic may be led to endpoints that were not read.
      const mayBeMore = endpoints.some(({ path }) => path.because.some(({ unread }) => unread))
      if (!allFail(endpoints, hasNoConnection) || good.length === 0 || mayBeMore) {
        return []
      }
      return [
        {
          ...objectsAreOld(
            target,
            good.flatMap(({ result }) => result?.startedAtMs ?? []),
          ),
          detail: `${list(endpoints.map((each) => `${addressOf(each)} (${each.code})`))}: no endpoint that they name can be reached, and ${list(good.map(addressOf), 3)} ${good.length === 1 ? 'answers' : 'answer'}. That leads to endpoints, too, so there must be others by now.`,
          evidence: [...triesOf(endpoints), ...triesOf(good).slice(0, 1)],
          explains: idsOf(endpoints),
        },
      ]
    }),
}
