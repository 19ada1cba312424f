/** `GET /metrics`: what was found last, and how Portolan itself does, for Prometheus. */
import { z } from '@hono/zod-openapi'
import { isNarrowed } from '../record/principal.ts'
import { decidingFigures, type LabelledTry, probeMetrics } from '../report/probe-metrics.ts'
import { type MetricFamily, PROMETHEUS_TYPE, renderMetrics } from '../report/prometheus.ts'
import type { Latest } from '../store/metrics-reads.ts'
import { countActiveJobs, countSchedules, latestTries } from '../store/metrics-reads.ts'
import type { Deps } from './deps.ts'
import { problems } from './problem.ts'
import { type Api, mount } from './route.ts'

/** A path's metrics go so long after its last result. */
const SHOWN_MS = 3_600_000

/** Path × check × vantage. The newest are shown: at most 15 samples each. */
const SERIES_LIMIT = 10_000

export const metricsContent = { 'text/plain': { schema: z.string().openapi({ example: 'probe_success 1\n' }) } }

export function mountMetrics(app: Api): void {
  mount(
    app,
    {
      method: 'get',
      path: '/metrics',
      operationId: 'getMetrics',
      scope: 'metrics:read',
      tags: ['Metrics'],
      summary: 'Metrics for Prometheus',
      description:
        "The last result of each path and check, for an hour, under blackbox_exporter's names; and metrics of the process. Text format 0.0.4. " +
        'A token that is narrowed to namespaces or clusters gets only the jobs, schedules and results that it may see, and nothing of the process.',
      responses: { 200: { description: 'Metrics', content: metricsContent }, ...problems() },
    },
    async (context) => {
      const deps = context.get('deps')
      const { latest, leftOut } = await latestTries(deps.store, deps.clock.now() - SHOWN_MS, SERIES_LIMIT)
      const families = [
        ...probeMetrics(latest.flatMap(labelled)),
        gauge('portolan_probe_series_left_out', `Paths x checks beyond the ${SERIES_LIMIT} that are shown`, leftOut),
        ...(await countMetrics(deps)),
        // Figures of the process tell of everybody's work, which a narrowed token must not see
        ...(isNarrowed(deps.store.principal) ? [] : [...processMetrics(deps), ...context.get('requests').families()]),
      ]
      return context.body(renderMetrics(families), 200, { 'content-type': PROMETHEUS_TYPE })
    },
  )
}

function labelled({ target, path, check, vantage, tries }: Latest): LabelledTry[] {
  const figures = decidingFigures(tries)
  if (figures === null) {
    return []
  }
  const { cluster, namespace, service } = target
  const labels = {
    cluster,
    namespace,
    service,
    kind: path.kind,
    port: path.port === null ? '' : String(path.port.number),
    address: path.address ?? '',
    host: path.host ?? '',
    // Without these, the rules of one Ingress host, both families of an endpoint, or two vantages would be one series.
    check,
    vantage,
    path: path.id,
  }
  return [{ labels, figures }]
}

/** Jobs and schedules that the caller may see. */
async function countMetrics({ store, settings }: Deps): Promise<MetricFamily[]> {
  const jobs = await countActiveJobs(store)
  return [
    {
      name: 'portolan_build_info',
      help: 'Always 1; which release this is',
      type: 'gauge',
      samples: [{ labels: { version: settings.version }, value: 1 }],
    },
    {
      name: 'portolan_jobs',
      help: 'Jobs that have not ended, of all processes on this database',
      type: 'gauge',
      samples: Object.entries(jobs).map(([status, value]) => ({ labels: { status }, value })),
    },
    {
      name: 'portolan_schedules',
      help: 'Schedules, of all processes on this database; failing: the last run could not be started',
      type: 'gauge',
      samples: Object.entries(await countSchedules(store)).map(([state, value]) => ({ labels: { state }, value })),
    },
  ]
}

function processMetrics({ figures }: Deps): MetricFamily[] {
  const { startedAtMs, cpuMs, residentBytes, databaseBytes, triesUnderWay } = figures()
  const known = (value: number | null, family: (value: number) => MetricFamily) =>
    value === null ? [] : [family(value)]
  return [
    ...known(triesUnderWay, (value) => gauge('portolan_tries_in_flight', 'Tries under way', value)),
    ...known(databaseBytes, (value) => gauge('portolan_database_bytes', 'Size of the database file', value)),
    ...known(startedAtMs, (value) =>
      gauge('process_start_time_seconds', 'Start time of the process since unix epoch in seconds', value / 1000),
    ),
    ...known(residentBytes, (value) => gauge('process_resident_memory_bytes', 'Resident memory size in bytes', value)),
    ...known(cpuMs, (value) => ({
      ...gauge('process_cpu_seconds_total', 'Total user and system CPU time spent in seconds', value / 1000),
      type: 'counter' as const,
    })),
  ]
}

const gauge = (name: string, help: string, value: number): MetricFamily => ({
  name,
  help,
  type: 'gauge',
  samples: [{ labels: {}, value }],
})
