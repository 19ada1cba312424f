import { describe, expect, it } from 'vitest'
import { NO_TIMINGS } from '../check/network.ts'
import type { TryFigures } from '../check/result.ts'
import { decidingFigures, probeMetrics } from './probe-metrics.ts'
import { renderMetrics } from './prometheus.ts'

const figures = (over: Partial<TryFigures> = {}): TryFigures => ({
  outcome: 'pass',
  timings: { dnsMs: 1, connectMs: 2, tlsMs: 3, firstByteMs: 4, downloadMs: 5, totalMs: 15 },
  isHttp: true,
  http: { status: 200, version: '1.1' },
  tls: { notAfter: '2026-12-01T00:00:00.000Z', protocol: 'TLSv1.3' },
  resolvedAddress: 'fd00::1',
  failure: null,
  ...over,
})

const lines = (one: TryFigures) =>
  renderMetrics(probeMetrics([{ labels: {}, figures: one }]))
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))

describe('probeMetrics', () => {
  it('tells a try over TLS in seconds', () => {
    expect(lines(figures())).toEqual([
      'probe_success 1',
      'probe_duration_seconds 0.015',
      'probe_dns_lookup_time_seconds 0.001',
      'probe_ip_protocol 6',
      'probe_http_status_code 200',
      'probe_http_version 1.1',
      'probe_http_ssl 1',
      'probe_http_duration_seconds{phase="resolve"} 0.001',
      'probe_http_duration_seconds{phase="connect"} 0.002',
      'probe_http_duration_seconds{phase="tls"} 0.003',
      'probe_http_duration_seconds{phase="processing"} 0.004',
      'probe_http_duration_seconds{phase="transfer"} 0.005',
      'probe_ssl_earliest_cert_expiry 1796083200',
      'probe_tls_version_info{version="TLS 1.3"} 1',
    ])
  })

  it('never says 0 for a phase that was not reached', () => {
    const timings = { ...NO_TIMINGS, connectMs: 0.3, totalMs: 0.3 }
    const failure = { code: 'connection_refused', phase: 'connect', source: 'target' } as const
    expect(
      lines(figures({ outcome: 'fail', timings, http: null, tls: null, resolvedAddress: '10.0.0.1', failure })),
    ).toEqual([
      'probe_success 0',
      'probe_duration_seconds 0.0003',
      'probe_ip_protocol 4',
      'probe_http_status_code 0',
      'probe_http_duration_seconds{phase="connect"} 0.0003',
      'portolan_probe_failure_info{code="connection_refused",phase="connect",source="target"} 1',
    ])
  })

  it('neither passes nor fails a target for an error of our own', () => {
    const failure = { code: 'internal', phase: 'connect', source: 'internal' } as const
    expect(
      lines(figures({ outcome: 'error', timings: NO_TIMINGS, http: null, tls: null, resolvedAddress: null, failure })),
    ).toEqual(['portolan_probe_failure_info{code="internal",phase="connect",source="internal"} 1'])
  })
})

describe('decidingFigures', () => {
  const slow = figures({ timings: { ...NO_TIMINGS, totalMs: 90 } })
  const failed = figures({ outcome: 'fail' })

  it('takes the worst, of those the slowest', () => {
    expect(decidingFigures([figures(), slow, figures()])).toBe(slow)
    expect(decidingFigures([figures(), failed, slow, figures({ outcome: 'error' })])).toBe(failed)
  })

  it('takes none where nothing was tested', () => {
    expect(decidingFigures([])).toBeNull()
    expect(decidingFigures([figures({ outcome: 'skipped' })])).toBeNull()
  })
})
