/**
 * `/services/{cluster}/{namespace}/{name}`: all that is known of a Service.
 *
 * @module
 */
import type { Api, ApiContext } from '../../api/route.ts'
import { type Client, PortolanProblem } from '../../client/index.ts'
import { visible } from '../../report/visible.ts'
import { ask } from '../ask.ts'
import { addressesOf } from '../assets.ts'
import { answerPage, form, mayUse, page } from '../page.tsx'
import { ServiceLink, servicePath } from '../parts/service-link.tsx'
import { Answers } from '../service/answers.tsx'
import { Because } from '../service/because.tsx'
import type { ServiceHistory, Target } from '../service/documents.ts'
import { Findings } from '../service/findings.tsx'
import { Incidents } from '../service/incidents.tsx'
import { LookAgain, LookNow, lookOf } from '../service/look.tsx'
import { NotThere, namedLike, nearMisses } from '../service/not-there.tsx'
import { Paths } from '../service/paths.tsx'
import { Plots } from '../service/plots.tsx'
import { readQuery, WINDOWS } from '../service/query.ts'
import { Results } from '../service/results.tsx'
import { TakeAway } from '../service/take-away.tsx'
import { WayMap } from '../service/way-map.tsx'

const PATH = '/services/:cluster/:namespace/:name'

/** Results on a page. */
const RESULTS = 20

export function mountServicePage(app: Api): void {
  page(
    app,
    { path: PATH, scope: 'reports:read', api: '/v1/services/{namespace}/{name}?cluster={cluster}' },
    async (context) => {
      const target = targetOf(context)
      const client = ask(context)
      const service = await found(client, target, readQuery(context).window)
      return service instanceof PortolanProblem
        ? answerNotThere(context, client, target, service)
        : answerService(context, client, service)
    },
  )

  page(
    app,
    { path: '/services/:namespace/:name', scope: 'reports:read', api: '/v1/services/{namespace}/{name}' },
    answerByName,
  )

  form(app, { path: `${PATH}/look`, scope: 'jobs:write' }, async (context) => {
    const client = ask(context)
    const schedule = context.req.query('schedule')
    const made =
      schedule === undefined
        ? await client.createJob({ target: targetOf(context) })
        : await client.runSchedule(schedule)
    const list = made.id.startsWith('bat_') ? 'batches' : 'jobs'
    return context.redirect(`/${list}/${made.id}`, 303)
  })
}

function targetOf(context: ApiContext): Target {
  const { cluster = '', namespace = '', name = '' } = context.req.param() as Record<string, string>
  return { cluster, namespace, service: name }
}

/** @returns why not, where there is none. */
async function found(
  client: Client,
  { cluster, namespace, service }: Target,
  window: string,
): Promise<ServiceHistory | PortolanProblem> {
  try {
    return await client.getService(namespace, service, { cluster, window })
  } catch (error) {
    if (error instanceof PortolanProblem && error.code === 'not_found') {
      return error
    }
    throw error
  }
}

async function answerService(context: ApiContext, client: Client, service: ServiceHistory): Promise<Response> {
  const { target } = service
  const { cluster, namespace, service: name } = target
  const query = readQuery(context)
  const { window, filters, cursor } = query
  const [report, series, results, look, all] = await Promise.all([
    client.getServiceReport(namespace, name, { cluster, window }),
    client.getServiceSeries(namespace, name, { cluster, window, step: WINDOWS[window].step }),
    // Words of a query that the API does not know are refused by it
    client.listServiceResults(namespace, name, { cluster, ...(filters as object), cursor, limit: RESULTS }),
    lookOf(context, client, service),
    namedLike(client, target),
  ])
  const others = all.filter((each) => each.cluster !== cluster)
  const path = servicePath(target)
  const addresses = await addressesOf(context.get('deps').asset, ['uplot.js', 'uplot.css'])
  const origin = context.get('deps').settings.publicUrl ?? new URL(context.req.url).origin
  return answerPage(
    context,
    {
      title: `${visible(namespace)}/${visible(name)}`,
      nav: 'services',
      styles: ['findings.css', 'map.css', 'job.css', 'service.css'],
      scripts: ['plot.js'],
    },
    <>
      <h1>
        {visible(namespace)}/{visible(name)} <small class="quiet">in cluster {visible(cluster)}</small>
      </h1>
      {others.length === 0 ? null : (
        <p>
          Another of this name is in{' '}
          {others.map((other, at) => (
            <>
              {at === 0 ? '' : ', '}
              <a href={servicePath(other)}>{visible(other.cluster)}</a>
            </>
          ))}
          .
        </p>
      )}
      <Answers {...{ service, report, window, look: <LookNow {...{ look, target }} isBrief /> }} />
      <WayMap {...{ service, query }} />
      <Findings service={service} />
      <Paths {...{ service, report }} />
      <Incidents {...{ service, report, query }} />
      <Plots {...{ series, report, target, query, addresses }} />
      <Results {...{ service, results, query, path }} />
      <Because service={service} />
      <LookAgain {...{ look, target, origin }} />
      <TakeAway {...{ service, window }} />
    </>,
  )
}

async function answerNotThere(
  context: ApiContext,
  client: Client,
  target: Target,
  problem: PortolanProblem,
): Promise<Response> {
  const near = await nearMisses(context, client, target)
  return answerPage(
    context,
    { title: 'Nothing is known of it', nav: 'services', styles: ['service.css'], status: 404 },
    <NotThere {...{ target, problem, found: near, mayLook: mayUse(context, 'jobs:write') }} />,
  )
}

/** Answers an address without a cluster: leads to the Service if only one cluster has it, else asks which is meant. */
async function answerByName(context: ApiContext): Promise<Response> {
  const { namespace = '', name = '' } = context.req.param() as Record<string, string>
  const client = ask(context)
  const only = await client.getService(namespace, name).catch((error: unknown) => {
    if (error instanceof PortolanProblem && error.errors.some(({ pointer }) => pointer === '?cluster')) {
      return null
    }
    throw error
  })
  if (only !== null) {
    return context.redirect(servicePath(only.target) + new URL(context.req.url).search, 303)
  }
  const all = await namedLike(client, { namespace, service: name })
  const title = `${visible(namespace)}/${visible(name)} in ${all.length} clusters`
  return answerPage(
    context,
    { title, nav: 'services' },
    <>
      <h1>{title}</h1>
      <ul>
        {all.map((target) => (
          <li>
            <ServiceLink target={target} /> in cluster {visible(target.cluster)}
          </li>
        ))}
      </ul>
    </>,
  )
}
