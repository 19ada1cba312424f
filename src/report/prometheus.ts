/**
 * Prometheus' text format, version 0.0.4
 * (prometheus/docs content/docs/instrumenting/exposition_formats.md). Pure.
 *
 * @module
 */

export type Labels = Readonly<Record<string, string>>

export type Sample = {
  labels: Labels
  value: number
  /** The suffix of a histogram's part: `_bucket`, `_sum`, `_count`. */
  suffix?: string
}

/** All samples of one name; no two with the same labels and suffix. */
export type MetricFamily = {
  name: string
  help: string
  type: 'counter' | 'gauge' | 'histogram'
  samples: readonly Sample[]
}

export const PROMETHEUS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

/** Families without a sample are left out: nothing is known, which is not 0. */
export function renderMetrics(families: readonly MetricFamily[]): string {
  return families
    .filter(({ samples }) => samples.length > 0)
    .flatMap(({ name, help, type, samples }) => [
      `# HELP ${name} ${help.replace(/[\\\n]/g, escaped)}\n`,
      `# TYPE ${name} ${type}\n`,
      ...samples.map(({ labels, value, suffix = '' }) => `${name}${suffix}${labelled(labels)} ${numeral(value)}\n`),
    ])
    .join('')
}

/** A label that is empty is the same as none. */
function labelled(labels: Labels): string {
  let text = ''
  for (const name in labels) {
    const value = labels[name]
    if (value) {
      text += `${text === '' ? '' : ','}${name}="${value.replace(/[\\\n"]/g, escaped)}"`
    }
  }
  return text === '' ? '' : `{${text}}`
}

const escaped = (char: string): string => (char === '\n' ? '\\n' : `\\${char}`)

function numeral(value: number): string {
  if (Number.isFinite(value)) {
    return String(value)
  }
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'
}

/**
 * @param buckets upper bounds and how many fell under each but not under the one before; the last bound is infinity.
 */
export function histogramSamples(
  labels: Labels,
  buckets: readonly (readonly [le: number, n: number])[],
  sum: number,
): Sample[] {
  let below = 0
  const counted = buckets.map(([le, n]): Sample => {
    below += n
    return { labels: { ...labels, le: numeral(le) }, value: below, suffix: '_bucket' }
  })
  return [...counted, { labels, value: sum, suffix: '_sum' }, { labels, value: below, suffix: '_count' }]
}
