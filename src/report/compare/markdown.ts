import { type Links, RELATIVE } from '../links.ts'
import { againInMarkdown, COMMENT_LIMIT, code, fitted, folded, prose, VERDICT_MARKS } from '../markdown.ts'
import { duration } from '../phrases.ts'
import { answerName, type CompareDocument, type ComparedRequestDocument, requestName, sideName } from './document.ts'
import { DIFFERENCES } from './meanings.ts'
import { countsOfCompare, headlineOf, notCountedLines } from './text.ts'

/** For a pull request's comment or a CI job's summary. What does not fit is left out, and said to be. */
export const renderCompareMarkdown = (document: CompareDocument, links: Links = RELATIVE): string =>
  fitted(COMMENT_LIMIT, (most) => withRows(document, most, links))

function withRows(document: CompareDocument, most: number, links: Links): string {
  const { requests, left, right, problem, durationMs } = document
  const of = (outcome: ComparedRequestDocument['outcome']) => requests.filter((each) => each.outcome === outcome)
  const took = durationMs === null ? '' : ` in ${duration(durationMs)}`
  const different = of('different')
  const [alike, untold] = [of('alike'), [...of('error'), ...of('unasked'), ...of(null)]]
  const blocks = [
    `### ${VERDICT_MARKS[document.verdict ?? ''] ?? '⏳'} ${headlineOf(document)}: ${code(sideName(left))} and ${code(sideName(right))}`,
    `${countsOfCompare(document)}${took} · cluster ${code(document.target.cluster)} · from ${code(document.vantage)}`,
    problem === null ? '' : `${code(problem.code)}: ${prose(problem.detail)}`,
    different.length === 0 ? '' : differencesTable(different, most),
    folded('What it means, and what to do next', different.length === 0 ? '' : meanings(different)),
    folded('Commands', different.slice(0, most).flatMap(commands).join('\n')),
    folded(`${untold.length} not compared`, untold.length === 0 ? '' : table(untold, most)),
    folded(`${alike.length} alike`, alike.length === 0 ? '' : table(alike, most)),
    folded('Differs, and does not count', list(notCountedLines(requests).slice(0, most))),
    folded(
      'Not sent',
      list(document.notSent.slice(0, most).map(({ side, request, reason }) => `${request} (${side}): ${reason}`)),
    ),
    againInMarkdown(
      `Comparison ${code(document.id)}, created ${document.createdAt}`,
      `/v1/compares/${document.id}/report?format=markdown`,
      links,
    ),
  ]
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`
}

const list = (lines: readonly string[]): string => lines.map((line) => `- ${prose(line)}`).join('\n')

function rest(all: number, shown: number): string[] {
  return all > shown ? [`\n… and ${all - shown} more: see the comparison.`] : []
}

function differencesTable(requests: readonly ComparedRequestDocument[], most: number): string {
  const rows = requests.flatMap((request) => request.differences.map((difference) => ({ request, difference })))
  const lines = rows.slice(0, most).map(({ request, difference: { field, left, right } }) => {
    const value = (text: string | null) => (text === null ? '(absent)' : code(text))
    return `| ${[code(requestName(request)), prose(field), value(left), value(right)].join(' | ')} |`
  })
  return [
    '| Request | Difference | Left | Right |',
    '|---|---|---|---|',
    ...lines,
    ...rest(rows.length, lines.length),
  ].join('\n')
}

/** Each kind once. */
function meanings(requests: readonly ComparedRequestDocument[]): string {
  const all = new Map(requests.flatMap(({ differences }) => differences).map((each) => [each.means, each]))
  return [...all.values()]
    .map(({ kind, means, next }) => `- **${prose(DIFFERENCES[kind].title)}**: ${prose(means)} ${prose(next)}`)
    .join('\n')
}

const commands = ({ left, right }: ComparedRequestDocument): string[] =>
  [left.curl, right.curl].flatMap((curl) => (curl === null ? [] : [`- ${code(curl)}`]))

function table(requests: readonly ComparedRequestDocument[], most: number): string {
  const lines = requests.slice(0, most).map((request) => {
    const { left, right, reason } = request
    const cells = [
      code(requestName(request)),
      `${code(answerName(left))} ${duration(left.totalMs)}`,
      `${code(answerName(right))} ${duration(right.totalMs)}`,
      reason === null ? '' : prose(reason),
    ]
    return `| ${cells.join(' | ')} |`
  })
  return ['| Request | Left | Right | |', '|---|---|---|---|', ...lines, ...rest(requests.length, lines.length)].join(
    '\n',
  )
}
