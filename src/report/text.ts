import { liftOf } from '../check/policy.ts'
import type { SkipReason } from '../plan/path.ts'
import { columnWidths, headLines } from './columns.ts'
import type { JobReport, ReportedPath } from './job-document.ts'
import { againInText, type Links, RELATIVE } from './links.ts'
import {
  countsOf,
  duration,
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
import {
  BEFORE_TAIL,
  CELL_LIMIT,
  findingBlock,
  forbiddenBlock,
  indented,
  notApplicableLines,
  section,
  tailedLine,
} from './text-blocks.ts'
import { visible } from './visible.ts'

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
    findingBlock(job, links),
    section('Not tested', untested(rows.filter(isUntested))),
    section('Not applicable', notApplicableLines(job)),
    section('Not read', ignoredLines(job)),
    forbiddenBlock(job, links.api(`/v1/jobs/${job.id}`)),
    foot(job, rows, failing, links),
  ]
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`
}

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

/**
 * Skipped without a word from the target; a path that nothing was promised for has been tried, and is shown with it.
 */
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
  const widths = columnWidths(COLUMNS, rest, { limit: CELL_LIMIT, most: BEFORE_TAIL })
  return [
    ...tailedLine(COLUMNS, [...COLUMNS.map(({ title }) => title), 'RESULT'], widths),
    ...lines.flatMap(({ cells, notes }) => [
      ...tailedLine(COLUMNS, cells, widths),
      ...notes.flatMap((note) => indented(5, note)),
    ]),
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
    ...againInText(`Job ${job.id}, created ${job.createdAt}`, `/v1/jobs/${job.id}/report?format=text`, links),
  ]
}
