/** Reports over a window: of a Service, of all, and as a badge. */
import { z } from '@hono/zod-openapi'
import { sha256Hex } from '../lib/hash.ts'
import { ProblemError } from '../lib/problem.ts'
import { renderBadge } from '../report/badge.ts'
import { renderOverallCsv, renderServiceCsv } from '../report/csv.ts'
import { describeServiceReport, reportOverall, reportService } from '../report/describe-history.ts'
import type { OverallReport, ServiceReport } from '../report/history-document.ts'
import { renderWindowTap } from '../report/tap.ts'
import { renderWindowJunit } from '../report/window-junit.ts'
import { renderWindowMarkdown } from '../report/window-markdown.ts'
import { renderWindowText } from '../report/window-text.ts'
import { viewOverall, viewService } from '../report/window-view.ts'
import { percentOf } from '../report/window-words.ts'
import { readServiceWindow } from '../store/service-window.ts'
import { countedSpan, listAllServices } from '../store/services.ts'
import { clusterField, findService, serviceParams } from './find-service.ts'
import { OverallReportSchema, ServiceReportSchema } from './history-schemas.ts'
import { toJson } from './json.ts'
import {
  CONTENT_TYPES,
  failStatusField,
  formatWithoutPage,
  isKnown,
  NOT_MODIFIED,
  pagedContents,
  REPORT_FORMATS,
  type Renderers,
  type ReportFormat,
  ReportFormatSchema,
  render,
} from './negotiate.ts'
import { problems } from './problem.ts'
import { type Api, type ApiContext, mount } from './route.ts'
import { windowFields, windowOf } from './window.ts'

const objectiveField = {
  objective: z.coerce
    .number()
    .min(0)
    .max(1)
    .default(1)
    .openapi({ description: 'The least availability that is a pass', example: 0.999 }),
}

const reportFields = {
  ...windowFields,
  ...objectiveField,
  format: ReportFormatSchema,
  failStatus: failStatusField('any verdict but `pass`'),
}

const answers = (schema: z.ZodType) => ({
  200: { description: 'The report', content: pagedContents(schema) },
  ...NOT_MODIFIED,
  424: { description: 'Only with `failStatus=424`: not `pass`', content: pagedContents(schema) },
})

const SERVICE_RENDERERS: Renderers<ServiceReport> = {
  json: (report) => toJson(describeServiceReport(report)),
  text: (report, links) => renderWindowText(viewService(report), links),
  markdown: (report, links) => renderWindowMarkdown(viewService(report), links),
  junit: (report) => renderWindowJunit(viewService(report)),
  csv: renderServiceCsv,
  tap: (report) => renderWindowTap(viewService(report)),
}

const overallRenderers = (cluster: string | null): Renderers<OverallReport> => ({
  json: (report) => toJson(report),
  text: (report, links) => renderWindowText(viewOverall(report, cluster), links),
  markdown: (report, links) => renderWindowMarkdown(viewOverall(report, cluster), links),
  junit: (report) => renderWindowJunit(viewOverall(report, cluster)),
  csv: renderOverallCsv,
  tap: (report) => renderWindowTap(viewOverall(report, cluster)),
})

function answerWindow<T extends { verdict: string }>(
  context: ApiContext,
  report: T,
  renderers: Renderers<T>,
  asked: { format?: ReportFormat | undefined; failStatus?: 424 | undefined },
): Response {
  const format = formatWithoutPage(context, asked.format)
  const body = render(context, renderers, format, report)
  const headers = { 'content-type': CONTENT_TYPES[format] }
  if (asked.failStatus !== undefined && report.verdict !== 'pass') {
    return context.body(body, 424, headers)
  }
  return isKnown(context, tagOf(body), 'private, no-cache') ? context.body(null, 304) : context.body(body, 200, headers)
}

/** The tag is a hash of the text, as a result that comes in late changes even a window that is over. */
const tagOf = (body: string): string => `W/"${sha256Hex(body).slice(0, 32)}"`

