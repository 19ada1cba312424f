/** Weights of a rule, held against who answered on its path. */

import { isAnswered } from '../answers.ts'
import { requestOn } from '../commands.ts'
import type { Cause, Rule } from '../rule.ts'
import { isEndpoint, type Seen, type TestedPath } from '../seen.ts'

/** By chance alone this is rarer than one job in a thousand. */
const CHANCE = 0.001

type Shared = { path: TestedPath; share: number; answers: number; own: 'none' | 'all' }

/** Responders on the path by one check; `null`: something that answered did not say who it is, or nothing answered. */
function respondersOf({ told }: TestedPath, check: string): readonly string[] | null {
  const said = told.filter((each) => each.check === check && isAnswered(each)).map(({ responder }) => responder)
  const named = said.filter((each) => each !== null)
  return said.length > 0 && named.length === said.length ? named : null
}

/** Responders of the Service's own pods; `null`: not all pods are known by one name each, and one that is theirs alone. */
function podsBy(tested: readonly TestedPath[], port: number | undefined, check: string): ReadonlySet<string> | null {
  const ends = tested.filter((each) => isEndpoint(each) && each.path.port?.number === port)
  const names = ends.map((each) => new Set(respondersOf(each, check)))
  const all = new Set(names.flatMap((each) => [...each]))
  return names.length > 0 && names.every(({ size }) => size === 1) && all.size === names.length ? all : null
}

function sharedOf({ tested }: Seen, each: TestedPath): Shared[] {
  const { share, checks, port } = each.path
  return checks.flatMap((check): Shared[] => {
    if (share === undefined || check.type !== 'http' || check.responder === null) {
      return []
    }
    const pods = podsBy(tested, port?.number, check.name)
    const said = respondersOf(each, check.name)
    if (pods === null || said === null) {
      return []
    }
    const own = said.filter((name) => pods.has(name)).length
    const answers = said.length
    if (own === 0 && (1 - share) ** answers < CHANCE) {
      return [{ path: each, share, answers, own: 'none' }]
    }
    // One name may be that of every pod of everybody
    return own === answers && pods.size > 1 && share ** answers < CHANCE
      ? [{ path: each, share, answers, own: 'all' }]
      : []
  })
}

/** A weight that is not kept: the Service gets nothing of its share, or everything. */
export const shareNotKept: Rule = {
  code: 'share_not_kept',
  layer: 'gateway',
  after: (seen, { namespace }) =>
    seen.tested
      .flatMap((each) => sharedOf(seen, each))
      .map(({ path: { path, deciding }, share, answers, own }): Cause => {
        const percent = `${Math.round(share * 1000) / 10} %`
        const got = own === 'none' ? 'none' : 'all'
        return {
          confidence: 'likely',
          title:
            `${got} of ${answers} answers on ${path.url} came from pods of the Service, whose share is ${percent}`.replace(
              /^./,
              (first) => first.toUpperCase(),
            ),
          detail: `The weights of the rule send ${percent} of the requests to the Service. That ${got} of ${answers} get there by chance is rarer than one time in a thousand, as far as \`responder\` names pods: those of the Service are known by what their endpoints say.`,
          fix: 'See whether the controller has picked up the weights as they are now, whether it supports them, and whether it keeps clients on one backend (a cookie, a hash of the source).',
          confirm: `kubectl get httproute -n ${namespace} -o yaml; ${requestOn({ path })}`,
          evidence: deciding.slice(0, 5).map(({ id }) => ({ path: path.id, result: id })),
          explains: [],
        }
      }),
}
