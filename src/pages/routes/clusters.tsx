/** `/clusters`: the clusters that are read, what may not be read of them, and the Services that they have now. */
import type { Api, ApiContext } from '../../api/route.ts'
import type { Cluster, LiveService } from '../../client/schema.ts'
import { ask } from '../ask.ts'
import { answerPage, form, mayUse, page } from '../page.tsx'
import { Copy } from '../parts/copy.tsx'
import { orRefusal, type Refusal, readForm } from '../parts/form.ts'
import { Pager } from '../parts/pager.tsx'
import { QueryField, QueryForm } from '../parts/query-form.tsx'
import { State, type StateName } from '../parts/state.tsx'
import { Table } from '../parts/table.tsx'
import { Time } from '../parts/time.tsx'
import { askedOf, hrefWith } from '../query.ts'

const look = { nav: 'clusters', styles: ['admin.css'] } as const

export function mountClustersPages(app: Api): void {
  page(app, { path: '/clusters', scope: 'plan', api: '/v1/clusters' }, async (context) => {
    const asked = askedOf(context, [])
    const { items, nextCursor } = await ask(context).listClusters(asked)
    return answerPage(
      context,
      { title: 'Clusters', ...look },
      <>
        <h1>Clusters</h1>
        {items.map((cluster) => (
          <OneCluster of={cluster} />
        ))}
        <Pager
          first={asked.cursor === undefined ? null : '/clusters'}
          next={nextCursor === null ? null : hrefWith('/clusters', asked, { cursor: nextCursor })}
        />
      </>,
    )
  })
  page(app, { path: '/clusters/:cluster', scope: 'plan', api: '/v1/clusters/{cluster}/services' }, (context) =>
    answerServices(context, null),
  )
  form(app, { path: '/clusters/:cluster/look', scope: 'jobs:write' }, async (context) => {
    const sent = await readForm(context)
    const target = { cluster: clusterOf(context), namespace: sent.text('namespace'), service: sent.text('service') }
    const tried = await orRefusal(() => ask(context).createJob({ target }))
    return 'refusal' in tried ? answerServices(context, tried.refusal) : context.redirect(`/jobs/${tried.done.id}`, 303)
  })
}

const STATES: Readonly<Record<Cluster['state'], { of: StateName; text: string; words: string }>> = {
  synced: { of: 'pass', text: 'Read', words: 'It answers.' },
  syncing: { of: 'running', text: 'Not asked yet', words: 'It has not answered yet. Load the page again in a moment.' },
  unreachable: { of: 'error', text: 'Out of reach', words: 'No connection, or no answer of a Kubernetes API in time.' },
  refused: {
    of: 'error',
    text: 'Refused',
    words: 'The API server does not take the credentials, or it is another cluster than before.',
  },
  absent: {
    of: 'skipped',
    text: 'Not configured',
    words: 'No way into it is configured: set PORTOLAN_KUBECONFIG, or name a context in PORTOLAN_CLUSTERS.',
  },
}

const IDENTITIES: Readonly<Record<Cluster['identity'], string>> = {
  known: 'the one that had this name before',
  unknown: 'not known: the namespace kube-system may not be read',
  other: 'another one than the one that had this name before; its jobs are refused',
}

function OneCluster({
  of: { name, state, since, server, version, identity, problem, kinds, source },
}: {
  of: Cluster
}) {
  const { of, text, words } = STATES[state]
  const forbidden = kinds.filter((kind) => kind.forbidden)
  return (
    <section>
      <h2>
        <a href={pathOfCluster(name)}>{name}</a>
      </h2>
      <p>
        <State of={of} text={text} /> since <Time at={since} />. {problem ?? words}
      </p>
      <dl class="facts">
        {server === null ? null : (
          <>
            <dt>API server</dt>
            <dd>{server}</dd>
          </>
        )}
        {version === null ? null : (
          <>
            <dt>Version</dt>
            <dd>{version}</dd>
          </>
        )}
        <dt>Way in</dt>
        <dd>
          {source === null ? 'none' : source === 'in-cluster' ? 'the service account of its own pod' : 'a kubeconfig'}
        </dd>
        <dt>Which it is</dt>
        <dd>
          {identity === 'unknown' && state !== 'synced' ? 'not known: it has not been read' : IDENTITIES[identity]}
        </dd>
      </dl>
      {forbidden.length === 0 ? null : (
        <section class="note">
          <h3>What may not be read</h3>
          <p>
            Paths that rest on these kinds are missing from every plan. Each rule allows one of them: fill in for whom,
            and apply it with <code>kubectl apply -f -</code>.
          </p>
          {forbidden.map(({ kind, rule }) => (
            <details>
              <summary>{kind}</summary>
              {rule === null ? null : <Copy text={rule} label={`Copy the rule for ${kind}`} />}
            </details>
          ))}
        </section>
      )}
      {kinds.length === 0 ? (
        <p class="quiet">Which kinds were read is not known, or not for this token.</p>
      ) : (
        <details>
          <summary>{kinds.length} kinds that were read</summary>
          <Table
            caption={`Kinds of ${name}`}
            isCaptionHidden
            columns={[
              { head: 'Kind' },
              { head: 'How' },
              { head: 'Objects held', isNumber: true },
              { head: 'Confirmed' },
            ]}
            rows={kinds.map(({ kind, watched, count, lagMs, forbidden: isForbidden }) => ({
              cells: [
                kind,
                isForbidden ? <State of="error" text="Forbidden" /> : watched ? 'watched' : 'read when needed',
                count === null ? '' : String(count),
                lagMs === null ? '' : `${(lagMs / 1000).toFixed(1)} s ago`,
              ],
            }))}
          />
        </details>
      )}
    </section>
  )
}

