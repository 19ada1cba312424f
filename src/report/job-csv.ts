import { type CsvColumn, toCsv } from './csv.ts'
import type { JobReport } from './job-document.ts'
import { matchText, parentText } from './phrases.ts'
import { type ReportRow, reportRows } from './rows.ts'

type Line = { job: JobReport; row: ReportRow }

const COLUMNS: readonly CsvColumn<Line>[] = [
  ['cluster', ({ job }) => job.target.cluster],
  ['namespace', ({ job }) => job.target.namespace],
  ['service', ({ job }) => job.target.service],
  ['job', ({ job }) => job.id],
  ['vantage', ({ job }) => job.vantage],
  ['path', ({ row }) => row.path.id],
  ['kind', ({ row }) => row.path.kind],
  ['port', ({ row }) => row.path.port?.number ?? null],
  ['address', ({ row }) => row.path.address],
  ['addressPort', ({ row }) => row.path.addressPort],
  ['family', ({ row }) => row.path.family],
  ['node', ({ row }) => row.path.node],
  ['host', ({ row }) => row.path.host],
  ['rulePath', ({ row }) => row.path.rulePath],
  ['parent', ({ row }) => parentText(row.path.parent)],
  ['match', ({ row }) => matchText(row.path.match)],
  ['url', ({ row }) => row.path.url],
  ['check', ({ row }) => row.check],
  ['outcome', ({ row }) => row.outcome],
  ['skipped', ({ row }) => row.path.skipped?.reason ?? null],
  ['failureCode', ({ row }) => row.deciding?.failure?.code ?? null],
  ['failureMessage', ({ row }) => row.deciding?.failure?.message ?? null],
  ['tries', ({ row }) => row.tries],
  ['passes', ({ row }) => row.passes],
  ['startedAt', ({ row }) => row.deciding?.startedAt ?? null],
  ['dnsMs', ({ row }) => row.deciding?.timings.dnsMs ?? null],
  ['connectMs', ({ row }) => row.deciding?.timings.connectMs ?? null],
  ['tlsMs', ({ row }) => row.deciding?.timings.tlsMs ?? null],
  ['firstByteMs', ({ row }) => row.deciding?.timings.firstByteMs ?? null],
  ['downloadMs', ({ row }) => row.deciding?.timings.downloadMs ?? null],
  ['totalMs', ({ row }) => row.deciding?.timings.totalMs ?? null],
  ['httpStatus', ({ row }) => row.deciding?.http?.status ?? null],
  ['resolvedAddress', ({ row }) => row.deciding?.resolvedAddress ?? null],
  ['responder', ({ row }) => row.deciding?.responder ?? null],
]

/** A line for each path × check of one job or of several, with the try that decides. */
export const renderJobsCsv = (jobs: readonly JobReport[]): string =>
  toCsv(
    COLUMNS,
    jobs.flatMap((job) => reportRows(job).map((row) => ({ job, row }))),
  )
