import { State } from '../parts/state.tsx'
import { HEADS, type Hrefs, hrefOf } from './draw.tsx'
import { COLUMNS } from './hops.ts'
import type { Hop, MapModel } from './model.ts'
import { SHOWN_AS, tally } from './words.ts'

/** The hops of the map below each other, for screens on which the drawing would have to be scrolled sideways. */
export function Stacked({ model, hrefs }: { model: MapModel; hrefs: Hrefs }) {
  const columns = COLUMNS.map((column) => ({ column, hops: model.hops.filter((hop) => hop.column === column) }))
  return (
    <dl class="map-stacked">
      {columns
        .filter(({ hops }) => hops.length > 0)
        .map(({ column, hops }) => (
          <>
            <dt>{HEADS[column]}</dt>
            {hops.map((hop) => (
              <dd class={`map-step ${hop.over.length === 0 ? 'known' : hop.state}`}>
                <Step hop={hop} model={model} hrefs={hrefs} />
              </dd>
            ))}
          </>
        ))}
    </dl>
  )
}

function Step({ hop, model, hrefs }: { hop: Hop; model: MapModel; hrefs: Hrefs }) {
  const { kind, title, over, members, key, state } = hop
  const href = hrefOf(hop, hrefs)
  const name = members.length > 0 ? `${members.length} × ${kind}` : kind
  return (
    <>
      <span class="quiet">{name}</span> {href === null ? title : <a href={href}>{title}</a>}{' '}
      {over.length === 0 ? null : <State of={SHOWN_AS[state]} text={tally(over)} />}{' '}
      {(model.marks.get(key) ?? []).map(({ nth, confidence }) => (
        <>
          <a href={hrefs.finding(nth)}>
            Finding {nth}, {confidence}
          </a>{' '}
        </>
      ))}
    </>
  )
}
