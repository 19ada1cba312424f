import type { JobDocument } from './job-document.ts'
import { type ReportRow, reportRows, verdictIsExplained } from './rows.ts'
import { visible, visibleLines } from './visible.ts'
import {
  evidenceOf,
  explained,
  findingEvidence,
  notesOf,
  pathTitle,
  resultOf,
  targetOf,
  verdictReason,
} from './words.ts'

/**
 * JUnit XML: one suite for the job, one case for each path × check. `fail` is a `<failure>`, `error` an `<error>`,
 * `skipped` a `<skipped>` (as hurl reports), with the evidence as text, where CI systems show it. A verdict that no
 * case explains (nothing tested, not finished, `expect.reachable` not met) is a case of its own, so that a suite is
 * green only when the verdict is a pass.
 */
export const renderJunit = (job: JobDocument): string => renderJunitSuites([job])

/** The same for several jobs: a suite for each. */
export function renderJunitSuites(jobs: readonly JobDocument[]): string {
  const suites = jobs.map(suiteOf)
  const sum = (name: Exclude<keyof Counts, 'time'>): number => suites.reduce((all, { counts }) => all + counts[name], 0)
  const counts: Counts = {
    tests: sum('tests'),
    failures: sum('failures'),
    errors: sum('errors'),
    skipped: sum('skipped'),
    time: seconds(jobs.reduce((all, job) => all + (job.durationMs ?? 0), 0)),
  }
  return `${[
    '<?xml version="1.0" encoding="UTF-8"?>',
    open('testsuites', { name: 'portolan', ...counts }),
    ...suites.flatMap(({ lines }) => lines),
    '</testsuites>',
  ].join('\n')}\n`
}

type Counts = { tests: number; failures: number; errors: number; skipped: number; time: string }

function suiteOf(job: JobDocument): { counts: Counts; lines: string[] } {
  const rows = reportRows(job)
  const classname = visible(`portolan.${job.target.namespace}.${job.target.service}`)
  const own = verdictIsExplained(job, rows) && job.problem === null ? null : verdictReason(job)
  const ownIsFailure = job.status === 'finished' && job.verdict === 'fail'
  const cases = [
    ...(own === null ? [] : [verdictCase(classname, own, ownIsFailure)]),
    ...rows.map((row) => testCase(classname, row)),
  ]
  const count = (outcome: ReportRow['outcome']): number => rows.filter((row) => row.outcome === outcome).length
  const counts: Counts = {
    tests: cases.length,
    failures: count('fail') + (own !== null && ownIsFailure ? 1 : 0),
    errors: count('error') + (own !== null && !ownIsFailure ? 1 : 0),
    skipped: count('skipped') + count(null),
    time: seconds(job.durationMs),
  }
  const properties = {
    job: job.id,
    verdict: job.verdict ?? job.status,
    cluster: job.target.cluster,
    vantage: job.vantage,
    ...Object.fromEntries(Object.entries(job.labels).map(([name, value]) => [`label.${name}`, value])),
  }
  const lines = [
    open('testsuite', { name: targetOf(job), ...counts, timestamp: (job.startedAt ?? job.createdAt).slice(0, 19) }),
    '<properties>',
    ...Object.entries(properties).map(
      ([name, value]) => `<property${attributes({ name: visible(name), value: visible(value) })}/>`,
    ),
    '</properties>',
    ...cases,
    element('system-out', {}, about(job)),
    '</testsuite>',
  ]
  return { counts, lines }
}

type Attributes = Readonly<Record<string, string | number>>

function testCase(classname: string, row: ReportRow): string {
  const { outcome, deciding } = row
  const name = row.check === null ? pathTitle(row.path) : `${pathTitle(row.path)}: ${visible(row.check)}`
  const notes = notesOf(row)
  const evidence = evidenceOf(row)
  const text = [...notes, ...(notes.length > 0 ? [''] : []), ...evidence].join('\n')
  const message = notes[0] === undefined ? resultOf(row) : `${resultOf(row)}: ${notes[0]}`
  const type = deciding?.failure?.code ?? resultOf(row)
  const bodies = {
    pass: () => element('system-out', {}, text),
    fail: () => element('failure', { type, message }, text),
    error: () => element('error', { type, message }, text),
    skipped: () => element('skipped', { message }, text),
  }
  const body = outcome === null ? element('skipped', { message: 'not finished' }, text) : bodies[outcome]()
  return `${open('testcase', { classname, name, time: seconds(deciding?.timings.totalMs ?? null) })}${body}</testcase>`
}

function verdictCase(classname: string, reason: { code: string; message: string }, isFailure: boolean): string {
  const body = element(isFailure ? 'failure' : 'error', { type: reason.code, message: reason.message }, reason.message)
  return `${open('testcase', { classname, name: 'verdict', time: seconds(null) })}${body}</testcase>`
}

/** What belongs to no case: the findings, and the kinds of path that there are none of. */
function about(job: JobDocument): string {
  const findings = job.diagnosis.findings.flatMap((finding) => [
    `${finding.confidence}: ${visible(finding.title)} (${finding.code})`,
    ...visibleLines(finding.detail).map((line) => `  ${line}`),
    ...findingEvidence(finding).map((line) => `  seen: ${line}`),
    ...explained(job, finding).map((title) => `  explains: ${title}`),
    ...visibleLines(finding.fix).map((line) => `  fix: ${line}`),
    ...visibleLines(finding.confirm).map((line) => `  confirm: ${line}`),
  ])
  const absent = job.notApplicable.map(({ kind, reason }) => `not applicable: ${kind}: ${visible(reason)}`)
  return [...findings, ...absent].join('\n')
}

const seconds = (ms: number | null): string => ((ms ?? 0) / 1000).toFixed(6)

const open = (name: string, attribute: Attributes): string => `<${name}${attributes(attribute)}>`

const element = (name: string, attribute: Attributes, text: string): string =>
  `${open(name, attribute)}${xmlText(text)}</${name}>`

const attributes = (values: Attributes): string =>
  Object.entries(values)
    .map(([name, value]) => ` ${name}="${xmlAttribute(String(value))}"`)
    .join('')

/** Char of XML 1.0 (section 2.2), negated; a lone surrogate is in none of its ranges. */
const NOT_XML = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
}

/** Text content. What XML 1.0 cannot hold even as a reference is spelled out, as `visible` does. */
export function xmlText(text: string): string {
  return text.replace(NOT_XML, visible).replace(/[&<>"\r]/g, (char) => ENTITIES[char] ?? char)
}

/** As {@link xmlText}, and safe from attribute-value normalisation (section 3.3.3), which turns newlines into spaces. */
export function xmlAttribute(text: string): string {
  return xmlText(text).replace(/[\t\n]/g, (char) => `&#${char.charCodeAt(0)};`)
}
