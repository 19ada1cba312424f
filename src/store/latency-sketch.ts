/**
 * Latency as a sketch: how many tries fell into each bucket of a fixed logarithmic scale. Two sketches are merged by
 * adding their buckets, which SQL can do; a percentile read from one is at most {@link SKETCH_ERROR} off, relatively,
 * from the try that really holds that rank.
 *
 * @module
 */
import { type SQL, sql } from 'drizzle-orm'
import type { Percentiles } from '../history/types.ts'

/** Buckets to a doubling. Bucket `i` holds times over 2^((i-1)/16) µs up to 2^(i/16) µs; bucket 0 all up to 1 µs. */
const PER_DOUBLING = 16

/** More than there are: the last one holds 2^256 µs. */
export const BUCKETS = 256 * PER_DOUBLING

const GROWTH = 2 ** (1 / PER_DOUBLING)

/** The value told for a bucket has the same relative distance to both of its ends: 2.17 %. */
export const SKETCH_ERROR = (GROWTH - 1) / (GROWTH + 1)

/** The bucket of a time in microseconds, in SQL. */
export const bucketOf = (us: SQL): SQL =>
  sql`case when ${us} <= 1 then 0 else cast(ceil(${sql.raw(String(PER_DOUBLING))} * log2(${us})) as integer) end`

/** Counts by bucket. */
export type Sketch = ReadonlyMap<number, number>

export function percentiles(sketch: Sketch): Percentiles {
  const buckets = [...sketch].sort(([a], [b]) => a - b)
  return { p50Ms: quantile(buckets, 0.5), p95Ms: quantile(buckets, 0.95), p99Ms: quantile(buckets, 0.99) }
}

/** The value of nearest rank: the smallest that at least the fraction `q` of all do not exceed. */
function quantile(sorted: readonly (readonly [bucket: number, n: number])[], q: number): number | null {
  const total = sorted.reduce((sum, [, n]) => sum + n, 0)
  const rank = Math.ceil(q * total)
  let below = 0
  for (const [bucket, n] of sorted) {
    below += n
    if (below >= rank) {
      return middleOf(bucket)
    }
  }
  return null
}

/** The harmonic middle of the bucket's ends, rounded to whole microseconds as all durations are. */
const middleOf = (bucket: number): number =>
  bucket === 0 ? 0.001 : Math.round((2 * GROWTH ** bucket) / (GROWTH + 1)) / 1000
