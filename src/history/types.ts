/**
 * The facts of history that the API and the reports show. The store makes them from the records of jobs. Pure data.
 *
 * @module
 */
import type { FailureCode } from '../check/codes.ts'
import type { Outcome, Result } from '../check/result.ts'
import type { Summary, Verdict } from '../check/verdict.ts'
import type { Diagnosis, Finding } from '../diagnose/finding.ts'
import type { TrafficPolicy } from '../kube/objects.ts'
import type { Plan, PlannedPath } from '../plan/path.ts'

/** Tries that counted, by outcome: of each sample, address and check the one that decided. */
export type Counts = Omit<Summary, 'leftOut'>

/** Ranges from 0 to 1; `null` with nothing tested. Tries that our own side failed at, or left out, lower nothing. */
export const availabilityOf = ({ pass, fail }: Counts): number | null =>
  pass + fail === 0 ? null : pass / (pass + fail)

/**
 * The percentiles of passing tries, milliseconds; `null` where nothing was timed. They are at most 2.17 % off: see
 * docs/guides/history.md.
 */
export type Percentiles = { p50Ms: number | null; p95Ms: number | null; p99Ms: number | null }

/** Means over the passing tries that reached the phase, so that they can be set against each other. */
export type PhaseMeans = {
  dnsMs: number | null
  connectMs: number | null
  tlsMs: number | null
  firstByteMs: number | null
  downloadMs: number | null
}

export type Latency = Percentiles & { phases: PhaseMeans }

/** A path as history shows it: without what only probing needs. */
export type HistoryPath = Omit<
  PlannedPath,
  | 'checks'
  | 'pod'
  | 'trafficPolicy'
  | 'onlyFrom'
  | 'excused'
  | 'share'
  | 'dns'
  | 'variable'
  | 'pathType'
  | 'scheme'
  | 'because'
> & {
  pod: string | null
  trafficPolicy: TrafficPolicy | null
  /** In the words in which the API shows them: nothing is worked out from them any more. */
  because: readonly string[]
  /** Variables only: what names the path to people. Not part of the API's path. */
  variable?: { name: string } | null
}

/** The finding of the diagnosis when an incident began. */
export type Cause = Pick<Finding, 'code' | 'layer' | 'confidence' | 'title'>

/** A path × check × vantage as it is now. */
export type SeriesState = {
  check: string
  /** The name of the vantage. */
  vantage: string
  /** The last finding; errors of ours leave it as it is. `null`: never tested. */
  state: 'pass' | 'fail' | null
  sinceMs: number | null
  lastOutcome: Outcome
  lastAtMs: number
  lastFailure: { atMs: number; code: FailureCode | null } | null
}

/**
 * A check or a vantage that has not been looked at for longer than this, while others of its path were, counts as
 * gone: renamed, or tried once from somewhere. Longer than a day, so that what runs daily never does.
 */
export const UNWATCHED_MS = 2 * 86_400_000

export type PathHistory = {
  path: HistoryPath
  /** End of the last job that had it in its plan; `null`: the newest has. */
  retiredAtMs: number | null
  /** One for each check and vantage, by name. */
  states: readonly SeriesState[]
}

export type ServiceHead = {
  target: Plan['target']
  firstAtMs: number
  /** The state of all its paths; one that the last job left out is as it was last seen. `null`: never tested. */
  state: 'pass' | 'fail' | null
  sinceMs: number | null
  /** The verdict of the newest job that has ended. */
  lastVerdict: Verdict
  lastJobId: string
  lastAtMs: number
  /** The counts of its paths by outcome; `null`: it ended before they were kept. */
  lastSummary: Summary | null
  /** Over the window asked for. */
  counts: Counts
  openIncidents: number
  /** The first finding of the diagnosis of now; `null` while it passes, and where none is told. */
  cause: Cause | null
}

/** A day on which a Service was looked at. */
export type ServiceDay = Omit<Counts, 'skipped'> & {
  /** Days since 1970, UTC. */
  day: number
  /** Jobs made on that day whose verdict was `fail`. */
  failedJobs: number
}

/** The days of a Service and its latency of late, where they were asked for. */
export type ServiceLately = {
  /** The days on which it was looked at, the oldest first. */
  days?: readonly ServiceDay[]
  /** The 95th percentile over passing tries since yesterday, 00:00 UTC; milliseconds. */
  p95Ms?: number | null
}

export type ServiceHistory = ServiceHead & {
  /** The findings of the newest job, and of those that last looked at failing paths that it left out. */
  diagnosis: Diagnosis | null
  paths: readonly PathHistory[]
}

export type Incident = {
  id: string
  /** `null`: the Service as a whole. One id stands for all Endpoint paths of a port and family. */
  pathId: string | null
  check: string
  /** The name of the vantage. */
  vantage: string
  startedAtMs: number
  endedAtMs: number | null
  /** From failure to pass, without the healthy minutes between stretches that count as one; `null` while it is open. */
  failingMs: number | null
  /** Failing tries by code. */
  failures: Readonly<Partial<Record<FailureCode, number>>>
  cause: Cause | null
}

/** An incident where those of several Services are told. */
export type TargetIncident = Incident & { target: Plan['target'] }

export type SeriesPoint = { atMs: number } & Counts & Percentiles

/** A path, or all Endpoint paths of a port and family, over a window. */
export type PathWindow = {
  path: HistoryPath
  retiredAtMs: number | null
  /** As it is now, not as it was in the window. */
  state: 'pass' | 'fail' | null
  sinceMs: number | null
  lastAtMs: number | null
  counts: Counts
  latency: Latency
  /** Failing tries by code. */
  failures: Readonly<Partial<Record<FailureCode, number>>>
  lastOutcome: Outcome | null
  lastFailure: SeriesState['lastFailure']
}

export type ServiceWindow = {
  target: Plan['target']
  /** As it is now, not as it was in the window. */
  now: Omit<ServiceHead, 'target' | 'firstAtMs' | 'counts' | 'openIncidents' | 'cause'>
  /** The span that was covered: whole hours, or days, where nothing finer is kept any more. */
  fromMs: number
  toMs: number
  counts: Counts
  latency: Latency
  failures: Readonly<Partial<Record<FailureCode, number>>>
  paths: readonly PathWindow[]
  /** Open at some time of the window, newest first. */
  incidents: readonly Incident[]
  diagnosis: Diagnosis | null
}

/** A recorded try, where it belongs. */
export type HistoryResult = {
  seq: number
  result: Result
  /** The name of the vantage. */
  vantage: string
  /** `false`: another try of the same sample decided. */
  counted: boolean
}
