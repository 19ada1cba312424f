/** A batch as a page shows it: its Services with their verdicts, and as a report each of those that do not work. */

import type { Child } from 'hono/jsx'
import type { Batch, BatchJob, Job } from '../../client/schema.ts'
import { visible } from '../../report/visible.ts'
import { Facts } from '../parts/facts.tsx'
import { State } from '../parts/state.tsx'
import { Table } from '../parts/table.tsx'
import { TakeAway } from '../parts/take-away.tsx'
import { Time } from '../parts/time.tsx'
import { OUTCOME_COLUMNS, outcomeCells } from './columns.tsx'
import { JobView } from './job-view.tsx'
import { hasEnded, labelsInWords, namespacesInWords, selectorInWords, stateOf, targetName } from './words.ts'

type BatchViewProps = {
  batch: Batch
  /** Buttons and links for what the reader may do with the batch. */
  actions?: Child
  /** Jobs that are shown in full, one after the other, as a report does. */
  whole?: readonly Job[]
}

export function BatchView({ batch, actions = null, whole = [] }: BatchViewProps) {
  const ended = hasEnded(batch)
  return (
    <>
      <h1>
        <State {...stateOf(batch)} /> Batch of {batch.jobs.length === 1 ? '1 Service' : `${batch.jobs.length} Services`}
      </h1>
      <p class="lead">{countsOfBatch(batch)}.</p>
      {ended ? null : <Progress batch={batch} />}
      <Facts of={factsOf(batch)} />
      {actions}
      {ended ? <TakeAway href={`/v1/batches/${batch.id}/report`} name={`portolan-${batch.id}`} /> : null}
      <Jobs batch={batch} />
      {whole.map((job) => (
        <section class="service" aria-label={targetName(job.target)}>
          <JobView job={job} isPart />
        </section>
      ))}
    </>
  )
}

/** `3 of 5 done: 2 pass, 1 fail`. */
export function countsOfBatch({ jobs }: Pick<Batch, 'jobs'>): string {
  const done = jobs.filter(hasEnded)
  const words = (['fail', 'error', 'inconclusive', 'pass'] as const).flatMap((verdict) => {
    const count = done.filter((job) => job.verdict === verdict).length
    return count === 0 ? [] : [`${count} ${verdict}`]
  })
  const cancelled = done.filter(({ status }) => status === 'cancelled').length
  const all = [...words, ...(cancelled === 0 ? [] : [`${cancelled} cancelled`])].join(', ')
  return `${done.length} of ${jobs.length} done${all === '' ? '' : `: ${all}`}`
}

const Progress = ({ batch: { jobs } }: { batch: Batch }) => (
  <p>
    <progress value={jobs.filter(hasEnded).length} max={Math.max(1, jobs.length)} aria-label="Services done" />
  </p>
)

function factsOf({ id, target, createdAt, finishedAt, labels }: Batch): [string, Child | null][] {
  const { cluster, namespaces } = target
  const chosen = selectorInWords(target)
  return [
    ['Cluster', visible(cluster)],
    ['Namespaces', namespacesInWords(namespaces)],
    ['Selector', chosen === '' ? null : <code>{chosen}</code>],
    ['Asked for', <Time at={createdAt} />],
    ['Ended', finishedAt === null ? null : <Time at={finishedAt} />],
    ['Labels', labelsInWords(labels) || null],
    ['Id', <code>{id}</code>],
  ]
}

const ORDER = ['fail', 'error', 'inconclusive', null, 'pass'] as const

function Jobs({ batch: { jobs } }: { batch: Batch }) {
  const sorted = ORDER.flatMap((verdict) => jobs.filter((job) => job.verdict === verdict))
  return (
    <Table
      caption="Services, what fails first"
      columns={[{ head: 'Service' }, ...OUTCOME_COLUMNS, { head: 'Problem' }]}
      rows={sorted.map((job) => ({ id: `row-${job.id}`, cells: cellsOf(job) }))}
    />
  )
}

function cellsOf(job: BatchJob): Child[] {
  const { id, problem } = job
  return [
    <a id={`link-${id}`} href={`/jobs/${id}`}>
      {targetName(job)}
    </a>,
    ...outcomeCells(job),
    problem === null ? '' : visible(`${problem.title}: ${problem.detail}`),
  ]
}
