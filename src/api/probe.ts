/** `GET /probe`: blackbox_exporter's multi-target protocol, so that a Prometheus made for it needs no change. */
import { z } from '@hono/zod-openapi'
import { isBeyondVantage } from '../check/failure.ts'
import { liftOf } from '../check/policy.ts'
import type { Result, TryFigures } from '../check/result.ts'
import { PROBE_MODULES, probeTarget, readProbeTarget } from '../job/probe.ts'
import { ProblemError } from '../lib/problem.ts'
import { mayUseOwnWords, type Principal } from '../record/principal.ts'
import { decidingFigures, probeMetrics } from '../report/probe-metrics.ts'
import { PROMETHEUS_TYPE, renderMetrics } from '../report/prometheus.ts'
import { metricsContent } from './metrics.ts'
import { problems } from './problem.ts'
import { refusedQuery } from './query-words.ts'
import { type Api, mount } from './route.ts'

const SCRAPE_TIMEOUT = 'x-prometheus-scrape-timeout-seconds'
/** As blackbox_exporter's `--timeout-offset`: the answer takes this time to arrive. */
const OFFSET_MS = 500
/** Prometheus' own default, where nobody says. */
const DEFAULT_MS = 10_000
const LONGEST_MS = 120_000

export function mountProbe(app: Api): void {
  mount(
    app,
    {
      method: 'get',
      path: '/probe',
      operationId: 'probeTarget',
      scope: 'jobs:write',
      tags: ['Metrics'],
      summary: "Probe one target now, as blackbox_exporter's /probe does",
      description:
        'Records nothing. `probe_success` is 0 if the target is at fault; if the prober is, or its policy forbids the address, the answer is a problem, so that the scrape fails and the target is not blamed.',
      headers: z.object({
        'X-Prometheus-Scrape-Timeout-Seconds': z.string().optional().openapi({
          description: 'The probe ends half a second earlier. Without it: 10 s. At most 120 s.',
        }),
      }),
      query: z.strictObject({
        target: z.string().min(1).max(2048).openapi({
          description: 'A URL (`http://` may be left out) for `http_2xx`; `host:port` for `tcp_connect`',
        }),
        module: z.enum(PROBE_MODULES).default('http_2xx'),
        hostname: z.string().min(1).max(253).optional().openapi({ description: 'Sent as Host and SNI (`http_2xx`)' }),
      }),
      responses: {
        200: { description: 'Metrics of this probe', content: metricsContent },
        ...problems('unavailable'),
      },
    },
    async (context, { query }) => {
      const principal = context.get('principal')
      refuseNarrowed(principal)
      const { runChecks, clock, place, settings, limits } = context.get('deps')
      const asked = readProbeTarget(query.target, query.module, query.hostname ?? null)
      if ('wrong' in asked) {
        throw badTarget(asked.wrong, asked.field)
      }
      const timeoutMs = timeoutOf(context.req.header(SCRAPE_TIMEOUT))
      const { signal } = context.req.raw
      const { id: owner, egressOnly } = principal
      const options = { signal, owner, dnsServers: settings.dnsServers, place, egressOnly }
      limits.takeTries(principal, 1)
      const results = await probeTarget({ runChecks, clock }, asked, timeoutMs, options)
      const isHttp = query.module === 'http_2xx'
      const figures = decidingFigures(results.map((result) => ({ ...figuresOf(result), isHttp })))
      if (figures === null || figures.outcome === 'error') {
        throw notProbed(results)
      }
      return context.body(renderMetrics(probeMetrics([{ labels: {}, figures }])), 200, {
        'content-type': PROMETHEUS_TYPE,
      })
    },
  )
}

/** The target is the caller's own word for an address, which may be anybody's pod. */
function refuseNarrowed(principal: Principal): void {
  if (!mayUseOwnWords(principal)) {
    throw new ProblemError(
      'forbidden',
      'This probes whatever address is named, and the token is narrowed to namespaces or clusters: ask for a job about a Service, or take a token with manifests: true and an egressOnly.',
    )
  }
}

const figuresOf = ({ outcome, timings, http, tls, resolvedAddress, failure }: Result): Omit<TryFigures, 'isHttp'> => ({
  outcome,
  timings,
  http,
  tls,
  resolvedAddress,
  failure,
})

const badTarget = (detail: string, field: 'target' | 'hostname' = 'target') =>
  refusedQuery([{ pointer: `?${field}`, detail }])

/** Nothing was learnt of the target: what it is not allowed to be asked will never be, anything else may be later. */
function notProbed(results: readonly Result[]): ProblemError {
  const failure = results.find(({ outcome }) => outcome === 'error')?.failure ?? results[0]?.failure
  if (failure?.code === 'blocked_by_policy') {
    return badTarget(`${failure.message}: ${liftOf(failure.message)}`)
  }
  if (failure && isBeyondVantage(failure)) {
    return badTarget(failure.message)
  }
  const why = failure ? `${failure.code}: ${failure.message}` : 'nothing was tried'
  return new ProblemError('unavailable', `The target was not probed. ${why}.`, { headers: { 'retry-after': '5' } })
}

/** Half a second less than Prometheus waits, or half of what it waits. */
function timeoutOf(header: string | undefined): number {
  const seconds = header === undefined ? DEFAULT_MS / 1000 : Number(header)
  if (!(seconds > 0)) {
    throw new ProblemError('invalid_request', 'A header does not fit; see errors.', {
      errors: [{ pointer: SCRAPE_TIMEOUT, detail: 'Expected a number of seconds above 0' }],
    })
  }
  const ms = Math.min(seconds * 1000, LONGEST_MS)
  return Math.max(ms - OFFSET_MS, ms / 2)
}
