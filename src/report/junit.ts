import type { Finding } from '../diagnose/finding.ts'
import { type Case, casesOf, classNameOf } from './cases.ts'
import { evidenceOf, findingEvidence, tryEvidence } from './evidence-lines.ts'
import type { JobReport, ResultDocument } from './job-document.ts'
import { type Links, RELATIVE } from './links.ts'
import { explained, notesOf, resultOf, targetOf, verdictReason } from './phrases.ts'
import { type ReportRow, verdictIsExplained } from './rows.ts'
import { visible, visibleLines } from './visible.ts'
import { element, empty, open, xmlText } from './xml.ts'

/**
 * JUnit XML: one suite for the job, one case for each path × check. `fail` is a `<failure>`, `error` an `<error>`,
 * `skipped` a `<skipped>` (as hurl reports), with the evidence as text, where CI systems show it. A verdict that no
 * case explains (nothing tested, not finished, `expect.reachable` not met) is a case of its own, so that a suite is
 * green only when the verdict is a pass. Tries that failed before a pass are `<flakyFailure>`, beside a failure
 * `<rerunFailure>`, as Surefire writes them; elements stand in the order of its schema.
 */
export const renderJunit = (job: JobReport, links: Links = RELATIVE): string => renderJunitSuites([job], { links })

/**
 * The same for several jobs: a suite for each.
 *
 * @param inconclusive how a job is shown that tested nothing, where others decide.
 */
export function renderJunitSuites(
  jobs: readonly JobReport[],
  { links = RELATIVE, inconclusive = 'error' }: { links?: Links; inconclusive?: 'error' | 'skipped' } = {},
): string {
  const suites = jobs.map((job) => suiteOf(job, links, inconclusive))
  const sum = (name: 'tests' | 'failures' | 'errors'): number =>
    suites.reduce((all, { counts }) => all + counts[name], 0)
  // The schema has no `skipped` here.
  const counts = {
    tests: sum('tests'),
    failures: sum('failures'),
    errors: sum('errors'),
    time: suiteSeconds(jobs.reduce((all, job) => all + (job.durationMs ?? 0), 0)),
  }
  return `${[
    '<?xml version="1.0" encoding="UTF-8"?>',
    open('testsuites', { name: 'portolan', ...counts }),
    ...suites.flatMap(({ lines }) => lines),
    '</testsuites>',
  ].join('\n')}\n`
}

type Counts = { tests: number; failures: number; errors: number; skipped: number; time: string }

function suiteOf(job: JobReport, links: Links, inconclusive: 'error' | 'skipped'): { counts: Counts; lines: string[] } {
  const named = casesOf(job)
  const rows = named.map(({ row }) => row)
  const classname = classNameOf(job.target)
  const own = verdictIsExplained(job, rows) && job.problem === null ? null : verdictReason(job)
  const ownIs = job.verdict === 'fail' ? 'failure' : job.verdict === 'inconclusive' ? inconclusive : 'error'
  const countOwn = (kind: typeof ownIs): number => (own !== null && ownIs === kind ? 1 : 0)
  const cases = [
    ...(own === null ? [] : [verdictCase(classname, own, ownIs)]),
    ...named.map((each) => testCase(classname, each, causeOf(job, each.row, links))),
  ]
  const count = (outcome: ReportRow['outcome']): number => rows.filter((row) => row.outcome === outcome).length
  const counts: Counts = {
    tests: cases.length,
    failures: count('fail') + countOwn('failure'),
    errors: count('error') + countOwn('error'),
    skipped: count('skipped') + count(null) + countOwn('skipped'),
    time: suiteSeconds(job.durationMs),
  }
  const report = links.open(`/v1/jobs/${job.id}/report?format=text`)
  const properties = {
    job: job.id,
    verdict: job.verdict ?? job.status,
    service: `${job.target.namespace}/${job.target.service}`,
    cluster: job.target.cluster,
    vantage: job.vantage,
    ...(report !== null && { url: report }),
    ...Object.fromEntries(Object.entries(job.labels).map(([name, value]) => [`label.${name}`, value])),
  }
  const lines = [
    open('testsuite', { name: targetOf(job), ...counts, timestamp: (job.startedAt ?? job.createdAt).slice(0, 19) }),
    '<properties>',
    ...Object.entries(properties).map(([name, value]) =>
      empty('property', { name: visible(name), value: visible(value) }),
    ),
    '</properties>',
    ...cases,
    element('system-out', {}, about(job, links)),
    '</testsuite>',
  ]
  return { counts, lines }
}

/** The finding that explains a failed case, the first if several do: a CI system shows one case at a time. */
function causeOf(job: JobReport, row: ReportRow, links: Links): string[] {
  const finding = job.diagnosis.findings.find(({ explains }) => explains.includes(row.path.id))
  if (finding === undefined || row.outcome !== 'fail') {
    return []
  }
  return [
    `cause (${finding.confidence}): ${visible(finding.title)} (${finding.code})`,
    ...visibleLines(finding.fix).map((line) => `fix: ${line}`),
    ...docsOf(finding, links),
  ]
}

