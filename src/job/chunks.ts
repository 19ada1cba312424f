import type { Chunk, SampleRange } from '../check/work.ts'
import type { Plan, PlannedPath } from '../plan/path.ts'
import type { JobRequest } from '../plan/request.ts'

export type ChunkLimits = {
  /** Tells what a sample of a path costs, in whatever a runner has to spend. */
  costOf(path: PlannedPath): number
  /** A runner may spend so much at a time. */
  size: number
  /** The most chunks of one job. If more would be needed, they are larger and take several turns each. */
  count: number
}

/**
 * Cuts a job into chunks of about the same cost, in the order of its paths: the same plan is always cut alike. Every
 * sample of every path that is probed is in one of them; a job without any has one chunk, which is empty.
 */
export function cutPlan(
  plan: Plan,
  { samples, settleMs, samplesInTurn }: Pick<JobRequest, 'samples' | 'settleMs' | 'samplesInTurn'>,
  limits: ChunkLimits,
): Chunk[] {
  const probed = plan.paths.filter(({ skipped }) => skipped === null)
  if (samplesInTurn) {
    return cutTogether(probed, samples, limits)
  }
  const total = probed.reduce((sum, path) => sum + limits.costOf(path) * samples, 0)
  const size = Math.max(limits.size, total / limits.count)
  const chunks: Chunk[] = []
  let chunk: Record<string, SampleRange> = {}
  let room = size
  const close = () => {
    chunks.push(chunk)
    chunk = {}
    room = size
  }
  for (const path of probed) {
    const cost = limits.costOf(path)
    let first = 1
    while (first <= samples) {
      const fit = cost === 0 ? samples : Math.floor(room / cost)
      // Later rounds take up a path as a whole.
      const taken = settleMs > 0 ? samples : Math.min(samples - first + 1, fit)
      if ((taken < 1 || taken > fit) && !isEmpty(chunk)) {
        close()
        continue
      }
      const last = first + Math.max(1, taken) - 1
      chunk[path.id] = { first, last }
      room -= cost * (last - first + 1)
      first = last + 1
    }
  }
  if (!isEmpty(chunk) || chunks.length === 0) {
    close()
  }
  return chunks
}

/** Paths of one check stay together with all of their samples, as these are made in turn. */
function cutTogether(probed: readonly PlannedPath[], samples: number, limits: ChunkLimits): Chunk[] {
  const groups = [...Map.groupBy(probed, ({ checks }) => checks[0]?.name ?? '').values()]
  const costOf = (paths: readonly PlannedPath[]): number =>
    paths.reduce((sum, path) => sum + limits.costOf(path) * samples, 0)
  const size = Math.max(limits.size, costOf(probed) / limits.count)
  const chunks: PlannedPath[][] = [[]]
  for (const group of groups) {
    const last = chunks.at(-1) ?? []
    if (last.length > 0 && costOf(last) + costOf(group) > size) {
      chunks.push([...group])
    } else {
      last.push(...group)
    }
  }
  return chunks.map((paths) => Object.fromEntries(paths.map(({ id }) => [id, { first: 1, last: samples }])))
}

const isEmpty = (chunk: Chunk): boolean => Object.keys(chunk).length === 0
