import type { Compare, ComparedRequest, Job, Plan, SideAnswer } from '../client/schema.ts'
import type { HistoryPath } from '../history/types.ts'
import type {
  CompareDocument,
  ComparedRequestDocument,
  SideAnswer as SideDocument,
} from '../report/compare/document.ts'
import type { JobDocument } from '../report/job-document.ts'
import type { Reported } from '../report/remark.ts'

/**
 * A document of the API as what describes it has typed it, for the words of reports. It is that document: the API's own
 * describing has made it, and only the client's types were written anew, from the contract.
 */
export function described(of: Job): JobDocument
export function described(of: Plan): Reported
export function described(of: Compare): CompareDocument
export function described(of: readonly ComparedRequest[]): readonly ComparedRequestDocument[]
export function described(of: SideAnswer): SideDocument
export function described(of: Plan['paths'][number]): HistoryPath
export function described(of: unknown): unknown {
  return of
}
