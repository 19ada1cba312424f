/** History → what the API shows, and the reports made of it. */

import { type Verdict, worstVerdict } from '../check/verdict.ts'
import { stateNow } from '../history/now.ts'
import {
  availabilityOf,
  type Counts,
  type HistoryResult,
  type Incident,
  type PathHistory,
  type PathWindow,
  type SeriesState,
  type ServiceDay,
  type ServiceHead,
  type ServiceHistory,
  type ServiceWindow,
  type TargetIncident,
} from '../history/types.ts'
import { toInstant } from '../lib/clock.ts'
import type { Discovered } from '../record/discovery.ts'
import type { ObjectsUsed } from '../record/objects-used.ts'
import { describeObjects, describeResult } from './describe-job.ts'
import type {
  DayDocument,
  HistoryResultDocument,
  IncidentDocument,
  OverallReport,
  PathReport,
  PathStateDocument,
  ServiceDocument,
  ServiceHeadDocument,
  ServiceReport,
  ServiceReportDocument,
  StateDocument,
  TargetIncidentDocument,
} from './history-document.ts'

const DAY_MS = 86_400_000

const instantOf = (ms: number | null): string | null => (ms === null ? null : toInstant(ms))

export function describeServiceHead(head: ServiceHead): ServiceHeadDocument {
  const { target, firstAtMs, counts, openIncidents, cause } = head
  return {
    target,
    firstAt: toInstant(firstAtMs),
    ...describeNow(head),
    availability: availabilityOf(counts),
    counts,
    openIncidents,
    cause,
  }
}

/** The days of a Service up to an instant, each of them, those without anything too. */
export function describeDays(days: readonly ServiceDay[], count: number, nowMs: number): DayDocument[] {
  const known = new Map(days.map((each) => [each.day, each]))
  const today = Math.floor(nowMs / DAY_MS)
  return Array.from({ length: count }, (_, i): DayDocument => {
    const day = today - count + 1 + i
    const { pass = 0, fail = 0, error = 0, failedJobs = 0 } = known.get(day) ?? {}
    const availability = availabilityOf({ pass, fail, error, skipped: 0 })
    const failed = fail > 0 || failedJobs > 0
    return {
      day: toInstant(day * DAY_MS).slice(0, 10),
      ...{ pass, fail, error, availability },
      state: failed ? 'fail' : availability === null ? null : 'pass',
    }
  })
}

const describeNow = ({ state, sinceMs, lastVerdict, lastJobId, lastAtMs, lastSummary }: ServiceWindow['now']) => ({
  state,
  sinceAt: instantOf(sinceMs),
  lastVerdict,
  lastJobId,
  lastAt: toInstant(lastAtMs),
  lastSummary,
})

/**
 * @param discovery of the Service; `null`: discovery knows nothing of it.
 * @param objects that the last job rests on; `null`: it is kept no more.
 */
export const describeService = (
  history: ServiceHistory,
  discovery: Discovered | null,
  objects: ObjectsUsed | null,
): ServiceDocument => ({
  ...describeServiceHead(history),
  objects: objects && describeObjects(objects),
  discovery,
  diagnosis: history.diagnosis,
  paths: history.paths.map(describePathState),
})

function describePathState({ path, retiredAtMs, states }: PathHistory): PathStateDocument {
  const { variable = null, ...shown } = path
  const { state, sinceMs } = stateNow(states)
  const failures = states.flatMap(({ lastFailure }) => lastFailure ?? [])
  return {
    ...shown,
    variable,
    state,
    sinceAt: instantOf(sinceMs),
    lastFailure: describeFailure(failures.toSorted((a, b) => b.atMs - a.atMs)[0] ?? null),
    retiredAt: instantOf(retiredAtMs),
    states: states.map(describeState),
  }
}

const describeFailure = (failure: SeriesState['lastFailure']): StateDocument['lastFailure'] =>
  failure && { at: toInstant(failure.atMs), code: failure.code }

const describeState = (entry: SeriesState): StateDocument => ({
  check: entry.check,
  vantage: entry.vantage,
  state: entry.state,
  sinceAt: instantOf(entry.sinceMs),
  lastOutcome: entry.lastOutcome,
  lastAt: toInstant(entry.lastAtMs),
  lastFailure: describeFailure(entry.lastFailure),
})

export function describeHistoryResult({ result, vantage, counted }: HistoryResult): HistoryResultDocument {
  const { jobId, pathId } = result
  return { ...describeResult(result), jobId, pathId, vantage, counted }
}

export function describeIncident({ id, pathId, check, vantage, ...incident }: Incident): IncidentDocument {
  const { startedAtMs, endedAtMs, failingMs, failures, cause } = incident
  return {
    id,
    path: pathId,
    check,
    vantage,
    startedAt: toInstant(startedAtMs),
    endedAt: instantOf(endedAtMs),
    failingMs,
    failures,
    finding: cause,
  }
}

export const describeTargetIncident = ({ target, ...incident }: TargetIncident): TargetIncidentDocument => ({
  target,
  ...describeIncident(incident),
})

/**
 * The verdict over a window: whether availability meets the objective. If nothing was tested, `error` says that our
 * side failed.
 */
export function windowVerdict(counts: Counts, objective: number): Verdict {
  const availability = availabilityOf(counts)
  if (availability === null) {
    return counts.error > 0 ? 'error' : 'inconclusive'
  }
  return availability >= objective ? 'pass' : 'fail'
}

export function reportService(window: ServiceWindow, objective: number): ServiceReport {
  const { target, now, fromMs, toMs, counts, latency, failures, paths, incidents, diagnosis } = window
  return {
    target,
    from: toInstant(fromMs),
    to: toInstant(toMs),
    verdict: windowVerdict(counts, objective),
    objective,
    availability: availabilityOf(counts),
    counts,
    latency,
    failures,
    now: describeNow(now),
    paths: paths.map(reportPath),
    incidents: incidents.map(describeIncident),
    diagnosis,
  }
}

/** A report as the API shows it, without what only the other formats need. */
export const describeServiceReport = (report: ServiceReport): ServiceReportDocument => ({
  ...report,
  paths: report.paths.map(({ variable: _variable, ...shown }) => shown),
})

function reportPath(window: PathWindow): PathReport {
  const { path, retiredAtMs, counts, latency, failures, lastOutcome, lastFailure } = window
  return {
    ...path,
    retiredAt: instantOf(retiredAtMs),
    state: window.state,
    sinceAt: instantOf(window.sinceMs),
    lastAt: instantOf(window.lastAtMs),
    availability: availabilityOf(counts),
    counts,
    latency,
    failures,
    lastOutcome,
    lastFailure: describeFailure(lastFailure),
  }
}

export function reportOverall(
  heads: readonly ServiceHead[],
  window: { fromMs: number; toMs: number },
  objective: number,
): OverallReport {
  const services = heads.map((head) => ({
    ...describeServiceHead(head),
    verdict: windowVerdict(head.counts, objective),
  }))
  const counts = heads.reduce<Counts>((sum, head) => addCounts(sum, head.counts), {
    pass: 0,
    fail: 0,
    error: 0,
    skipped: 0,
  })
  return {
    from: toInstant(window.fromMs),
    to: toInstant(window.toMs),
    verdict: worstVerdict(services.map((service) => service.verdict)),
    objective,
    availability: availabilityOf(counts),
    counts,
    services,
  }
}

const addCounts = (a: Counts, b: Counts): Counts => ({
  pass: a.pass + b.pass,
  fail: a.fail + b.fail,
  error: a.error + b.error,
  skipped: a.skipped + b.skipped,
})
