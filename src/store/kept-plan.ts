/**
 * Plans and paths as they were kept before a reason had a structure: as the texts that the API shows. They are read as
 * reasons of words alone, which show the same.
 *
 * @module
 */
import type { HistoryPath } from '../history/types.ts'
import { type Because, noteOf } from '../plan/because.ts'
import type { PlannedPath } from '../plan/path.ts'
import type { StoredPlan } from './job-rows.ts'

/** Before routes of the Gateway API were planned, paths had no parent and no match. */
type Later = 'parent' | 'match'
/** Before pages had a map, history kept neither of these. */
type Latest = 'pod' | 'trafficPolicy'
type KeptPath = Omit<PlannedPath, 'because' | Later> & {
  because: readonly (Because | string)[]
} & Partial<Pick<PlannedPath, Later>>
export type KeptPlan = Omit<StoredPlan, 'paths'> & { paths: readonly KeptPath[] }

/** A kept plan, whichever way its reasons were kept. */
export const planFrom = (kept: KeptPlan): StoredPlan => ({ ...kept, paths: kept.paths.map(pathFrom) })

function pathFrom(path: KeptPath): PlannedPath {
  const last = path.because.length - 1
  const because = path.because.map((each, at): Because => {
    if (typeof each !== 'string') {
      return each
    }
    // The one that spoke against the path stood last.
    return path.expected === 'unknown' && at === last ? { ...noteOf(each), doubt: 'unpromised' } : noteOf(each)
  })
  return { ...path, parent: path.parent ?? null, match: path.match ?? null, because }
}

/** A path of history. The name of a variable stood in its first reason alone. */
export function historyPathFrom(document: string): HistoryPath {
  const kept = JSON.parse(document) as Omit<HistoryPath, Later | Latest> & Partial<Pick<HistoryPath, Later | Latest>>
  const { parent = null, match = null, pod = null, trafficPolicy = null } = kept
  const path: HistoryPath = { ...kept, parent, match, pod, trafficPolicy }
  const name = path.variable === undefined ? /^variable (\w+)$/.exec(path.because[0] ?? '')?.[1] : undefined
  return name === undefined ? path : { ...path, variable: { name } }
}
