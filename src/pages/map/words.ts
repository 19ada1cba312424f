/** Says in words what the map shows. Everything returned is safe to show. Pure. */
import { KINDS } from '../../plan/kinds.ts'
import type { StateName } from '../parts/state.tsx'
import type { Hop, MapModel } from './model.ts'
import type { Way, WayState } from './source.ts'

export const STATE_WORDS: Readonly<Record<WayState, { glyph: string; word: string }>> = {
  fail: { glyph: '✕', word: 'fails' },
  error: { glyph: '!', word: 'error on our side' },
  pass: { glyph: '✓', word: 'works' },
  skipped: { glyph: '–', word: 'not tested' },
  open: { glyph: '·', word: 'not measured' },
}

/** The sign of a state among those that all pages have; `null`: nothing is known. */
export const SHOWN_AS: Readonly<Record<WayState, StateName | null>> = {
  ...{ pass: 'pass', fail: 'fail', error: 'error', skipped: 'skipped', open: null },
}

export const countOf = (ways: readonly Way[], ...states: readonly WayState[]): number =>
  ways.filter(({ state }) => states.includes(state)).length

const plural = (count: number, one: string, many: string): string => (count === 1 ? `1 ${one}` : `${count} ${many}`)

/** `2 of 4 work`, `2 fail`, `3 planned`: in few words. */
export function tally(ways: readonly Way[]): string {
  const tried = countOf(ways, 'pass', 'fail', 'error')
  const works = countOf(ways, 'pass')
  const skipped = countOf(ways, 'skipped')
  if (tried === 0) {
    return skipped > 0 ? `${skipped} not tested` : `${ways.length} not measured`
  }
  if (works === tried) {
    return tried === 1 ? 'works' : `all ${tried} work`
  }
  const failing = countOf(ways, 'fail')
  if (failing === 0) {
    return `${tried - works} of ${tried}: error`
  }
  return failing === tried ? (tried === 1 ? 'fails' : `all ${tried} fail`) : `${failing} of ${tried} fail`
}

/** So many hops that fail are named. */
const NAMED = 3

/** `7 of 9 ways work; both node ports of node-b fail`. */
export function summaryOf({ hops, ways, of, retired, noEndpoint }: MapModel): string {
  const tried = countOf(ways, 'pass', 'fail', 'error')
  const failing = hops.filter((hop) => countOf(hop.ways, 'fail') > 0)
  const more = failing.length - NAMED
  const parts = [
    of === 'plan'
      ? `${plural(ways.length, 'way is', 'ways are')} planned, nothing is measured`
      : tried === 0
        ? 'nothing has been measured'
        : `${countOf(ways, 'pass')} of ${plural(tried, 'way works', 'ways work')}`,
    ...failing.slice(0, NAMED).map(failureOf),
    ...(more > 0 ? [`${plural(more, 'other place fails', 'other places fail')} as well`] : []),
    ...(countOf(ways, 'error') > 0
      ? [`${plural(countOf(ways, 'error'), 'way was', 'ways were')} not tried, by a failure of our own`]
      : []),
    ...(countOf(ways, 'skipped') > 0
      ? [`${countOf(ways, 'skipped')} cannot be tested from here, or were left out`]
      : []),
    ...(of !== 'plan' && tried > 0 && countOf(ways, 'open') > 0 ? [`${countOf(ways, 'open')} not tested yet`] : []),
    ...(noEndpoint === null ? [] : [noEndpoint]),
    ...(retired.length > 0 ? [`${retired.length} planned no more`] : []),
  ]
  return `${parts.join('; ')}.`
}

const MANY: Readonly<Record<string, string>> = {
  ...{ Node: 'nodes', Pod: 'pods', Endpoint: 'endpoints', Host: 'hosts', Address: 'addresses' },
  ...{ LoadBalancer: 'load balancers', ExternalIP: 'external IPs' },
}

function failureOf({ ways, title, members, kind }: Hop): string {
  const tried = ways.filter(({ state }) => state === 'pass' || state === 'fail' || state === 'error')
  const failing = countOf(ways, 'fail')
  const kinds = new Set(ways.map((way) => way.kind))
  const [only] = kinds
  const noun = kinds.size === 1 && only !== undefined ? KINDS[only].noun : { one: 'way', many: 'ways' }
  const at = `of ${members.length > 0 ? `${members.length} ${MANY[kind] ?? 'places'}` : title}`
  const verb = failing === 1 ? 'fails' : 'fail'
  if (failing < tried.length) {
    return `${failing} of ${tried.length} ${noun.many} ${at} ${verb}`
  }
  const all = failing === 1 ? `the ${noun.one}` : failing === 2 ? `both ${noun.many}` : `all ${failing} ${noun.many}`
  return `${all} ${at} ${verb}`
}
