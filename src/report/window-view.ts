/**
 * A report over a window as a table with sections: what its text, Markdown and JUnit have in common, decided once. All
 * texts are safe to show (see `visible`) and not yet escaped for any markup.
 *
 * @module
 */

import type { Summary, Verdict } from '../check/verdict.ts'
import type { Counts } from '../history/types.ts'
import { KINDS } from '../plan/kinds.ts'
import { caseName, classNameOf } from './cases.ts'
import { windowVerdict } from './describe-history.ts'
import type { IncidentDocument, NowDocument, OverallReport, PathReport, ServiceReport } from './history-document.ts'
import { kindOf, portOf } from './phrases.ts'
import { visible } from './visible.ts'
import {
  addressOf,
  failureWords,
  isGroup,
  lastedWords,
  latencyCells,
  latencyWords,
  percentOf,
  shortInstant,
  summaryOf,
  titleOf,
  triesOf,
} from './window-words.ts'

/** `right`: figures of our own. `code`: what a target or a manifest says. */
export type Column = { title: string; right?: true; code?: true }

export type ViewRow = {
  name: string
  /** Its name in a list of cases, as {@link caseName} has it; two rows may share one. */
  caseName: string
  /** The id of the path; of a Service its name. */
  id: string
  verdict: Verdict
  p50Ms: number | null
  cells: readonly string[]
  notes: readonly string[]
}

export type WindowView = {
  verdict: Verdict
  title: string
  /** The name under which its cases are kept, which does not depend on what they find. */
  suite: string
  classname: string
  /** Facts about the report as a whole, by name, for tools. */
  facts: Readonly<Record<string, string>>
  summary: string
  about: string
  timestamp: string
  columns: readonly Column[]
  rows: readonly ViewRow[]
  sections: readonly { title: string; lines: readonly string[] }[]
  /** The path and query that fetch it again, without a format. */
  url: string
}

const LATENCY: readonly Column[] = [
  { title: 'P50', right: true },
  { title: 'P95', right: true },
  { title: 'P99', right: true },
]

export function viewService(report: ServiceReport): WindowView {
  const { target, verdict, counts, objective, latency } = report
  const titles = new Map(report.paths.map((path) => [path.id, titleOf(path)]))
  const { namespace, service, cluster } = target
  const name = `${namespace}/${service}`
  return {
    verdict,
    title: visible(name),
    suite: visible(name),
    classname: classNameOf(target),
    facts: { service: visible(name), cluster: visible(cluster), ...factsOf(report) },
    summary: summaryOf(counts),
    about: `cluster ${visible(cluster)}, ${spanOf(report)}, ${latencyWords(latency)}`,
    timestamp: report.to,
    columns: [
      { title: 'Path' },
      { title: 'Port', code: true },
      { title: 'Address', code: true },
      { title: 'Available', right: true },
      { title: 'Tries', right: true },
      ...LATENCY,
    ],
    rows: report.paths.map((path) => rowOf(path, objective)),
    sections: [
      { title: `Now: ${nowWords(report.now)}`, lines: nowLines(report, titles) },
      { title: 'Incidents', lines: report.incidents.map((incident) => incidentLine(incident, titles)) },
      { title: `Diagnosis now: ${report.diagnosis?.status ?? 'unknown'}`, lines: findingLines(report) },
    ].filter(({ lines }) => lines.length > 0),
    url: `/v1/services/${segment(namespace)}/${segment(service)}/report?${query(report, cluster)}`,
  }
}

function rowOf(path: PathReport, objective: number): ViewRow {
  const { counts, latency } = path
  return {
    name: titleOf(path),
    caseName: isGroup(path) ? `${caseName(path, null)} (all ${KINDS[path.kind].noun.many})` : caseName(path, null),
    id: path.id,
    verdict: windowVerdict(counts, objective),
    p50Ms: latency.p50Ms,
    cells: [kindOf(path), portOf(path), addressOf(path), percentOf(counts), triesOf(counts), ...latencyCells(latency)],
    notes: [
      ...failureNotes(path),
      ...errorNotes(counts),
      ...(path.retiredAt === null ? [] : [`retired ${shortInstant(path.retiredAt)}: no longer planned`]),
    ],
  }
}

const factsOf = ({ from, to, objective }: OverallReport | ServiceReport): Record<string, string> => ({
  from,
  to,
  objective: String(objective),
})

const nowWords = ({ state, sinceAt }: NowDocument): string =>
  `${state ?? 'never tested'}${sinceAt === null ? '' : ` since ${shortInstant(sinceAt)}`}`

/** The paths that fail now, whichever job looked at them last, and what the last job looked at. */
function nowLines({ now, paths }: ServiceReport, titles: ReadonlyMap<string, string>): string[] {
  const failing = paths.filter(({ state, retiredAt }) => state === 'fail' && retiredAt === null)
  return [
    ...failing.map(({ id, sinceAt, lastAt, lastFailure }) => {
      const since = sinceAt === null ? '' : ` since ${shortInstant(sinceAt)}`
      const unseen = lastAt !== null && lastAt < now.lastAt ? `; last looked at ${shortInstant(lastAt)}` : ''
      return `${titles.get(id) ?? id}: ${lastFailure?.code ?? 'fails'}${since}${unseen}`
    }),
    `last job: ${lastJobWords(now)}`,
  ]
}

