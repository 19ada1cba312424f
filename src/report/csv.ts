/**
 * CSV (RFC 4180) that a spreadsheet opens as data: a cell that it would take for a formula is made text by a leading
 * apostrophe (OWASP "CSV Injection"), and a log as text (`visible`).
 *
 * @module
 */
import type { OverallReport, PathReport, ServiceReport } from './history-document.ts'
import { matchText, parentText } from './phrases.ts'
import { visible } from './visible.ts'

type Cell = string | number | null
export type CsvColumn<T> = readonly [name: string, cell: (row: T) => Cell]

export const renderServiceCsv = (report: ServiceReport): string => {
  const { cluster, namespace, service } = report.target
  const columns: readonly CsvColumn<PathReport>[] = [
    ['cluster', () => cluster],
    ['namespace', () => namespace],
    ['service', () => service],
    ['from', () => report.from],
    ['to', () => report.to],
    ['path', (path) => path.id],
    ['kind', (path) => path.kind],
    ['port', (path) => path.port?.number ?? null],
    ['address', (path) => path.address],
    ['addressPort', (path) => path.addressPort],
    ['family', (path) => path.family],
    ['node', (path) => path.node],
    ['host', (path) => path.host],
    ['rulePath', (path) => path.rulePath],
    ['parent', (path) => parentText(path.parent)],
    ['match', (path) => matchText(path.match)],
    ['url', (path) => path.url],
    ['availability', (path) => path.availability],
    ...COUNTS,
    ['p50Ms', (path) => path.latency.p50Ms],
    ['p95Ms', (path) => path.latency.p95Ms],
    ['p99Ms', (path) => path.latency.p99Ms],
    ['lastOutcome', (path) => path.lastOutcome],
    ['lastFailureAt', (path) => path.lastFailure?.at ?? null],
    ['lastFailureCode', (path) => path.lastFailure?.code ?? null],
    ['retiredAt', (path) => path.retiredAt],
    ['state', (path) => path.state],
    ['sinceAt', (path) => path.sinceAt],
  ]
  return toCsv(columns, report.paths)
}

export const renderOverallCsv = (report: OverallReport): string =>
  toCsv<OverallReport['services'][number]>(
    [
      ['cluster', ({ target }) => target.cluster],
      ['namespace', ({ target }) => target.namespace],
      ['service', ({ target }) => target.service],
      ['from', () => report.from],
      ['to', () => report.to],
      ['verdict', ({ verdict }) => verdict],
      ['availability', ({ availability }) => availability],
      ...COUNTS,
      ['openIncidents', ({ openIncidents }) => openIncidents],
      ['state', ({ state }) => state],
      ['sinceAt', ({ sinceAt }) => sinceAt],
      ['lastVerdict', ({ lastVerdict }) => lastVerdict],
      ['lastAt', ({ lastAt }) => lastAt],
      ['lastJobId', ({ lastJobId }) => lastJobId],
    ],
    report.services,
  )

const COUNTS: readonly CsvColumn<Pick<PathReport, 'counts'>>[] = [
  ['pass', ({ counts }) => counts.pass],
  ['fail', ({ counts }) => counts.fail],
  ['error', ({ counts }) => counts.error],
  ['skipped', ({ counts }) => counts.skipped],
]

/** The first line names the columns. */
export function toCsv<T>(columns: readonly CsvColumn<T>[], rows: readonly T[]): string {
  const lines = [columns.map(([name]) => name), ...rows.map((row) => columns.map(([, cell]) => cellText(cell(row))))]
  return lines.map((line) => `${line.join(',')}\r\n`).join('')
}

function cellText(cell: Cell): string {
  if (cell === null) {
    return ''
  }
  if (typeof cell === 'number') {
    return String(cell)
  }
  const shown = visible(cell)
  const text = /^[=+\-@\t\r\n＝＋－＠]/.test(cell) ? `'${shown}` : shown
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
