/**
 * The same as the map as a table: each path of a document in one row.
 *
 * @module
 */
import { KINDS } from '../../plan/kinds.ts'
import { visible } from '../../report/visible.ts'
import { State } from '../parts/state.tsx'
import { Table } from '../parts/table.tsx'
import { worstFirst } from './group.ts'
import type { MapSource } from './model.ts'
import { factsOf, type MapFacts, type Way, type WayState } from './source.ts'
import { SHOWN_AS } from './words.ts'

export type PathTableProps = {
  source: MapSource
  /** Begins the ids of the rows: the same as of `<PathMap>`. @default 'path-' */
  rows?: string
}

/** So many rows that need nobody are shown at once. */
const AT_ONCE = 24

const COLUMNS = ['Path', 'State', 'Leads to', 'Node', 'Pod', 'Because'].map((head) => ({ head }))

export function PathTable({ source, rows = 'path-' }: PathTableProps) {
  const facts = factsOf(source)
  const sorted = worstFirst(facts.ways)
  const bad = sorted.filter(({ state }) => state === 'fail' || state === 'error').length
  const shown = sorted.slice(0, Math.max(bad, AT_ONCE))
  const rest = sorted.slice(shown.length)
  return (
    <div class="map-table">
      {facts.ways.length === 0 ? (
        <p>There are no paths.</p>
      ) : (
        <Ways {...{ facts, rows }} caption="Every path of the map, what fails first" ways={shown} />
      )}
      <Folded {...{ facts, rows }} ways={rest} title={`${rest.length} more paths, none of which fails`} />
      <Folded {...{ facts, rows }} ways={facts.sums} title="All endpoints of a port together, as history counts them" />
      <Folded
        {...{ facts, rows }}
        ways={facts.retired}
        title={`${facts.retired.length} paths that are planned no more`}
      />
    </div>
  )
}

type WaysProps = { facts: MapFacts; ways: readonly Way[]; rows: string }

const Ways = ({ facts, ways, rows, caption }: WaysProps & { caption: string }) => (
  <Table
    caption={caption}
    columns={COLUMNS}
    rows={ways.map((way) => ({ id: `${rows}${way.id}`, cells: cellsOf(way, facts) }))}
  />
)

const Folded = ({ title, ...props }: WaysProps & { title: string }) =>
  props.ways.length === 0 ? null : (
    <details>
      <summary>{title}</summary>
      <Ways {...props} caption={title} />
    </details>
  )

const EXPECTED = { reachable: null, unreachable: 'must not be reachable', unknown: 'not promised' } as const

function cellsOf(way: Way, { of, vantages }: MapFacts) {
  const { title, state, seen, reason, expected, path, parts } = way
  const notes = [EXPECTED[expected], reason, path.shortCut ? 'a short cut past the load balancer' : null]
  return [
    <code>{title}</code>,
    <>
      {vantages.length > 1 && seen.length > 0 ? (
        <ul class="plain">
          {seen.map((each) => (
            <li>
              {each.vantage}: <Shown state={each.state} of={of} />
            </li>
          ))}
        </ul>
      ) : (
        <Shown state={state} of={of} />
      )}{' '}
      {notes.filter((note) => note !== null).join('; ')}
    </>,
    leadsTo(way),
    parts.node ?? '–',
    parts.pod ?? '–',
    path.because.length === 0 ? '–' : <Because of={path.because} />,
  ]
}

const UNMEASURED = { service: 'Not tested yet', job: 'Not decided yet', plan: 'Planned' } as const

const Shown = ({ state, of }: { state: WayState; of: MapFacts['of'] }) => (
  <State of={SHOWN_AS[state]} {...(state === 'open' ? { text: UNMEASURED[of] } : {})} />
)

/** Says where traffic goes behind the hop at which a way ends, as the objects tell. */
function leadsTo({ kind, path, parts }: Way): string {
  if (KINDS[kind].role === 'pod') {
    return 'the pod itself'
  }
  if (parts.parent !== null) {
    return `by ${parts.parent}`
  }
  if (path.trafficPolicy !== null) {
    return path.trafficPolicy === 'Local' ? 'endpoints of that node alone' : 'any endpoint'
  }
  return '–'
}

/** So many reasons are read at once. */
const REASONS = 3

function Because({ of }: { of: readonly string[] }) {
  const texts = of.map(visible)
  const rest = texts.slice(REASONS)
  return (
    <>
      {texts.slice(0, REASONS).join('; ')}
      {rest.length === 0 ? null : (
        <details>
          <summary>{rest.length} more</summary>
          {rest.join('; ')}
        </details>
      )}
    </>
  )
}