/** `pass, 2026-11-23T09:30:00Z, looked at 3 of 22 paths`: where it looked at all, only the first two. */
function lastJobWords({ lastVerdict, lastAt, lastSummary }: NowDocument): string {
  const part = partOf(lastSummary)
  return [lastVerdict, shortInstant(lastAt), ...(part === null ? [] : [`looked at ${part} paths`])].join(', ')
}

/** `3 of 22`, checks counted each; `null`: nothing was left out. */
function partOf(summary: Summary | null): string | null {
  if (summary === null || summary.leftOut === 0) {
    return null
  }
  const { pass, fail, error, skipped, leftOut } = summary
  return `${pass + fail + error} of ${pass + fail + error + skipped + leftOut}`
}

function failureNotes({ counts, failures, lastFailure }: PathReport): string[] {
  if (counts.fail === 0) {
    return []
  }
  const last = lastFailure === null ? '' : `; last ${shortInstant(lastFailure.at)}`
  return [`${counts.fail} of ${counts.pass + counts.fail} failed: ${failureWords(failures)}${last}`]
}

const errorNotes = ({ error }: Counts): string[] =>
  error === 0 ? [] : [`${error} ${error === 1 ? 'error' : 'errors'} of the prober's own, not counted`]

function incidentLine(incident: IncidentDocument, titles: ReadonlyMap<string, string>): string {
  const { startedAt, endedAt, path, failures, finding } = incident
  const when =
    endedAt === null
      ? `open since ${shortInstant(startedAt)}`
      : `${shortInstant(startedAt)} to ${shortInstant(endedAt)} (${lastedWords(incident, endedAt)})`
  const what = path === null ? 'the Service as a whole' : (titles.get(path) ?? path)
  const why = finding === null ? '' : `; ${finding.confidence}: ${visible(finding.title)} (${finding.code})`
  return `${when}: ${what}: ${failureWords(failures) || 'an expectation of the whole job is not met'}${why}`
}

const findingLines = ({ diagnosis }: ServiceReport): string[] =>
  (diagnosis?.findings ?? []).map(({ confidence, title, code }) => `${confidence}: ${visible(title)} (${code})`)

/** @param cluster of all its Services; `null`: of several. */
export function viewOverall(report: OverallReport, cluster: string | null): WindowView {
  const { counts, services, verdict } = report
  const failing = services.filter((service) => service.verdict !== 'pass').length
  const open = services.reduce((sum, { openIncidents }) => sum + openIncidents, 0)
  return {
    verdict,
    title: services.length === 1 ? '1 Service' : `${services.length} Services`,
    suite: 'services',
    classname: 'portolan.services',
    facts: { ...(cluster !== null && { cluster: visible(cluster) }), ...factsOf(report) },
    summary: `${services.length - failing} pass, ${failing} do not; ${summaryOf(counts)}`,
    about: `${cluster === null ? 'all clusters' : `cluster ${visible(cluster)}`}, ${spanOf(report)}, ${openWords(open)}`,
    timestamp: report.to,
    columns: [
      { title: 'Service', code: true },
      { title: 'Cluster', code: true },
      { title: 'Available', right: true },
      { title: 'Tries', right: true },
      { title: 'Now' },
      { title: 'Last job' },
    ],
    rows: services.map((service) => {
      const { target, state, lastVerdict, lastAt, lastSummary, openIncidents } = service
      const part = partOf(lastSummary)
      const name = visible(`${target.namespace}/${target.service}`)
      return {
        name: `${name} in ${visible(target.cluster)}`,
        caseName: `${name} in ${visible(target.cluster)}`,
        id: name,
        verdict: service.verdict,
        p50Ms: null,
        cells: [
          ...[name, visible(target.cluster), percentOf(service.counts), triesOf(service.counts)],
          ...[state ?? '–', `${lastVerdict} ${shortInstant(lastAt)}`],
        ],
        notes: [
          ...(service.counts.fail === 0 ? [] : [`${service.counts.fail} tries failed`]),
          ...errorNotes(service.counts),
          ...(part === null ? [] : [`the last job looked at ${part} paths`]),
          ...(openIncidents === 0 ? [] : [openWords(openIncidents)]),
        ],
      }
    }),
    sections: [],
    url: `/v1/report?${query(report, cluster)}`,
  }
}

const openWords = (open: number): string => `${open} open ${open === 1 ? 'incident' : 'incidents'}`

/** A lone surrogate has no UTF-8, and would throw. */
const segment = (text: string): string => encodeURIComponent(text.toWellFormed())

const query = ({ from, to, objective }: OverallReport | ServiceReport, cluster: string | null): string =>
  new URLSearchParams({
    ...(cluster !== null && { cluster }),
    from,
    to,
    ...(objective !== 1 && { objective: String(objective) }),
  }).toString()

const spanOf = ({ from, to, objective }: OverallReport | ServiceReport): string =>
  `${shortInstant(from)} to ${shortInstant(to)}${objective === 1 ? '' : `, objective ${objective}`}`
