/**
 * The first screen of a Service: is it red, since when, is it one node or all, why, what must I change, is it fixed.
 * Each sentence is put together from numbers of the API.
 *
 * @module
 */
import type { Child } from 'hono/jsx'
import { visible } from '../../report/visible.ts'
import { percentOf } from '../../report/window-words.ts'
import { Confidence } from '../parts/findings.tsx'
import { State } from '../parts/state.tsx'
import { Time } from '../parts/time.tsx'
import { type ServiceHistory, type ServiceReport, testedPaths } from './documents.ts'
import { WINDOWS, type WindowName } from './query.ts'
import { whereItFails } from './where.ts'
import { forHowLong } from './words.ts'

type Shown = { service: ServiceHistory; report: ServiceReport; window: WindowName; look: Child }
type Told = Pick<Shown, 'service' | 'report'>

/** @param look how to look again: what is said and offered for it. */
export function Answers({ service, report, window, look }: Shown) {
  return (
    <section class={`answers ${service.state ?? 'unknown'}`} aria-label="In short">
      <p class="headline">
        <State of={service.state} text={HEADLINES[service.state ?? 'unknown']} /> <Sentence {...{ service, report }} />
      </p>
      <dl>
        <Why service={service} />
        <div>
          <dt>{service.state === 'fail' ? 'Is it fixed' : 'Last look'}</dt>
          <dd>
            <LastLook {...{ service, report }} /> {look}
          </dd>
        </div>
        <div>
          <dt>Last {WINDOWS[window].text}</dt>
          <dd>
            {percentOf(report.counts)} available; {incidentsIn(report)}
          </dd>
        </div>
      </dl>
    </section>
  )
}

const HEADLINES = { pass: 'Passes', fail: 'Fails', unknown: 'Never tested' }

function Sentence({ service, report }: Told) {
  const { state, sinceAt } = service
  const since =
    sinceAt === null ? null : (
      <>
        since <Time at={sinceAt} /> ({forHowLong(sinceAt, report.to)})
      </>
    )
  const tested = testedPaths(service)
  if (state === null) {
    return <>No path could be tested so far: the table of paths says why.</>
  }
  if (state === 'pass') {
    return (
      <>
        {since}:{' '}
        {tested.length === 1
          ? 'the only path that is tested passes'
          : `all ${tested.length} paths that are tested pass`}
        .
      </>
    )
  }
  const where = whereItFails(tested)
  return (
    <>
      {since}:{' '}
      {where ?? `each of ${tested.length} paths passes by itself; what was expected of them together is not met`}.
    </>
  )
}

/** The first finding explains the most: the API has them in that order. */
function Why({ service: { diagnosis, state } }: { service: ServiceHistory }) {
  const findings = diagnosis?.findings ?? []
  const [first] = findings
  if (first === undefined) {
    return state === 'fail' ? (
      <div>
        <dt>Why</dt>
        <dd>No finding explains it. The results below have what was answered.</dd>
      </div>
    ) : null
  }
  const more = findings.length - 1
  return (
    <>
      <div>
        <dt>{state === 'fail' ? 'Why' : 'Found'}</dt>
        <dd>
          <a href="#finding-1">{visible(first.title)}</a> <Confidence of={first.confidence} />
          {more === 0 ? null : `, and ${more} more ${more === 1 ? 'finding' : 'findings'}`}
        </dd>
      </div>
      <div>
        <dt>What to change</dt>
        <dd>{visible(first.fix)}</dd>
      </div>
    </>
  )
}

function LastLook({ service, report }: Told) {
  const { state, lastAt, lastVerdict, lastJobId, lastSummary } = service
  const job = <a href={`/jobs/${lastJobId}`}>last job</a>
  const when = (
    <>
      <Time at={lastAt} /> ({forHowLong(lastAt, report.to)} ago)
    </>
  )
  const part = lastSummary !== null && lastSummary.leftOut > 0 ? partOf(lastSummary) : null
  const looked = part === null ? '' : `, which looked at ${part} paths`
  if (state === 'fail') {
    return lastVerdict === 'fail' ? (
      <>
        No: the {job}, {when}
        {looked}, still failed.
      </>
    ) : (
      <>
        Not shown: the {job}, {when}
        {looked}, ended as {lastVerdict}, and what fails is as it was seen before.
      </>
    )
  }
  const [incident] = report.incidents.filter(({ path, endedAt }) => path === null && endedAt !== null)
  return (
    <>
      The {job}, {when}
      {looked}, ended as {lastVerdict}.{' '}
      {incident?.endedAt == null ? null : (
        <>
          It failed last from <Time at={incident.startedAt} /> to <Time at={incident.endedAt} /> (
          {forHowLong(incident.startedAt, incident.endedAt)}).
        </>
      )}
    </>
  )
}

/** `3 of 22`, checks counted each. */
function partOf({ pass, fail, error, skipped, leftOut }: NonNullable<ServiceHistory['lastSummary']>): string {
  return `${pass + fail + error} of ${pass + fail + error + skipped + leftOut}`
}

function incidentsIn({ incidents }: ServiceReport): string {
  const whole = incidents.filter(({ path }) => path === null)
  const open = whole.filter(({ endedAt }) => endedAt === null).length
  const told = whole.length === 0 ? 'no incident' : whole.length === 1 ? '1 incident' : `${whole.length} incidents`
  if (open === 0) {
    return `${told}.`
  }
  return whole.length === open ? `${told}, open.` : `${told}, ${open} of them open.`
}
