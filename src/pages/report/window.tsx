/** A report over a window as a page shows it: of a Service, or of all. The words are those of the report's text. */
import type { Child } from 'hono/jsx'
import type { Verdict } from '../../client/schema.ts'
import type { ViewRow, WindowView } from '../../report/window-view.ts'
import { Section } from '../parts/section.tsx'
import { State } from '../parts/state.tsx'
import { Table } from '../parts/table.tsx'

/** Rows of a report that stand open; more are folded. */
const OPEN_MAX = 200

type Row = ViewRow & {
  /** Leads to the page about it; null if there is none. */
  href: string | null
}

export function WindowRows({ view, rows, caption }: { view: WindowView; rows: readonly Row[]; caption: string }) {
  const columns = [
    ...view.columns.slice(0, 1).map(({ title }) => ({ head: title })),
    { head: 'Verdict' },
    ...view.columns.slice(1).map(({ title, right }) => ({ head: title, ...(right && { isNumber: true }) })),
    { head: 'Notes' },
  ]
  const shown = worstFirst(rows).map((row) => ({ cells: cellsOf(row) }))
  const folded = shown.slice(OPEN_MAX)
  return rows.length === 0 ? (
    <p>There is nothing in this window.</p>
  ) : (
    <>
      <Table caption={caption} columns={columns} rows={shown.slice(0, OPEN_MAX)} />
      {folded.length === 0 ? null : (
        <details id="more-rows">
          <summary>{folded.length} more</summary>
          <Table caption={`${caption}, continued`} columns={columns} rows={folded} />
        </details>
      )}
    </>
  )
}

const ORDER: readonly Verdict[] = ['fail', 'error', 'inconclusive', 'pass']

const worstFirst = (rows: readonly Row[]): Row[] =>
  ORDER.flatMap((verdict) => rows.filter((row) => row.verdict === verdict))

function cellsOf({ cells, verdict, notes, href }: Row): Child[] {
  const [first = '', ...rest] = cells
  return [
    href === null ? first : <a href={href}>{first}</a>,
    <State of={verdict} />,
    ...rest,
    notes.map((note) => <span class="row-note">{note}</span>),
  ]
}

/** Shows the other sections of a report as lists. */
export const WindowSections = ({ sections }: Pick<WindowView, 'sections'>) => (
  <>
    {sections.map(({ title, lines }) => (
      <Section title={title} level={2}>
        <ul>
          {lines.map((line) => (
            <li>{line}</li>
          ))}
        </ul>
      </Section>
    ))}
  </>
)

/** The verdict of a window, and what it is about. */
export function WindowHead({ view, what, from, to }: { view: WindowView; what: Child; from: Child; to: Child }) {
  return (
    <>
      <h1>
        <State of={view.verdict} /> {what}
      </h1>
      <p class="lead">{view.summary}.</p>
      <p class="quiet">
        {from} to {to}
      </p>
    </>
  )
}
