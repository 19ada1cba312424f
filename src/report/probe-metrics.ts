/**
 * A try as blackbox_exporter's metrics tell it: its names, its meanings, so that dashboards and alerts made for it
 * work. Other than there, what is not known is left out and never 0, and an error of our own is no failed probe.
 *
 * @module
 */

import type { Timings } from '../check/network.ts'
import { worst } from '../check/outcome.ts'
import type { TryFigures } from '../check/result.ts'
import { familyOf } from '../lib/address.ts'
import type { Labels, MetricFamily, Sample } from './prometheus.ts'

export type LabelledTry = { labels: Labels; figures: TryFigures }

/** The try that stands for several: one with the worst outcome, of those the slowest. `null`: nothing was tested. */
export function decidingFigures(tries: readonly TryFigures[]): TryFigures | null {
  const together = worst(tries)
  const candidates = tries.filter(({ outcome }) => outcome === together && outcome !== 'skipped')
  return candidates.toSorted((a, b) => (b.timings.totalMs ?? 0) - (a.timings.totalMs ?? 0))[0] ?? null
}

const PHASES = [
  ['resolve', 'dnsMs'],
  ['connect', 'connectMs'],
  ['tls', 'tlsMs'],
  ['processing', 'firstByteMs'],
  ['transfer', 'downloadMs'],
] as const satisfies readonly (readonly [string, keyof Timings])[]

type ProbeMetric = { name: string; help: string; of(figures: TryFigures): readonly [Labels, number][] }

const one = (value: number | null): [Labels, number][] => (value === null || Number.isNaN(value) ? [] : [[{}, value]])

const seconds = (ms: number | null): number | null => (ms === null ? null : ms / 1000)

/** Seconds since 1970 of a date as certificates are shown with. */
const instant = (date: string | null | undefined): number | null => (date ? Date.parse(date) / 1000 : null)

const METRICS: readonly ProbeMetric[] = [
  {
    name: 'probe_success',
    help: 'Displays whether or not the probe was a success',
    of: ({ outcome }) => (outcome === 'pass' ? one(1) : outcome === 'fail' ? one(0) : []),
  },
  {
    name: 'probe_duration_seconds',
    help: 'Returns how long the probe took to complete in seconds',
    of: ({ timings }) => one(seconds(timings.totalMs)),
  },
  {
    name: 'probe_dns_lookup_time_seconds',
    help: 'Returns the time taken for probe dns lookup in seconds',
    of: ({ timings }) => one(seconds(timings.dnsMs)),
  },
  {
    name: 'probe_ip_protocol',
    help: 'Specifies whether probe ip protocol is IP4 or IP6',
    of: ({ resolvedAddress }) => one(resolvedAddress === null ? null : familyOf(resolvedAddress) === 'IPv6' ? 6 : 4),
  },
  {
    name: 'probe_http_status_code',
    help: 'Response HTTP status code, 0 where no response came',
    of: ({ isHttp, http, outcome }) => one(http ? http.status : isHttp && outcome === 'fail' ? 0 : null),
  },
  {
    name: 'probe_http_version',
    help: 'Returns the version of HTTP of the probe response',
    of: ({ http }) => one(http && Number(http.version)),
  },
  {
    name: 'probe_http_ssl',
    help: 'Indicates if SSL was used for the final redirect',
    of: ({ http, tls }) => one(http && (tls ? 1 : 0)),
  },
  {
    name: 'probe_http_duration_seconds',
    help: 'Duration of http request by phase, summed over all redirects; phases that were not reached are left out',
    of: ({ isHttp, timings }) =>
      isHttp
        ? PHASES.flatMap(([phase, field]) =>
            one(seconds(timings[field])).map(([, s]): [Labels, number] => [{ phase }, s]),
          )
        : [],
  },
  {
    name: 'probe_ssl_earliest_cert_expiry',
    help: 'Returns last SSL chain expiry in unixtime: that of the certificate shown',
    of: ({ tls }) => one(instant(tls?.notAfter)),
  },
  {
    name: 'probe_tls_version_info',
    help: 'Returns the TLS version used',
    of: ({ tls }) => (tls?.protocol ? [[{ version: tls.protocol.replace(/^TLSv/, 'TLS ') }, 1]] : []),
  },
  {
    name: 'portolan_probe_failure_info',
    help: 'Why the last try did not pass, by failure code; source="internal" is the fault of the prober',
    of: ({ outcome, failure }) =>
      failure && (outcome === 'fail' || outcome === 'error')
        ? [[{ code: failure.code, phase: failure.phase, source: failure.source }, 1]]
        : [],
  },
]

/** At most 15 samples a try: one of each metric, five phases. */
export const probeMetrics = (tries: readonly LabelledTry[]): MetricFamily[] =>
  METRICS.map(({ name, help, of }) => ({
    name,
    help,
    type: 'gauge',
    samples: tries.flatMap(({ labels, figures }) =>
      of(figures).map(([more, value]): Sample => ({ labels: { ...labels, ...more }, value })),
    ),
  }))
