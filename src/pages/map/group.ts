/**
 * Many hops or lines → few: what is alike is told once, with how many there are. What fails is told first. Pure.
 *
 * @module
 */
import { type Hop, hopOf, type Line } from './hops.ts'
import { WAY_STATES, type WayState, worstOf } from './source.ts'

/** So many hops of a kind are drawn one by one. */
const HOPS_MAX = 8
/** So many lines of a hop. */
export const LINES_MAX = 6
/** A group names so many of its members. */
const NAMED = 3
/** Groups smaller than this are drawn as what they are. */
const SMALL = 3

const rank = (state: WayState): number => WAY_STATES.indexOf(state)

/** Lists the worst first, and keeps the order otherwise. */
export const worstFirst = <T extends { state: WayState }>(found: readonly T[]): T[] =>
  found.toSorted((a, b) => rank(a.state) - rank(b.state))

export type Grouped = {
  hops: readonly Hop[]
  /** The key of the hop that stands for it, by the key of what it was. */
  standsFor: ReadonlyMap<string, string>
}

/** @param unlike what else tells hops apart besides their state: the findings that blame them. */
export function groupHops(hops: readonly Hop[], unlike: (hop: Hop) => string, isUnfolded = false): Grouped {
  const standsFor = new Map<string, string>()
  const byKind = Map.groupBy(hops, ({ column, zone }) => `${column}\n${zone}`)
  const shown = [...byKind.values()].flatMap((own): readonly Hop[] => {
    if (isUnfolded || own.length <= HOPS_MAX) {
      return own
    }
    const alike = Map.groupBy(own, (hop) => [hop.kind, hop.state, unlike(hop), shapeOf(hop)].join('\n'))
    // If hardly any two are alike, they are grouped by their states alone
    const groups = alike.size <= HOPS_MAX ? alike : Map.groupBy(own, ({ state }) => state)
    return worstFirst(
      [...groups.values()].flatMap((members) => (members.length < SMALL ? members : [groupOf(members)])),
    )
  })
  for (const hop of shown) {
    for (const { key } of hop.members) {
      standsFor.set(key, hop.key)
    }
  }
  return { hops: shown.map(fewLines), standsFor }
}

/** Its ports with their states: of nodes and pods alike but for their addresses. */
const shapeOf = ({ lines }: Hop): string =>
  lines.map(({ ways, state }) => `${ways[0]?.parts.port} ${ways[0]?.path.family} ${state}`).join(' ')

function groupOf(members: readonly Hop[]): Hop {
  const [first] = members as readonly [Hop, ...Hop[]]
  const kinds = new Set(members.map(({ kind }) => kind))
  const byPort = Map.groupBy(
    members.flatMap(({ lines }) => lines),
    ({ ways }) => ways[0]?.parts.port ?? '–',
  )
  const names = members.slice(0, NAMED).map(({ title }) => title)
  const more = members.length - names.length
  return hopOf({
    ...{ key: `${first.key}\ngroup`, column: first.column, zone: first.zone, members, node: null },
    kind: kinds.size === 1 ? first.kind : first.column === 'endpoint' ? 'Endpoint' : 'Address',
    title: names.join(', ') + (more > 0 ? ` and ${more} more` : ''),
    objects: members.flatMap(({ objects }) => objects),
    by: members.flatMap(({ over, ways }) => over.slice(ways.length)),
    lines: [...byPort].map(([port, lines]) => lineOf(port === '–' ? 'in all' : port, lines)),
  })
}

function lineOf(text: string, lines: readonly Line[]): Line {
  const ways = lines.flatMap((line) => line.ways)
  return { text, ways, state: worstOf(ways.map(({ state }) => state)) }
}

/** Tells the worst lines, and the others by state. */
function fewLines(hop: Hop): Hop {
  // Hardly ever is there an environment to look at: what is the same of every Service takes little room.
  if (hop.kind === 'Variables' && hop.state === 'skipped' && hop.lines.length > 1) {
    return { ...hop, lines: [lineOf(`${hop.lines.length} variables`, hop.lines)] }
  }
  if (hop.lines.length <= LINES_MAX) {
    return hop
  }
  const sorted = worstFirst(hop.lines)
  const states = new Set(sorted.map(({ state }) => state)).size
  const alone = sorted.slice(0, Math.max(1, LINES_MAX - states))
  const rest = Map.groupBy(sorted.slice(alone.length), ({ state }) => state)
  const others = [...rest.values()].map((lines) => lineOf(`${lines.length} more`, lines))
  return { ...hop, lines: [...alone, ...others] }
}
