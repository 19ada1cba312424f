/**
 * The map of a Service for pages: as a drawing, and as a table of the same.
 *
 * @module
 */
import { visible } from '../../report/visible.ts'
import { Drawing, firstOf, type Hrefs } from './draw.tsx'
import { layoutOf } from './layout.ts'
import { Legend } from './legend.tsx'
import { type Hop, type MapModel, type MapSource, mapModel } from './model.ts'
import { Stacked } from './stacked.tsx'
import { STATE_WORDS, summaryOf, tally } from './words.ts'

export { type MapSource, mapModel } from './model.ts'
export { PathTable } from './table.tsx'

export type PathMapProps = {
  source: MapSource
  /**
   * Rows of paths have the ids that this begins: `<PathTable>` with the same, or a table of the page's own.
   *
   * @default 'path-'
   */
  rows?: string
  /** Findings have the ids that this begins, followed by their number, 1 first. @default 'finding-' */
  findings?: string
  /** Begins the ids of the map itself: one for each map on a page. @default 'map' */
  id?: string
  /** Draws every hop by itself. @default false */
  isUnfolded?: boolean
  /** Leads to the page with the map unfolded, or folded again; left out if the map is to offer neither. */
  otherHref?: string
}

/** Draws the way from the prober to the endpoints, with what was measured, over the same in words and its signs. */
export function PathMap(props: PathMapProps) {
  const { source, rows = 'path-', findings = 'finding-', id = 'map', isUnfolded = false, otherHref } = props
  const model = mapModel(source, { isUnfolded })
  const layout = layoutOf(model)
  const { target } = model
  const groups = model.hops.filter(({ members }) => members.length > 0)
  const hrefs: Hrefs = {
    way: (way) => `#${rows}${way}`,
    finding: (nth) => `#${findings}${nth}`,
    group: (key) => `#${id}-group-${groups.findIndex((group) => group.key === key) + 1}`,
  }
  return (
    <figure class="map" id={id}>
      <figcaption id={`${id}-summary`}>{summaryOf(model)}</figcaption>
      <section
        class="map-scroll"
        aria-label={`Map of ${visible(`${target.namespace}/${target.service}`)}, scrolls sideways`}
        tabindex={0}
      >
        <Drawing {...{ model, layout, id, hrefs }} />
      </section>
      <Stacked model={model} hrefs={hrefs} />
      <Legend model={model} />
      <Blamed model={model} hrefs={hrefs} />
      {groups.map((group) => (
        <Members group={group} hrefs={hrefs} />
      ))}
      {otherHref === undefined || (model.isWhole && !isUnfolded) ? null : (
        <p>
          <a href={otherHref}>{isUnfolded ? 'Draw what is alike as one' : 'Draw every node, address and endpoint'}</a>
        </p>
      )}
    </figure>
  )
}

/** Lists the members of a group; a link to the list unfolds it. */
function Members({ group, hrefs }: { group: Hop; hrefs: Hrefs }) {
  const { key, members, kind, over } = group
  return (
    <details>
      <summary>
        {members.length} × {kind}: {tally(over)}
      </summary>
      <ul class="map-members" id={hrefs.group(key).slice(1)}>
        {members.map(({ title, over: own, state }) => (
          <li>
            <a href={hrefs.way(firstOf(own).id)}>
              {STATE_WORDS[state].glyph} {title}
            </a>
            <span class="visually-hidden">: {tally(own)}</span>
          </li>
        ))}
      </ul>
    </details>
  )
}

/** The findings that the map marks, by their numbers. */
function Blamed({ model: { findings }, hrefs }: { model: MapModel; hrefs: Hrefs }) {
  return findings.length === 0 ? null : (
    <ol class="map-findings">
      {findings.map(({ title, confidence }, at) => (
        <li>
          <a href={hrefs.finding(at + 1)}>{visible(title)}</a> <span class="quiet">({confidence})</span>
        </li>
      ))}
    </ol>
  )
}
