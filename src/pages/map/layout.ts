/**
 * Geometry of the map: where each hop stands, and how edges run. Pure; numbers are in units of the drawing.
 *
 * Columns stand side by side. Each zone has rows of its own in the columns between prober and endpoints, so that an
 * edge which passes by a column runs level and crosses no hop.
 *
 * @module
 */

import { COLUMNS, type Column, ZONES } from './hops.ts'
import { ANY_ENDPOINT, ANY_NODE, type Edge, type Hop, type MapModel } from './model.ts'
import { worstOf } from './source.ts'

export type Box = { hop: Hop; x: number; y: number; width: number; height: number }
/** An edge as it is drawn; `at` is where the sign of its state stands. */
export type Wire = { edge: Edge; path: string; at: { x: number; y: number } | null }
export type Layout = {
  width: number
  height: number
  boxes: readonly Box[]
  wires: readonly Wire[]
  heads: readonly Head[]
}
/** The title of a column. */
export type Head = { column: Column; x: number }

const WIDTHS: Readonly<Record<Column, number>> = { from: 136, name: 268, address: 236, node: 224, endpoint: 244 }
const GAP = 52
/** Before endpoints and before nodes there is room for a line that leads to all of them. */
const BUS_GAP = 76
const MARGIN = 8
const TOP = 30
const ROW_GAP = 14
const ZONE_GAP = 26
/** A way that passes below the names of its zone runs in this much room. */
const LANE = 22

export const HEAD_HEIGHT = 42
export const LINE_HEIGHT = 24
const MARKS_HEIGHT = 24

const heightOf = (hop: Hop, marks: number): number =>
  HEAD_HEIGHT + hop.lines.length * LINE_HEIGHT + (marks > 0 ? MARKS_HEIGHT : 0) + 4

type Placed = Map<string, Box>

export function layoutOf(model: MapModel): Layout {
  const { hops, marks } = model
  const used = COLUMNS.filter((column) => hops.some((hop) => hop.column === column))
  const xs = columnsOf(used)
  const placed: Placed = new Map()
  const put = (hop: Hop, y: number): number => {
    const height = heightOf(hop, marks.get(hop.key)?.length ?? 0)
    placed.set(hop.key, { hop, x: xs.get(hop.column) ?? 0, y, width: WIDTHS[hop.column], height })
    return y + height
  }
  const inOrder = (column: Column, zone?: Hop['zone']): Hop[] =>
    hops.filter((hop) => hop.column === column && (zone === undefined || hop.zone === zone))
  const owned = ownEndpoints(model)
  let y = TOP
  for (const zone of ZONES) {
    const end = zone === 'nodes' ? putNodes(inOrder('node'), owned, y, put) : putZone(model, zone, inOrder, y, put)
    y = end === y ? y : end + ZONE_GAP
  }
  const endpoints = inOrder('endpoint').filter(({ key }) => !placed.has(key))
  const lowest = stack(endpoints, Math.max(TOP, startOf(endpoints, y, marks, owned.size > 0)), put)
  const bottom = Math.max(y - ZONE_GAP, lowest, ...[...placed.values()].map((box) => box.y + box.height))
  const vantages = inOrder('from')
  const tall = vantages.reduce((sum, hop) => sum + heightOf(hop, 0) + ROW_GAP, -ROW_GAP)
  stack(vantages, Math.max(TOP, (TOP + bottom - tall) / 2), put)
  const floor = Math.max(bottom, ...vantages.map(({ key }) => bottomOf(placed.get(key))))
  const wires = wiresOf(model, placed, floor)
  const last = used.at(-1) ?? 'from'
  return {
    width: (xs.get(last) ?? 0) + WIDTHS[last] + MARGIN,
    height: floor + MARGIN + wires.below,
    boxes: [...placed.values()],
    wires: wires.all,
    heads: used.map((column) => ({ column, x: xs.get(column) ?? 0 })),
  }
}

const bottomOf = (box: Box | undefined): number => (box === undefined ? 0 : box.y + box.height)

function columnsOf(used: readonly Column[]): Map<Column, number> {
  const xs = new Map<Column, number>()
  let x = MARGIN
  for (const column of used) {
    const gap = column === 'from' ? 0 : column === 'endpoint' || column === 'node' ? BUS_GAP : GAP
    x += gap
    xs.set(column, x)
    x += WIDTHS[column]
  }
  return xs
}

