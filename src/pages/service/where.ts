/**
 * Says which paths fail and what they have in common, from the states of the API: whether it is one node or all is the
 * first question of whoever is woken by it. Pure.
 *
 * @module
 */
import { visible } from '../../report/visible.ts'
import type { PathState } from './documents.ts'
import { pathName } from './words.ts'

/** So many names are told, and then how many more there are. */
const NAMES = 4

/** `2 of 9 paths fail: 2 NodePort, both on node-b; the other 2 nodes pass`. `null`: none fails. */
export function whereItFails(tested: readonly PathState[]): string | null {
  const failing = tested.filter(({ state }) => state === 'fail')
  if (failing.length === 0) {
    return null
  }
  const [only] = failing
  if (tested.length === 1 && only !== undefined) {
    return `the only path that was tested fails: ${pathName(only)}`
  }
  const count =
    failing.length === tested.length
      ? `all ${tested.length} paths fail`
      : `${failing.length} of ${tested.length} paths ${failing.length === 1 ? 'fails' : 'fail'}`
  const parts = [kindsOf(failing), nodesOf(failing, tested), vantagesOf(failing, tested)]
  return `${count}: ${parts.filter((part) => part !== null).join('; ')}`
}

function kindsOf(failing: readonly PathState[]): string {
  const byKind = Map.groupBy(failing, ({ kind }) => kind)
  return [...byKind].map(([kind, paths]) => `${paths.length} ${kind}`).join(', ')
}

const nodesIn = (paths: readonly PathState[]): string[] => [...new Set(paths.flatMap(({ node }) => node ?? []))].sort()

function nodesOf(failing: readonly PathState[], tested: readonly PathState[]): string | null {
  const all = nodesIn(tested)
  if (all.length === 0) {
    return null
  }
  const bad = nodesIn(failing)
  const others = all.length - bad.length
  if (bad.length === 0) {
    return `none of one node, and ${all.length === 1 ? `node ${visible(all[0] ?? '')} passes` : `all ${all.length} nodes pass`}`
  }
  const ofNodes = failing.filter(({ node }) => node !== null).length
  const howMany =
    ofNodes === failing.length
      ? failing.length === 1
        ? ''
        : failing.length === 2
          ? 'both '
          : 'all '
      : `${ofNodes} of them `
  if (others === 0) {
    return bad.length === 1
      ? `${howMany}on ${visible(bad[0] ?? '')}, the only node that was tested`
      : `${howMany}on all ${bad.length} nodes`
  }
  const rest = others === 1 ? 'the other node passes' : `the other ${others} nodes pass`
  return bad.length === 1
    ? `${howMany}on ${visible(bad[0] ?? '')} alone, ${rest}`
    : `${howMany}on ${bad.length} of ${all.length} nodes (${listed(bad)}), ${rest}`
}

function vantagesOf(failing: readonly PathState[], tested: readonly PathState[]): string | null {
  const all = new Set(tested.flatMap(({ states }) => states.map(({ vantage }) => vantage)))
  const bad = new Set(
    failing.flatMap(({ states }) => states.filter(({ state }) => state === 'fail').map(({ vantage }) => vantage)),
  )
  if (all.size < 2) {
    return null
  }
  return bad.size === all.size
    ? `seen from all ${all.size} vantages`
    : `seen from ${listed([...bad].sort())}, not from ${listed([...all].filter((name) => !bad.has(name)).sort())}`
}

function listed(names: readonly string[]): string {
  const more = names.length - NAMES
  const told = names.slice(0, more > 0 ? NAMES : names.length).map(visible)
  return more > 0 ? `${told.join(', ')} and ${more} more` : told.join(', ')
}
