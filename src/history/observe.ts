/**
 * Works out from its judged paths what a job that has ended adds to history. Pure: the statements that carry it out are
 * in record-history.ts.
 *
 * @module
 */
import { isLeftOut, type JudgedPath, worst } from '../check/outcome.ts'
import { OUTCOMES, type Outcome, type Tried } from '../check/result.ts'
import type { Verdict } from '../check/verdict.ts'
import type { Finding } from '../diagnose/finding.ts'
import { hashParts } from '../lib/hash.ts'
import { KEY_FROM } from '../lib/id.ts'
import { becauseText } from '../plan/because.ts'
import { KINDS } from '../plan/kinds.ts'
import { type Plan, type PlannedPath, pathId } from '../plan/path.ts'
import type { Job } from '../record/job.ts'
import type { Cause, HistoryPath } from './types.ts'

const DAY_MS = 86_400_000

/** The news of one series. Its names are short because it travels as JSON into SQL. */
export type Subject = {
  pathId: string
  check: string
  /** The path id of the series that its rollups and incidents go to; its own where it stands for itself. */
  group: string
  /** `pass` or `fail` as positions in OUTCOMES; null where nothing was decided. */
  state: number | null
  outcome: number
  lastAtMs: number
  firstFailureAtMs: number | null
  lastFailureAtMs: number | null
  lastFailureCode: string | null
  /** Key of a result, the last of those that decided; null where there is none of its own. */
  lastKey: string | null
  /** Failing tries by code. */
  failures: Readonly<Record<string, number>>
  /** The id of an incident, should one begin; null where nothing failed. */
  incidentId: string | null
  cause: Cause | null
}

export type Observed = {
  /** One for each path × check. */
  members: readonly Subject[]
  /** One for all paths of a grouped kind, port, family and check. */
  groups: readonly Subject[]
  whole: Subject
  /** Keys of the results that count. */
  counted: readonly string[]
  /** Path × check pairs that were not probed. */
  unprobed: readonly (readonly [pathId: string, check: string])[]
  /** Days since 1970, UTC, on which something of it counts, and that on which it was made. */
  days: readonly number[]
  paths: readonly HistoryPath[]
}

export type JobOutcome = {
  job: Pick<Job, 'id' | 'createdAtMs' | 'target'>
  verdict: Verdict
  findings: readonly Finding[]
  judged: readonly JudgedPath[]
}

/** The id under which the series of a Service as a whole is kept. */
export const wholeId = ({ cluster, namespace, service }: Plan['target']): string =>
  `svc_${hashParts([cluster, namespace, service], 20)}`

/** Pods come and go: all grouped paths of one kind, port and family are one in history. */
const groupOf = (target: Plan['target'], path: PlannedPath): string =>
  KINDS[path.kind].grouped ? pathId(target, path, ['*']) : path.id

const startsOf = ({ deciding }: JudgedPath): number[] => deciding.map(({ startedAtMs }) => startedAtMs)

export function observe(ended: JobOutcome): Observed {
  const { job } = ended
  // A path that went while the job ran is not one of the Service any more.
  const judged = ended.judged.filter(({ skipped }) => skipped?.reason !== 'gone')
  const members: Subject[] = []
  const unprobed: [string, string][] = []
  const groupPaths = new Map<string, HistoryPath>()
  for (const { path, outcome, skipped, deciding } of judged) {
    const group = groupOf(job.target, path)
    // Planned, so there, whether or not this job looked at any of its endpoints.
    if (group !== path.id && !groupPaths.has(group)) {
      groupPaths.set(group, groupPath(path, group))
    }
    if (outcome === null || isLeftOut(skipped)) {
      continue
    }
    const byCheck = Map.groupBy(deciding, ({ check }) => check)
    const names = deciding.length > 0 ? [...byCheck.keys()] : checkNames(path)
    for (const check of names) {
      const tries = byCheck.get(check) ?? []
      if (tries.length === 0) {
        unprobed.push([path.id, check])
      }
      members.push(subjectOf(ended, { pathId: path.id, check, group }, tries, causeAmong(ended.findings, [path.id])))
    }
  }
  return {
    members,
    groups: groupsOf(ended, members),
    whole: wholeOf(ended),
    counted: judged.flatMap(({ deciding }) => deciding.map(({ id }) => id.slice(KEY_FROM))),
    unprobed,
    days: [...new Set([job.createdAtMs, ...judged.flatMap(startsOf)].map((ms) => Math.floor(ms / DAY_MS)))],
    paths: [...judged.map(({ path }) => shown(path)), ...groupPaths.values()],
  }
}

const checkNames = (path: PlannedPath): string[] =>
  path.checks.length > 0 ? path.checks.map(({ name }) => name) : ['']

