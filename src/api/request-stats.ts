import type { MetricFamily, Sample } from '../report/prometheus.ts'
import { histogramSamples } from '../report/prometheus.ts'

/** Seconds. From answers out of memory up to the longest wait. */
const BUCKETS = [0.005, 0.025, 0.1, 0.25, 1, 2.5, 10, 30, 60, 300, Number.POSITIVE_INFINITY]

/** Others are counted together, so that a client cannot make series up. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

type Timed = { method: string; route: string; counts: number[]; sumSeconds: number }

export type RequestStats = {
  /** @param route the route's template; `null`: none matched. */
  record(request: { method: string; route: string | null; status: number; durationMs: number }): void
  families(): MetricFamily[]
}

/** Requests since the start: as many series as there are routes, methods and statuses, whatever clients ask for. */
export function createRequestStats(): RequestStats {
  const counted = new Map<string, { labels: Sample['labels']; value: number }>()
  const timed = new Map<string, Timed>()
  return {
    record({ method: asked, route: matched, status, durationMs }) {
      const method = METHODS.has(asked) ? asked : 'other'
      const route = matched ?? 'none'
      const key = `${method} ${route}`
      const count = counted.get(`${key} ${status}`) ?? { labels: { method, route, status: String(status) }, value: 0 }
      count.value += 1
      counted.set(`${key} ${status}`, count)
      const times = timed.get(key) ?? { method, route, counts: BUCKETS.map(() => 0), sumSeconds: 0 }
      const bucket = BUCKETS.findIndex((le) => durationMs / 1000 <= le)
      times.counts[bucket] = (times.counts[bucket] ?? 0) + 1
      times.sumSeconds += durationMs / 1000
      timed.set(key, times)
    },
    families: () => [
      {
        name: 'portolan_http_requests_total',
        help: 'Requests to the API, by route, method and status',
        type: 'counter',
        samples: [...counted.values()],
      },
      {
        name: 'portolan_http_request_duration_seconds',
        help: 'Time until the answer began, waits that were asked for included',
        type: 'histogram',
        samples: [...timed.values()].flatMap(({ method, route, counts, sumSeconds }) =>
          histogramSamples(
            { method, route },
            BUCKETS.map((le, i) => [le, counts[i] ?? 0] as const),
            sumSeconds,
          ),
        ),
      },
    ],
  }
}
