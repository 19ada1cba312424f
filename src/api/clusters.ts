/**
 * `/v1/clusters`: the clusters that this server reads, and the Services that they have now.
 *
 * @module
 */
import { z } from '@hono/zod-openapi'
import { leadsTo } from '../kube/gateway-index.ts'
import { parseSelector, SelectorError } from '../kube/label-selector.ts'
import { CLUSTER_STATES, type ClusterStatus, IDENTITIES, type ServicesFound } from '../kube/live-clusters.ts'
import type { Ingress, Service } from '../kube/objects.ts'
import { ruleForKind } from '../kube/resources.ts'
import { toInstant } from '../lib/clock.ts'
import { type Principal, reaches } from '../record/principal.ts'
import { type LastVerdict, lastVerdicts } from '../store/clusters.ts'
import { refuseOddNames } from './live-target.ts'
import { answerPage, decodeCursor, encodeCursor, pageFields, pageOf } from './pagination.ts'
import { problems } from './problem.ts'
import { type Api, mount } from './route.ts'
import { InstantSchema, orNull, VerdictSchema } from './schemas.ts'
import { refused } from './window.ts'

const KindSchema = z.object({
  kind: z.string().openapi({ example: 'Service' }),
  count: z
    .int()
    .nullable()
    .openapi({ description: 'The number of objects that a watch holds; null: the kind is read when needed' }),
  watched: z.boolean(),
  lagMs: z
    .number()
    .nullable()
    .openapi({ description: 'Milliseconds since the held objects were confirmed; null: none are held' }),
  forbidden: z.boolean(),
  rule: z.string().nullable().openapi({
    description:
      'Where it is forbidden: the role to add, as YAML for `kubectl apply -f -`, bound to a name that you fill in',
  }),
})

const ClusterSchema = z
  .object({
    name: z.string(),
    source: z
      .enum(['kubeconfig', 'in-cluster'])
      .nullable()
      .openapi({ description: 'null: no access to it is configured' }),
    state: z.enum(CLUSTER_STATES).openapi({
      description:
        'syncing: it has not answered yet. refused: the credentials are not accepted or not available, or it is ' +
        'another cluster than before. absent: no access to it is configured',
    }),
    since: InstantSchema,
    server: z.string().nullable().openapi({ description: 'The URL of the API server, without credentials' }),
    version: z.string().nullable(),
    identity: z.enum(IDENTITIES).openapi({
      description:
        'Whether it is the cluster that had this name before, by the UID of its namespace kube-system. unknown: ' +
        'Portolan may not read that. other: it is another one, and its jobs are refused',
    }),
    problem: z.string().nullable().openapi({ description: 'Why it is not synced, in one line' }),
    kinds: z.array(KindSchema).openapi({
      description: 'The kinds that were read so far. Empty for a token that is narrowed to namespaces',
    }),
  })
  .openapi('Cluster')

const LiveServiceSchema = z
  .object({
    namespace: z.string(),
    name: z.string(),
    type: z.string().openapi({ example: 'ClusterIP' }),
    ports: z.array(z.object({ name: z.string().nullable(), port: z.int(), protocol: z.string() })),
    routes: z.array(z.object({ kind: z.string(), namespace: z.string(), name: z.string() })).openapi({
      description: 'Ingresses, Gateway API routes and OpenShift Routes that name it as their backend',
    }),
    unread: z
      .array(z.string())
      .openapi({ description: 'Kinds of routes that were not read, so that some routes may be missing' }),
    lastVerdict: orNull(VerdictSchema).openapi({ description: 'null: it was never probed with `history`' }),
    lastJobId: z.string().nullable(),
    lastAt: InstantSchema.nullable(),
  })
  .openapi('LiveService')

const tags = ['Clusters']
const ByName = z.tuple([z.string()])
const ByNamespaceAndName = z.tuple([z.string(), z.string()])

