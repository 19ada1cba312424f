/** The days of a Service as bars, with what they say in words. */
import type { ListedService } from '../../client/schema.ts'

type Day = NonNullable<ListedService['days']>[number]
type Kind = 'fail' | 'error' | 'pass' | 'none'

/** A bar is three wide, and one is between two. */
const STEP = 4
const HEIGHT = 24

/** The middle of the bars of each kind; how high they are is said by the style sheet. What fails is the highest. */
const MIDDLE: Readonly<Record<Kind, number>> = { fail: 12, error: 19, pass: 17, none: 23 }

const kindOf = ({ state, error }: Day): Kind => state ?? (error > 0 ? 'error' : 'none')

/**
 * Bars as one dashed line for each kind: a stretch of days that are alike costs as much as one. They say nothing that
 * the words beside do not say, and are left out of what is read aloud. Where there is less room, the newest are seen.
 */
export function Bars({ days }: { days: readonly Day[] }) {
  const lines = new Map<Kind, string>()
  for (let from = 0; from < days.length; ) {
    const kind = kindOf(days[from] as Day)
    let to = from + 1
    while (to < days.length && kindOf(days[to] as Day) === kind) {
      to++
    }
    lines.set(kind, `${lines.get(kind) ?? ''}M${from * STEP} ${MIDDLE[kind]}h${(to - from) * STEP - 1}`)
    from = to
  }
  return (
    <svg
      class="days"
      viewBox={`0 0 ${days.length * STEP - 1} ${HEIGHT}`}
      preserveAspectRatio="xMaxYMid slice"
      aria-hidden="true"
    >
      {[...lines].map(([kind, line]) => (
        <path class={kind} d={line} />
      ))}
    </svg>
  )
}

/** `3 of 90 days with failures, last on 2026-11-28`; days are of UTC. */
export function daysInWords(days: readonly Day[]): string {
  const seen = days.filter(({ state }) => state !== null)
  const failed = seen.filter(({ state }) => state === 'fail')
  const last = failed.at(-1)
  if (seen.length === 0) {
    return `not tested in ${days.length} days`
  }
  if (last === undefined) {
    return seen.length === 1 ? '1 day, no failures' : `${seen.length} days, no failures`
  }
  const of = seen.length === 1 ? '1 day' : `${seen.length} days`
  return `${failed.length} of ${of} with failures, last on ${last.day}`
}
