/**
 * The parts that text reports are made of.
 *
 * @module
 */
import type { Finding } from '../diagnose/finding.ts'
import { type Column, lengthOf, offsetOf, rowLines, WIDTH } from './columns.ts'
import { findingEvidence } from './evidence-lines.ts'
import type { JobReport, PlanDocument } from './job-document.ts'
import type { Links } from './links.ts'
import { explained, forbiddenLines } from './phrases.ts'
import { visible, visibleLines, wrap } from './visible.ts'

/** A column grows to its widest cell, but a single long URL may not push the others out of the terminal. */
export const CELL_LIMIT = 46
/** The last cell of a row is at least so wide before it is broken. */
export const BEFORE_TAIL = WIDTH - 20

/** A row whose last cell goes on below itself where it does not fit. */
export function tailedLine(columns: readonly Column[], cells: readonly string[], widths: readonly number[]): string[] {
  const before = rowLines(columns, widths, cells.slice(0, columns.length), BEFORE_TAIL)
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

export function indented(by: number, text: string, label = ''): string[] {
  const margin = ' '.repeat(by + label.length)
  return wrap(text, WIDTH - margin.length).map((line, index) =>
    index === 0 && label !== '' ? `${' '.repeat(by)}${label}${line}` : margin + line,
  )
}

export function section(title: string, lines: readonly string[]): string[] {
  const marginOf = (line: string): number => 2 + line.length - line.trimStart().length
  return lines.length === 0 ? [] : [title, ...lines.flatMap((line) => indented(marginOf(line), line.trimStart()))]
}

/** Kinds of which the same is said are told in one line: most Services have no route of most kinds. */
export const notApplicableLines = ({ notApplicable }: Pick<JobReport, 'notApplicable'>): string[] =>
  [...Map.groupBy(notApplicable, ({ kind, reason }) => reason.replaceAll(kind, 'such route'))].map(([same, all]) => {
    const [first, ...others] = all
    const reason = first === undefined || others.length > 0 ? same : first.reason
    return `${all.map(({ kind }) => kind).join(', ')}: ${visible(reason)}`
  })

/** The part that plans and jobs have in common. */
type Diagnosed = Pick<PlanDocument, 'diagnosis' | 'paths'>

export function findingBlock(job: Diagnosed, links: Links): string[] {
  if (job.diagnosis.findings.length === 0) {
    return []
  }
  return [
    `Diagnosis: ${job.diagnosis.status}`,
    ...job.diagnosis.findings.flatMap((finding, index) => oneFinding(job, finding, `${index + 1}. `, links)),
  ]
}

function oneFinding(job: Diagnosed, finding: Finding, number: string, links: Links): string[] {
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

/** @param url of the document; `null`: nobody can be asked for it any more. */
export function forbiddenBlock(job: Pick<JobReport, 'objects'>, url: string | null): string[] {
  const lines = forbiddenLines(job)
  if (lines.length === 0) {
    return []
  }
  const pick = "jq -r '.objects.forbidden[].rule'"
  return [
    ...section('Not allowed to read', lines),
    // A command is copied whole: it is not wrapped.
    ...(url === null
      ? [`  The rules to add: the same with -o json, piped into ${pick}`]
      : ['  The rules to add:', `    curl "${url}" | ${pick}`]),
  ]
}