export function mountClusters(app: Api): void {
  mount(
    app,
    {
      method: 'get',
      path: '/v1/clusters',
      operationId: 'listClusters',
      scope: 'plan',
      tags,
      summary: 'The clusters that this server reads, each with its state',
      description: 'Sorted by name. A cluster that has not answered for some seconds is asked for its state first.',
      query: z.strictObject(pageFields),
      responses: { ...pageOf(ClusterSchema), ...problems() },
    },
    async (context, { query: { limit, cursor } }) => {
      const [after] = decodeCursor(cursor, ByName) ?? []
      const { clusters, store } = context.get('deps')
      const { principal } = store
      const all = await clusters.statuses()
      const left = all.filter(
        ({ name }) =>
          (after === undefined || name > after) && (principal.clusters === null || principal.clusters.includes(name)),
      )
      const last = left.length > limit ? left[limit - 1] : undefined
      return answerPage(
        context,
        left.slice(0, limit).map((status) => describeCluster(status, principal)),
        last ? encodeCursor([last.name]) : null,
      )
    },
  )

  mount(
    app,
    {
      method: 'get',
      path: '/v1/clusters/{cluster}/services',
      operationId: 'listClusterServices',
      scope: 'plan',
      tags,
      summary: 'Every Service that a cluster has now',
      description: 'Sorted by namespace and name, and read from the API server for each request.',
      params: z.object({ cluster: z.string().max(253).openapi({ example: 'default' }) }),
      query: z.strictObject({
        namespace: z.string().max(63).optional(),
        selector: z
          .string()
          .max(1000)
          .optional()
          .openapi({ description: 'A label selector as kubectl takes it', example: 'app in (a,b)' }),
        q: z.string().max(128).optional().openapi({ description: 'A part of `namespace/name`' }),
        ...pageFields,
      }),
      responses: {
        ...pageOf(LiveServiceSchema),
        ...problems('no_cluster', 'conflict', 'cluster_unreachable', 'cluster_refused'),
      },
    },
    async (context, { params: { cluster }, query }) => {
      const { clusters, store } = context.get('deps')
      const { limit, cursor, namespace = null, selector = null, q = '' } = query
      refuseOddNames(namespace === null ? {} : { namespace }, '?')
      assertSelector(selector)
      const [fromNamespace = '', fromName = ''] = decodeCursor(cursor, ByNamespaceAndName) ?? []
      const namespaces = namespace === null ? store.principal.namespaces : [namespace]
      const found = await clusters.services(cluster, { namespaces, selector })
      const left = found.services
        .filter(
          ({ meta }) => reaches(store.principal, { cluster, namespace: meta.namespace }) && nameOf(meta).includes(q),
        )
        .sort((a, b) => compare(a.meta, b.meta))
        .filter(({ meta }) => cursor === undefined || compare(meta, { namespace: fromNamespace, name: fromName }) > 0)
      const page = left.slice(0, limit)
      const last = left.length > limit ? page.at(-1)?.meta : undefined
      const verdicts = await lastVerdicts(
        store,
        cluster,
        page.map(({ meta }) => nameOf(meta)),
      )
      const items = page.map((service) => describeLive(service, found, verdicts.get(nameOf(service.meta)) ?? null))
      return answerPage(context, items, last ? encodeCursor([last.namespace ?? '', last.name]) : null)
    },
  )
}

type Named = { namespace: string | null; name: string }

const nameOf = ({ namespace, name }: Named): string => `${namespace}/${name}`

function compare(a: Named, b: Named): number {
  const [x, y] = a.namespace === b.namespace ? [a.name, b.name] : [a.namespace ?? '', b.namespace ?? '']
  return x < y ? -1 : x > y ? 1 : 0
}

function assertSelector(selector: string | null): void {
  try {
    parseSelector(selector ?? '')
  } catch (error) {
    if (error instanceof SelectorError) {
      throw refused('?selector', error.message)
    }
    throw error
  }
}

/**
 * Which kinds were asked for, and how many objects there are, is known from requests of others and from their objects.
 */
const describeCluster = ({ sinceMs, kinds, ...status }: ClusterStatus, { namespaces }: Principal) => ({
  ...status,
  since: toInstant(sinceMs),
  kinds:
    namespaces === null ? kinds.map((each) => ({ ...each, rule: each.forbidden ? ruleForKind(each.kind) : null })) : [],
})

function describeLive(service: Service, found: ServicesFound, last: LastVerdict | null) {
  const { namespace, name } = service.meta
  const unread = found.unread.filter((each) => each.namespace === null || each.namespace === namespace)
  return {
    namespace,
    name,
    type: service.type,
    ports: service.ports.map(({ name: port, port: number, protocol }) => ({ name: port, port: number, protocol })),
    routes: routesTo(service, found),
    unread: [...new Set(unread.map(({ kind }) => kind))],
    lastVerdict: last?.verdict ?? null,
    lastJobId: last?.jobId ?? null,
    lastAt: last === null ? null : toInstant(last.atMs),
  }
}

function routesTo(
  { meta: { namespace, name } }: Service,
  { ingresses, gatewayRoutes, openShiftRoutes }: ServicesFound,
) {
  const toIt = [
    ...ingresses.filter((ingress) => ingress.meta.namespace === namespace && backendsOf(ingress).includes(name)),
    ...gatewayRoutes.filter((route) => namespace !== null && leadsTo(route, { namespace, name })),
    ...openShiftRoutes.filter(
      ({ meta, backends }) => meta.namespace === namespace && backends.some((backend) => backend.name === name),
    ),
  ]
  return toIt.map(({ kind, meta }) => ({ kind, namespace: meta.namespace, name: meta.name }))
}

const backendsOf = ({ defaultBackend, rules }: Ingress): (string | undefined)[] =>
  [defaultBackend, ...rules.flatMap(({ paths }) => paths.map(({ backend }) => backend))].map(
    (backend) => backend?.service?.name,
  )
