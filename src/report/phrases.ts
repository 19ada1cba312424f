/**
 * The words and figures that all reports share. Everything returned is safe to show (see `visible`), one line each,
 * and not yet escaped for any markup.
 *
 * @module
 */

import type { Unmet } from '../check/outcome.ts'
import type { Finding } from '../diagnose/finding.ts'
import type { HistoryPath } from '../history/types.ts'
import { hostPort } from '../lib/address.ts'
import type { JobReport, PlanDocument, ReportedPath, ResultDocument } from './job-document.ts'
import type { ReportRow } from './rows.ts'
import { visible } from './visible.ts'

/**
 * `PASS`, `FAIL`, `ERROR`, `INCONCLUSIVE`; unfinished: `QUEUED`, `RUNNING`, `CANCELLED`. The first word of a report.
 */
export const headline = (job: JobReport): string => (job.verdict ?? job.status).toUpperCase()

export const targetOf = ({ target }: Pick<JobReport, 'target'>): string =>
  visible(`${target.namespace}/${target.service}`)

/** Stands in a cell that has nothing to show. */
const NOTHING = '–'

/** Milliseconds for people: three digits, `s` from a second up. */
export function duration(ms: number | null): string {
  if (ms === null) {
    return NOTHING
  }
  if (ms >= 999.5) {
    return `${(ms / 1000).toFixed(ms >= 99_950 ? 0 : ms >= 9995 ? 1 : 2)} s`
  }
  return `${ms.toFixed(ms >= 99.95 ? 0 : 1)} ms`
}

/** The address and port of the connection: `10.0.0.11:30123`; `null`: not known yet. */
export function dialled(path: Pick<HistoryPath, 'address' | 'addressPort'>): string | null {
  return path.address === null ? null : visible(hostPort(path.address, path.addressPort, ''))
}

/** RFC 4501, as the planner writes it. */
const RECORD = /^dns:(.+)\?type=(\w+)$/

/** The name of the record that is asked for; `null`: something is dialled, or compared. */
export const recordOf = ({ url }: Pick<HistoryPath, 'url'>): string | null => RECORD.exec(url ?? '')?.[1] ?? null

/** `NodePort`; of a record that is asked for: `DNS SRV`. */
export function kindOf({ kind, url }: HistoryPath): string {
  const type = RECORD.exec(url ?? '')?.[2]
  return type === undefined ? kind : visible(`${kind} ${type}`)
}

/**
 * The name of a path for people: the URL if a name routes it, the name of a record or a variable, else the address that
 * is dialled.
 */
export function place(path: HistoryPath): string {
  const record = recordOf(path)
  if (record !== null) {
    return visible(record)
  }
  const named = path.host !== null && path.host !== path.address
  if (named && path.url !== null) {
    return visible(path.url)
  }
  const variable = path.variable && `variable ${path.variable.name}`
  return dialled(path) ?? visible(variable ?? path.url ?? path.host ?? NOTHING)
}

export const portOf = (path: HistoryPath): string =>
  path.port === null ? NOTHING : visible(path.port.name ?? String(path.port.number))

/** `NodePort http 10.0.0.11:30123 (node-1)`: a path in one line of prose. */
export function pathTitle(path: HistoryPath): string {
  const parts = [kindOf(path), portOf(path), place(path), path.node === null ? NOTHING : `(${visible(path.node)})`]
  return parts.filter((part) => part !== NOTHING).join(' ')
}

/** `Gateway/shop/edge https`: with the name of the listener. */
export function parentText(parent: HistoryPath['parent']): string | null {
  if (parent === null) {
    return null
  }
  const { kind, namespace, name, section } = parent
  return [[kind, namespace, name].filter((part) => part !== null).join('/'), section].filter(Boolean).join(' ')
}

/** `PathPrefix /cart, POST, header x-tenant: frog, query page=2`; a regular expression has `~` before it. */
export function matchText(match: HistoryPath['match']): string | null {
  if (match === null) {
    return null
  }
  const { type, path, method, headers, query } = match
  const written = ({ value, regex }: { value: string; regex?: true }): string => (regex ? `~${value}` : value)
  const parts = [
    [type, path].filter((part) => part !== null).join(' '),
    method,
    ...headers.map((each) => `header ${each.name}: ${written(each)}`),
    ...query.map((each) => `query ${each.name}=${written(each)}`),
  ].filter((part) => part !== null && part !== '')
  return parts.length === 0 ? 'everything' : parts.join(', ')
}

