import type { Verdict } from '../check/verdict.ts'
import { columnWidths, headLines, rowLines, WIDTH } from './columns.ts'
import { againInText, type Links, RELATIVE } from './links.ts'
import { wrap } from './visible.ts'
import type { WindowView } from './window-view.ts'

/** A single long URL may not push the other columns out of the terminal. */
const CELL_LIMIT = 40

const MARKS: Readonly<Record<Verdict, string>> = { pass: '✓', fail: '✗', error: '!', inconclusive: '–' }

/** A report over a window for a terminal or a CI log. Begins with the verdict. */
export function renderWindowText(view: WindowView, links: Links = RELATIVE): string {
  const blocks = [
    [...headLines(`${view.verdict.toUpperCase()}  ${view.title}  ${view.summary}`), ...indented(4, view.about)],
    table(view),
    ...view.sections.map(({ title, lines }) => [title, ...lines.flatMap((line) => indented(2, line))]),
    againInText('', `${view.url}&format=text`, links),
  ]
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`
}

/** Names of what was not tested, in one line. */
const UNTESTED_LIMIT = 5

function table(view: WindowView): string[] {
  const { columns } = view
  const rows = view.rows.filter(({ verdict }) => verdict !== 'inconclusive')
  const untested = view.rows.filter(({ verdict }) => verdict === 'inconclusive').map(({ name }) => name)
  const more = untested.length > UNTESTED_LIMIT ? ` and ${untested.length - UNTESTED_LIMIT} more` : ''
  const rest =
    untested.length === 0 ? [] : indented(3, `not tested: ${untested.slice(0, UNTESTED_LIMIT).join(', ')}${more}`)
  if (rows.length === 0) {
    return rest
  }
  const marked = [{ title: '' }, ...columns]
  const widths = columnWidths(
    marked,
    rows.map(({ verdict, cells }) => [MARKS[verdict], ...cells]),
    { limit: CELL_LIMIT },
  )
  const line = (mark: string, cells: readonly string[]): string[] => rowLines(marked, widths, [mark, ...cells])
  return [
    ...line(
      ' ',
      columns.map(({ title }) => title.toUpperCase()),
    ),
    ...rows.flatMap(({ verdict, cells, notes }) => [
      ...line(MARKS[verdict], cells),
      ...notes.flatMap((note) => indented(5, note)),
    ]),
    ...rest,
  ]
}

const indented = (by: number, text: string): string[] => wrap(text, WIDTH - by).map((line) => ' '.repeat(by) + line)
