/**
 * Every GET that a tenant can send: each route of the application with each thing that it may name, of its own, of
 * another, and such as there is not.
 *
 * @module
 */
import { OpenAPIHono } from '@hono/zod-openapi'
import { mountRoutes } from '../../src/api/app.ts'
import type { ApiEnv } from '../../src/api/route.ts'
import { site } from '../../src/pages/site.ts'
import type { Owned } from './tenants-worlds.ts'

/** Every path with a GET, as the router has it: those that a new route adds are among them. */
export function getRoutes(): readonly string[] {
  const app = new OpenAPIHono<ApiEnv>()
  mountRoutes(app)
  return [...new Set(app.routes.filter(({ method }) => method === 'GET').map(({ path }) => path))]
}

/** Not of anybody: the routes answer alike to all. */
const OPEN = /^\/(livez|readyz|docs|openapi|login|logout|status\/|$)/

/** They need the scope `admin`, which a tenant of these tests does not have, and are refused whoever asks for whatever. */
const REFUSED = /^\/v1\/status-pages/

const MISSING = '01KAXW0000000000000000000A'
const FORMATS = ['json', 'text', 'markdown', 'junit', 'csv', 'tap']
const HISTORY = ['', '/results', '/series', '/incidents', '/report', '/badge.svg']

/** `path` of whose things; `whose: 'own'` is asked in both worlds, `other` names what only the one has. */
export type Question = { path: string; whose: 'own' | 'other'; missing: string | null }

const own = (path: string): Question => ({ path, whose: 'own', missing: null })

/** @param missing the same with names or ids that nobody has. */
const foreign = (path: string, missing: string): Question => ({ path, whose: 'other', missing })

const IDS = {
  '/v1/jobs': ['jobs', 'job'],
  '/v1/batches': ['batches', 'bat'],
  '/v1/schedules': ['schedules', 'sch'],
  '/v1/compares': ['compares', 'cmp'],
} as const

function byId(list: keyof typeof IDS, rest: string, mine: Owned, theirs: Owned): Question[] {
  const [of, prefix] = IDS[list]
  const forms =
    rest === '/report' || (rest === '' && of !== 'schedules')
      ? ['', ...FORMATS.map((format) => `?format=${format}`)]
      : ['']
  return [
    ...mine.made[of].flatMap((id) => forms.map((form) => own(`${list}/${id}${rest}${form}`))),
    ...theirs.made[of].flatMap((id) =>
      forms.map((form) => foreign(`${list}/${id}${rest}${form}`, `${list}/${prefix}_${MISSING}${rest}${form}`)),
    ),
  ]
}

function ofService(rest: string, mine: Owned, theirs: Owned): Question[] {
  const at = (namespace: string, name: string, query = ''): string => `/v1/services/${namespace}/${name}${rest}${query}`
  const forms =
    rest === '/report'
      ? ['', ...FORMATS.map((format) => `?format=${format}`)]
      : ['', '?window=1h', ...(rest === '/results' ? ['?limit=1', '?outcome=fail'] : [])]
  const { data } = theirs
  return [
    ...mine.data.services.flatMap((name) => forms.map((form) => own(at(mine.data.namespace, name, form)))),
    ...data.services.flatMap((name) => [
      // Another's namespace, and another's name in one's own
      foreign(at(data.namespace, name), at('nobodys', 'none')),
      foreign(at(mine.data.namespace, name), at(mine.data.namespace, 'none')),
    ]),
    ...(data.cluster === mine.data.cluster ? [] : mine.data.services).map((name) =>
      foreign(
        at(mine.data.namespace, name, `?cluster=${data.cluster}`),
        at(mine.data.namespace, name, '?cluster=nowhere'),
      ),
    ),
  ]
}

/** The filters of lists that can name something. */
function filters(path: string, mine: Owned, theirs: Owned, extra: readonly string[] = []): Question[] {
  const { data } = theirs
  const named: [string, string, string][] = [
    ['namespace', data.namespace, 'nobodys'],
    ...(data.cluster === mine.data.cluster
      ? []
      : ([['cluster', data.cluster, 'nowhere']] as [string, string, string][])),
    ...(path === '/v1/jobs'
      ? ([
          ['service', data.services[0] ?? '', 'none'],
          ['label', `team=${data.word}`, 'team=none'],
        ] as [string, string, string][])
      : []),
  ]
  return [
    own(path),
    own(`${path}?namespace=${mine.data.namespace}`),
    ...extra.map((query) => own(`${path}?${query}`)),
    ...named.map(([name, theirs, none]) =>
      foreign(`${path}?${name}=${encodeURIComponent(theirs)}`, `${path}?${name}=${encodeURIComponent(none)}`),
    ),
  ]
}

