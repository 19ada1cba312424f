/**
 * The map as SVG, in the colours of the page's style sheet.
 *
 * @module
 */

import { COLUMNS, type Column } from './hops.ts'
import { type Box, HEAD_HEIGHT, type Layout, LINE_HEIGHT, type Wire } from './layout.ts'
import type { Hop, Line, MapModel, Mark, Way, WayState } from './model.ts'
import { columnsOf, fitted } from './text.ts'
import { STATE_WORDS, tally } from './words.ts'

/** The titles of the columns. */
export const HEADS: Readonly<Record<Column, string>> = {
  from: 'From',
  name: 'Name',
  address: 'Address',
  node: 'Node',
  endpoint: 'Endpoint',
}

/** Width of a character of the fixed-width font, of 12 units. */
const CHARACTER = 7.25
const STRIPE = 7
const INSET = 32

export type Hrefs = {
  way: (id: string) => string
  finding: (nth: number) => string
  /** Leads to the list of the members of a group. */
  group: (key: string) => string
}

/** Draws hops over edges: what fails lies above what works. */
export function Drawing({ model, layout, id, hrefs }: { model: MapModel; layout: Layout; id: string; hrefs: Hrefs }) {
  const { width, height, boxes, wires, heads } = layout
  const order: readonly WayState[] = ['open', 'skipped', 'pass', 'error', 'fail']
  const sorted = order.flatMap((state) => wires.filter(({ edge }) => edge.state === state))
  return (
    // biome-ignore lint/a11y/useSemanticElements: HTML has no drawing with links in it
    <svg
      class="map-drawing"
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      role="group"
      aria-labelledby={`${id}-title`}
      aria-describedby={`${id}-summary`}
    >
      <title id={`${id}-title`}>Map of the ways to the Service</title>
      <Patterns id={id} />
      {heads.map(({ column, x }) => (
        <text class="map-head" x={x} y={16}>
          {HEADS[column]}
        </text>
      ))}
      {sorted.map((wire) => (
        <Edges wire={wire} />
      ))}
      {COLUMNS.flatMap((column) => boxes.filter(({ hop }) => hop.column === column)).map((box) => (
        <Card box={box} marks={model.marks.get(box.hop.key) ?? []} id={id} hrefs={hrefs} />
      ))}
      {sorted.map(({ edge, at }) => (at === null ? null : <Sign state={edge.state} x={at.x} y={at.y} />))}
    </svg>
  )
}

/** Hatching, dots: what colour says is said without it as well. */
function Patterns({ id }: { id: string }) {
  return (
    <defs>
      <pattern id={`${id}-fail`} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect class="map-fill fail" width="3.5" height="6" />
      </pattern>
      <pattern id={`${id}-error`} width="5" height="5" patternUnits="userSpaceOnUse">
        <circle class="map-fill error" cx="2.5" cy="2.5" r="1.6" />
      </pattern>
    </defs>
  )
}

function Edges({ wire: { edge, path } }: { wire: Wire }) {
  const known = edge.ways.length === 0
  return (
    <path class={`map-edge ${known ? 'known' : edge.state}`} d={path}>
      {known ? null : <title>{tally(edge.ways)}</title>}
    </path>
  )
}

function Sign({ state, x, y }: { state: WayState; x: number; y: number }) {
  return (
    <g class={`map-sign ${state}`}>
      <circle cx={x} cy={y} r="7.5" />
      <text x={x} y={y + 3.8}>
        {STATE_WORDS[state].glyph}
      </text>
    </g>
  )
}