/** The last column: what happened, in a word or two. */
export function resultOf(row: ReportRow): string {
  const { path, outcome, deciding } = row
  if (outcome === null) {
    return 'not finished'
  }
  if (outcome === 'skipped') {
    return path.skipped?.reason ?? deciding?.failure?.code ?? 'skipped'
  }
  if (outcome === 'fail' || outcome === 'error') {
    return deciding?.failure?.code ?? outcome
  }
  return deciding === null ? 'ok' : passWords(path, deciding)
}

function passWords(path: ReportedPath, { http, grpc, dns, tls, responder, failure }: ResultDocument): string {
  if (path.expected === 'unreachable') {
    return `unreachable, as expected${failure === null ? '' : ` (${failure.code})`}`
  }
  const by = responder === null ? '' : ` ${visible(responder)}`
  if (grpc !== undefined) {
    return `gRPC ${grpcWord(grpc)}`
  }
  if (http !== null) {
    return `HTTP ${http.status}${by}`
  }
  if (dns?.transport !== undefined) {
    return `DNS ${visible(dns.rcode ?? 'answer')}${dns.truncated ? ', truncated' : ''}`
  }
  if (path.addressPort !== null) {
    return `${tls === null ? 'connected' : 'TLS'}${by}`
  }
  return dns === null ? `ok${by}` : resolution(dns)
}

/** `SERVING`, `UNIMPLEMENTED`. */
const grpcWord = ({ health, status }: NonNullable<ResultDocument['grpc']>): string =>
  visible(health ?? status ?? 'stream')

/** Tells what remains unknown after a gRPC status that passes. */
const GRPC_NOTES: Readonly<Record<string, string>> = {
  UNIMPLEMENTED: 'the server speaks gRPC and does not implement what was called: its health is not known',
  NOT_FOUND: 'the server speaks gRPC and keeps no health status of its own: name a service in a check',
  UNAUTHENTICATED: 'the server speaks gRPC and asks who calls: its health is not known',
  PERMISSION_DENIED: 'the server speaks gRPC and does not let the prober call: its health is not known',
}

/** @param http is the status of the answer, which may be one of HTTP alone: a proxy may have sent it. */
function leftOpen({ status, code }: NonNullable<ResultDocument['grpc']>, http: number | null): string[] {
  if (status !== null && code === null) {
    return [`HTTP ${http} came in place of an answer of gRPC: it is not known whether the server speaks it`]
  }
  const note = GRPC_NOTES[status ?? '']
  return note === undefined ? [] : [note]
}

/** The answer where it is short, as one address is; more stands in the evidence. */
function resolution({ answers, lookup }: NonNullable<ResultDocument['dns']>): string {
  const found = visible((answers.length > 0 ? answers : (lookup ?? [])).join(', '))
  return found !== '' && found.length <= ANSWER_LIMIT ? found : 'resolves'
}

const ANSWER_LIMIT = 18

/** Sentences that belong under a row: why it failed or was skipped, and what the numbers hide. */
export function notesOf(row: ReportRow): string[] {
  const { path, outcome, deciding } = row
  const notes: string[] = []
  const bad = outcome === 'fail' || outcome === 'error'
  if (bad && deciding?.failure) {
    notes.push(visible(deciding.failure.message))
  }
  if (outcome === 'skipped' && path.skipped !== null) {
    notes.push(visible(path.skipped.detail))
  }
  if (outcome === 'skipped' && deciding?.failure && deciding.failure.message !== path.skipped?.detail) {
    notes.push(visible(`tried: ${deciding.failure.message}`))
  }
  if (bad && deciding?.grpc?.message) {
    notes.push(`the server says: ${visible(shorten(deciding.grpc.message, 80))}`)
  }
  if (bad && deciding?.http) {
    notes.push(answerOf(deciding.http))
  }
  if (outcome === 'pass' && deciding?.grpc) {
    notes.push(...leftOpen(deciding.grpc, deciding.http?.status ?? null))
  }
  if (path.skipped?.reason === 'not_expected' && path.doubt) {
    notes.push(visible(`not promised: ${path.doubt}`))
  }
  const via = dialled(path)
  if (bad && via !== null && place(path) !== via) {
    notes.push(`dialled ${via}`)
  }
  if (row.flaky) {
    notes.push(`flaky: ${row.passes} of ${row.tries} tries passed`)
  } else if (bad && row.tries > 1) {
    notes.push(`${row.tries - row.passes} of ${row.tries} tries failed`)
  }
  if (path.shortCut && outcome === 'pass') {
    notes.push('kube-proxy answers this address inside the cluster: the load balancer itself is untested')
  }
  return notes
}

