import type { Child } from 'hono/jsx'
import type { Incident } from '../../client/index.ts'
import { visible } from '../../report/visible.ts'
import { span } from '../../report/window-words.ts'
import { State } from './state.tsx'
import { Time } from './time.tsx'

type Told = Omit<Incident, 'id' | 'path'>

/** An incident in words: when it began and ended, how long it was, what failed, and why. @param now of the answer. */
export function IncidentText({ incident, now, what }: { incident: Told; now: string; what: Child }) {
  const { startedAt, endedAt, failingMs, failures, finding, check, vantage } = incident
  const lastedMs = Math.max(0, Date.parse(endedAt ?? now) - Date.parse(startedAt))
  const paused = failingMs === null ? 0 : lastedMs - failingMs
  const failed = Object.entries(failures)
    .toSorted(([, a = 0], [, b = 0]) => b - a)
    .map(([code, n]) => `${code} ×${n}`)
    .join(', ')
  return (
    <>
      {endedAt === null ? <State of="fail" text="Open" /> : <State of="unknown" text="Ended" />} {what}:{' '}
      <Time at={startedAt} />
      {endedAt === null ? (
        ` until now, ${span(lastedMs)}`
      ) : (
        <>
          {' to '}
          <Time at={endedAt} />, {span(lastedMs)}
        </>
      )}
      {failingMs !== null && paused > 1000 ? `, failing for ${span(failingMs)} of it` : ''}.{' '}
      {failed === '' ? 'What was expected of all paths together was not met' : failed}
      {check === '' ? '' : ` (check ${visible(check)})`}, seen from {visible(vantage)}.
      {finding === null ? null : (
        <>
          {' '}
          Cause as it began: {visible(finding.title)} ({finding.confidence}:{' '}
          <a href={`/docs/diagnoses/${finding.code}`}>{finding.code}</a>).
        </>
      )}
    </>
  )
}
