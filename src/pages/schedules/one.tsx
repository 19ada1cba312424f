/** Shows of one schedule what its list does not: who keeps it, what it asks for, and the jobs that it has made. */
import type { Schedule } from '../../client/schema.ts'
import type { Answer } from '../../client/types.ts'
import { duration } from '../../report/phrases.ts'
import { visible } from '../../report/visible.ts'
import { stateOf, targetName } from '../job/words.ts'
import { Pager } from '../parts/pager.tsx'
import { State } from '../parts/state.tsx'
import { Table } from '../parts/table.tsx'
import { Time } from '../parts/time.tsx'
import { shownJson, sparse } from './sparse.ts'

/** Says why it cannot be changed here, or why a change would not stay. */
export function Keeper({ of: { managedBy, target }, keeper }: { of: Schedule; keeper: string | null }) {
  if (managedBy !== null) {
    return (
      <p class="note">
        Discovery keeps this schedule, from Service/{target.service} in namespace {target.namespace}: it can be looked
        at and run here, and not changed. Change the annotations of the Service or of its Namespace:{' '}
        <code>portolan.dev/every</code>, <code>portolan.dev/job</code>, or <code>portolan.dev/probe: "false"</code> to
        have it removed. <a href="/docs/guides/discovery">Discovery</a>
      </p>
    )
  }
  return keeper === null ? null : (
    <p class="note">
      Kept by <code>{keeper}</code>: what is changed here is changed back when that is applied again.
    </p>
  )
}

export function Asked({ of: schedule }: { of: Schedule }) {
  const work = schedule.job ?? schedule.batch
  if (work === null) {
    return null
  }
  const { checks, objects: _objects, writeOnly, ...rest } = work
  const secrets = Object.entries(writeOnly)
  return (
    <details>
      <summary>What it asks for at each run</summary>
      <h2>Checks</h2>
      {checks.length === 0 ? (
        <p>Portolan chooses them by the port.</p>
      ) : (
        <pre tabindex={0}>{shownJson(checks.map((check) => sparse(check)))}</pre>
      )}
      {secrets.length === 0 ? null : (
        <p>
          Set and not shown: {secrets.map(([check, fields]) => `${fields.join(', ')} of the check ${check}`).join('; ')}
          .
        </p>
      )}
      <h2>The rest</h2>
      <pre tabindex={0}>{shownJson(sparse(rest))}</pre>
    </details>
  )
}

type Jobs = Pick<Answer<'listScheduleJobs'>, 'items' | 'nextCursor'>

const passedOf = ({ summary: { pass, fail, error, skipped } }: Jobs['items'][number]): string =>
  `${pass} of ${pass + fail + error + skipped}`

export function Runs({ runs: { items, nextCursor }, path, isFirst }: { runs: Jobs; path: string; isFirst: boolean }) {
  return (
    <>
      <h2 id="runs">Runs</h2>
      {items.length === 0 ? (
        <p>There are no jobs{isFirst ? ' yet' : ' on this page'}.</p>
      ) : (
        <Table
          caption="Jobs that it has made, newest first"
          columns={[
            { head: 'Begun' },
            { head: 'Verdict' },
            { head: 'Service' },
            { head: 'Took', isNumber: true },
            { head: 'Paths that pass', isNumber: true },
            { head: 'Problem' },
          ]}
          rows={items.map((job) => ({
            cells: [
              <a href={`/jobs/${job.id}`}>
                <Time at={job.createdAt} />
              </a>,
              <State {...stateOf(job)} />,
              targetName(job.target),
              job.durationMs === null ? '' : duration(job.durationMs),
              passedOf(job),
              visible(job.problem?.detail ?? ''),
            ],
          }))}
        />
      )}
      <Pager
        first={isFirst ? null : `${path}#runs`}
        next={nextCursor === null ? null : `${path}?cursor=${encodeURIComponent(nextCursor)}#runs`}
      />
    </>
  )
}