const ANSWERS: Readonly<Record<string, (mine: Owned, theirs: Owned) => Question[]>> = {
  '/v1/jobs': (mine, theirs) =>
    filters('/v1/jobs', mine, theirs, [
      'limit=1',
      'verdict=fail',
      'status=finished',
      `label=team%3D${mine.data.word}`,
      'from=2026-01-01T00:00:00Z',
    ]),
  '/v1/whoami': () => [own('/v1/whoami')],
  '/v1/jobs/:id': (mine, theirs) => byId('/v1/jobs', '', mine, theirs),
  '/v1/jobs/:id/report': (mine, theirs) => byId('/v1/jobs', '/report', mine, theirs),
  '/v1/jobs/:id/events': (mine, theirs) => byId('/v1/jobs', '/events', mine, theirs),
  '/v1/batches': () => [own('/v1/batches'), own('/v1/batches?limit=1')],
  '/v1/batches/:id': (mine, theirs) => byId('/v1/batches', '', mine, theirs),
  '/v1/batches/:id/report': (mine, theirs) => byId('/v1/batches', '/report', mine, theirs),
  '/v1/compares/:id': (mine, theirs) => byId('/v1/compares', '', mine, theirs),
  '/v1/compares/:id/report': (mine, theirs) => byId('/v1/compares', '/report', mine, theirs),
  '/v1/schedules': () => [own('/v1/schedules'), own('/v1/schedules?limit=1'), own('/v1/schedules?managedBy=none')],
  '/v1/schedules/:id': (mine, theirs) => byId('/v1/schedules', '', mine, theirs),
  '/v1/schedules/:id/jobs': (mine, theirs) => byId('/v1/schedules', '/jobs', mine, theirs),
  '/v1/services': (mine, theirs) => [
    ...filters('/v1/services', mine, theirs, [
      ...['limit=1', 'window=7d', 'sort=problems', 'sort=problems&limit=1', 'verdict=fail', 'verdict=pass'],
      ...['totals=true', 'days=90', 'verdict=fail&sort=problems&days=7&totals=true'],
    ]),
    foreign(`/v1/services?totals=true&days=7&q=${theirs.data.word}`, '/v1/services?totals=true&days=7&q=none'),
  ],
  '/v1/incidents': (mine, theirs) =>
    filters('/v1/incidents', mine, theirs, [
      'limit=1&whole=true',
      'open=true',
      'open=false',
      'whole=true',
      'to=2026-01-01T00:00:00Z',
    ]),
  ...Object.fromEntries(
    HISTORY.map((rest) => [
      `/v1/services/:namespace/:name${rest}`,
      (mine: Owned, theirs: Owned) => ofService(rest, mine, theirs),
    ]),
  ),
  '/v1/report': (mine, theirs) =>
    filters(
      '/v1/report',
      mine,
      theirs,
      FORMATS.map((format) => `format=${format}`),
    ),
  '/v1/clusters': () => [own('/v1/clusters')],
  '/v1/clusters/:cluster/services': (mine, theirs) => [
    own('/v1/clusters/default/services'),
    own(`/v1/clusters/default/services?namespace=${mine.data.namespace}`),
    foreign(
      `/v1/clusters/default/services?namespace=${theirs.data.namespace}`,
      '/v1/clusters/default/services?namespace=nobodys',
    ),
    foreign(`/v1/clusters/default/services?q=${theirs.data.word}`, '/v1/clusters/default/services?q=none'),
  ],
  '/v1/audit': (mine, theirs) => [
    ...['', '?limit=1', '?actor=admin', '?action=job.created'].map((query) => own(`/v1/audit${query}`)),
    ...Object.entries(IDS).flatMap(([, [of, prefix]]) => [
      ...mine.made[of].map((id) => own(`/v1/audit?resource=${id}`)),
      ...theirs.made[of].map((id) => foreign(`/v1/audit?resource=${id}`, `/v1/audit?resource=${prefix}_${MISSING}`)),
    ]),
  ],
  '/v1/tokens': () => [own('/v1/tokens'), own('/v1/tokens?limit=1')],
  '/v1/tokens/:id': () => [foreign('/v1/tokens/admin', '/v1/tokens/none')],
  '/v1/egress': () => [own('/v1/egress?address=10.0.0.1'), own('/v1/egress?address=169.254.169.254&port=80')],
  '/metrics': () => [own('/metrics')],
  '/v1/gates/argo-rollouts': (mine, theirs) => [
    own('/v1/gates/argo-rollouts?service=none'),
    foreign(
      `/v1/gates/argo-rollouts?service=${theirs.data.services[0] ?? ''}&namespace=${theirs.data.namespace}`,
      '/v1/gates/argo-rollouts?service=none&namespace=nobodys',
    ),
    own(`/v1/gates/argo-rollouts?service=none&namespace=${mine.data.namespace}`),
  ],
  '/probe': () => [own('/probe?target=127.0.0.1:1&module=tcp_connect')],
}

/** All questions. @throws Error if the application has a GET of which nothing is asked here. */
export function questions(mine: Owned, theirs: Owned): readonly Question[] {
  return getRoutes().flatMap((path) => {
    const ask = ANSWERS[path]
    if (ask === undefined && !OPEN.test(path) && !REFUSED.test(path)) {
      throw new Error(`GET ${path} is not asked: say in ANSWERS what a tenant may ask of it`)
    }
    return ask?.(mine, theirs) ?? []
  })
}

/** Of nobody, or told by tests of their own. */
const PAGES_OF_NOBODY = /^\/(?:assets|docs|favicon\.ico|status|status-pages)(?:\/|$)/

/** The addresses of every page that a tenant may look at, with what is its own and with what is another's. */
export function pages(mine: Owned, theirs: Owned): readonly string[] {
  const app = new OpenAPIHono<ApiEnv>()
  site.mount(app)
  const paths = app.routes.filter(({ method, path }) => method === 'GET' && !path.startsWith('/v1/')).map((r) => r.path)
  return [...new Set(paths)]
    .filter((path) => !PAGES_OF_NOBODY.test(path))
    .flatMap((path) => [mine, theirs].flatMap((whose) => filledIn(path, whose)))
}

function filledIn(path: string, { made, data }: Owned): string[] {
  const at = path
    .replace(':cluster', data.cluster)
    .replace(':namespace', data.namespace)
    .replace(':name', data.services[0] ?? 'none')
  if (!at.includes(':')) {
    return path === at ? [path, `${path}?namespace=${data.namespace}`, `${path}?q=${data.word}`] : [at]
  }
  const of = Object.entries(IDS).find(([list]) => at.startsWith(list.replace('/v1', '')))
  return of === undefined ? [at.replace(':id', 'admin')] : made[of[1][0]].map((id) => at.replace(':id', id))
}