function shown(path: PlannedPath): HistoryPath {
  const {
    checks: _checks,
    pod = null,
    trafficPolicy = null,
    onlyFrom: _from,
    excused: _excused,
    share: _share,
    dns: _dns,
    variable,
    because,
    pathType: _pathType,
    scheme: _scheme,
    ...rest
  } = path
  return {
    ...rest,
    pod,
    trafficPolicy,
    because: because.map(becauseText),
    ...(variable && { variable: { name: variable.name } }),
  }
}

const groupPath = (path: PlannedPath, id: string): HistoryPath => ({
  ...shown(path),
  id,
  address: null,
  addressPort: null,
  node: null,
  pod: null,
  url: null,
  because: [],
  skipped: null,
})

function subjectOf(
  { job }: JobOutcome,
  key: Pick<Subject, 'pathId' | 'check' | 'group'>,
  tries: readonly Tried[],
  cause: Cause | null,
): Subject {
  const outcome = worst(tries)
  const failures: Record<string, number> = {}
  let first: Tried | null = null
  let last: Tried | null = null
  for (const result of tries) {
    if (result.outcome !== 'fail') {
      continue
    }
    const code = result.failure?.code ?? 'internal'
    failures[code] = (failures[code] ?? 0) + 1
    if (first === null || result.startedAtMs < first.startedAtMs) {
      first = result
    }
    if (last === null || result.startedAtMs >= last.startedAtMs) {
      last = result
    }
  }
  return {
    ...key,
    state: outcome === 'pass' || outcome === 'fail' ? OUTCOMES.indexOf(outcome) : null,
    outcome: OUTCOMES.indexOf(outcome),
    lastAtMs: tries.reduce((at, result) => Math.max(at, result.startedAtMs), job.createdAtMs),
    firstFailureAtMs: first?.startedAtMs ?? null,
    lastFailureAtMs: last?.startedAtMs ?? null,
    lastFailureCode: last?.failure?.code ?? null,
    lastKey: tries.at(-1)?.id.slice(KEY_FROM) ?? null,
    failures,
    incidentId: outcome === 'fail' ? incidentIdOf(job.id, key) : null,
    cause: outcome === 'fail' ? cause : null,
  }
}

const incidentIdOf = (jobId: string, { pathId, check }: Pick<Subject, 'pathId' | 'check'>): string =>
  `inc_${jobId.slice(4, KEY_FROM)}${hashParts([jobId, pathId, check], 16)}`

function groupsOf(ended: JobOutcome, members: readonly Subject[]): Subject[] {
  const grouped = Map.groupBy(
    members.filter(({ pathId, group }) => pathId !== group),
    ({ group, check }) => `${group} ${check}`,
  )
  return [...grouped.values()].flatMap((subjects) => {
    const [first] = subjects
    if (first === undefined) {
      return []
    }
    const ids = new Set(subjects.map(({ pathId }) => pathId))
    const tries = ended.judged
      .filter(({ path }) => ids.has(path.id))
      .flatMap(({ deciding }) => deciding.filter(({ check }) => check === first.check))
    const key = { pathId: first.group, group: first.group, check: first.check }
    return [subjectOf(ended, key, tries, causeAmong(ended.findings, [...ids]))]
  })
}

/** The Service's state is the job's verdict, which knows more than its paths do (`expect.reachable`). */
function wholeOf(ended: JobOutcome): Subject {
  const { job, verdict, findings, judged } = ended
  const id = wholeId(job.target)
  const tries = judged.flatMap(({ deciding }) => deciding)
  const whole = subjectOf(ended, { pathId: id, check: '', group: id }, tries, null)
  const outcome: Outcome = verdict === 'inconclusive' ? 'skipped' : verdict
  const failed = outcome === 'fail'
  return {
    ...whole,
    state: failed || outcome === 'pass' ? OUTCOMES.indexOf(outcome) : null,
    outcome: OUTCOMES.indexOf(outcome),
    firstFailureAtMs: failed ? (whole.firstFailureAtMs ?? job.createdAtMs) : null,
    lastFailureAtMs: failed ? (whole.lastFailureAtMs ?? job.createdAtMs) : null,
    incidentId: failed ? incidentIdOf(job.id, { pathId: id, check: '' }) : null,
    cause: failed ? causeAmong(findings, null) : null,
  }
}

/** @param ids of the paths that failed; `null`: any. */
function causeAmong(findings: readonly Finding[], ids: readonly string[] | null): Cause | null {
  const explains = (finding: Finding) =>
    ids === null ? finding.explains.length > 0 : finding.explains.some((id) => ids.includes(id))
  const finding = findings.find(explains) ?? (ids === null ? findings[0] : undefined)
  return finding === undefined ? null : causeOf(finding)
}

/** Shortens a finding for places where nothing but its name has room. */
export const causeOf = ({ code, layer, confidence, title }: Finding): Cause => ({ code, layer, confidence, title })
