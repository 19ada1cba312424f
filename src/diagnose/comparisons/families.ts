/** One family works and the other does not. Asked before endpoints are compared: half of them are of each. */
import type { Family } from '../../kube/objects.ts'
import { familyOf } from '../../lib/address.ts'
import { list } from '../phrases.ts'
import type { Rule } from '../rule.ts'
import {
  addressOf,
  allFail,
  failing,
  hasNoConnection,
  idsOf,
  isDirect,
  isOwedTo,
  passing,
  type SeenPath,
  type SeenPort,
  triesOf,
} from '../seen.ts'

/** Kinds whose addresses belong to the pods or lead only to them, so that no other machine can answer. */
const CORE: readonly SeenPath['path']['kind'][] = ['Endpoint', 'ClusterIP']

type Split = { bad: readonly SeenPath[]; good: readonly SeenPath[]; family: Family }

/** Node ports and load balancers may be answered for by others: one of several that works excuses no family. */
const nearlyAllFail = (paths: readonly SeenPath[]): boolean =>
  paths.length >= 3 ? paths.filter((each) => !each.passed && !each.unsteady).length >= paths.length - 1 : allFail(paths)

const mostPass = (paths: readonly SeenPath[]): boolean => paths.length > 0 && passing(paths).length * 2 >= paths.length

function splitOf(port: SeenPort): Split | null {
  const direct = port.dialled.filter((each) => each.path.family !== null && isDirect(each))
  const ofCore = direct.filter(({ path }) => CORE.includes(path.kind))
  const isBoth = (paths: readonly SeenPath[]): boolean => new Set(paths.map(({ path }) => path.family)).size === 2
  const core = isBoth(ofCore)
  const judged = core ? ofCore : direct
  if (!isBoth(judged)) {
    return null
  }
  for (const family of ['IPv6', 'IPv4'] as const) {
    const bad = judged.filter(({ path }) => path.family === family)
    const good = judged.filter(({ path }) => path.family !== family)
    if ((core ? allFail(bad) : nearlyAllFail(bad)) && mostPass(good)) {
      return { bad: failing(bad), good, family }
    }
  }
  return null
}

/** One family works, the other does not, whatever the kind of path. */
export const oneFamilyFails: Rule = {
  code: 'one_family_fails',
  layer: 'network',
  scope: 'network',
  unless: ['single_family_endpoints', 'prober_reaches_nothing'],
  after: ({ ports }) =>
    ports.flatMap((port) => {
      const split = splitOf(port)
      if (split === null) {
        return []
      }
      const { bad, good, family } = split
      const other = family === 'IPv6' ? 'IPv4' : 'IPv6'
      const falls = failing(port.dialled).filter(
        (each) =>
          bad.includes(each) ||
          (isDirect(each) ? each.path.family === family : isOwedTo(each, bad)) ||
          (!isDirect(each) && each.path.family === family && hasNoConnection(each)) ||
          // A name that stands for both fails where it leads there.
          (each.path.family === null && familyOf(each.result?.address ?? '') === family),
      )
      return [
        {
          confidence: 'likely' as const,
          title: `${passing(port.dialled).some(({ path }) => path.family === family) ? 'The pods do not answer' : 'Nothing answers'} over ${family}, and ${passing(good).length === good.length ? 'everything' : 'most'} over ${other}`,
          detail: `${list(
            bad.map((each) => `${each.path.kind} ${addressOf(each)}: ${each.code}`),
            3,
          )}. Either the application listens on one family only, or the cluster does not carry ${family}.`,
          fix: 'Let the application listen on [::] with both families, or set spec.ipFamilyPolicy to SingleStack.',
          confirm: "kubectl get nodes -o jsonpath='{.items[*].spec.podCIDRs}'",
          evidence: [...triesOf(bad), ...triesOf(passing(good)).slice(0, 1)],
          explains: idsOf(falls),
        },
      ]
    }),
}
