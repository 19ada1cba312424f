/** Jobs from start to end, as a runner makes them: recorded, judged, finished. */

import { judgeJob, judgePath, summarise } from '../../src/check/outcome.ts'
import type { Result } from '../../src/check/result.ts'
import type { Finding } from '../../src/diagnose/finding.ts'
import type { ServiceEvent } from '../../src/history/events.ts'
import type { PlannedPath } from '../../src/plan/path.ts'
import type { Store } from '../../src/store/db.ts'
import { finishJob } from '../../src/store/finish.ts'
import { insertJob } from '../../src/store/jobs.ts'
import { claimJob } from '../../src/store/leases.ts'
import { recordResults } from '../../src/store/results.ts'
import type { Retention } from '../../src/store/retention.ts'
import { findServices, type KnownService } from '../../src/store/services.ts'
import type { NewJob } from '../../src/store/stored-job.ts'
import { aJob, aPlannedPath, aResult, NOW } from './stored.ts'

export const HOUR = 3_600_000
export const DAY = 24 * HOUR

/** What is kept where no setting says otherwise. */
export const KEEP: Retention = {
  rawMs: 30 * DAY,
  failuresMs: 90 * DAY,
  hourlyMs: 400 * DAY,
  dailyMs: 1825 * DAY,
  auditMs: 400 * DAY,
}

/** `pth_…A` for `A`: the id of {@link aPlannedPath} is that of `A`. */
export const pathOf = (name: string, over: Partial<PlannedPath> = {}): PlannedPath =>
  aPlannedPath({ id: `pth_${name.padStart(20, '0')}`, ...over })

export type Try = Partial<Omit<Result, 'id' | 'jobId'>>

export type Ran = {
  /** Creation of the job; its tries start at the same time unless they say otherwise. */
  atMs?: number
  paths?: readonly PlannedPath[]
  /** By default every path that is not skipped passes once. */
  tries?: readonly Try[]
  findings?: readonly Finding[]
  job?: Partial<NewJob>
  /** Told of what the end of the job changes. */
  onEvents?: (events: readonly ServiceEvent[]) => void
}

/** Runs a job: what it recorded, with the ids. */
export async function ran(
  store: Store,
  { atMs = NOW, paths = [pathOf('A')], tries, findings = [], job, onEvents }: Ran = {},
) {
  const made = aJob({ createdAtMs: atMs, ...job })
  const plan = made.plan && { ...made.plan, paths }
  await insertJob(store, { ...made, plan }, null, atMs)
  const claim = await claimJob(store, { id: made.id }, 'test', atMs, 60_000)
  if (claim === null) {
    throw new Error('the job is there to be claimed')
  }
  const asked = tries ?? paths.filter(({ skipped }) => skipped === null).map(({ id }) => ({ pathId: id }))
  const results = asked.map((one) => aResult({ startedAtMs: atMs, ...one, jobId: made.id }))
  await recordResults(store, claim.lease, results)
  const byPath = Map.groupBy(results, ({ pathId }) => pathId)
  const judged = paths.map((path) => ({ path, ...judgePath(path, byPath.get(path.id) ?? []) }))
  const verdict = judgeJob(judged, { reachable: [], unreachable: [] })
  const end = {
    ...{ verdict, summary: summarise(judged), problem: null, judged, finishedAtMs: atMs + 1000 },
    diagnosis: { status: 'unknown' as const, findings },
  }
  await finishJob(store, claim.lease, end, onEvents && ((_target, events) => onEvents(events)))
  return { jobId: made.id, lease: claim.lease, results, end }
}

/** The only Service there is. */
export async function toad(store: Store, service = 'toad-svc'): Promise<KnownService> {
  const [known, ...others] = await findServices(store, 'default', service, null)
  if (known === undefined || others.length > 0) {
    throw new Error(`there are ${others.length} others`)
  }
  return known
}

export const aFinding = (explains: readonly string[], over: Partial<Finding> = {}): Finding => ({
  code: 'selector_matches_no_pods',
  layer: 'endpoints',
  confidence: 'certain',
  title: 'The selector matches no pods',
  detail: '',
  fix: '',
  confirm: '',
  evidence: [],
  explains,
  docs: 'docs/diagnoses/selector_matches_no_pods.md',
  ...over,
})
