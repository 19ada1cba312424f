/**
 * Reports of a batch: a line for each Service, then the whole report of each that does not work.
 *
 * @module
 */
import type { BatchDocument, BatchJobDocument } from './batch-document.ts'
import { columnWidths, rowLines } from './columns.ts'
import type { JobReport } from './job-document.ts'
import { renderJunitSuites } from './junit.ts'
import { againInText, type Links, RELATIVE } from './links.ts'
import { againInMarkdown, COMMENT_LIMIT, code, prose, renderMarkdown, VERDICT_MARKS } from './markdown.ts'
import { countsOf, duration, verdictReason } from './phrases.ts'
import { renderJobsTap } from './tap.ts'
import { renderText } from './text.ts'
import { visible } from './visible.ts'

/** `jobs` are those of the batch, whole, in its order. */
export type BatchReport = { batch: BatchDocument; jobs: readonly JobReport[] }

/** `FAIL`, or while it is not finished its status. The first word of a report. */
const headline = (batch: BatchDocument): string => (batch.verdict ?? batch.status).toUpperCase()

const WORDS = [
  ['pass', 'passed'],
  ['fail', 'failed'],
  ['error', 'with an error'],
  ['inconclusive', 'not tested'],
] as const

/** `3 Services: 2 passed, 1 failed`. */
function countsOfBatch({ jobs }: BatchDocument): string {
  const having = (test: (job: BatchJobDocument) => boolean): number => jobs.filter(test).length
  const counts = [
    ...WORDS.map(([verdict, word]) => [having((job) => job.verdict === verdict), word] as const),
    [having((job) => job.verdict === null), 'without a verdict'] as const,
  ].flatMap(([count, word]) => (count > 0 ? [`${count} ${word}`] : []))
  return `${jobs.length} ${jobs.length === 1 ? 'Service' : 'Services'}: ${counts.join(', ')}`
}

const nameOf = ({ target }: JobReport): string => `${target.namespace}/${target.service}`

/** The result of a job in one line: its counts, or why there is nothing to count. */
function resultOf(job: JobReport): string {
  const reason = job.problem === null && job.verdict === 'fail' ? null : verdictReason(job)
  return reason === null ? countsOf(job) : `${reason.code}: ${reason.message}`
}

const isBroken = ({ verdict }: JobReport): boolean => verdict === 'fail' || verdict === 'error'

const TEXT_MARKS: Readonly<Record<string, string>> = { pass: '✓', fail: '✗', error: '!', inconclusive: '–' }

/** A column grows to its widest cell, but a long reason may not push the others out of the terminal. */
const CELL_LIMIT = 46

const COLUMNS = [{ title: '' }, { title: '' }, { title: '' }, { title: '' }]

/** For a terminal or a CI log. Begins with the verdict. */
export function renderBatchText({ batch, jobs }: BatchReport, links: Links = RELATIVE): string {
  const rows = jobs.map((job) => [
    TEXT_MARKS[job.verdict ?? ''] ?? '…',
    ...[visible(nameOf(job)), resultOf(job), duration(job.durationMs)],
  ])
  const widths = columnWidths(COLUMNS, rows, { limit: CELL_LIMIT })
  const blocks = [
    `${headline(batch)}  ${countsOfBatch(batch)}\n    cluster ${visible(batch.target.cluster)}`,
    rows.flatMap((cells) => rowLines(COLUMNS, widths, cells)).join('\n'),
    ...jobs.filter(isBroken).map((job) => `${'─'.repeat(78)}\n${renderText(job, links).trimEnd()}`),
    againInText(`Batch ${batch.id}, created ${batch.createdAt}`, reportPath(batch, 'text'), links).join('\n'),
  ]
  return `${blocks.join('\n\n')}\n`
}

/** For a pull request's comment or a CI job's summary. What does not fit is left out, and said to be. */
export function renderBatchMarkdown({ batch, jobs }: BatchReport, links: Links = RELATIVE): string {
  const rows = jobs.map((job) => {
    const mark = VERDICT_MARKS[job.verdict ?? ''] ?? '⏳'
    return `| ${[mark, code(nameOf(job)), prose(resultOf(job)), duration(job.durationMs), code(job.id)].join(' | ')} |`
  })
  const head = [
    `## ${VERDICT_MARKS[batch.verdict ?? ''] ?? '⏳'} ${headline(batch)}: ${countsOfBatch(batch)}`,
    ['| | Service | Result | Time | Job |', '|---|---|---|---:|---|', ...rows].join('\n'),
  ].join('\n\n')
  const foot = againInMarkdown(
    `Batch ${code(batch.id)}, created ${batch.createdAt}`,
    reportPath(batch, 'markdown'),
    links,
  )
  const reports: string[] = []
  let left = COMMENT_LIMIT - head.length - foot.length
  const broken = jobs.filter(isBroken)
  for (const job of broken) {
    const report = renderMarkdown(job, links, left).trimEnd()
    left -= report.length + 2
    if (left < 0) {
      break
    }
    reports.push(report)
  }
  const omitted = broken.length - reports.length
  const rest = omitted === 0 ? [] : [`… and ${omitted} more reports: see those jobs.`]
  return `${[head, ...reports, ...rest, foot].join('\n\n')}\n`
}

/** A suite for each Service. All are green only when the batch passes: one that tested nothing does not count then. */
export const renderBatchJunit = ({ batch, jobs }: BatchReport, links: Links = RELATIVE): string =>
  renderJunitSuites(jobs, { links, inconclusive: batch.verdict === 'pass' ? 'skipped' : 'error' })

/** The points of all Services in one list. One that tested nothing does not count where others pass. */
export const renderBatchTap = ({ batch, jobs }: BatchReport, links: Links = RELATIVE): string =>
  renderJobsTap(jobs, links, batch.verdict === 'pass')

const reportPath = ({ id }: BatchDocument, format: string): string => `/v1/batches/${id}/report?format=${format}`
