/** Faults of the prober's own place: where it stands, and what it may reach from there. */
import { isAnswering } from '../controls.ts'
import { list } from '../phrases.ts'
import type { Rule } from '../rule.ts'
import {
  allFail,
  failing,
  hasNoConnection,
  idsOf,
  isOutside,
  isRefused,
  isTakenOver,
  type SeenPath,
  triesOf,
} from '../seen.ts'
import { isUnanswered } from './named.ts'

/** It leads to something else first: a node, a router, a load balancer, another Service. */
const isElsewhere = (each: SeenPath): boolean => each.path.kind === 'NodePort' || isOutside(each) || isTakenOver(each)

/** Everything fails at once, which is seldom the fault of the Service. */
export const proberReachesNothing: Rule = {
  code: 'prober_reaches_nothing',
  layer: 'vantage',
  scope: 'vantage',
  after: ({ all: seen, ports, controls }, { position }) => {
    // Something beside the Service answers: then it is not the prober that is cut off
    if (controls.some(isAnswering)) {
      return []
    }
    // Variables are compared, and nothing is dialled for them.
    const all = seen.filter(({ path }) => path.variable === null)
    const kinds = new Set(all.map(({ path }) => path.kind))
    const isCutOff = (each: SeenPath): boolean => (hasNoConnection(each) && !isRefused(each)) || isUnanswered(each)
    if (kinds.size < 3 || !allFail(all, isCutOff) || ports.some(({ explained }) => explained.length > 0)) {
      return []
    }
    const others = failing(all).filter((each) => isElsewhere(each) || isUnanswered(each))
    return [
      {
        // Silent pods and their addresses alone may be the Service's own fault.
        confidence: others.length > 0 ? 'likely' : 'possible',
        title: 'The prober reaches nothing at all',
        detail: `Every path (${list([...kinds])}) is met with silence. Unless the whole cluster is down, the prober is not where it is taken to be (${position}), or a policy for outgoing traffic holds it back, or its node has lost its network.`,
        fix: 'Set vantage to where Portolan stands, let its pod out (NetworkPolicy egress of its namespace), or repair the network of its node.',
        confirm: 'kubectl get networkpolicies -A',
        evidence: triesOf(all),
        explains: idsOf(all),
      },
    ]
  },
}
