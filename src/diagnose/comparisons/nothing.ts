import { isSent } from '../belied.ts'
import { endpointsOf } from '../commands.ts'
import { list } from '../phrases.ts'
import type { Rule } from '../rule.ts'
import { codesOf, failing, idsOf, kindsOf, passing, triesOf } from '../seen.ts'

/** Nothing passes, so nothing can be compared: the finding says what was seen and what would tell more. */
export const nothingAnswers: Rule = {
  code: 'nothing_answers',
  layer: 'endpoints',
  warnings: ['service', 'pods', 'makers'],
  isLast: 'alone',
  after: ({ ports }, { namespace, service, position, source }) =>
    ports.flatMap((port) => {
      const bad = failing(port.dialled)
      if (bad.length === 0 || passing(port.dialled).length > 0) {
        return []
      }
      const kinds = kindsOf(bad)
      const asked = port.endpoints.length > 0
      return [
        {
          confidence: 'possible' as const,
          title: `No way to port ${port.number} works (${list(codesOf(bad))})`,
          detail: `By ${list(kinds)}, from ${position}. ${
            asked
              ? 'The endpoints themselves fail too, so the cause is there, or between them and the prober.'
              : 'No endpoint was asked, so the pods, what leads to them, and what keeps the prober from either cannot be told apart.'
          }`,
          fix: asked
            ? 'Check the pods first: whether they run, are Ready, and listen on targetPort.'
            : `${isSent(source) ? 'Send the EndpointSlices and pods as well, and ask' : 'Let Portolan read EndpointSlices and pods, and ask'} from inside the cluster: then the endpoints are tried, too.`,
          confirm: `${endpointsOf({ namespace, service })}; kubectl get pods -n ${namespace} -o wide`,
          evidence: triesOf(bad),
          explains: idsOf(bad),
        },
      ]
    }),
}
