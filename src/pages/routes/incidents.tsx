/**
 * `/incidents`: those of all Services, the open ones first.
 *
 * @module
 */
import type { Api, ApiContext } from '../../api/route.ts'
import { PortolanProblem, type TargetIncident } from '../../client/index.ts'
import { toInstant } from '../../lib/clock.ts'
import { visible } from '../../report/visible.ts'
import { ask } from '../ask.ts'
import { answerPage, page } from '../page.tsx'
import { IncidentText } from '../parts/incident.tsx'
import { Pager } from '../parts/pager.tsx'
import { type Query, QueryChoice, QueryField, QueryForm } from '../parts/query-form.tsx'
import { ServiceLink } from '../parts/service-link.tsx'
import { askedOf } from '../query.ts'

type Shown = 'all' | 'open' | 'ended'
const SHOWN: Readonly<Record<Shown, string>> = { all: 'All', open: 'Open', ended: 'Ended' }

/** Holds the fields of the form. One that is left empty filters nothing. */
type Asked = {
  cluster?: string
  namespace?: string
  shown: Shown
  /** True to show incidents of single paths too, not only of Services as a whole. */
  withPaths: boolean
  from?: string
  to?: string
}

const PAGE = 50

export function mountIncidentsPage(app: Api): void {
  page(app, { path: '/incidents', scope: 'reports:read', api: '/v1/incidents' }, async (context) => {
    const asked = readAsked(context)
    const cursor = context.req.query('cursor') || undefined
    const found = await listed(context, asked, cursor)
    const refused = found instanceof PortolanProblem
    return answerPage(
      context,
      { title: 'Incidents', nav: 'incidents', styles: ['service.css'], status: refused ? 400 : 200 },
      <>
        <h1>Incidents</h1>
        <Form of={{ asked: askedOf(context, FIELDS), refused: refused ? found : null }} />
        {refused ? null : <Found {...{ found, asked, cursor, now: toInstant(context.get('deps').clock.now()) }} />}
      </>,
    )
  })
}

type Page = { items: readonly TargetIncident[]; nextCursor: string | null }
type FoundProps = { found: Page; asked: Asked; cursor: string | undefined; now: string }

function Found({ found: { items, nextCursor }, asked, cursor, now }: FoundProps) {
  const first = cursor === undefined ? null : `/incidents${textOf(asked)}`
  const next = nextCursor === null ? null : `/incidents${textOf(asked, nextCursor)}`
  return (
    <>
      <List {...{ items, now }} />
      <Pager first={first} next={next} />
    </>
  )
}

/** A page of them, or what is wrong with what was asked for. */
async function listed(context: ApiContext, asked: Asked, cursor: string | undefined): Promise<Page | PortolanProblem> {
  const { shown, withPaths, from, to, ...equal } = asked
  try {
    return await ask(context).listIncidents({
      ...equal,
      ...(shown !== 'all' && { open: shown === 'open' }),
      ...(withPaths ? {} : { whole: true }),
      from: instantOf(from),
      to: instantOf(to),
      cursor,
      limit: PAGE,
    })
  } catch (error) {
    if (error instanceof PortolanProblem && error.code === 'invalid_request') {
      return error
    }
    throw error
  }
}

function readAsked(context: ApiContext): Asked {
  const given = context.req.query()
  const text = (name: 'cluster' | 'namespace' | 'from' | 'to') => (given[name] ? { [name]: given[name] } : {})
  return {
    ...text('cluster'),
    ...text('namespace'),
    ...text('from'),
    ...text('to'),
    shown: given.shown === 'open' || given.shown === 'ended' ? given.shown : 'all',
    withPaths: given.paths === 'yes',
  }
}

/** A date alone begins with its day, UTC; what is none is refused by the API in its own words. */
const instantOf = (text: string | undefined): string | undefined =>
  text !== undefined && /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text

function textOf({ shown, withPaths, ...equal }: Asked, cursor?: string): string {
  const query = new URLSearchParams({
    ...equal,
    ...(shown !== 'all' && { shown }),
    ...(withPaths && { paths: 'yes' }),
    ...(cursor !== undefined && { cursor }),
  }).toString()
  return query === '' ? '' : `?${query}`
}

const FIELDS = ['cluster', 'namespace', 'from', 'to', 'shown', 'paths']

const Form = ({ of }: { of: Query }) => (
  <QueryForm of={of} action="/incidents" names={FIELDS} label="Which incidents">
    <QueryField of={of} name="cluster" label="Cluster" />
    <QueryField of={of} name="namespace" label="Namespace" />
    <QueryField of={of} name="from" label="From (day, UTC)" />
    <QueryField of={of} name="to" label="To (day, UTC)" />
    <QueryChoice of={of} name="shown" label="State" options={SHOWN} />
    <QueryChoice
      of={of}
      name="paths"
      label="Of"
      options={{ no: 'Services, one line each', yes: 'Services and their paths' }}
    />
  </QueryForm>
)

function List({ items, now }: { items: readonly TargetIncident[]; now: string }) {
  if (items.length === 0) {
    return <p>No incident matches.</p>
  }
  const open = items.filter(({ endedAt }) => endedAt === null)
  const ended = items.filter(({ endedAt }) => endedAt !== null)
  return (
    <>
      <Part title="Open, the newest first" items={open} now={now} />
      <Part title="Ended, the last first" items={ended} now={now} />
    </>
  )
}

function Part({ title, items, now }: { title: string; items: readonly TargetIncident[]; now: string }) {
  return items.length === 0 ? null : (
    <section>
      <h2>{title}</h2>
      <ul class="told">
        {items.map((incident) => (
          <li id={incident.id}>
            <IncidentText {...{ incident, now, what: <Subject incident={incident} /> }} />
          </li>
        ))}
      </ul>
    </section>
  )
}

/** The Service, or which of its paths. */
function Subject({ incident: { target, path } }: { incident: TargetIncident }) {
  return (
    <>
      <ServiceLink target={target} query="?window=30d#incidents" /> in {visible(target.cluster)}
      {path === null ? null : (
        <>
          {', path '}
          <code>{visible(path)}</code>
        </>
      )}
    </>
  )
}
