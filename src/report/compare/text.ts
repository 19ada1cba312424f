import { headLines, WIDTH } from '../columns.ts'
import { againInText, type Links, RELATIVE } from '../links.ts'
import { duration } from '../phrases.ts'
import { visible, wrap } from '../visible.ts'
import { answerName, type CompareDocument, type ComparedRequestDocument, requestName, sideName } from './document.ts'
import { DIFFERENCES } from './meanings.ts'

/** Requests that are alike are listed up to here. */
const ALIKE_MAX = 30

/** `PASS`, `FAIL`, `ERROR`, `INCONCLUSIVE`; unfinished: its status. The first word of a report. */
export const headlineOf = ({ verdict, status }: CompareDocument): string => (verdict ?? status).toUpperCase()

/** `9 requests: 8 alike, 1 different`. */
export function countsOfCompare({ requests, summary }: CompareDocument): string {
  const counts = Object.entries({
    alike: summary.alike,
    different: summary.different,
    'with an error': summary.error,
    'could not be asked': summary.unasked,
    'not sent': summary.notSent,
  }).flatMap(([word, count]) => (count > 0 ? [`${count} ${word}`] : []))
  return `${requests.length} ${requests.length === 1 ? 'request' : 'requests'}: ${counts.join(', ') || 'none asked yet'}`
}

/** For a terminal or a CI log. Begins with the verdict. */
export function renderCompareText(document: CompareDocument, links: Links = RELATIVE): string {
  const { requests, problem, durationMs, notSent, left, right } = document
  const of = (outcome: ComparedRequestDocument['outcome']) => requests.filter((each) => each.outcome === outcome)
  const took = durationMs === null ? '' : ` in ${duration(durationMs)}`
  const alike = of('alike')
  const blocks = [
    [
      ...headLines(`${headlineOf(document)}  ${countsOfCompare(document)}${took}`),
      ...indented(4, `left   ${sideName(left)}`),
      ...indented(4, `right  ${sideName(right)}`),
      ...indented(
        4,
        `cluster ${document.target.cluster}, seen from: ${document.vantage}; each request ${document.triesEach} times`,
      ),
      ...(problem === null ? [] : indented(4, `${problem.code}: ${problem.detail}`)),
    ],
    ...of('different').map(different),
    section(
      'Errors of ours',
      of('error').map((each) => `${requestName(each)}: ${each.reason}`),
    ),
    section(
      'Could not be asked',
      of('unasked').map((each) => `${requestName(each)}: ${each.reason}`),
    ),
    section('Alike', [
      ...alike.slice(0, ALIKE_MAX).map((each) => `${requestName(each)}  ${answerName(each.left)}${timesOf(each)}`),
      ...(alike.length > ALIKE_MAX ? [`… and ${alike.length - ALIKE_MAX} more`] : []),
    ]),
    section('Differs, and does not count', notCountedLines(alike)),
    section('Not asked yet', of(null).map(requestName)),
    section(
      'Not sent',
      notSent.map(({ side, request, reason }) => `${request} (${side}): ${reason}`),
    ),
    againInText(
      `Comparison ${document.id}, created ${document.createdAt}`,
      `/v1/compares/${document.id}/report?format=text`,
      links,
    ),
  ]
  return `${blocks.flatMap((lines) => (lines.length > 0 ? [lines.join('\n')] : [])).join('\n\n')}\n`
}

const indented = (margin: number, text: string, label = ''): string[] =>
  wrap(visible(text), WIDTH - margin - label.length).map(
    (line, at) => `${' '.repeat(margin)}${at === 0 ? label : ' '.repeat(label.length)}${line}`,
  )

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [title, ...lines.flatMap((line) => indented(2, line))]

const timesOf = ({ left, right }: ComparedRequestDocument): string =>
  left.totalMs === null || right.totalMs === null ? '' : `  ${duration(left.totalMs)} / ${duration(right.totalMs)}`

function different(request: ComparedRequestDocument): string[] {
  const { differences, left, right, notCounted } = request
  return [
    ...headLines(`✗ ${visible(requestName(request))}${timesOf(request)}`),
    ...differences.flatMap(({ kind, field, left: own, right: other, means, next }) => [
      ...indented(2, `${DIFFERENCES[kind].title}: ${field}`),
      ...indented(4, own ?? '(absent)', 'left:   '),
      ...indented(4, other ?? '(absent)', 'right:  '),
      ...indented(4, means, 'means:  '),
      ...indented(4, next, 'next:   '),
    ]),
    ...notCounted.flatMap(({ field, why }) => indented(2, `not counted: ${field}: ${why}`)),
    // Commands are copied whole: they are not wrapped.
    ...(
      [
        ['left', left],
        ['right', right],
      ] as const
    ).flatMap(([side, { curl }]) => (curl === null ? [] : [`  ${side}: ${visible(curl)}`])),
  ]
}

/** The same of many requests in one line. */
export function notCountedLines(requests: readonly ComparedRequestDocument[]): string[] {
  const all = requests.flatMap(({ notCounted }) => notCounted.map(({ field, why }) => `${field}: ${why}`))
  return [...Map.groupBy(all, (line) => line)].map(([line, same]) =>
    same.length === 1 ? line : `${line} (${same.length} requests)`,
  )
}
