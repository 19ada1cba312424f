/**
 * The map of a Service: hops, and the edges between them. Pure; {@link mapModel} is what pages and tests ask for.
 *
 * The state of an edge follows only from the ways that were measured over it. A way is measured from the prober to the
 * hop where it ends: a node port from the prober to the node, a name that is dialled to the name and on to the one
 * address that it leads to. What lies behind that hop, as the endpoints behind a node, is known from objects alone,
 * whatever the outcome: a way that passes says that some endpoint answered, not which.
 *
 * @module
 */
import type { Finding } from '../../client/index.ts'
import { KINDS } from '../../plan/kinds.ts'
import { visible } from '../../report/visible.ts'
import { blamer, type Mark } from './blame.ts'
import { groupHops } from './group.ts'
import { type Hop, hopOf, hopsOf, isAlias } from './hops.ts'
import { factsOf, type MapFacts, type MapSource, type Way, type WayState, worstOf } from './source.ts'

export type { Column, Hop, Line, Zone } from './hops.ts'
export type { MapSource, Way, WayState } from './source.ts'
export type { Mark }

/** All endpoints, and all nodes: edges to any of them lead there. */
export const ANY_ENDPOINT = 'any endpoint'
export const ANY_NODE = 'any node'

export type Edge = {
  from: string
  /** The key of a hop, or one of {@link ANY_ENDPOINT}, {@link ANY_NODE}. */
  to: string
  /** The ways that were, or would be, measured over it. None: it is known from objects alone. */
  ways: readonly Way[]
  state: WayState
  /** It leads to the endpoints of one node only (a traffic policy of Local). */
  isLocal: boolean
}

export type MapModel = {
  of: MapFacts['of']
  target: MapFacts['target']
  /** Those that are drawn: each way of now ends at one of them. */
  hops: readonly Hop[]
  edges: readonly Edge[]
  /** By the key of a hop. */
  marks: ReadonlyMap<string, readonly Mark[]>
  ways: readonly Way[]
  /** Planned no more: in the table alone. */
  retired: readonly Way[]
  /** All endpoints of a port and family together, of history: in the table alone. */
  sums: readonly Way[]
  findings: readonly Finding[]
  /** Why no endpoint is known, where the ways lead to some; `null`: some is, or nothing tells. */
  noEndpoint: string | null
  /** Hops are drawn one by one, or there are few. */
  isWhole: boolean
}

/**
 * Works out the map of a document.
 *
 * @param isUnfolded draws every hop by itself, however many there are.
 */
export function mapModel(source: MapSource, { isUnfolded = false }: { isUnfolded?: boolean } = {}): MapModel {
  const facts = factsOf(source)
  const { hops: single, entries } = hopsOf(facts)
  const marksOf = blamer(facts.findings)
  const { hops: grouped, standsFor } = groupHops(
    single,
    (hop) =>
      marksOf(hop)
        .map(({ nth }) => nth)
        .join(),
    isUnfolded,
  )
  const ofEndpoints = facts.findings.flatMap(({ layer, confidence }, at) =>
    layer === 'endpoints' ? { nth: at + 1, confidence } : [],
  )
  const shown = (key: string): string => standsFor.get(key) ?? key
  const vantages = vantagesOf(facts)
  const hops = [...vantages, ...grouped, ...placeholder(grouped)]
  const measured = measuredEdges(facts, hops, (way) => {
    const entry = entries.get(way.id)
    return entry === undefined ? [] : [...(entry.by === null ? [] : [shown(entry.by)]), shown(entry.hop)]
  })
  return {
    ...{ of: facts.of, target: facts.target, hops, edges: [...measured, ...knownEdges(hops, measured)] },
    marks: new Map(
      hops
        .map((hop) => [hop.key, hop.key === NO_ENDPOINT ? ofEndpoints : marksOf(hop)] as const)
        .filter(([, marks]) => marks.length > 0),
    ),
    ...{ ways: facts.ways, retired: facts.retired, sums: facts.sums, findings: facts.findings },
    noEndpoint: hops.some(({ key }) => key === NO_ENDPOINT) ? reasonOf(facts) : null,
    isWhole: hops.every(({ members }) => members.length === 0),
  }
}

const vantageKey = (name: string): string => `from\n${name}`

/** Makes a hop for each vantage, or for a nameless prober where none has looked yet, as ways must begin somewhere. */
const vantagesOf = ({ vantages, of }: MapFacts): Hop[] =>
  (vantages.length === 0 ? ['prober'] : vantages).map((name) =>
    hopOf({
      ...{ key: vantageKey(name), column: 'from', zone: 'service', title: name, lines: [], members: [], objects: [] },
      kind: of === 'plan' ? 'Prober at' : 'Seen from',
      node: null,
    }),
  )

const NO_ENDPOINT = 'endpoint\nnone'

