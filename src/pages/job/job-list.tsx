/** The list of jobs, newest first, with its filters. */
import type { PortolanProblem } from '../../client/errors.ts'
import type { JobHead } from '../../client/schema.ts'
import type { Answer } from '../../client/types.ts'
import { duration } from '../../report/phrases.ts'
import { visible } from '../../report/visible.ts'
import { Pager } from '../parts/pager.tsx'
import { type Query, QueryChoice, QueryField, QueryForm } from '../parts/query-form.tsx'
import { Table } from '../parts/table.tsx'
import { Time } from '../parts/time.tsx'
import { type Asked, hrefWith, textOf } from '../query.ts'
import { OUTCOME_COLUMNS, outcomeCells } from './columns.tsx'
import { RunTabs } from './run-tabs.tsx'
import { labelsInWords, targetName } from './words.ts'

type Found = { data: Answer<'listJobs'> } | { refused: PortolanProblem }

export function JobList({ asked, found }: { asked: Asked; found: Found }) {
  return (
    <>
      <h1>Jobs</h1>
      <RunTabs here="jobs" />
      <Filters of={{ asked, refused: 'refused' in found ? found.refused : null }} />
      {'data' in found ? <Jobs asked={asked} {...found.data} /> : null}
    </>
  )
}

function Jobs({ asked, items, nextCursor }: { asked: Asked } & Answer<'listJobs'>) {
  const isFiltered = Object.keys(asked).some((name) => name !== 'cursor' && name !== 'limit')
  if (items.length === 0) {
    return (
      <p>
        {isFiltered ? 'No job is like that. ' : 'There is no job yet. '}
        {isFiltered ? <a href="/jobs">All jobs</a> : <a href="/try">Try one</a>}
      </p>
    )
  }
  return (
    <>
      <Table
        caption="Jobs, newest first"
        isCaptionHidden
        columns={[
          { head: 'Service' },
          ...OUTCOME_COLUMNS,
          { head: 'Asked for' },
          { head: 'Took', isNumber: true },
          { head: 'Made by' },
          { head: 'Labels' },
        ]}
        rows={items.map((job) => ({ cells: cellsOf(job) }))}
      />
      <Pager
        first={asked.cursor === undefined ? null : hrefWith('/jobs', asked, { cursor: null })}
        next={nextCursor === null ? null : hrefWith('/jobs', asked, { cursor: nextCursor })}
      />
    </>
  )
}

function cellsOf(job: JobHead) {
  const { id, target, createdAt, durationMs, scheduleId, batchId, labels } = job
  const madeBy =
    scheduleId !== null ? (
      <a href={`/schedules/${scheduleId}`}>schedule</a>
    ) : batchId !== null ? (
      <a href={`/batches/${batchId}`}>batch</a>
    ) : (
      'request'
    )
  return [
    <>
      <a href={`/jobs/${id}`}>{targetName(target)}</a> <span class="quiet">{visible(target.cluster)}</span>
    </>,
    ...outcomeCells(job),
    <Time at={createdAt} />,
    duration(durationMs),
    madeBy,
    labelsInWords(labels),
  ]
}

const anyOf = (values: readonly string[]): Record<string, string> => ({
  '': 'any',
  ...Object.fromEntries(values.map((value) => [value, value])),
})
const STATUSES = anyOf(['queued', 'running', 'finished', 'cancelled'])
const VERDICTS = anyOf(['pass', 'fail', 'error', 'inconclusive'])
export const JOB_FILTERS = ['service', 'namespace', 'cluster', 'label', 'from', 'to', 'verdict', 'status']

function Filters({ of }: { of: Query }) {
  const isMoreOpen = ['label', 'from', 'to'].some((name) => textOf(of.asked, name) !== '') || of.refused !== null
  return (
    <QueryForm of={of} action="/jobs" names={JOB_FILTERS}>
      <QueryField of={of} name="service" label="Service" />
      <QueryField of={of} name="namespace" label="Namespace" />
      <QueryField of={of} name="cluster" label="Cluster" />
      <QueryChoice of={of} name="verdict" label="Verdict" options={VERDICTS} />
      <QueryChoice of={of} name="status" label="Status" options={STATUSES} />
      <details open={isMoreOpen}>
        <summary>More filters</summary>
        <QueryField of={of} name="label" label="Label" hint="key=value" />
        <QueryField of={of} name="from" label="From" hint="Like 2026-11-23T00:00:00Z" />
        <QueryField of={of} name="to" label="To" hint="Like 2026-11-24T00:00:00Z" />
      </details>
    </QueryForm>
  )
}
