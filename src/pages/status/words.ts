import type { PublicState } from '../../report/status/document.ts'
import type { StateName } from '../parts/state.tsx'

const DAY_MS = 86_400_000

/** The day so many days after another. */
export const dayAt = (from: string, after: number): string =>
  new Date(Date.parse(from) + after * DAY_MS).toISOString().slice(0, 10)

/** `share` is told to five places, so that three are left of it. */
export const percent = (share: number): string => `${Number((share * 100).toFixed(3))} %`

/** The colour and the glyph of a state, which are those of other pages. */
export const LOOKS: Readonly<Record<PublicState, StateName>> = {
  operational: 'pass',
  degraded: 'error',
  outage: 'fail',
  unknown: 'unknown',
}
