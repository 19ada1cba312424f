/** The list of jobs, newest first, with its filters. */
import type { PortolanProblem } from '../../client/errors.ts'
import type { JobHead } from '../../client/schema.ts'
import type { Answer } from '../../client/types.ts'
import { duration } from '../../report/phrases.ts'
import { visible } from '../../report/visible.ts'
import { ErrorSummary, Field } from '../parts/field.tsx'
import { Pager } from '../parts/pager.tsx'
import { State } from '../parts/state.tsx'
import { Table } from '../parts/table.tsx'
import { Time } from '../parts/time.tsx'
import { type Asked, hrefWith, textOf } from '../query.ts'
import { stateOf, targetName } from './words.ts'

type Found = { data: Answer<'listJobs'> } | { refused: PortolanProblem }

export function JobList({ asked, found }: { asked: Asked; found: Found }) {
  return (
    <>
      <h1>Jobs</h1>
      <Filters asked={asked} refused={'refused' in found ? found.refused : null} />
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
          { head: 'Verdict' },
          { head: 'Passed', isNumber: true },
          { head: 'Failed', isNumber: true },
          { head: 'Errors', isNumber: true },
          { head: 'Skipped', isNumber: true },
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
  const { id, target, summary, createdAt, durationMs, scheduleId, batchId, labels } = job
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
    <State {...stateOf(job)} />,
    summary.pass,
    summary.fail,
    summary.error,
    summary.skipped,
    <Time at={createdAt} />,
    duration(durationMs),
    madeBy,
    Object.entries(labels)
      .map(([name, value]) => visible(`${name}=${value}`))
      .join(', '),
  ]
}

const STATUSES = ['queued', 'running', 'finished', 'cancelled']
const VERDICTS = ['pass', 'fail', 'error', 'inconclusive']

function Filters({ asked, refused }: { asked: Asked; refused: PortolanProblem | null }) {
  const errors = refused?.errors ?? []
  const text = (name: string, label: string, hint?: string) => (
    <Field
      {...{ name, label, errors, ...(hint !== undefined && { hint }) }}
      pointers={[`?${name}`]}
      value={textOf(asked, name)}
    />
  )
  const names = ['service', 'namespace', 'cluster', 'label', 'from', 'to', 'verdict', 'status']
  return (
    <form class="filters" method="get" action="/jobs">
      {refused === null ? null : (
        <ErrorSummary
          detail={refused.detail}
          errors={errors}
          fields={names.map((name) => ({ name, pointers: [`?${name}`] }))}
        />
      )}
      {text('service', 'Service')}
      {text('namespace', 'Namespace')}
      {text('cluster', 'Cluster')}
      <Choice name="verdict" label="Verdict" values={VERDICTS} asked={asked} />
      <Choice name="status" label="Status" values={STATUSES} asked={asked} />
      <details open={['label', 'from', 'to'].some((name) => textOf(asked, name) !== '') || errors.length > 0}>
        <summary>More filters</summary>
        {text('label', 'Label', 'key=value')}
        {text('from', 'From', 'Like 2026-11-23T00:00:00Z')}
        {text('to', 'To', 'Like 2026-11-24T00:00:00Z')}
      </details>
      <button type="submit">Filter</button>
    </form>
  )
}

/** One of several words, or any. */
export function Choice(props: { name: string; label: string; values: readonly string[]; asked: Asked; any?: string }) {
  const { name, label, values, asked, any = 'any' } = props
  return (
    <div class="field">
      <label for={name}>{label}</label>
      <select id={name} name={name}>
        <option value="">{any}</option>
        {values.map((value) => (
          <option value={value} selected={textOf(asked, name) === value}>
            {value}
          </option>
        ))}
      </select>
    </div>
  )
}
