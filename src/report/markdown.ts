import type { Finding } from '../diagnose/finding.ts'
import { evidenceOf, findingEvidence } from './evidence-lines.ts'
import type { JobReport } from './job-document.ts'
import { type Links, RELATIVE } from './links.ts'
import {
  countsOf,
  duration,
  explained,
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
import { visible, visibleLines } from './visible.ts'

/** GitHub refuses a comment beyond 65 536 characters; the rest is for what others write around a report. */
export const COMMENT_LIMIT = 60_000
/** The numbers of rows that each table is tried with, until the report fits. */
const ROWS = [100, 50, 20, 5, 1] as const
const EVIDENCE_LIMIT = 20

/** @param render a report with so many rows of each table at most. */
export function fitted(limit: number, render: (rows: number) => string): string {
  let text = ''
  for (const rows of ROWS) {
    text = render(rows)
    if (text.length <= limit) {
      break
    }
  }
  return text
}

/**
 * The report for a pull request's comment or a CI job's summary (GitHub-flavoured): what fails is open, what passes
 * and what was skipped is folded. Nothing of a target or a manifest becomes markup, a mention or a link.
 *
 * @param limit of characters; tables are cut for it.
 */
export const renderMarkdown = (job: JobReport, links: Links = RELATIVE, limit = COMMENT_LIMIT): string =>
  fitted(limit, (most) => withRows(job, most, links))

function withRows(job: JobReport, most: number, links: Links): string {
  const rows = reportRows(job)
  const bad = rows.filter((row) => row.outcome === 'fail' || row.outcome === 'error' || row.outcome === null)
  const passed = rows.filter((row) => row.outcome === 'pass')
  const skipped = rows.filter((row) => row.outcome === 'skipped')
  const address = links.open(`/v1/jobs/${job.id}/report?format=text`)
  const opened = address === null ? '' : ` · [open](${address})`
  const blocks = [
    ...head(job, rows),
    bad.length === 0 ? '' : table(bad, most),
    ...findings(job, links),
    folded(`${paths(passed.length)} passed`, passed.length === 0 ? '' : table(passed, most)),
    folded(`${paths(skipped.length)} skipped`, skipped.length === 0 ? '' : table(skipped, most)),
    folded('Evidence', bad.slice(0, Math.min(most, EVIDENCE_LIMIT)).map(evidence).join('\n\n')),
    folded('Kinds of path that do not apply', list(job.notApplicable.map(({ kind, reason }) => `${kind}: ${reason}`))),
    folded('Objects that were not read', list(ignoredLines(job))),
    folded('Objects that may not be read', forbidden(job)),
    `${againInMarkdown(`Job ${code(job.id)}, created ${job.createdAt}`, `/v1/jobs/${job.id}/report?format=markdown`, links)}${opened}`,
  ]
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`
}

/** As `againInText`, in Markdown. */
export function againInMarkdown(what: string, path: string, links: Links): string {
  const url = links.api(path)
  const said = what === '' ? '' : `${what}. `
  return url === null ? said.trimEnd() : `${said}Again: ${code(`curl "${url}"`)}`
}

const MARKS = { pass: '✅', fail: '❌', error: '⚠️', skipped: '➖' } as const
export const VERDICT_MARKS: Readonly<Record<string, string>> = { ...MARKS, inconclusive: '⚠️' }

const paths = (count: number): string => (count === 1 ? '1 check' : `${count} checks`)

function head(job: JobReport, rows: readonly ReportRow[]): string[] {
  const took = job.durationMs === null ? '' : ` in ${duration(job.durationMs)}`
  const reason = verdictIsExplained(job, rows) && job.problem === null ? null : verdictReason(job)
  const objects = objectsLine(job)
  return [
    `### ${VERDICT_MARKS[job.verdict ?? ''] ?? '⏳'} ${headline(job)}: ${code(targetOf(job))}`,
    `${countsOf(job)}${took} · cluster ${code(job.target.cluster)} · from ${code(job.vantage)}`,
    objects === null ? '' : prose(objects),
    reason === null ? '' : `${code(reason.code)}: ${prose(reason.message)}`,
  ]
}

