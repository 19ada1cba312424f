/**
 * History as the API shows it, and as every report renders it. Pure data; instants are RFC 3339.
 *
 * @module
 */
import type { FailureCode } from '../check/codes.ts'
import type { Outcome } from '../check/result.ts'
import type { Summary, Verdict } from '../check/verdict.ts'
import type { Diagnosis } from '../diagnose/finding.ts'
import type { Cause, Counts, HistoryPath, Latency } from '../history/types.ts'
import type { Plan } from '../plan/path.ts'
import type { Discovered } from '../record/discovery.ts'
import type { ObjectsDocument, ResultDocument } from './job-document.ts'

type FailureDocument = { at: string; code: FailureCode | null }
type Failures = Readonly<Partial<Record<FailureCode, number>>>

export type NowDocument = {
  /** `fail` if one of its paths is; `null`: never tested. */
  state: 'pass' | 'fail' | null
  sinceAt: string | null
  lastVerdict: Verdict
  lastJobId: string
  lastAt: string
  lastSummary: Summary | null
}

export type ServiceHeadDocument = NowDocument & {
  target: Plan['target']
  firstAt: string
  availability: number | null
  counts: Counts
  openIncidents: number
  /** The first finding of the diagnosis of now; `null` while it passes, and where none is told. */
  cause: Cause | null
}

/** Counts the tries of one day, UTC. */
export type DayDocument = {
  day: string
  pass: number
  fail: number
  error: number
  availability: number | null
  /** `fail`: a try failed, or a job did; `null`: nothing was tested. */
  state: 'pass' | 'fail' | null
}

export type ListedServiceDocument = ServiceHeadDocument & {
  /** Every day, the oldest first. */
  days?: readonly DayDocument[]
  p95Ms?: number | null
}

export type StateDocument = {
  check: string
  vantage: string
  state: 'pass' | 'fail' | null
  sinceAt: string | null
  lastOutcome: Outcome
  lastAt: string
  lastFailure: FailureDocument | null
}

export type PathStateDocument = HistoryPath & {
  variable: { name: string } | null
  /** `fail` if one of its states is; `null`: never tested. */
  state: 'pass' | 'fail' | null
  sinceAt: string | null
  lastFailure: FailureDocument | null
  retiredAt: string | null
  states: readonly StateDocument[]
}

export type ServiceDocument = ServiceHeadDocument & {
  /** `null`: the last job is kept no more. */
  objects: ObjectsDocument | null
  discovery: Discovered | null
  diagnosis: Diagnosis | null
  paths: readonly PathStateDocument[]
}

export type HistoryResultDocument = ResultDocument & {
  jobId: string
  pathId: string
  vantage: string
  counted: boolean
}

export type IncidentDocument = {
  id: string
  path: string | null
  check: string
  vantage: string
  startedAt: string
  endedAt: string | null
  failingMs: number | null
  failures: Failures
  finding: Cause | null
}

export type TargetIncidentDocument = IncidentDocument & { target: Plan['target'] }

export type PathReport = HistoryPath & {
  retiredAt: string | null
  state: 'pass' | 'fail' | null
  sinceAt: string | null
  lastAt: string | null
  availability: number | null
  counts: Counts
  latency: Latency
  failures: Failures
  lastOutcome: Outcome | null
  lastFailure: FailureDocument | null
}

/** A Service over a window, as reports render it. */
export type ServiceReport = {
  target: Plan['target']
  from: string
  to: string
  verdict: Verdict
  objective: number
  availability: number | null
  counts: Counts
  latency: Latency
  failures: Failures
  now: NowDocument
  paths: readonly PathReport[]
  incidents: readonly IncidentDocument[]
  diagnosis: Diagnosis | null
}

/** The same as the API shows it. */
export type ServiceReportDocument = Omit<ServiceReport, 'paths'> & {
  paths: readonly Omit<PathReport, 'variable'>[]
}

/** All Services over a window. */
export type OverallReport = {
  from: string
  to: string
  verdict: Verdict
  objective: number
  availability: number | null
  counts: Counts
  services: readonly (ServiceHeadDocument & { verdict: Verdict })[]
}
