/** What is another in each run of the same: ids of what was made, moments, durations, and where a connection began. */
const OF_A_RUN: ReadonlySet<string> = new Set([
  'createdAt',
  'startedAt',
  'finishedAt',
  'durationMs',
  'readAt',
  'timings',
  'localAddress',
])

/** A document of the API without what differs from run to run: what is left has to be the same. */
export function sameIn(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(sameIn)
  }
  if (typeof value !== 'object' || value === null) {
    return typeof value === 'string' && /^(job|res|bat|cmp)_[0-9A-Z]{26}$/.test(value) ? value.slice(0, 4) : value
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !OF_A_RUN.has(name))
      .map(([name, each]) => [name, sameIn(each)]),
  )
}
