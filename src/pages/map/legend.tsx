import type { MapModel, WayState } from './model.ts'
import { STATE_WORDS } from './words.ts'

const MEANS: Readonly<Record<WayState, string>> = {
  pass: 'measured, and works',
  fail: 'measured, and fails',
  error: 'could not be measured, by a failure of our own',
  skipped: 'not tested, for a reason that the table tells',
  open: 'not measured: only planned, or not tested yet',
}

/** Explains the signs of a map, only those that are on it. */
export function Legend({ model }: { model: MapModel }) {
  const states = (Object.keys(MEANS) as WayState[]).filter((state) => model.ways.some((way) => way.state === state))
  return (
    <ul class="map-legend">
      {states.map((state) => (
        <li>
          <Sample state={state} />
          {MEANS[state]}
        </li>
      ))}
      <li>
        <svg class="map-sample" width="44" height="18" aria-hidden="true">
          <path class="map-edge known" d="M0 9H44" />
        </svg>
        known from objects alone
      </li>
    </ul>
  )
}

function Sample({ state }: { state: WayState }) {
  return (
    <svg class="map-sample" width="44" height="18" aria-hidden="true">
      <path class={`map-edge ${state}`} d="M0 9H44" />
      <g class={`map-sign ${state}`}>
        <circle cx="22" cy="9" r="7.5" />
        <text x="22" y="12.8">
          {STATE_WORDS[state].glyph}
        </text>
      </g>
    </svg>
  )
}