function reasonOf({ notApplicable }: MapFacts): string | null {
  const reason = notApplicable.find(({ kind }) => KINDS[kind].role === 'pod')?.reason
  return reason === undefined ? null : visible(reason)
}

/** Says that there is no endpoint, where the ways of the Service lead to some. */
function placeholder(hops: readonly Hop[]): Hop[] {
  const leads = hops.some(({ ways }) => ways.some(({ kind }) => isBeforeEndpoints(kind)))
  const isForwarded = hops.some(isAlias)
  if (hops.some(({ column }) => column === 'endpoint') || !leads || isForwarded) {
    return []
  }
  return [
    hopOf({
      ...{ key: NO_ENDPOINT, column: 'endpoint', zone: 'service', kind: 'Endpoints', lines: [], members: [] },
      ...{ title: 'none is known', objects: [], node: null },
    }),
  ]
}

const isBeforeEndpoints = (kind: Way['kind']): boolean => KINDS[kind].between !== null && KINDS[kind].role !== 'pod'

/** Edges from a vantage along the hops of its ways. */
function measuredEdges(facts: MapFacts, hops: readonly Hop[], chainOf: (way: Way) => readonly string[]): Edge[] {
  const found = new Map<string, { from: string; to: string; ways: { way: Way; state: WayState }[] }>()
  const put = (from: string, to: string, way: Way, state: WayState): void => {
    const key = `${from}\n\n${to}`
    const edge = found.get(key) ?? { from, to, ways: [] }
    edge.ways.push({ way, state })
    found.set(key, edge)
  }
  const beyond = beyondName(hops)
  const only = facts.vantages[0] ?? 'prober'
  for (const way of facts.ways) {
    const chain = [...chainOf(way), ...(isDialledName(way) && beyond !== null ? [beyond] : [])]
    const seen = way.seen.length === 0 ? [{ vantage: only, state: way.state }] : way.seen
    for (const { vantage, state } of seen) {
      for (const [at, to] of chain.entries()) {
        put(at === 0 ? vantageKey(vantage) : (chain[at - 1] ?? ''), to, way, state)
      }
    }
  }
  return [...found.values()].map(({ from, to, ways }) => ({
    ...{ from, to, isLocal: false },
    ways: [...new Set(ways.map(({ way }) => way))],
    state: worstOf(ways.map(({ state }) => state)),
  }))
}

const isDialledName = ({ kind, path }: Way): boolean => KINDS[kind].endsAt === 'name' && path.addressPort !== null

/** The one hop that the name of the Service leads to when it is dialled; `null`: there are several, or none. */
function beyondName(hops: readonly Hop[]): string | null {
  const targets = hops.filter(({ zone, column }) => zone === 'service' && column === 'address')
  if (targets.length > 0) {
    return targets.length === 1 && targets[0]?.members.length === 0 ? targets[0].key : null
  }
  return hops.some(({ column }) => column === 'endpoint') ? ANY_ENDPOINT : null
}

/** Edges that objects alone tell, where nothing is measured over them. */
function knownEdges(hops: readonly Hop[], measured: readonly Edge[]): Edge[] {
  const known: Edge[] = []
  const put = (from: Hop, to: string, isLocal = false): void => {
    if (!measured.some((edge) => edge.from === from.key && edge.to === to)) {
      known.push({ from: from.key, to, ways: [], state: 'open', isLocal })
    }
  }
  const hasNodes = hops.some(({ column }) => column === 'node')
  const hasEndpoints = hops.some(({ column }) => column === 'endpoint')
  const own = hops.filter(({ zone, column }) => zone === 'service' && column === 'address')
  for (const hop of hops) {
    const isLocal = hop.ways.some(({ path }) => path.trafficPolicy === 'Local')
    if (hop.column === 'name' && hop.zone === 'service') {
      for (const each of own) {
        put(hop, each.key)
      }
      if (own.length === 0 && hasEndpoints) {
        put(hop, ANY_ENDPOINT)
      }
    } else if (hop.zone === 'balancers' && hasNodes) {
      put(hop, ANY_NODE)
    } else if (hop.column === 'address' && !isAlias(hop) && hasEndpoints) {
      put(hop, ANY_ENDPOINT, isLocal)
    } else if (hop.column === 'node' && hasEndpoints) {
      const ofNode = hops.filter(({ column, node }) => column === 'endpoint' && node !== null && node === hop.node)
      if (isLocal && ofNode.length > 0) {
        for (const each of ofNode) {
          put(hop, each.key, true)
        }
      } else if (!(isLocal && hop.members.length === 0 && hop.node !== null && knowsNodes(hops))) {
        put(hop, ANY_ENDPOINT, isLocal)
      }
    }
  }
  return known
}

/** Every endpoint says on which node it is, one by one: a node without one has none. */
const knowsNodes = (hops: readonly Hop[]): boolean =>
  hops.filter(({ column }) => column === 'endpoint').every(({ node }) => node !== null)
