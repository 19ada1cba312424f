import { z } from 'zod'
import type {
  IncidentDocument,
  PathStateDocument,
  ServiceDocument,
  ServiceHeadDocument,
} from '../../../report/history-document.ts'
import {
  checkName,
  cursor,
  each,
  flag,
  id,
  instant,
  made,
  name,
  number,
  object,
  quoted,
  share,
  word,
} from '../fields.ts'
import { cause, diagnosis, failures, pathFields, summary, target } from '../shapes.ts'
import { defineTool, type Hands } from '../tool.ts'
import * as argument from './arguments.ts'

type Page<T> = { items: readonly T[]; nextCursor: string | null }

const head = {
  target,
  state: word,
  sinceAt: instant,
  lastVerdict: word,
  lastJobId: id,
  lastAt: instant,
  availability: share,
  openIncidents: number,
}

/** One call looks through so many Services for those of a state. */
const PAGES_MAX = 10
const PAGE = 100

const STATES = ['pass', 'fail'] as const

export const listServices = defineTool({
  name: 'list_services',
  title: 'Services and their state',
  description:
    'Every Kubernetes Service that was ever probed: whether it can be reached now (state), since when (sinceAt), its ' +
    'availability over the last 24 hours, and the id of its last job. Begin here. Then get_service tells which paths fail and why.',
  operation: 'listServices',
  input: z.strictObject({
    state: z.enum(STATES).optional().describe('Only Services that are so now; fail: at least one path fails'),
    namespace: argument.namespace.optional(),
    cluster: argument.cluster,
    ...argument.pageOf(100, 50),
  }),
  output: object({ services: each(object(head), 2 * PAGE), nextCursor: cursor }),
  async call(hands, { state, limit, ...rest }) {
    if (state === undefined) {
      const { items, nextCursor } = await pageOfServices(hands, { ...rest, limit })
      return { services: items, nextCursor }
    }
    // A cursor stands at the end of a page, so that each page is shown whole
    const services: ServiceHeadDocument[] = []
    let next = rest.cursor ?? null
    for (let pages = 0; pages < PAGES_MAX && services.length < limit && (pages === 0 || next !== null); pages++) {
      const page = await pageOfServices(hands, { ...rest, limit: PAGE, cursor: next ?? undefined })
      services.push(...page.items.filter((each) => each.state === state))
      next = page.nextCursor
    }
    return { services, nextCursor: next }
  },
})

const pageOfServices = async ({ ask }: Hands, query: Record<string, string | number | undefined>) =>
  (await ask('listServices', { query })) as Page<ServiceHeadDocument>

const pathState = object({
  ...pathFields,
  state: word,
  sinceAt: instant,
  lastFailure: object({ at: instant, code: word }),
  retiredAt: instant,
})

const PATHS_MAX = 200

export const getService = defineTool({
  name: 'get_service',
  title: 'One Service: paths and diagnosis',
  description:
    'One Service as it is now: the state of each network path (DNS, ClusterIP, NodePort, LoadBalancer, Ingress, Gateway ' +
    'routes, endpoints), and the diagnosis: findings with cause, evidence, fix and a command that confirms it. Failing paths come first.',
  operation: 'getService',
  input: z.strictObject({
    namespace: argument.namespace,
    service: argument.service,
    cluster: argument.cluster,
    limit: z
      .int()
      .min(1)
      .max(PATHS_MAX)
      .default(50)
      .describe('Paths that are shown; pathsInAll tells how many there are'),
  }),
  output: object({
    ...head,
    lastSummary: summary,
    diagnosis,
    pathsInAll: number,
    paths: each(pathState, PATHS_MAX),
    discovery: object({
      schedule: id,
      rejected: each(
        object({ object: quoted(300), annotation: quoted(100), field: quoted(200), detail: quoted(500) }),
        20,
      ),
    }),
  }),
  async call({ ask }, { namespace, service, cluster, limit }) {
    const found = (await ask('getService', {
      path: { namespace, name: service },
      query: { cluster },
    })) as ServiceDocument
    const paths = found.paths.toSorted((a, b) => urgency(b) - urgency(a))
    return { ...found, pathsInAll: paths.length, paths: paths.slice(0, limit) }
  },
})

const urgency = ({ state, retiredAt }: PathStateDocument): number =>
  (state === 'fail' ? 2 : 0) + (retiredAt === null ? 1 : 0)

export const listIncidents = defineTool({
  name: 'list_incidents',
  title: 'Incidents of a Service',
  description:
    'When a Service or one of its paths left pass and when it came back, newest first: how long it failed, with which ' +
    'failure codes, and the cause that was found then.',
  operation: 'listServiceIncidents',
  input: z.strictObject({
    namespace: argument.namespace,
    service: argument.service,
    cluster: argument.cluster,
    window: z
      .string()
      .regex(/^\d{1,4}[mhd]$/, 'Like 90m, 24h or 30d')
      .optional()
      .describe('Only those that were open within this time until now, like 24h or 30d; left out: all'),
    ...argument.pageOf(100, 20),
  }),
  output: object({
    incidents: each(
      object({
        path: id,
        check: checkName,
        vantage: name,
        startedAt: instant,
        endedAt: instant,
        open: made(({ endedAt }: IncidentDocument) => endedAt === null, flag),
        failingMs: number,
        failures,
        finding: cause,
      }),
      100,
    ),
    nextCursor: cursor,
  }),
  async call({ ask }, { namespace, service, ...query }) {
    const found = await ask('listServiceIncidents', { path: { namespace, name: service }, query })
    const { items, nextCursor } = found as Page<IncidentDocument>
    return { incidents: items, nextCursor }
  },
})