function stack(hops: readonly Hop[], from: number, put: (hop: Hop, y: number) => number): number {
  let y = from
  for (const [at, hop] of hops.entries()) {
    y = put(hop, at === 0 ? y : y + ROW_GAP)
  }
  return y
}

/** Endpoints stand level with the middle of what leads to them. */
function startOf(endpoints: readonly Hop[], end: number, marks: MapModel['marks'], isBelow: boolean): number {
  const tall = endpoints.reduce((sum, hop) => sum + heightOf(hop, marks.get(hop.key)?.length ?? 0) + ROW_GAP, -ROW_GAP)
  return isBelow ? TOP : TOP + Math.max(0, (end - ZONE_GAP - TOP - tall) / 2)
}

type InOrder = (column: Column, zone?: Hop['zone']) => Hop[]

/** Names on the left; addresses on the right of them, and so far below that a way to them can pass under the names. */
function putZone(
  { edges }: MapModel,
  zone: Hop['zone'],
  inOrder: InOrder,
  from: number,
  put: (hop: Hop, y: number) => number,
): number {
  const names = inOrder('name', zone)
  const addresses = inOrder('address', zone)
  const end = stack(names, from, put)
  if (addresses.length === 0) {
    return end
  }
  const direct = addresses.some(({ key }) => edges.some((edge) => edge.to === key && edge.from.startsWith('from\n')))
  // The way lands at the foot of the first address: HEAD_HEIGHT + 4 is the least height of one.
  const start = names.length === 0 || !direct ? from : Math.max(from, end + LANE - LANDING)
  return Math.max(end, stack(addresses, start, put))
}

/** A node with its own endpoints beside it, where its traffic stays on it. */
function putNodes(
  nodes: readonly Hop[],
  owned: ReadonlyMap<string, readonly Hop[]>,
  from: number,
  put: (hop: Hop, y: number) => number,
): number {
  let y = from
  for (const [at, node] of nodes.entries()) {
    const start = at === 0 ? y : y + ROW_GAP
    y = Math.max(put(node, start), stack(owned.get(node.key) ?? [], start, put))
  }
  return y
}

/** The endpoints of each node, where edges lead from it to them alone. */
function ownEndpoints({ hops, edges }: MapModel): Map<string, Hop[]> {
  const byKey = new Map(hops.map((hop) => [hop.key, hop]))
  const owned = new Map<string, Hop[]>()
  const taken = new Set<string>()
  for (const { from, to } of edges) {
    const endpoint = byKey.get(to)
    if (byKey.get(from)?.column === 'node' && endpoint?.column === 'endpoint' && !taken.has(to)) {
      taken.add(to)
      owned.set(from, [...(owned.get(from) ?? []), endpoint])
    }
  }
  return owned
}

/** So far below the head of a hop the ways to it land: at its sign. */
const LANDING = 28
/** Edges that objects alone tell land higher, so that both are seen. */
const KNOWN_LANDING = 12

const round = (n: number): number => Math.round(n * 10) / 10

/** From a point to another further right: level, but for one bend right behind the start. */
function bend(x0: number, y0: number, x1: number, y1: number, within = GAP): string {
  const to = Math.min(x0 + within, x1)
  const mid = round((x0 + to) / 2)
  const curve = `M${round(x0)} ${round(y0)}C${mid} ${round(y0)} ${mid} ${round(y1)} ${round(to)} ${round(y1)}`
  return to < x1 ? `${curve}H${round(x1)}` : curve
}

