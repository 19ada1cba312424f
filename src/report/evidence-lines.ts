/**
 * Tells as lines what was recorded of a try, and what a finding stands on. Everything returned is safe to show (see
 * `visible`), one line each, and not yet escaped for any markup.
 *
 * @module
 */
import type { Finding } from '../diagnose/finding.ts'
import type { ResultDocument } from './job-document.ts'
import { dialled, duration, matchText, parentText, shorten } from './phrases.ts'
import type { ReportRow } from './rows.ts'
import { visible } from './visible.ts'

/** `label: value` lines of everything that was recorded of the deciding try, and where the path came from. */
export function evidenceOf(row: ReportRow): string[] {
  const { path, deciding } = row
  const lines: [string, string | null][] = [
    ['path', path.id],
    ['url', path.url],
    ['dials', dialled(path)],
    ['node', path.node],
    ['host', path.host],
    ['server name', path.serverName],
    ['parent', parentText(path.parent)],
    ['match', matchText(path.match)],
    ['expected', path.expected],
    ...path.because.map((because): [string, string] => ['because', because]),
    ...(path.skipped ? [['skipped', `${path.skipped.reason}: ${path.skipped.detail}`] as [string, string]] : []),
    ...(deciding ? evidenceOfTry(deciding) : []),
  ]
  if (row.tries > 1) {
    lines.push(['tries', `${row.tries}, ${row.passes} passed${row.flaky ? ', flaky' : ''}`])
  }
  return labelled(lines)
}

/** The same of one try alone. */
export const tryEvidence = (result: ResultDocument): string[] => labelled(evidenceOfTry(result))

const labelled = (lines: readonly (readonly [string, string | null])[]): string[] =>
  lines.flatMap(([label, value]) => (value === null ? [] : [`${label}: ${visible(value)}`]))

function evidenceOfTry(result: ResultDocument): [string, string | null][] {
  const { timings, dns, http, grpc, tls, failure } = result
  const phases = [
    ['dns', timings.dnsMs],
    ['connect', timings.connectMs],
    ['tls', timings.tlsMs],
    ['first byte', timings.firstByteMs],
    ['download', timings.downloadMs],
    ['total', timings.totalMs],
  ] as const
  const reached = phases.flatMap(([name, ms]) => (ms === null ? [] : [`${name} ${duration(ms)}`]))
  return [
    ['result', result.id],
    ['at', result.startedAt],
    ['failure', failure && `${failure.code} in phase ${failure.phase} (${failure.source}): ${failure.message}`],
    ['timings', reached.length === 0 ? 'no phase reached' : reached.join(', ')],
    ['resolved address', result.resolvedAddress],
    ['local address', result.localAddress],
    ['dns', dns && asked(dns)],
    ['dns answers', dns && dns.answers.length > 0 ? dns.answers.join(', ') : null],
    ['lookup', dns?.lookup ? dns.lookup.join(', ') || 'nothing' : null],
    ['http status', http && `${http.status} (HTTP/${http.version})`],
    ['grpc', grpc ? `${grpc.call}: ${grpc.status ?? 'a stream'} (${grpc.code ?? 'no grpc-status'})` : null],
    ['grpc message', grpc?.message || null],
    ['grpc health', grpc?.health ?? null],
    ['location', http?.location ?? null],
    ['server', http?.headers.server ?? null],
    [
      'body',
      http && http.bodySnippet !== '' ? `${http.bodyBytes} bytes: ${shorten(http.bodySnippet.trim(), 200)}` : null,
    ],
    [
      'certificate',
      tls && `${tls.subject ?? 'unknown'}, issued by ${tls.issuer ?? 'unknown'}, until ${tls.notAfter ?? 'unknown'}`,
    ],
    [
      'certificate trusted',
      tls?.authorized == null ? null : (tls.authorizationError ?? (tls.authorized ? 'yes' : 'no')),
    ],
    ['responder', result.responder],
    ['malformed', result.malformed ? `${result.malformed.flaw}: ${result.malformed.quote ?? 'no single line'}` : null],
    ['speaks', result.speaks ?? null],
  ]
}

function asked(dns: NonNullable<ResultDocument['dns']>): string {
  const { name, type, server, rcode, lookup, transport, truncated, resent } = dns
  if (rcode === null && lookup !== null) {
    return `${name}, looked up as applications do`
  }
  const over = transport === undefined ? '' : ` over ${transport.toUpperCase()}`
  const again = resent === undefined ? '' : `, sent anew ${resent === 1 ? 'once' : `${resent} times`}`
  const told = `${rcode ?? 'no answer'}${truncated ? ', truncated' : ''}${again}`
  return `${name} ${type}, asked ${server ?? 'the system resolver'}${over}: ${told}`
}

/** `Service/toad-svc spec.selector = {"app":"toda"}` for each object named as evidence. */
export function findingEvidence(finding: Finding): string[] {
  return finding.evidence.flatMap((evidence) =>
    'object' in evidence
      ? [visible(`${evidence.object} ${evidence.field} = ${JSON.stringify(evidence.value) ?? 'absent'}`)]
      : [],
  )
}
