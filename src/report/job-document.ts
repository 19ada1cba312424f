/**
 * A job as the API shows it, and as every report renders it. Built by `describeJob` from rows and results; pure data.
 *
 * @module
 */
import type { Failure } from '../check/codes.ts'
import type { DnsEvidence, HttpEvidence, Timings, TlsEvidence } from '../check/network.ts'
import type { Outcome, Purpose } from '../check/result.ts'
import type { Diagnosis } from '../diagnose/finding.ts'
import type { JobProblem, JobStatus, Summary, Verdict } from '../job/job.ts'
import type { Ignored } from '../kube/objects.ts'
import type { Family } from '../kube/words.ts'
import type { NotApplicable, PathKind, PathPort, Plan, Skipped, Vantage } from '../plan/path.ts'

export type ResultDocument = {
  id: string
  check: string
  sample: number
  try: number
  round: number
  purpose: Purpose
  outcome: Outcome
  startedAt: string
  resolvedAddress: string | null
  localAddress: string | null
  timings: Timings
  dns: DnsEvidence | null
  http: HttpEvidence | null
  tls: TlsEvidence | null
  responder: string | null
  failure: Failure | null
}

export type PathDocument = {
  id: string
  kind: PathKind
  port: PathPort | null
  address: string | null
  addressPort: number | null
  family: Family | null
  node: string | null
  host: string | null
  serverName: string | null
  rulePath: string | null
  url: string | null
  expected: 'reachable' | 'unreachable' | 'unknown'
  because: readonly string[]
  shortCut: boolean
  skipped: Skipped | null
}

/** `outcome` is `null` until the path is decided. */
export type JobPathDocument = PathDocument & {
  outcome: Outcome | null
  flaky: boolean
  results: readonly ResultDocument[]
}

export type JobSummaryDocument = {
  id: string
  status: JobStatus
  verdict: Verdict | null
  problem: JobProblem | null
  createdAt: string
  startedAt: string | null
  finishedAt: string | null
  durationMs: number | null
  target: Plan['target']
  vantage: Vantage
  labels: Readonly<Record<string, string>>
  summary: Summary
}

export type JobDocument = JobSummaryDocument & {
  paths: readonly JobPathDocument[]
  notApplicable: readonly NotApplicable[]
  ignored: readonly Ignored[]
  diagnosis: Diagnosis
}

export type PlanDocument = {
  target: Plan['target']
  vantage: Vantage
  paths: readonly PathDocument[]
  notApplicable: readonly NotApplicable[]
  ignored: readonly Ignored[]
  diagnosis: Diagnosis
}
