/** The paths of a job as rows, one for each path and check, and what was recorded of each. */
import { evidenceOf, tryEvidence } from '../../report/evidence-lines.ts'
import type { JobReport, ResultDocument } from '../../report/job-document.ts'
import { duration, kindOf, notesOf, pathTitle, place, portOf, resultOf } from '../../report/phrases.ts'
import { type ReportRow, reportRows } from '../../report/rows.ts'
import { visible } from '../../report/visible.ts'
import { Evidence } from '../parts/evidence.tsx'
import { State } from '../parts/state.tsx'
import { Table } from '../parts/table.tsx'

const WORST_FIRST = ['fail', 'error', null, 'pass', 'skipped'] as const

/** Rows as a page shows them: what fails first, else in the order of the plan. */
export function shownRows(report: JobReport): ReportRow[] {
  const rows = reportRows(report)
  return WORST_FIRST.flatMap((outcome) => rows.filter((row) => row.outcome === outcome))
}

/** Rows that stand open; more are folded. */
const OPEN_MAX = 100
/** Rows that stand on a page at all. */
const ROWS_MAX = 1000

/** A check that nobody has named says nothing. */
const DEFAULT_CHECK = 'default'

const columnsOf = (hasChecks: boolean) => [
  { head: 'Path' },
  { head: 'Outcome' },
  { head: 'Port' },
  { head: 'Address' },
  ...(hasChecks ? [{ head: 'Check' }] : []),
  { head: 'Time', isNumber: true },
  { head: 'Result' },
]

type PathRowsProps = { rows: readonly ReportRow[]; prefix: string; seenAt: string; of: string | null }

/**
 * @param prefix of ids, where a page has the paths of several jobs.
 * @param seenAt the page on which it is told what was seen; empty: this one.
 * @param of whose they are, where a page has those of several; `null`: there are no others.
 */
export function PathRows({ rows, prefix, seenAt, of }: PathRowsProps) {
  const ofWhom = of === null ? '' : ` of ${of}`
  const named = new Set<string>()
  const idOf = ({ path }: ReportRow) => {
    const isFirst = !named.has(path.id)
    named.add(path.id)
    return isFirst ? { id: prefix + path.id } : {}
  }
  const hasChecks = rows.some(({ check }) => check !== null && check !== DEFAULT_CHECK)
  const columns = columnsOf(hasChecks)
  const cells = rows
    .slice(0, ROWS_MAX)
    .map((row, at) => ({ ...idOf(row), cells: cellsOf(row, at, { hasChecks, seenAt }) }))
  const folded = cells.slice(OPEN_MAX)
  return (
    <>
      <Table
        caption={`Paths and checks${ofWhom}, what fails first`}
        columns={columns}
        rows={cells.slice(0, OPEN_MAX)}
      />
      {folded.length === 0 ? null : (
        <details id={`${prefix}more-rows`}>
          <summary>{folded.length} more rows</summary>
          <Table caption={`More paths and checks${ofWhom}`} columns={columns} rows={folded} />
        </details>
      )}
      {rows.length <= ROWS_MAX ? null : (
        <p>{rows.length - ROWS_MAX} more rows are left out here; the CSV above has all of them.</p>
      )}
    </>
  )
}

function cellsOf(row: ReportRow, at: number, { hasChecks, seenAt }: { hasChecks: boolean; seenAt: string }) {
  const { path, outcome, check, deciding } = row
  const node = path.node === null ? '' : ` (${visible(path.node)})`
  const pod = path.pod === null ? '' : ` Pod ${visible(path.pod)}`
  return [
    kindOf(path),
    <State {...(outcome === null ? { of: 'unknown' as const, text: 'Undecided' } : { of: outcome })} />,
    portOf(path),
    <div class="address">
      <code>{place(path)}</code>
      {node}
      {pod}
    </div>,
    ...(hasChecks ? [check === null ? '–' : visible(check)] : []),
    duration(deciding?.timings.totalMs ?? null),
    <>
      {at < EVIDENCE_MAX ? <a href={`${seenAt}#seen-${at}`}>{resultOf(row)}</a> : resultOf(row)}
      {notesOf(row).map((note) => (
        <span class="row-note">{note}</span>
      ))}
    </>,
  ]
}

/** Rows with what was recorded of them; more would make the page too long to be read. */
const EVIDENCE_MAX = 250
/** Tries that are told of each. */
const TRIES_MAX = 10

/** Shows what was recorded of each row, folded, as few readers need it. */
export function RowEvidence({ rows }: { rows: readonly ReportRow[] }) {
  const rest = rows.length - EVIDENCE_MAX
  return (
    <>
      {rows.slice(0, EVIDENCE_MAX).map((row, at) => (
        <details class="seen" id={`details-${row.path.id}-${at}`}>
          <summary>
            <State {...(row.outcome === null ? { of: 'unknown' as const, text: 'Undecided' } : { of: row.outcome })} />{' '}
            {pathTitle(row.path)}
            {row.check === null || row.check === DEFAULT_CHECK ? '' : `, ${visible(row.check)}`}
          </summary>
          {/* A link to what is within opens it */}
          <div id={`seen-${at}`}>
            <Evidence lines={evidenceOf(row)} />
            <FailureMeans failure={row.deciding?.failure ?? null} />
            <OtherTries row={row} />
          </div>
        </details>
      ))}
      {rest <= 0 ? null : <p>What was recorded of {rest} more rows is left out here; the JSON above has all of it.</p>}
    </>
  )
}

const FailureMeans = ({ failure }: { failure: ResultDocument['failure'] }) =>
  failure === null ? null : (
    <p>
      <a href={`/docs/failures/${failure.code}`}>What {failure.code} means</a>
    </p>
  )

/** The tries that did not decide, failures first. */
function OtherTries({ row }: { row: ReportRow }) {
  const others = row.path.results.filter(
    (result) => result.check === row.check && result.purpose === 'check' && result.id !== row.deciding?.id,
  )
  const shown = [
    ...others.filter(({ outcome }) => outcome !== 'pass'),
    ...others.filter(({ outcome }) => outcome === 'pass'),
  ]
  return others.length === 0 ? null : (
    <>
      <p>
        {others.length === 1 ? 'Another try' : `${others.length} other tries`}
        {others.length > TRIES_MAX ? `, of which ${TRIES_MAX} are shown` : ''}:
      </p>
      {shown.slice(0, TRIES_MAX).map((result) => (
        <details class="try">
          <summary>
            <State of={result.outcome} /> {nameOf(result)}
          </summary>
          <Evidence lines={tryEvidence(result)} />
        </details>
      ))}
    </>
  )
}

const nameOf = ({ sample, try: nth, round, failure }: ResultDocument): string =>
  `sample ${sample}, try ${nth}, round ${round}${failure === null ? '' : `: ${failure.code}`}`
