/** A comparison as a page shows it: both sides, what differs and what that means, what varies, what was not asked. */
import type { Child } from 'hono/jsx'
import type { Compare, ComparedRequest, SideAnswer } from '../../client/schema.ts'
import { answerName, requestName, sideName } from '../../report/compare/document.ts'
import { DIFFERENCES } from '../../report/compare/meanings.ts'
import { countsOfCompare, notCountedLines } from '../../report/compare/text.ts'
import { duration } from '../../report/phrases.ts'
import { visible } from '../../report/visible.ts'
import { described } from '../described.ts'
import { Copy } from '../parts/copy.tsx'
import { Facts } from '../parts/facts.tsx'
import { Lines } from '../parts/lines.tsx'
import { Section } from '../parts/section.tsx'
import { State } from '../parts/state.tsx'
import { Table } from '../parts/table.tsx'
import { TakeAway } from '../parts/take-away.tsx'
import { Time } from '../parts/time.tsx'
import { ObjectsUsed } from './beside.tsx'
import { JobProblem } from './job-view.tsx'
import { hasEnded, stateOf } from './words.ts'

export const countsOf = (compare: Compare): string => countsOfCompare(described(compare))

/** Requests that are alike are listed up to here. */
const ALIKE_MAX = 200

export function CompareView({ compare, actions = null }: { compare: Compare; actions?: Child }) {
  const ended = hasEnded(compare)
  const of = (outcome: ComparedRequest['outcome']) => compare.requests.filter((each) => each.outcome === outcome)
  const document = described(compare)
  const alike = of('alike')
  return (
    <>
      <h1>
        <State {...stateOf(compare)} /> Comparison of two ways in
      </h1>
      <p class="lead">
        {WORDS[compare.verdict ?? 'none']} {countsOf(compare)}.
      </p>
      <JobProblem problem={compare.problem} />
      <Facts of={factsOf(compare)} />
      {actions}
      {ended ? <TakeAway href={`/v1/compares/${compare.id}/report`} name={`portolan-${compare.id}`} /> : null}
      <Differences of={of('different')} />
      <Reasons title="Errors of Portolan's own" of={of('error')} />
      <Reasons title="Could not be asked" of={of('unasked')} />
      {alike.length === 0 ? null : (
        <Section title="Alike" level={2}>
          <AlikeTable requests={alike.slice(0, ALIKE_MAX)} />
          {alike.length <= ALIKE_MAX ? null : <p>{alike.length - ALIKE_MAX} more are alike; the CSV has them all.</p>}
        </Section>
      )}
      <List title="What varies, and does not count" lines={notCountedLines(described(alike))} />
      <List title="Not asked yet" lines={of(null).map(requestName)} />
      <List
        title="Not sent"
        lines={document.notSent.map(({ side, request, reason }) => `${request} (${side}): ${reason}`)}
      />
      <ObjectsUsed objects={compare.objects} />
    </>
  )
}

const WORDS = {
  pass: 'Both sides answer alike.',
  fail: 'The sides answer differently.',
  error: 'Portolan itself failed at some of it. That says nothing about either side.',
  inconclusive: 'One side could not be asked, so they cannot be compared.',
  none: 'There is no verdict yet.',
} as const

function factsOf(compare: Compare): [string, Child | null][] {
  const { left, right, target, vantage, triesEach, createdAt, finishedAt, durationMs, ignoreHeaders } =
    described(compare)
  return [
    ['Left', <code>{visible(sideName(left))}</code>],
    ['Right', <code>{visible(sideName(right))}</code>],
    ['Namespace', visible(target.namespace)],
    ['Cluster', visible(target.cluster)],
    ['Seen from', visible(vantage)],
    ['Each request', `${triesEach} times to each side`],
    ['Asked for', <Time at={createdAt} />],
    ['Ended', finishedAt === null ? null : <Time at={finishedAt} />],
    ['Took', durationMs === null ? null : duration(durationMs)],
    ['Ignored headers', ignoreHeaders.length === 0 ? null : visible(ignoreHeaders.join(', '))],
  ]
}

type Requests = readonly ComparedRequest[]

const Differences = ({ of }: { of: Requests }) =>
  of.length === 0 ? null : (
    <Section title="What differs" level={2}>
      {of.map((request) => (
        <Different request={request} />
      ))}
    </Section>
  )

const Reasons = ({ title, of }: { title: string; of: Requests }) => (
  <List title={title} lines={of.map((request) => `${requestName(request)}: ${request.reason ?? ''}`)} />
)

const List = ({ title, lines }: { title: string; lines: readonly string[] }) =>
  lines.length === 0 ? null : (
    <Section title={title} level={2}>
      <ul>
        {lines.map((line) => (
          <li>{visible(line)}</li>
        ))}
      </ul>
    </Section>
  )

function Different({ request }: { request: ComparedRequest }) {
  const { differences, notCounted, left, right } = request
  return (
    <article class="finding certain">
      <h3>{visible(requestName(request))}</h3>
      <Table
        caption={`What each side says to ${visible(requestName(request))}`}
        isCaptionHidden
        columns={[{ head: 'What' }, { head: 'Left' }, { head: 'Right' }]}
        rows={[
          { cells: ['Answer', said(left), said(right)] },
          { cells: ['Asked at', askedAt(left), askedAt(right)] },
          { cells: ['Time', duration(left.totalMs), duration(right.totalMs)] },
          ...differences.map(({ kind, field, left: own, right: other }) => ({
            cells: [
              <>
                {DIFFERENCES[kind].title}: <code>{visible(field)}</code>
              </>,
              value(own),
              value(other),
            ],
          })),
        ]}
      />
      <ul>
        {unique(differences.map(({ means, next }) => `${means} ${next}`)).map((text) => (
          <li>
            <Lines text={text} />
          </li>
        ))}
      </ul>
      {notCounted.length === 0 ? null : (
        <p class="quiet">Not counted: {visible(notCounted.map(({ field, why }) => `${field} ${why}`).join('; '))}.</p>
      )}
      <Again side="left" answer={left} />
      <Again side="right" answer={right} />
    </article>
  )
}

const unique = (texts: readonly string[]): string[] => [...new Set(texts)]
const said = (answer: SideAnswer): string => visible(answerName(described(answer)))
const value = (text: string | null) => (text === null ? <em>absent</em> : <code>{visible(text)}</code>)
const askedAt = ({ address, addressPort }: SideAnswer): string =>
  address === null ? '–' : visible(`${address}${addressPort === null ? '' : ` port ${addressPort}`}`)

const Again = ({ side, answer: { curl } }: { side: string; answer: SideAnswer }) =>
  curl === null ? null : (
    <>
      <p class="quiet">Ask the {side} side yourself:</p>
      <Copy text={visible(curl)} />
    </>
  )

const AlikeTable = ({ requests }: { requests: Requests }) => (
  <Table
    caption="Requests that both sides answer alike"
    isCaptionHidden
    columns={[
      { head: 'Request' },
      { head: 'Answer' },
      { head: 'Left', isNumber: true },
      { head: 'Right', isNumber: true },
    ]}
    rows={requests.map((request) => ({
      cells: [
        visible(requestName(request)),
        said(request.left),
        duration(request.left.totalMs),
        duration(request.right.totalMs),
      ],
    }))}
  />
)
