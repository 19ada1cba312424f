import type { PublicState } from '../../report/status/document.ts'
import { dayAt, percent } from './words.ts'

/** Units of a day, and of the gap after it; bars stretch with the page. */
const WIDTH = 3
const GAP = 1
const HEIGHT = 24

/** Bars differ in height as well, since not everybody tells colours apart. */
const HEIGHTS: Readonly<Record<PublicState, number>> = { operational: 24, degraded: 16, outage: 10, unknown: 3 }
const STATES = Object.keys(HEIGHTS) as PublicState[]

const stateOfDay = (share: number | null): PublicState =>
  share === null ? 'unknown' : share === 1 ? 'operational' : share === 0 ? 'outage' : 'degraded'

/** A bar for each day, the oldest first: one path a state, as there may be eighteen thousand bars on a page. */
export function Bars({ days }: { days: readonly (number | null)[] }) {
  const states = days.map(stateOfDay)
  return (
    <svg
      class="bars"
      viewBox={`0 0 ${days.length * (WIDTH + GAP) - GAP} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
      focusable="false"
    >
      {STATES.filter((state) => states.includes(state)).map((state) => (
        <path class={state} d={states.map((each, at) => (each === state ? bar(at, HEIGHTS[state]) : '')).join('')} />
      ))}
    </svg>
  )
}

const bar = (at: number, height: number): string => `M${at * (WIDTH + GAP)} ${HEIGHT}v-${height}h${WIDTH}v${height}z`

const SHOWN_BAD_DAYS = 10

/** The same in words: the days that were not as they should be. */
export function DaysInWords({ days, from, title }: { days: readonly (number | null)[]; from: string; title: string }) {
  const tested = days.filter((share) => share !== null).length
  const bad = days.flatMap((share, at) => (share === null || share === 1 ? [] : [{ at, share }])).toReversed()
  if (tested === 0) {
    return <p class="quiet">Nothing is known of these {days.length} days.</p>
  }
  const untested = tested === days.length ? '' : ` It was looked at on ${tested} of ${days.length} days.`
  if (bad.length === 0) {
    return <p class="quiet">Every check passed.{untested}</p>
  }
  return (
    <details>
      <summary>
        {bad.length === 1 ? 'One day' : `${bad.length} days`} with failures
        <span class="visually-hidden"> of {title}</span>
      </summary>
      <ul>
        {bad.slice(0, SHOWN_BAD_DAYS).map(({ at, share }) => (
          <li>
            {dayAt(from, at)}: {percent(share)} of checks passed
          </li>
        ))}
      </ul>
      {bad.length <= SHOWN_BAD_DAYS ? null : <p>Earlier ones are left out: {bad.length - SHOWN_BAD_DAYS}.</p>}
      {untested === '' ? null : <p class="quiet">{untested.trim()}</p>}
    </details>
  )
}
