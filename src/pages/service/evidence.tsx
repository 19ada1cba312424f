/**
 * Shows what one try met, as the API tells it. Texts of targets are escaped, and characters that would hide are spelled
 * out.
 *
 * @module
 */
import type { Child } from 'hono/jsx'
import type { Result } from '../../client/index.ts'
import { duration, shorten } from '../../report/phrases.ts'
import { visible, visibleLines } from '../../report/visible.ts'
import { Table } from '../parts/table.tsx'

/** Characters of a header's value, and names of a list, that are shown. */
const VALUE_MAX = 500
const NAMES_MAX = 20

const PHASES = [
  ['dnsMs', 'DNS'],
  ['connectMs', 'connect'],
  ['tlsMs', 'TLS'],
  ['firstByteMs', 'first byte'],
  ['downloadMs', 'download'],
  ['totalMs', 'in all'],
] as const

/** The evidence of a result as a list of terms. */
export function Evidence({ result }: { result: Result }) {
  const {
    failure,
    resolvedAddress,
    localAddress,
    timings,
    dns,
    http,
    tls,
    grpc,
    malformed,
    speaks,
    responder,
    control,
  } = result
  const timed = PHASES.flatMap(([name, text]) => (timings[name] === null ? [] : [`${text} ${duration(timings[name])}`]))
  return (
    <dl class="facts">
      <Fact name="Failure">
        {failure === null ? null : (
          <>
            <a href={`/docs/failures/${failure.code}`}>{failure.code}</a> ({failure.phase}, {failure.source}):{' '}
            {visible(failure.message)}
          </>
        )}
      </Fact>
      <Fact name="Malformed">
        {malformed === undefined ? null : (
          <>
            {malformed.flaw} {malformed.quote === null ? null : <code>{visible(malformed.quote)}</code>}
            {malformed.takenBy.length === 0 ? null : ` Taken nevertheless by ${malformed.takenBy.join(', ')}.`}
          </>
        )}
      </Fact>
      <Fact name="Speaks">{speaks ?? null}</Fact>
      <Fact name="Control">{control === undefined ? null : `${control.kind} to ${visible(control.to)}`}</Fact>
      <Fact name="Connection">
        {resolvedAddress === null
          ? null
          : `to ${visible(resolvedAddress)}${localAddress === null ? '' : `, from ${visible(localAddress)}`}`}
      </Fact>
      <Fact name="Answered by">{responder === null ? null : visible(responder)}</Fact>
      <Fact name="Time">{timed.length === 0 ? null : timed.join(', ')}</Fact>
      {dns === null ? null : <Dns dns={dns} />}
      {tls === null ? null : <Tls tls={tls} />}
      <Fact name="gRPC">
        {grpc === undefined
          ? null
          : [grpc.call, grpc.status, grpc.health, grpc.message]
              .flatMap((each) => (each === null ? [] : visible(each)))
              .join(', ')}
      </Fact>
      {http === null ? null : <Http http={http} />}
      <Fact name="Result">
        <code>{result.id}</code>
      </Fact>
    </dl>
  )
}

/** A term with what it is; nothing where there is nothing. */
const Fact = ({ name, children }: { name: string; children?: Child }) =>
  children === null || children === undefined ? null : (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  )

function names(list: readonly string[]): string {
  const more = list.length - NAMES_MAX
  const told = list.slice(0, NAMES_MAX).map((name) => visible(shorten(name, VALUE_MAX)))
  return more > 0 ? `${told.join(', ')} and ${more} more` : told.join(', ')
}

function Dns({ dns }: { dns: NonNullable<Result['dns']> }) {
  const { server, name, type, rcode, answers, cname, ttl, lookup, aaaa, unanswered, transport, truncated, resent } = dns
  const notes = [
    server === null ? '' : `asked ${visible(server)}${transport === undefined ? '' : ` over ${transport}`}`,
    cname === null ? '' : `CNAME ${visible(cname)}`,
    ttl === null ? '' : `TTL ${ttl} s`,
    lookup === null ? '' : `an application finds ${names(lookup) || 'nothing'}`,
    aaaa === undefined ? '' : `AAAA: ${visible(aaaa)}`,
    unanswered === undefined ? '' : `no answer from ${names(unanswered)}`,
    truncated === undefined ? '' : 'truncated',
    resent === undefined ? '' : `sent anew ${resent} times`,
  ]
  return (
    <Fact name="DNS">
      <code>
        {visible(name)} {type}
      </code>
      : {visible(rcode ?? 'no rcode')}, {answers.length === 0 ? 'no answers' : names(answers)}
      {notes
        .filter((note) => note !== '')
        .map((note) => `; ${note}`)
        .join('')}
    </Fact>
  )
}

function Tls({ tls }: { tls: NonNullable<Result['tls']> }) {
  const { subject, issuer, altNames, notBefore, notAfter, authorized, authorizationError, protocol } = tls
  return (
    <Fact name="TLS">
      {protocol === null ? '' : `${visible(protocol)}; `}
      {subject === null ? 'the certificate was not seen' : `certificate of ${visible(subject)}`}
      {issuer === null ? '' : `, issued by ${visible(issuer)}`}
      {altNames.length === 0 ? '' : `, for ${names(altNames)}`}
      {notBefore === null || notAfter === null ? '' : `, valid from ${visible(notBefore)} to ${visible(notAfter)}`}
      {authorized === null
        ? ''
        : authorized
          ? '; trusted'
          : `; not trusted${authorizationError === null ? '' : `: ${visible(authorizationError)}`}`}
    </Fact>
  )
}

const CUTS = { limit: 'cut: it is longer than is read', time: 'not read to its end: the time was over' }

function Http({ http }: { http: NonNullable<Result['http']> }) {
  const { status, version, headers, headerBytes, location, bodyBytes, bodySnippet, bodySha256, bodyCut } = http
  const lines = Object.entries(headers)
  return (
    <>
      <Fact name="HTTP">
        {visible(version)} {status}
        {location === null ? '' : `, to ${visible(shorten(location, VALUE_MAX))}`}
      </Fact>
      {lines.length === 0 ? null : (
        <Fact name="Headers">
          <Table
            caption={`${headerBytes} bytes of headers`}
            columns={[{ head: 'Name' }, { head: 'Value' }]}
            rows={lines.map(([name, value]) => ({
              cells: [<code>{visible(name)}</code>, <code>{visible(shorten(value, VALUE_MAX))}</code>],
            }))}
          />
        </Fact>
      )}
      <Fact name="Body">
        {bodyBytes} bytes{bodyCut === undefined ? '' : `, ${CUTS[bodyCut]}`}, SHA-256 <code>{bodySha256}</code>
        {bodySnippet === '' ? null : (
          <pre tabindex={0}>
            <code>{visibleLines(bodySnippet).join('\n')}</code>
          </pre>
        )}
      </Fact>
    </>
  )
}