function Card({ box, marks, id, hrefs }: { box: Box; marks: readonly Mark[]; id: string; hrefs: Hrefs }) {
  const { hop, x, y, width, height } = box
  const room = width - INSET - 8
  const columns = Math.floor(room / CHARACTER)
  const counted = hop.over.length === 0 ? '' : tally(hop.over)
  const name = hop.members.length > 0 ? `${hop.members.length} × ${hop.kind}` : hop.kind
  const kind = fitted(name, Math.max(8, Math.floor((room - columnsOf(counted) * 6.4) / 6.6)))
  const stripe = hop.state === 'fail' || hop.state === 'error' ? `url(#${id}-${hop.state})` : undefined
  const title = fitted(hop.title, columns)
  return (
    // biome-ignore lint/a11y/noSvgWithoutTitle: it only cuts off what is too long; its link has the name
    <svg
      class={`map-hop ${hop.column === 'from' ? 'from' : hop.over.length === 0 ? 'known' : hop.state}`}
      {...{ x, y, width, height }}
    >
      <rect class="map-card" x="0.75" y="0.75" width={width - 1.5} height={height - 1.5} rx="5" />
      <rect class="map-stripe" x="2" y="2" width={STRIPE} height={height - 4} rx="2" fill={stripe} />
      <Linked
        href={hrefOf(hop, hrefs)}
        shown={`${kind} ${title} ${counted}`}
        label={`${name} ${hop.title} ${counted}`.trim()}
      >
        <rect class="map-target" x="10" y="3" width={width - 14} height={HEAD_HEIGHT - 5} />
        <text class="map-kind" x={INSET} y="16">
          {kind}
        </text>{' '}
        <text class="map-title" x={INSET} y="34">
          {title}
        </text>{' '}
        <text class={`map-tally ${hop.state}`} x={width - 8} y="16">
          {counted}
        </text>
      </Linked>
      {hop.lines.map((line, at) => (
        <LineOf line={line} y={HEAD_HEIGHT + at * LINE_HEIGHT} width={width} columns={columns} hrefs={hrefs} />
      ))}
      {marks.length === 0 ? null : (
        <Marks marks={marks} y={HEAD_HEIGHT + hop.lines.length * LINE_HEIGHT} hrefs={hrefs} />
      )}
    </svg>
  )
}

/** Returns where the page tells more of a hop; null if no way goes over it. */
export function hrefOf({ key, over, members }: Hop, hrefs: Hrefs): string | null {
  if (members.length > 0) {
    return hrefs.group(key)
  }
  return over.length === 0 ? null : hrefs.way(firstOf(over).id)
}

/** The way that several are linked to: the worst. */
export const firstOf = (ways: readonly Way[]): Way => {
  const [first] = ways as readonly [Way, ...Way[]]
  return ways.find(({ state }) => state === 'fail') ?? ways.find(({ state }) => state === 'error') ?? first
}

type LinkedProps = { href: string | null; shown: string; label: string; children: unknown }

/** Whoever speaks to the page says what is shown, so that the name of a link has it, cut as it is. */
function Linked({ href, shown, label, children }: LinkedProps) {
  return href === null ? (
    <g>
      <title>{label}</title>
      {children as string}
    </g>
  ) : (
    <a href={href} aria-label={label.includes(shown.trim()) ? label : `${shown.trim()}, ${label}`}>
      <title>{label}</title>
      {children as string}
    </a>
  )
}

function LineOf({
  line,
  y,
  width,
  columns,
  hrefs,
}: {
  line: Line
  y: number
  width: number
  columns: number
  hrefs: Hrefs
}) {
  const { ways, state, text } = line
  const way = firstOf(ways)
  const said = ways.length === 1 ? '' : `: ${tally(ways)}`
  const label =
    ways.length === 1
      ? `${way.title}: ${STATE_WORDS[state].word}${way.reason === null ? '' : ` (${way.reason})`}`
      : `${text}${said}`
  const shown = fitted(`${text}${said}`, columns)
  return (
    <>
      <text class={`map-glyph ${state}`} x="21" y={y + 16.5}>
        {STATE_WORDS[state].glyph}
      </text>
      <Linked href={hrefs.way(way.id)} shown={shown} label={label}>
        <rect class="map-target" x="10" y={y} width={width - 14} height={LINE_HEIGHT} />
        <text class="map-line" x={INSET} y={y + 16.5}>
          {shown}
        </text>
      </Linked>
    </>
  )
}

/** So many findings of a hop are linked one by one. */
const MARKS = 3
/** Width of a character of a mark, on average. */
const MARK_CHARACTER = 6.4

function Marks({ marks, y, hrefs }: { marks: readonly Mark[]; y: number; hrefs: Hrefs }) {
  const more = marks.length - MARKS
  let x = INSET
  return (
    <>
      <text class="map-mark-glyph" x="21" y={y + 16.5}>
        ▲
      </text>
      {marks.slice(0, MARKS).map(({ nth, confidence }) => {
        const text = `${marks.length === 1 ? 'Finding ' : ''}${nth} ${confidence}`
        const at = x
        const width = text.length * MARK_CHARACTER
        x += width + 12
        return (
          <Linked href={hrefs.finding(nth)} shown={text} label={`Finding ${nth} ${confidence}`}>
            <rect class="map-target" x={at - 4} y={y} width={width + 8} height={LINE_HEIGHT} />
            <text class="map-mark" x={at} y={y + 16.5}>
              {text}
            </text>
          </Linked>
        )
      })}
      {more > 0 ? (
        <text class="map-mark" x={x} y={y + 16.5}>
          +{more}
        </text>
      ) : null}
    </>
  )
}
