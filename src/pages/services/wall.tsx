/** The wall of Services: how each is now, why, and how it has been. */
import type { ListedService } from '../../client/schema.ts'
import { duration } from '../../report/phrases.ts'
import { visible } from '../../report/visible.ts'
import { percentOf, span } from '../../report/window-words.ts'
import { Confidence } from '../parts/findings.tsx'
import { ServiceLink } from '../parts/service-link.tsx'
import { State } from '../parts/state.tsx'
import { Time } from '../parts/time.tsx'
import { Bars, daysInWords } from './days.tsx'

/** Each Service is one stop of the keyboard: its link. */
export function Wall({ items, nowMs }: { items: readonly ListedService[]; nowMs: number }) {
  return (
    <ol class="wall">
      {items.map((item) => (
        <Brick item={item} nowMs={nowMs} />
      ))}
    </ol>
  )
}

function Brick({ item, nowMs }: { item: ListedService; nowMs: number }) {
  const { target, state, sinceAt, cause, days = [], p95Ms = null, counts, lastAt, lastVerdict } = item
  return (
    <li>
      <div class="who">
        <State of={state} /> <ServiceLink target={target} /> <span class="quiet">in {visible(target.cluster)}</span>
        {cause === null ? null : (
          <p>
            {visible(cause.title)}{' '}
            <span class="quiet">
              <Confidence of={cause.confidence} />, {visible(cause.code)}
            </span>
          </p>
        )}
        {sinceAt === null ? null : (
          <p class="quiet">
            since <Time at={sinceAt} /> ({span(Math.max(0, nowMs - Date.parse(sinceAt)))})
          </p>
        )}
      </div>
      <div class="past">
        <Bars days={days} />
        <p class="quiet">{daysInWords(days)}</p>
      </div>
      <dl>
        <div>
          <dt>Available</dt>
          <dd>{percentOf(counts)}</dd>
        </div>
        <div>
          <dt>p95</dt>
          <dd>{duration(p95Ms)}</dd>
        </div>
        <div class="look">
          <dt>Last look</dt>
          <dd>
            <Time at={lastAt} />
            {saysNothing(lastVerdict) ? <span class="quiet"> found out nothing: {lastVerdict}</span> : null}
          </dd>
        </div>
      </dl>
    </li>
  )
}

/** A job of which the state does not come: it looked, and could not tell. */
const saysNothing = (verdict: ListedService['lastVerdict']): boolean =>
  verdict === 'error' || verdict === 'inconclusive'
