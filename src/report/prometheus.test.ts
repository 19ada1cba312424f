import { describe, expect, it } from 'vitest'
import { histogramSamples, type MetricFamily, renderMetrics } from './prometheus.ts'

const gauge = (samples: MetricFamily['samples']): MetricFamily => ({ name: 'm', help: 'Help', type: 'gauge', samples })

describe('renderMetrics', () => {
  it('writes help, type and samples, and leaves out labels that are empty', () => {
    const samples = [
      { labels: { a: 'x', b: '' }, value: 1.5 },
      { labels: {}, value: Number.NaN },
      { labels: { a: 'y' }, value: Number.NEGATIVE_INFINITY },
    ]
    expect(renderMetrics([gauge(samples)])).toBe('# HELP m Help\n# TYPE m gauge\nm{a="x"} 1.5\nm NaN\nm{a="y"} -Inf\n')
  })

  it('writes nothing of what has no sample', () => {
    expect(renderMetrics([gauge([])])).toBe('')
  })

  it('keeps hostile label values inside their quotes, on their line', () => {
    const text = renderMetrics([gauge([{ labels: { host: 'a"} 1\nup 0\\' }, value: 0 }])])
    expect(text.split('\n')).toEqual(['# HELP m Help', '# TYPE m gauge', 'm{host="a\\"} 1\\nup 0\\\\"} 0', ''])
  })
})

describe('histogramSamples', () => {
  it('counts buckets from below, the last being all', () => {
    const samples = histogramSamples(
      { r: '/' },
      [
        [0.1, 2],
        [1, 0],
        [Number.POSITIVE_INFINITY, 3],
      ],
      7.5,
    )
    expect(
      renderMetrics([{ name: 'd', help: 'h', type: 'histogram', samples }])
        .split('\n')
        .slice(2, -1),
    ).toEqual([
      'd_bucket{r="/",le="0.1"} 2',
      'd_bucket{r="/",le="1"} 2',
      'd_bucket{r="/",le="+Inf"} 5',
      'd_sum{r="/"} 7.5',
      'd_count{r="/"} 5',
    ])
  })
})
