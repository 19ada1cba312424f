/**
 * The lengths of time over which rollups are kept, each a whole number of the one before; a rollup names one by its
 * position. Finer ones come from raw results. The longest is near the square root of a year of days: what a year is
 * read from is fewest then, as many of them as there are days at its edges.
 */
export const STEPS = [
  { name: 'hour', ms: 3_600_000 },
  { name: 'day', ms: 86_400_000 },
  { name: '16 days', ms: 16 * 86_400_000 },
] as const

export const [HOUR_MS, DAY_MS] = [STEPS[0].ms, STEPS[1].ms]

/** Positions of all of them. */
export const ALL_STEPS: readonly number[] = STEPS.map((_, position) => position)