function answerOf({ status, headers, bodySnippet }: NonNullable<ResultDocument['http']>): string {
  const server = headers.server === undefined ? '' : `, server ${visible(headers.server)}`
  const body = bodySnippet.trim() === '' ? '' : `, body "${visible(shorten(bodySnippet.trim(), 80))}"`
  return `answered HTTP ${status}${server}${body}`
}

/** At most `length` characters, with an ellipsis for what is left out. */
export const shorten = (text: string, length: number): string =>
  text.length <= length ? text : `${text.slice(0, length - 1).replace(/[\uD800-\uDBFF]$/, '')}…`

/** Titles of the paths whose failure a finding explains. */
export function explained(job: Pick<PlanDocument, 'paths'>, finding: Finding): string[] {
  const ids = new Set(finding.explains)
  return job.paths.filter((path) => ids.has(path.id)).map(pathTitle)
}

/** Says in words what a job expected of all its paths together and did not find. */
export const UNMET: Readonly<Record<Unmet, string>> = {
  'expect.reachable': 'a selector of expect.reachable has no passing path',
  'expect.sameResponder': 'another application answers by some of the ways, which expect.sameResponder does not allow',
}

/** Why the verdict is what it is, where no row says it; `null` for a pass. */
export function verdictReason(
  job: Pick<JobReport, 'problem' | 'status' | 'verdict' | 'unmet'>,
): { code: string; message: string } | null {
  if (job.problem !== null) {
    return { code: job.problem.code, message: visible(`${job.problem.title}: ${job.problem.detail}`) }
  }
  if (job.status !== 'finished') {
    return { code: 'unfinished', message: `the job is ${job.status}: no verdict yet` }
  }
  if (job.verdict === 'fail') {
    return { code: 'expectation_not_met', message: job.unmet.map((field) => UNMET[field]).join('; ') }
  }
  if (job.verdict === 'inconclusive') {
    return { code: 'inconclusive', message: 'no path was tested' }
  }
  return job.verdict === 'error' ? { code: 'internal', message: 'the job ended in an error of the prober' } : null
}

/** `{ "kind is not read": ["ConfigMap/x", …] }` as lines, so that thirty Secrets are one line. */
export function ignoredLines(job: Pick<JobReport, 'ignored'>): string[] {
  const byReason = new Map<string, string[]>()
  for (const { object, reason } of job.ignored) {
    byReason.set(reason, [...(byReason.get(reason) ?? []), object])
  }
  return [...byReason].map(([reason, objects]) => {
    const rest = objects.length > 5 ? ` and ${objects.length - 5} more` : ''
    return visible(`${objects.slice(0, 5).join(', ')}${rest}: ${reason}`)
  })
}

/** Tells how old the objects are. `null`: they came with the request, and nobody knows. */
export function objectsLine({ objects: { source, readAt, stale } }: Pick<JobReport, 'objects'>): string | null {
  if (source === 'manifests') {
    return null
  }
  if (readAt === null) {
    return 'objects: not read'
  }
  const known = stale ? ', the last that were known: its API server was out of reach' : ''
  return `objects read from the cluster at ${readAt}${known}`
}

/** Lists what the API server refused to show, and what the report lacks for that. */
export const forbiddenLines = ({ objects: { forbidden } }: Pick<JobReport, 'objects'>): string[] =>
  forbidden.map(({ resource, verb, namespace, effect }) =>
    visible(`${resource} (${verb}, ${namespace === null ? 'everywhere' : `namespace ${namespace}`}): ${effect}`),
  )

/** `9 passed, 1 failed, 2 skipped`: zeros left out, apart from a job without any. Unfinished: how far it is. */
export function countsOf({ status, summary, paths }: JobReport): string {
  if (status !== 'finished') {
    return `${paths.filter(({ outcome }) => outcome !== null).length} of ${paths.length} paths decided`
  }
  const parts = [
    [summary.pass, 'passed'],
    [summary.fail, 'failed'],
    [summary.error, summary.error === 1 ? 'error' : 'errors'],
    [summary.skipped, 'skipped'],
    [summary.leftOut, 'left out'],
  ] as const
  const counted = parts.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`)
  return counted.join(', ') || 'no path'
}

/** The line that fetches this report again. */