function table(rows: readonly ReportRow[], most: number): string {
  const shown = rows.slice(0, most)
  const lines = shown.map((row) => {
    const node = row.path.node === null ? '' : ` (${code(row.path.node)})`
    const result = [code(resultOf(row)), ...notesOf(row).map(prose)].join('<br>')
    const time = duration(row.deciding?.timings.totalMs ?? null)
    const mark = row.outcome === null ? '⏳' : MARKS[row.outcome]
    const cells = [
      mark,
      kindOf(row.path),
      code(portOf(row.path)),
      code(place(row.path)) + node,
      check(row),
      time,
      result,
    ]
    return `| ${cells.join(' | ')} |`
  })
  const rest = rows.length > shown.length ? [`\n… and ${rows.length - shown.length} more: see the job.`] : []
  return [
    '| | Path | Port | Address | Check | Time | Result |',
    '|---|---|---|---|---|---:|---|',
    ...lines,
    ...rest,
  ].join('\n')
}

const check = (row: ReportRow): string => (row.check === null ? '–' : code(row.check))

function findings(job: JobReport, links: Links): string[] {
  if (job.diagnosis.findings.length === 0) {
    return []
  }
  return [
    `#### Diagnosis: ${job.diagnosis.status}`,
    ...job.diagnosis.findings.map((finding) => oneFinding(job, finding, links)),
  ]
}

function oneFinding(job: JobReport, finding: Finding, links: Links): string {
  const titles = explained(job, finding)
  const rest = titles.length > 3 ? ` and ${titles.length - 3} more` : ''
  const lines = [
    ...findingEvidence(finding).map((line) => `Seen: ${code(line)}`),
    ...(titles.length === 0 ? [] : [`Explains: ${titles.slice(0, 3).map(code).join(', ')}${rest}`]),
    `Fix: ${visibleLines(finding.fix).map(prose).join('<br>')}`,
    ...(links.open('') === null ? [] : [`[What this means](${links.page(finding.docs)})`]),
  ]
  return [
    `**${prose(finding.title)}** (${finding.confidence}, ${finding.layer}, ${code(finding.code)})`,
    visibleLines(finding.detail).map(prose).join('<br>'),
    lines.map((line) => `- ${line}`).join('\n'),
    fenced(visibleLines(finding.confirm), 'sh'),
  ].join('\n\n')
}

const evidence = (row: ReportRow): string => `${code(pathTitle(row.path))}\n\n${fenced(evidenceOf(row))}`

function forbidden(job: JobReport): string {
  const lines = forbiddenLines(job)
  const rules = job.objects.forbidden.flatMap(({ rule }) => ['---', ...visibleLines(rule)])
  return lines.length === 0 ? '' : `${list(lines)}\n\nThe rules to add:\n\n${fenced(rules, 'yaml')}`
}

const list = (lines: readonly string[]): string => lines.map((line) => `- ${prose(line)}`).join('\n')

export const folded = (summary: string, body: string): string =>
  body === '' ? '' : `<details><summary>${summary}</summary>\n\n${body}\n\n</details>`

/**
 * Text in code type; nothing in it is markup. A span cannot hold backticks freely, nor, in a table, a pipe after a
 * backslash (GFM splits cells first), so such text is spelled in character references, which are never structure.
 */
export function code(text: string): string {
  const shown = visible(text)
  if (!/[`|\\]/.test(shown) && shown.trim() !== '') {
    return `\`${shown}\``
  }
  return `<code>${shown.replace(/[^\p{L}\p{N} ]/gu, reference)}</code>`
}

const reference = (char: string): string => `&#${char.codePointAt(0)};`

function fenced(lines: readonly string[], language = ''): string {
  const longest = Math.max(0, ...(lines.join('\n').match(/`+/g) ?? []).map((run) => run.length))
  const fence = '`'.repeat(Math.max(3, longest + 1))
  return [fence + language, ...lines, fence].join('\n')
}

/**
 * Text as nothing but text: no HTML, no markup, no list or heading at its start, and (the empty comments) no mention,
 * issue number or link, all of which GitHub makes of bare words.
 */
export function prose(text: string): string {
  return visible(text)
    .trimStart()
    .replace(/^(?:[-+=]|\d+[.)])|[&<>|\\#@`*_[\]~!]|:(?=\/\/)|www(?=\.)/gi, harmless)
}

function harmless(match: string): string {
  if (/^(?:@|:|www)$/i.test(match)) {
    return `${match}<!-- -->`
  }
  if (match === '#') {
    return `${reference(match)}<!-- -->`
  }
  if (/^[&<>|\\]$/.test(match)) {
    return reference(match)
  }
  return `${match.slice(0, -1)}\\${match.slice(-1)}`
}
