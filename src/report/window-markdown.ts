import type { Verdict } from '../check/verdict.ts'
import { type Links, RELATIVE } from './links.ts'
import { againInMarkdown, COMMENT_LIMIT, code, fitted, prose } from './markdown.ts'
import type { ViewRow, WindowView } from './window-view.ts'

const LINES_LIMIT = 30

const MARKS: Readonly<Record<Verdict, string>> = { pass: '✅', fail: '❌', error: '⚠️', inconclusive: '➖' }

/** A report over a window for a pull request's comment or a CI job's summary (GitHub-flavoured). */
export const renderWindowMarkdown = (view: WindowView, links: Links = RELATIVE): string =>
  fitted(COMMENT_LIMIT, (most) => withRows(view, most, links))

function withRows(view: WindowView, most: number, links: Links): string {
  const bad = view.rows.filter(({ verdict }) => verdict === 'fail' || verdict === 'error')
  const rest = view.rows.filter((row) => !bad.includes(row))
  const blocks = [
    `### ${MARKS[view.verdict]} ${view.verdict.toUpperCase()}: ${code(view.title)}`,
    // Words and figures of our own
    view.summary,
    prose(view.about),
    bad.length === 0 ? '' : table(view, bad, most),
    ...view.sections.map(({ title, lines }) => `#### ${prose(title)}\n\n${list(lines)}`),
    rest.length === 0 ? '' : folded(`${rest.length} more`, table(view, rest, most)),
    againInMarkdown('', `${view.url}&format=markdown`, links),
  ]
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`
}

function table({ columns }: WindowView, rows: readonly ViewRow[], most: number): string {
  const shown = rows.slice(0, most)
  const lines = shown.map(({ verdict, cells, notes }) => {
    const told = cells.map((cell, at) => (columns[at]?.right ? cell : columns[at]?.code ? code(cell) : prose(cell)))
    return `| ${[MARKS[verdict], ...told, notes.map(prose).join('<br>')].join(' | ')} |`
  })
  return [
    `| | ${columns.map(({ title }) => title).join(' | ')} | |`,
    `|---|${columns.map(({ right }) => (right ? '---:' : '---')).join('|')}|---|`,
    ...lines,
    ...more(rows.length, shown.length),
  ].join('\n')
}

function list(lines: readonly string[]): string {
  const shown = lines.slice(0, LINES_LIMIT)
  return [...shown.map((line) => `- ${prose(line)}`), ...more(lines.length, shown.length)].join('\n')
}

const more = (all: number, shown: number): string[] => (all > shown ? [`\n… and ${all - shown} more.`] : [])

const folded = (summary: string, body: string): string =>
  `<details><summary>${summary}</summary>\n\n${body}\n\n</details>`