function wiresOf({ edges, hops }: MapModel, placed: Placed, floor: number): { all: Wire[]; below: number } {
  const all: Wire[] = []
  const endpoints = hops.flatMap((hop) => (hop.column === 'endpoint' ? (placed.get(hop.key) ?? []) : []))
  const nodes = hops.flatMap((hop) => (hop.column === 'node' ? (placed.get(hop.key) ?? []) : []))
  const direct = edges.filter((edge) => isDirect(edge, placed))
  for (const edge of edges) {
    const from = placed.get(edge.from)
    const to = placed.get(edge.to)
    if (from === undefined || direct.includes(edge)) {
      continue
    }
    const x0 = from.x + from.width
    const y0 = from.y + (from.hop.column === 'from' ? from.height / 2 : LANDING)
    if (to !== undefined) {
      const isKnown = edge.ways.length === 0
      const y1 = to.y + (isKnown || from.hop.column === 'name' ? KNOWN_LANDING : LANDING)
      all.push({ edge, path: bend(x0, y0, to.x, y1), at: isKnown ? null : { x: to.x, y: y1 } })
    } else {
      const bus = edge.to === ANY_NODE ? nodes : edge.to === ANY_ENDPOINT ? endpoints : []
      const x = (bus[0]?.x ?? 0) - BUS_IN
      if (bus.length > 0) {
        all.push({ edge, path: `M${round(x0)} ${round(y0)}H${round(x)}`, at: null })
      }
    }
  }
  for (const [boxes, target] of [
    [nodes, ANY_NODE],
    [endpoints, ANY_ENDPOINT],
  ] as const) {
    all.push(
      ...busOf(
        boxes,
        edges.filter(({ to }) => to === target),
        placed,
      ),
    )
  }
  all.push(...directWires(direct, placed, floor))
  return { all, below: direct.length > 0 ? LANE + (countOfLanes(direct) - 1) * LANE_STEP : 0 }
}

/** The line to all hops of a column runs this far before them, and that of the ways to pods themselves this far. */
const BUS_IN = 44
const DIRECT_IN = 20
const LANE_STEP = 10

const isDirect = ({ from, to }: Edge, placed: Placed): boolean =>
  placed.get(from)?.hop.column === 'from' && placed.get(to)?.hop.column === 'endpoint'

/** One line that all that leads to any of them meets, and from it a branch to each. */
function busOf(boxes: readonly Box[], edges: readonly Edge[], placed: Placed): Wire[] {
  const [first] = boxes
  if (first === undefined || edges.length === 0) {
    return []
  }
  const x = first.x - BUS_IN
  const meets = edges.flatMap(({ from }) => {
    const box = placed.get(from)
    return box === undefined ? [] : [box.y + LANDING]
  })
  const lands = boxes.map((box) => box.y + KNOWN_LANDING)
  const edge: Edge = { from: '', to: '', ways: [], state: 'open', isLocal: false }
  const ends = [...meets, ...lands]
  return [
    { edge, path: `M${round(x)} ${round(Math.min(...ends))}V${round(Math.max(...ends))}`, at: null },
    ...boxes.map((box) => ({ edge, path: `M${round(x)} ${round(box.y + KNOWN_LANDING)}H${round(box.x)}`, at: null })),
  ]
}

const countOfLanes = (direct: readonly Edge[]): number => new Set(direct.map(({ from }) => from)).size

/** The ways to pods themselves run below everything on one line from each vantage, and branch off before each. */
function directWires(direct: readonly Edge[], placed: Placed, floor: number): Wire[] {
  const lanes = [...Map.groupBy(direct, ({ from }) => from)]
  return lanes.flatMap(([key, own], lane): Wire[] => {
    const from = placed.get(key)
    const targets = own.flatMap((edge) => {
      const box = placed.get(edge.to)
      return box === undefined ? [] : [{ edge, box }]
    })
    const [first] = targets
    if (from === undefined || first === undefined) {
      return []
    }
    const y = floor + LANE / 2 + lane * LANE_STEP
    const x = round(first.box.x - DIRECT_IN - lane * 6)
    const x0 = from.x + from.width
    const y0 = round(from.y + from.height / 2)
    const top = round(Math.min(...targets.map(({ box }) => box.y)) + LANDING)
    const down = `M${x0} ${y0}C${x0 + GAP / 2} ${y0} ${x0 + 6} ${y} ${x0 + GAP} ${y}`
    const ways = [...new Set(own.flatMap((edge) => edge.ways))]
    const trunk: Edge = {
      from: key,
      to: ANY_ENDPOINT,
      ways,
      state: worstOf(own.map(({ state }) => state)),
      isLocal: false,
    }
    return [
      { edge: trunk, path: `${down}H${x}V${top}`, at: null },
      ...targets.map(({ edge, box }) => {
        const y1 = round(box.y + LANDING)
        return { edge, path: `M${x} ${y1}H${box.x}`, at: { x: box.x, y: y1 } }
      }),
    ]
  })
}
