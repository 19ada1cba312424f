const UNITS_MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** Examples of texts that {@link parseDuration} reads, for messages. */
export const DURATION_EXAMPLES = '90s, 15m, 24h or 30d'

/** `90s`, `15m`, `24h`, `30d` → milliseconds; `null`: not a duration. Never 0, and at most 100 years. */
export function parseDuration(text: string): number | null {
  const [, count, unit] = /^([1-9]\d{0,9})([smhd])$/.exec(text) ?? []
  if (count === undefined || unit === undefined) {
    return null
  }
  const ms = Number(count) * UNITS_MS[unit as keyof typeof UNITS_MS]
  return ms <= 36_525 * UNITS_MS.d ? ms : null
}

/** The inverse: the largest unit that says it in whole numbers, rounded to seconds. */
export function formatDuration(ms: number): string {
  const [unit, unitMs] = Object.entries(UNITS_MS).findLast(([, size]) => ms >= size && ms % size === 0) ?? ['s', 1000]
  return `${Math.max(1, Math.round(ms / unitMs))}${unit}`
}
