import { liftOf } from '../check/policy.ts'
import type { Finding } from '../diagnose/finding.ts'
import type { SkipReason } from '../plan/path.ts'
import { columnWidths, headLines, lengthOf, offsetOf, rowLines, WIDTH } from './columns.ts'
import type { JobReport, ReportedPath } from './job-document.ts'
import { type Links, RELATIVE } from './links.ts'
import {
  countsOf,
  duration,
  explained,
  fetchAgain,
  findingEvidence,
  forbiddenLines,
  headline,
  ignoredLines,
  kindOf,
  notesOf,
  objectsLine,
  pathTitle,
  place,
  portOf,
  resultOf,
  targetOf,
  verdictReason,
} from './phrases.ts'
import { type ReportRow, reportRows, verdictIsExplained } from './rows.ts'
import { visible, visibleLines, wrap } from './visible.ts'

/** A column grows to its widest cell, but a single long URL may not push the others out of the terminal. */
const CELL_LIMIT = 46

/**
 * The report for a terminal or a CI log. Begins with the verdict; at most 100 columns, unless a single word is
 * longer; no bytes of a target reach the terminal as they came.
 */
export function renderText(job: JobReport, links: Links = RELATIVE): string {
  const rows = reportRows(job)
  const failing = rows.filter((row) => row.outcome === 'fail' || row.outcome === 'error')
  const blocks = [
    head(job, rows),
    table(rows.filter((row) => !isUntested(row))),
    findings(job, links),
    section('Not tested', untested(rows.filter(isUntested))),
    section('Not applicable', notApplicableLines(job)),
    section('Not read', ignoredLines(job)),
    forbidden(job, links),
    foot(job, rows, failing, links),
  ]
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`
}

/** Kinds of which the same is said are told in one line: most Services have no route of most kinds. */
const notApplicableLines = ({ notApplicable }: JobReport): string[] =>
  [...Map.groupBy(notApplicable, ({ kind, reason }) => reason.replaceAll(kind, 'such route'))].map(([same, all]) => {
    const [first, ...others] = all
    const reason = first === undefined || others.length > 0 ? same : first.reason
    return `${all.map(({ kind }) => kind).join(', ')}: ${visible(reason)}`
  })

function head(job: JobReport, rows: readonly ReportRow[]): string[] {
  const took = job.durationMs === null ? '' : ` in ${duration(job.durationMs)}`
  const reason = verdictIsExplained(job, rows) && job.problem === null ? null : verdictReason(job)
  const objects = objectsLine(job)
  return [
    ...headLines(`${headline(job)}  ${targetOf(job)}  ${countsOf(job)}${took}`),
    ...indented(4, `cluster ${visible(job.target.cluster)}, seen from: ${job.vantage}`),
    ...(objects === null ? [] : indented(4, objects)),
    ...(reason === null ? [] : indented(4, `${reason.code}: ${reason.message}`)),
  ]
}

/** Skipped without a word from the target; a path that nothing was promised for has been tried, and is shown with it. */
const isUntested = ({ path, outcome }: ReportRow): boolean =>
  outcome === 'skipped' && path.skipped?.reason !== 'not_expected'

/** By what they were skipped for, so that fifty pods out of reach do not hide the path that fails. */
function untested(rows: readonly ReportRow[]): string[] {
  const reasons = Map.groupBy(rows, (row) => [resultOf(row), ...notesOf(row)].join(': '))
  return [...reasons].flatMap(([reason, group]) => [
    reason,
    `  ${pathsOf([...new Set(group.map(({ path }) => path))])}`,
  ])
}

function pathsOf(paths: readonly ReportedPath[]): string {
  if (paths.length <= NAMED_PATHS) {
    return paths.map(pathTitle).join(', ')
  }
  const kinds = Map.groupBy(paths, kindOf)
  return [...kinds].map(([kind, group]) => (group.length === 1 ? kind : `${group.length} × ${kind}`)).join(', ')
}

const NAMED_PATHS = 2

const MARKS = { pass: '✓', fail: '✗', error: '!', skipped: '–' } as const

function table(rows: readonly ReportRow[]): string[] {
  if (rows.length === 0) {
    return []
  }
  // A path's rows are neighbours; only where there are several does the check's name tell something.
  const several = new Set(rows.filter((row, at) => row.path === rows[at - 1]?.path).map((row) => row.path))
  const lines = alike(rows).map((group) => ({ cells: cellsOf(group, several), notes: notesOf(group[0]) }))
  const rest = lines.map(({ cells }) => cells.slice(0, COLUMNS.length))
  const widths = columnWidths(COLUMNS, rest, { limit: CELL_LIMIT, most: BEFORE_RESULT })
  return [
    ...line([...COLUMNS.map(({ title }) => title), 'RESULT'], widths),
    ...lines.flatMap(({ cells, notes }) => [...line(cells, widths), ...notes.flatMap((note) => indented(5, note))]),
  ]
}

/** Neighbours of one kind with the same to say (eight variables as they must be) are one line. */
function alike(rows: readonly ReportRow[]): [ReportRow, ...ReportRow[]][] {
  const groups: [ReportRow, ...ReportRow[]][] = []
  for (const row of rows) {
    const group = groups.at(-1)
    if (group !== undefined && isAlike(group[0], row)) {
      group.push(row)
    } else {
      groups.push([row])
    }
  }
  return groups.flatMap((group) => (group.length < 3 ? group.map((row): [ReportRow] => [row]) : [group]))
}

const isAlike = (one: ReportRow, other: ReportRow): boolean =>
  isQuiet(one) &&
  one.outcome === other.outcome &&
  kindOf(one.path) === kindOf(other.path) &&
  resultOf(one) === resultOf(other) &&
  notesOf(one).join('\n') === notesOf(other).join('\n')

/** Nothing was dialled, and nothing is wrong: the row itself tells little. */
const isQuiet = ({ outcome, deciding }: ReportRow): boolean =>
  outcome === 'skipped' || (outcome === 'pass' && (deciding?.timings.totalMs ?? null) === null)

function cellsOf(group: readonly [ReportRow, ...ReportRow[]], several: ReadonlySet<ReportedPath>): string[] {
  const [row] = group
  const ports = new Set(group.map((one) => portOf(one.path)))
  const node = row.path.node === null ? '' : ` (${visible(row.path.node)})`
  return [
    row.outcome === null ? '…' : MARKS[row.outcome],
    kindOf(row.path),
    ports.size === 1 ? portOf(row.path) : '*',
    group.length === 1 ? place(row.path) + node : `${group.length} paths, ${place(row.path)} …`,
    duration(row.deciding?.timings.totalMs ?? null),
    several.has(row.path) ? `${visible(row.check ?? '')}: ${resultOf(row)}` : resultOf(row),
  ]
}

/** All but the last, the result. */
const COLUMNS = [
  { title: '' },
  { title: 'PATH' },
  { title: 'PORT' },
  { title: 'ADDRESS' },
  { title: 'TIME', right: true },
] as const
/** A result is at least so wide before it is broken. */
const BEFORE_RESULT = WIDTH - 20

/** A row; a result that does not fit goes on below itself. */
function line(cells: readonly string[], widths: readonly number[]): string[] {
  const before = rowLines(COLUMNS, widths, cells.slice(0, COLUMNS.length), BEFORE_RESULT)
  const last = before.at(-1) ?? ''
  const result = cells.at(-1) ?? ''
  const at = Math.max(offsetOf(widths, widths.length), lengthOf(last) + 2)
  const [first = '', ...more] = wrap(result, WIDTH - at)
  return [
    ...before.slice(0, -1),
    last + ' '.repeat(at - lengthOf(last)) + first,
    ...more.map((rest) => ' '.repeat(at) + rest),
  ]
}

function indented(by: number, text: string, label = ''): string[] {
  const margin = ' '.repeat(by + label.length)
  return wrap(text, WIDTH - margin.length).map((line, index) =>
    index === 0 && label !== '' ? `${' '.repeat(by)}${label}${line}` : margin + line,
  )
}

function findings(job: JobReport, links: Links): string[] {
  if (job.diagnosis.findings.length === 0) {
    return []
  }
  return [
    `Diagnosis: ${job.diagnosis.status}`,
    ...job.diagnosis.findings.flatMap((finding, index) => oneFinding(job, finding, `${index + 1}. `, links)),
  ]
}

function oneFinding(job: JobReport, finding: Finding, number: string, links: Links): string[] {
  const paths = explained(job, finding)
  const rest = paths.length > 3 ? ` and ${paths.length - 3} more` : ''
  const labelled: [string, string[]][] = [
    ['seen:     ', findingEvidence(finding)],
    ['explains: ', paths.length === 0 ? [] : [paths.slice(0, 3).join(', ') + rest]],
    ['fix:      ', visibleLines(finding.fix)],
  ]
  return [
    ...indented(1, `${visible(finding.title)} (${finding.confidence}, ${finding.layer}, ${finding.code})`, number),
    ...visibleLines(finding.detail).flatMap((line) => indented(4, line)),
    ...labelled.flatMap(([label, lines]) =>
      lines.flatMap((line, index) => indented(4, line, index === 0 ? label : ' '.repeat(label.length))),
    ),
    // A command is copied whole: it is not wrapped.
    ...visibleLines(finding.confirm).map((line, index) => `    ${index === 0 ? 'confirm:  ' : ' '.repeat(10)}${line}`),
    `    docs:     ${visible(links.page(finding.docs))}`,
  ]
}

function section(title: string, lines: readonly string[]): string[] {
  const marginOf = (line: string): number => 2 + line.length - line.trimStart().length
  return lines.length === 0 ? [] : [title, ...lines.flatMap((line) => indented(marginOf(line), line.trimStart()))]
}

function forbidden(job: JobReport, links: Links): string[] {
  const lines = forbiddenLines(job)
  if (lines.length === 0) {
    return []
  }
  return [
    ...section('Not allowed to read', lines),
    '  The rules to add:',
    // A command is copied whole: it is not wrapped.
    `    curl "${links.api(`/v1/jobs/${job.id}`)}" | jq -r '.objects.forbidden[].rule'`,
  ]
}

/** Hints how to have skipped paths tested, for the reasons that a user can change. */
const SKIP_HINTS: Partial<Record<SkipReason, (detail: string) => string>> = {
  policy: liftOf,
  sampled: () => 'limits in the request says how many paths are tested',
}

function foot(job: JobReport, rows: readonly ReportRow[], failing: readonly ReportRow[], links: Links): string[] {
  const codes = [...new Set(failing.flatMap((row) => row.deciding?.failure?.code ?? []))]
  const hints = rows.flatMap(({ outcome, path: { skipped } }) => {
    const hint = outcome === 'skipped' && skipped !== null ? SKIP_HINTS[skipped.reason] : undefined
    return hint === undefined || skipped === null ? [] : [`Skipped for ${skipped.reason}: ${hint(skipped.detail)}`]
  })
  return [
    ...codes.map((code) => `What ${code} means: ${links.page(`docs/failures/${code}.md`)}`),
    ...new Set(hints),
    `Job ${job.id}, created ${job.createdAt}. Fetch this report again:`,
    `  ${fetchAgain(job, 'text', links)}`,
  ]
}
