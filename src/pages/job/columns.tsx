/** Columns that every table of jobs has: the verdict, and the number of paths with each outcome. */
import type { Child } from 'hono/jsx'
import type { JobHead } from '../../client/schema.ts'
import { State } from '../parts/state.tsx'
import { stateOf } from './words.ts'

export const OUTCOME_COLUMNS = [
  { head: 'Verdict' },
  { head: 'Passed', isNumber: true },
  { head: 'Failed', isNumber: true },
  { head: 'Errors', isNumber: true },
  { head: 'Skipped', isNumber: true },
]

export const outcomeCells = (job: Pick<JobHead, 'status' | 'verdict' | 'summary'>): Child[] => {
  const { pass, fail, error, skipped } = job.summary
  return [<State {...stateOf(job)} />, pass, fail, error, skipped]
}
