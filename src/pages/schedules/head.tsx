/** A schedule in words: how it does, when it runs, who keeps it. */
import type { ScheduleHead } from '../../client/schema.ts'
import { stateOf } from '../job/words.ts'
import { State, type StateName } from '../parts/state.tsx'
import { Time } from '../parts/time.tsx'

/** A run that is so late has not been forgotten: it waits. */
const LATE_MS = 10_000

type Standing = { state: StateName; text: string; why: string | null }

function standingOf(head: ScheduleHead, nowMs: number): Standing {
  const { enabled, stalled, failing, lastRun, nextRunAt } = head
  if (!enabled) {
    return { state: 'skipped', text: 'Paused', why: null }
  }
  const problem = (stalled?.problem ?? lastRun?.problem)?.detail ?? null
  if (stalled !== null) {
    return { state: 'error', text: 'Stalled', why: problem }
  }
  if (failing !== null) {
    return { state: 'error', text: 'Cannot start', why: problem }
  }
  if (nextRunAt === null) {
    return { state: 'skipped', text: 'Over', why: 'No run will come any more.' }
  }
  if (Date.parse(nextRunAt) < nowMs - LATE_MS) {
    return { state: 'error', text: 'Late', why: 'Its run is due: the one before has not ended, or the queue is full.' }
  }
  return { state: 'pass', text: 'On', why: null }
}

export const Standing = ({ of, nowMs }: { of: ScheduleHead; nowMs: number }) => {
  const { state, text, why } = standingOf(of, nowMs)
  return (
    <>
      <State of={state} text={text} />
      {why === null ? null : <> {why}</>}
    </>
  )
}

const OUTCOMES = {
  started: 'started',
  skipped: 'left out, as the run before had not ended',
  failed: 'could not be started',
} as const

export function LastRun({ of: { lastRun, failing, lastJob, lastBatch } }: { of: ScheduleHead }) {
  if (lastRun === null) {
    // What somebody has run out of turn has a verdict all the same
    return <>{lastJob === null && lastBatch === null ? 'none yet' : 'none by its timing yet'}</>
  }
  return (
    <>
      <Time at={lastRun.at} /> {OUTCOMES[lastRun.outcome]}
      {failing === null || failing.runs < 2 ? null : (
        <>
          , {failing.runs} times since <Time at={failing.since} />
        </>
      )}
    </>
  )
}

const times = (n: number): string => (n === 1 ? 'once' : `${n} times`)

/** Tells in a few words how often no run came of an occurrence; `null`: always one did. */
export function notMadeInWords({ leftOut, missed }: ScheduleHead): string | null {
  const told = [
    ...(leftOut === null ? [] : [leftOut.runs === 1 ? '1 run left out' : `${leftOut.runs} runs left out`]),
    ...(missed === null ? [] : [`runs missed ${times(missed.times)}`]),
  ]
  return told.length === 0 ? null : told.join(', ')
}

/** Tells how often no run came of an occurrence, why, when the last time, and what helps. */
export function NotMade({ of: { leftOut, missed, overlap } }: { of: ScheduleHead }) {
  if (leftOut === null && missed === null) {
    return <>none, since it was made</>
  }
  return (
    <>
      {leftOut === null ? null : (
        <p>
          {leftOut.runs === 1 ? '1 run was' : `${leftOut.runs} runs were`} left out, as the one before had not ended;
          the last was that of <Time at={leftOut.lastAt} />. A longer interval or a shorter deadline helps.
        </p>
      )}
      {missed === null ? null : (
        <p>
          Runs were missed {times(missed.times)}, as none could begin: no server was up, its queue was full
          {overlap === 'queue' ? ', or a run waited already' : ''}. The last time it was from <Time at={missed.from} />{' '}
          to <Time at={missed.to} />, whose run made up for them.
        </p>
      )}
    </>
  )
}

/** Shows the verdict of the newest job or batch, as a link to it. */
export function LastVerdict({ of: { lastJob, lastBatch } }: { of: ScheduleHead }) {
  const last = lastJob ?? lastBatch
  if (last === null) {
    return <>none yet</>
  }
  return (
    <a href={`/${lastJob === null ? 'batches' : 'jobs'}/${last.id}`}>
      <State {...stateOf(last)} />
    </a>
  )
}

export const NextRuns = ({ of: { nextRuns } }: { of: ScheduleHead }) =>
  nextRuns.length === 0 ? (
    <>none</>
  ) : (
    <ol class="times">
      {nextRuns.map((at) => (
        <li>
          <Time at={at} />
        </li>
      ))}
    </ol>
  )

const APPLIED_BY = 'portolan.dev/applied-by'

/** Names who would undo a change that is made here; null if nobody would. */
export function keeperOf({ managedBy, lastJob, lastBatch }: ScheduleHead, labels?: Readonly<Record<string, string>>) {
  if (managedBy === 'discovery') {
    return 'discovery'
  }
  const owner = (labels ?? (lastJob ?? lastBatch)?.labels)?.[APPLIED_BY]
  return owner === undefined ? null : `portolan apply, for ${owner}`
}

export function targetInWords({ target, lastJob, lastBatch }: Pick<ScheduleHead, 'target' | 'lastJob' | 'lastBatch'>) {
  const { cluster, namespace, service } = target
  // A target of manifests may name no Service; then only its last job tells which one it was
  const last = lastJob?.target ?? { namespace, service }
  const name = service ?? last.service
  if (name !== null && name !== undefined) {
    return `${namespace ?? last.namespace ?? ''}/${name} in ${cluster}`
  }
  const place = namespace === null ? cluster : `${namespace} of ${cluster}`
  return lastBatch === null ? `in ${place}` : `Services in ${place}`
}

/** The page of its Service, where it is about one whose namespace is known. */
export const servicePath = ({
  target: { cluster, namespace, service },
}: Pick<ScheduleHead, 'target'>): string | null =>
  namespace === null || service === null
    ? null
    : `/services/${[cluster, namespace, service].map((part) => encodeURIComponent(part)).join('/')}`
