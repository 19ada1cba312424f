/** Prometheus' text, read back: `probe_success{kind="ClusterIP"} 1`. */
export type ReadSample = { name: string; labels: Record<string, string>; value: number }

export function readMetrics(text: string): ReadSample[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name = '', labels = '', value = ''] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? []
      const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key = '', quoted = '']) => [
        key,
        quoted.replace(/\\(.)/g, (_, char: string) => (char === 'n' ? '\n' : char)),
      ])
      return { name, labels: Object.fromEntries(pairs), value: Number(value.replace('Inf', 'Infinity')) }
    })
}

/** Values of one name, by the labels that are asked for. */
export const valuesOf = (samples: readonly ReadSample[], name: string, label: string): Record<string, number> =>
  Object.fromEntries(
    samples.filter((sample) => sample.name === name).map(({ labels, value }) => [labels[label] ?? '', value]),
  )