/** Names the page of a finding only if it has an address, which CI systems show as a link. */
const docsOf = ({ docs }: Finding, links: Links): string[] =>
  links.open('') === null ? [] : [`docs: ${links.page(docs)}`]

/** So many tries beside the one that decides are shown of a case. */
const RETRIED_MAX = 10

function testCase(classname: string, { row, check, name, retried }: Case, cause: readonly string[]): string {
  const { outcome, deciding } = row
  const notes = notesOf(row)
  const evidence = evidenceOf(row)
  const text = [notes, cause, evidence]
    .filter((part) => part.length > 0)
    .map((part) => part.join('\n'))
    .join('\n\n')
  const message = notes[0] === undefined ? resultOf(row) : `${resultOf(row)}: ${notes[0]}`
  const type = deciding?.failure?.code ?? resultOf(row)
  const facts = factsOf(row, check)
  const others = (bad: 'fail' | 'error', tag: string): string =>
    retried
      .filter((each) => each.outcome === bad)
      .slice(0, RETRIED_MAX)
      .map((each) => triedBeside(tag, each))
      .join('')
  const bodies = {
    pass: () =>
      others('fail', 'flakyFailure') +
      others('error', 'flakyError') +
      element('system-out', {}, `${text}\n\n${facts}`.trimStart()),
    fail: () =>
      element('failure', { type, message }, text) +
      others('fail', 'rerunFailure') +
      others('error', 'rerunError') +
      element('system-out', {}, facts),
    error: () =>
      others('fail', 'rerunFailure') +
      element('error', { type, message }, text) +
      others('error', 'rerunError') +
      element('system-out', {}, facts),
    skipped: () => element('skipped', { message }, text) + element('system-out', {}, facts),
  }
  const body =
    outcome === null
      ? element('skipped', { message: 'not finished' }, text) + element('system-out', {}, facts)
      : bodies[outcome]()
  return `${open('testcase', { classname, name, time: seconds(deciding?.timings.totalMs ?? null) })}${body}</testcase>`
}

/**
 * The facts of a case, by name, for tools. No schema has `<properties>` in a case, and Jenkins' xUnit refuses a report
 * that does not keep to its own; this form is read out of the output by those that know it.
 */
const factsOf = ({ path, outcome, flaky, deciding }: ReportRow, check: string | null): string =>
  Object.entries({
    path: path.id,
    kind: path.kind,
    check,
    outcome: outcome ?? 'not finished',
    code: deciding?.failure?.code ?? path.skipped?.reason ?? null,
    flaky: flaky ? 'true' : null,
  })
    .flatMap(([fact, value]) =>
      value === null ? [] : [`[[PROPERTY|${fact}=${visible(value).replaceAll(']]', '] ]')}]]`],
    )
    .join('\n')

/** A try that failed beside the one that decides. */
function triedBeside(tag: string, result: ResultDocument): string {
  const { failure, outcome } = result
  const trace = `<stackTrace>${xmlText(tryEvidence(result).join('\n'))}</stackTrace>`
  return `${open(tag, { message: visible(failure?.message ?? ''), type: failure?.code ?? outcome })}${trace}</${tag}>`
}

function verdictCase(
  classname: string,
  { code, message }: { code: string; message: string },
  kind: 'failure' | 'error' | 'skipped',
): string {
  const body = element(kind, kind === 'skipped' ? { message } : { type: code, message }, message)
  return `${open('testcase', { classname, name: 'verdict', time: seconds(null) })}${body}</testcase>`
}

/** The output that belongs to no case: the findings, and the kinds without a path. */
function about(job: JobReport, links: Links): string {
  const findings = job.diagnosis.findings.flatMap((finding) => [
    `${finding.confidence}: ${visible(finding.title)} (${finding.code})`,
    ...visibleLines(finding.detail).map((line) => `  ${line}`),
    ...findingEvidence(finding).map((line) => `  seen: ${line}`),
    ...explained(job, finding).map((title) => `  explains: ${title}`),
    ...visibleLines(finding.fix).map((line) => `  fix: ${line}`),
    ...visibleLines(finding.confirm).map((line) => `  confirm: ${line}`),
    ...docsOf(finding, links).map((line) => `  ${line}`),
  ])
  const absent = job.notApplicable.map(({ kind, reason }) => `not applicable: ${kind}: ${visible(reason)}`)
  return [...findings, ...absent].join('\n')
}

/** The time of a case in seconds, to the microsecond. */
const seconds = (ms: number | null): string => ((ms ?? 0) / 1000).toFixed(6)

/** The time of a suite in seconds: the schema takes three decimals there. */
export const suiteSeconds = (ms: number | null): string => ((ms ?? 0) / 1000).toFixed(3)