export function mountReports(app: Api): void {
  mount(
    app,
    {
      method: 'get',
      path: '/v1/report',
      operationId: 'getReport',
      scope: 'reports:read',
      tags: ['History'],
      summary: 'Is everything fine?',
      description: `All Services over a window of whole hours. By \`format\` (${REPORT_FORMATS.join(', ')}), else by \`Accept\`.`,
      query: z.strictObject({
        cluster: z.string().min(1).max(253).optional(),
        namespace: z.string().min(1).max(63).optional(),
        ...reportFields,
      }),
      responses: { ...answers(OverallReportSchema), ...problems('not_acceptable') },
    },
    async (context, { query }) => {
      const { store, clock } = context.get('deps')
      const { cluster, namespace, objective } = query
      const nowMs = clock.now()
      const window = windowOf(query, nowMs)
      const filter = { ...(cluster !== undefined && { cluster }), ...(namespace !== undefined && { namespace }) }
      const services = await listAllServices(store, filter, window)
      const report = reportOverall(services, await countedSpan(store, window, nowMs), objective)
      return answerWindow(context, report, overallRenderers(cluster ?? null), query)
    },
  )

  mount(
    app,
    {
      method: 'get',
      path: '/v1/services/{namespace}/{name}/report',
      operationId: 'getServiceReport',
      scope: 'reports:read',
      tags: ['History'],
      summary: 'A Service over a window',
      description: `By \`format\` (${REPORT_FORMATS.join(', ')}), else by \`Accept\`.`,
      params: serviceParams,
      query: z.strictObject({ ...clusterField, ...reportFields }),
      responses: { ...answers(ServiceReportSchema), ...problems('not_found', 'not_acceptable') },
    },
    async (context, { params, query }) =>
      answerWindow(context, await serviceReport(context, params, query), SERVICE_RENDERERS, query),
  )

  mount(
    app,
    {
      method: 'get',
      path: '/v1/services/{namespace}/{name}/badge.svg',
      operationId: 'getServiceBadge',
      scope: 'reports:read',
      tags: ['History'],
      summary: 'Availability over a window, as a badge',
      params: serviceParams,
      query: z.strictObject({
        ...clusterField,
        ...windowFields,
        ...objectiveField,
        label: z.string().min(1).max(60).optional().openapi({ description: "Default: the Service's name" }),
      }),
      responses: {
        200: { description: 'An image', content: { 'image/svg+xml': { schema: z.string() } } },
        ...NOT_MODIFIED,
        ...problems('not_found'),
      },
    },
    async (context, { params, query }) => {
      const { verdict, counts, availability } = await serviceReport(context, params, query)
      const value = availability === null ? (verdict === 'error' ? 'unknown' : 'not tested') : percentOf(counts)
      // Shown by other sites' pages, which cache it through proxies of theirs.
      context.header('cross-origin-resource-policy', 'cross-origin')
      const badge = renderBadge(query.label ?? params.name, value, verdict)
      return isKnown(context, tagOf(badge), 'max-age=60')
        ? context.body(null, 304)
        : context.body(badge, 200, { 'content-type': 'image/svg+xml' })
    },
  )
}

type WindowAsked = {
  cluster?: string | undefined
  window?: number | undefined
  from?: number | undefined
  to?: number | undefined
  objective: number
}

async function serviceReport(
  context: ApiContext,
  params: z.output<typeof serviceParams>,
  asked: WindowAsked,
): Promise<ServiceReport> {
  const { store, clock } = context.get('deps')
  const nowMs = clock.now()
  const window = windowOf(asked, nowMs)
  const known = await findService(context, params, asked.cluster)
  const found = await readServiceWindow(store, known, window, nowMs)
  if (found === null) {
    throw new ProblemError('not_found', 'The Service is gone.')
  }
  return reportService(found, asked.objective)
}
