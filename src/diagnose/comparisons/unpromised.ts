import { doubtText } from '../../plan/because.ts'
import { kindsThat } from '../../plan/kinds.ts'
import { requestOn } from '../commands.ts'
import { list } from '../phrases.ts'
import type { Rule } from '../rule.ts'
import type { TestedPath } from '../seen.ts'

/** Ways that clients take. An endpoint is none; a name leads to the cluster IP, or is another's. */
const WAYS_IN = kindsThat(({ role }) => role === 'way-in')

const wasTested = ({ outcome, skipped }: TestedPath): boolean =>
  outcome === 'pass' || outcome === 'fail' || (outcome === 'skipped' && skipped?.reason === 'not_expected')

/** Failed, was not promised, and nothing says that it is meant to. */
const isUnmet = ({ path, skipped }: TestedPath): boolean =>
  path.expected === 'unknown' && path.excused !== true && skipped?.reason === 'not_expected'

/**
 * Paths that nothing promises count in no verdict, so that a kind of which all are of that sort would fail in silence:
 * clients have no way of that kind, and the job passes.
 */
export const unpromisedWaysFail: Rule = {
  code: 'unpromised_ways_fail',
  layer: 'network',
  degrades: true,
  after: ({ tested }, { namespace, service }) =>
    WAYS_IN.flatMap((kind) => {
      const own = tested.filter((each) => each.path.kind === kind && wasTested(each))
      if (own.length === 0 || !own.every(isUnmet)) {
        return []
      }
      const reasons = [...new Set(own.map(({ path }) => doubtText(path.because) ?? ''))]
      const codes = [...new Set(own.flatMap(({ deciding }) => deciding.map(({ failure }) => failure?.code ?? '')))]
      return [
        {
          confidence: 'possible' as const,
          title: `No path of kind ${kind} works, and none of them was promised`,
          detail: `${own.length === 1 ? 'One was' : `${own.length} were`} tested and failed (${list(codes.filter((code) => code !== ''))}). They count in no verdict, because: ${list(reasons, 2)}.`,
          fix: `Say what must work: name it in expect.reachable, or give a check the request that it answers (ingressPath, headers). If clients use no path of kind ${kind}, exclude it with paths.exclude.`,
          confirm: `kubectl get service,ingress -n ${namespace} -o wide | grep -w ${service}; ${requestOn(own[0])}`,
          evidence: own.slice(0, 5).map(({ path, deciding }) => ({ path: path.id, result: deciding[0]?.id ?? null })),
          explains: own.map(({ path }) => path.id),
        },
      ]
    }),
}
