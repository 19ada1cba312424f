/** The lengths of time over which rollups are kept; a rollup names one by its position. Finer ones come from raw results. */
export const STEPS = [
  { name: 'hour', ms: 3_600_000 },
  { name: 'day', ms: 86_400_000 },
] as const

export const [HOUR_MS, DAY_MS] = [STEPS[0].ms, STEPS[1].ms]