const clusterOf = (context: ApiContext): string => context.req.param('cluster') ?? ''
const pathOfCluster = (name: string): string => `/clusters/${encodeURIComponent(name)}`

async function answerServices(context: ApiContext, refusal: Refusal | null): Promise<Response> {
  const cluster = clusterOf(context)
  const asked = askedOf(context, NAMES)
  const tried = await orRefusal(() => ask(context).listClusterServices(cluster, asked))
  // Whoever has the address has it from a link; a cluster that cannot be read is told with the form.
  const wrong = refusal ?? ('refusal' in tried ? tried.refusal : null)
  const here = pathOfCluster(cluster)
  const of = { asked, refused: wrong }
  return answerPage(
    context,
    { title: `Services of ${cluster}`, ...look, status: wrong?.status ?? 200 },
    <>
      <p class="quiet">
        <a href="/clusters">Clusters</a>
      </p>
      <h1>Services of {cluster}</h1>
      <QueryForm of={of} action={here} names={NAMES}>
        {NAMES.map((name) => (
          <QueryField of={of} name={name} label={FILTERS[name]} />
        ))}
      </QueryForm>
      {'refusal' in tried ? null : (
        <>
          <Services
            of={tried.done.items}
            cluster={cluster}
            mayLook={mayUse(context, 'jobs:write')}
            maySchedule={mayUse(context, 'schedules:write')}
          />
          <Pager
            first={asked.cursor === undefined ? null : hrefWith(here, asked, { cursor: null })}
            next={tried.done.nextCursor === null ? null : hrefWith(here, { ...asked, cursor: tried.done.nextCursor })}
          />
        </>
      )}
    </>,
  )
}

const FILTERS = { namespace: 'Namespace', selector: 'Label selector', q: 'Part of namespace/name' } as const
const NAMES = ['namespace', 'selector', 'q'] as const

type ServicesProps = { of: readonly LiveService[]; cluster: string; mayLook: boolean; maySchedule: boolean }

function Services({ of, cluster, mayLook, maySchedule }: ServicesProps) {
  if (of.length === 0) {
    return <p>There are no Services.</p>
  }
  return (
    <Table
      caption="Services that it has now"
      columns={['Service', 'Type', 'Ports', 'Routes', 'Last verdict', 'Actions'].map((head) => ({ head }))}
      rows={of.map(({ namespace, name, type, ports, routes, unread, lastVerdict, lastJobId, lastAt }) => ({
        cells: [
          <a href={`/services/${[cluster, namespace, name].map((part) => encodeURIComponent(part)).join('/')}`}>
            {namespace}/{name}
          </a>,
          type,
          ports
            .map(({ name: port, port: number, protocol }) => `${port === null ? '' : `${port} `}${number}/${protocol}`)
            .join(', '),
          <>
            {routes
              .map(({ kind, namespace: of, name: route }) => `${kind} ${of === namespace ? '' : `${of}/`}${route}`)
              .join(', ') || 'none'}
            {unread.length === 0 ? null : <span class="quiet"> (not read: {unread.join(', ')})</span>}
          </>,
          lastJobId === null || lastAt === null ? (
            'never looked at'
          ) : (
            <>
              <a href={`/jobs/${lastJobId}`}>
                <State of={lastVerdict} />
              </a>{' '}
              <Time at={lastAt} />
            </>
          ),
          <div class="buttons">
            {mayLook ? (
              <form method="post" action={`${pathOfCluster(cluster)}/look`}>
                <input type="hidden" name="namespace" value={namespace} />
                <input type="hidden" name="service" value={name} />
                <button type="submit">
                  Look now
                  <span class="visually-hidden">
                    {' '}
                    at {namespace}/{name}
                  </span>
                </button>
              </form>
            ) : null}
            {maySchedule ? (
              <a class="button" href={`/schedules/new?${new URLSearchParams({ cluster, namespace, service: name })}`}>
                Schedule
                <span class="visually-hidden">
                  {' '}
                  for {namespace}/{name}
                </span>
              </a>
            ) : null}
          </div>,
        ],
      }))}
    />
  )
}
