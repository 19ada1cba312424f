import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Bundle, startBundle } from '../support/bundle.ts'
import { freePort, type Program, startProgram } from '../support/program.ts'
import { type Pod, startPod, toadService } from '../support/toad.ts'

/** A Prometheus as anyone runs it, with a configuration made for blackbox_exporter, against the production bundle. */
let folder = ''
let portolan: Bundle
let pod: Pod
let prometheus: Program
let prometheusUrl = ''

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'portolan-prometheus-'))
  pod = await startPod('toad-1')
  portolan = await startBundle({ PORTOLAN_EGRESS_ALLOW: '127.0.0.0/8', PORTOLAN_VANTAGE: 'in-cluster' })
  for (const [name, port] of Object.entries({ up: pod.port, down: 1 })) {
    const manifest = { ...toadService(port), metadata: { name, namespace: 'pond' } }
    const response = await fetch(`${portolan.url}/v1/jobs?wait=30`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ target: { manifests: [manifest] }, paths: { include: ['ClusterIP'] } }),
    })
    expect(response.status).toBe(200)
  }
  const port = await freePort()
  prometheusUrl = `http://127.0.0.1:${port}`
  writeFileSync(join(folder, 'prometheus.yml'), configuration(new URL(portolan.url).host))
  copyFileSync('examples/prometheus/alerts.yml', join(folder, 'alerts.yml'))
  prometheus = await startProgram(
    'prometheus',
    [
      ...[`--config.file=${folder}/prometheus.yml`, `--storage.tsdb.path=${folder}/data`],
      ...[`--web.listen-address=127.0.0.1:${port}`, '--log.level=info'],
    ],
    /Server is ready to receive web requests/,
  )
})

afterAll(async () => {
  await Promise.all([prometheus?.stop(), portolan?.stop(), pod?.close()])
  rmSync(folder, { recursive: true, force: true })
})

/** The relabelling is that of blackbox_exporter's README. */
const configuration = (portolanHost: string): string => `
global: { scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s }
rule_files: [alerts.yml]
scrape_configs:
  - job_name: portolan
    static_configs: [{ targets: ['${portolanHost}'] }]
  - job_name: blackbox
    metrics_path: /probe
    params: { module: [http_2xx] }
    static_configs: [{ targets: ['http://127.0.0.1:${pod.port}/', 'http://127.0.0.1:1/', 'http://169.254.169.254/'] }]
    relabel_configs:
      - { source_labels: [__address__], target_label: __param_target }
      - { source_labels: [__param_target], target_label: instance }
      - { target_label: __address__, replacement: '${portolanHost}' }
`

type Vector = { metric: Record<string, string>; value: [number, string] }[]

async function query(expression: string): Promise<Vector> {
  const response = await fetch(`${prometheusUrl}/api/v1/query?${new URLSearchParams({ query: expression })}`)
  const { data } = (await response.json()) as { data: { result: Vector } }
  return data.result
}

/** Prometheus scrapes when it likes: asked until there are as many answers. */
const eventually = (expression: string, count: number): Promise<Vector> =>
  vi.waitFor(
    async () => {
      const found = await query(expression)
      expect(found.length, prometheus.lines.slice(-10).join('\n')).toBeGreaterThanOrEqual(count)
      return found
    },
    { timeout: 45_000, interval: 250 },
  )

const valuesBy = (vector: Vector, label: string) =>
  Object.fromEntries(vector.map(({ metric, value }) => [metric[label], value[1]]))

describe('a real Prometheus', () => {
  it('finds nothing to complain about in /metrics and /probe (promtool check metrics)', async () => {
    const target = encodeURIComponent(`http://127.0.0.1:${pod.port}/`)
    for (const path of ['/metrics', `/probe?target=${target}&module=http_2xx`]) {
      const text = await (await fetch(portolan.url + path)).text()
      expect(text).toMatch(/^probe_success/m)
      const checked = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' })
      expect([checked.status, checked.stdout, checked.stderr]).toEqual([0, '', ''])
    }
  })

  it('takes the example configuration and its alerts', () => {
    const checked = spawnSync('promtool', ['check', 'config', 'examples/prometheus/prometheus.yml'], {
      encoding: 'utf8',
    })
    expect(checked.stderr).toBe('')
    expect(checked.stdout).toContain('SUCCESS: 6 rules found')
  })

  it('scrapes /metrics and answers a query for probe_success', async () => {
    const found = await eventually('probe_success{job="portolan"}', 2)
    expect(valuesBy(found, 'service')).toEqual({ up: '1', down: '0' })
    expect(found[0]?.metric).toMatchObject({
      namespace: 'pond',
      kind: 'ClusterIP',
      address: '127.0.0.1',
      check: 'default',
    })
    expect(await query('up{job="portolan"}')).toMatchObject([{ value: [expect.anything(), '1'] }])
  })

  it('raises the example alerts for the path that fails, and for no other', async () => {
    const found = await eventually('ALERTS{alertname="ServicePathFails"}', 1)
    expect(valuesBy(found, 'service')).toEqual({ down: '1' })
  })

  it('scrapes /probe as it scrapes a blackbox_exporter', async () => {
    const found = await eventually('probe_success{job="blackbox"}', 2)
    expect(valuesBy(found, 'instance')).toEqual({ [`http://127.0.0.1:${pod.port}/`]: '1', 'http://127.0.0.1:1/': '0' })
    const up = await eventually('up{job="blackbox"}', 3)
    expect(valuesBy(up, 'instance')).toEqual({
      [`http://127.0.0.1:${pod.port}/`]: '1',
      'http://127.0.0.1:1/': '1',
      'http://169.254.169.254/': '0',
    })
  })
})
