/**
 * Two tenants in one server, and one of them alone in another: what the first is told must be the same in both.
 *
 * @module
 */

import type { Call } from './tenants.ts'
import type { Pod } from './toad.ts'

/** What a tenant has, in the words of its own. */
export type TenantData = {
  namespace: string
  cluster: string
  services: readonly string[]
  /** A label, and the name of its schedules. */
  word: string
  jobs: readonly { service: number; labelled: boolean; history: boolean; fails: boolean }[]
  schedules: readonly { service: number; enabled: boolean; run: boolean }[]
  batch: boolean
  compare: boolean
}

/** The ids of what was made, in the order in which it was. */
export type Made = { jobs: string[]; batches: string[]; schedules: string[]; compares: string[] }

/** Who has which of the ids that a request may name. */
export type Owned = { data: TenantData; made: Made }

const QUICK = {
  timeoutMs: 1000,
  deadlineMs: 10_000,
  paths: { include: ['ClusterIP'] },
}

const serviceAt = (port: number, namespace: string, name: string) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace },
  spec: {
    clusterIP: '127.0.0.1',
    clusterIPs: ['127.0.0.1'],
    ipFamilies: ['IPv4'],
    selector: { app: name },
    ports: [{ name: 'http', port, targetPort: port }],
  },
})

const ingressOf = (namespace: string, name: string, service: string, port: number) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name, namespace },
  spec: {
    rules: [
      {
        host: `${namespace}.example`,
        http: {
          paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: service, port: { number: port } } } }],
        },
      },
    ],
  },
})

/** Makes all of a tenant's things, on behalf of whoever calls. */
export async function populate(call: Call, data: TenantData, pod: Pod): Promise<Made> {
  const { namespace, cluster, services, word } = data
  const made: Made = { jobs: [], batches: [], schedules: [], compares: [] }
  const post = async (path: string, json: unknown): Promise<{ id: string }> => {
    const response = await call(path, { method: 'POST', ...(json !== undefined && { json }) })
    const body = (await response.json()) as { id: string }
    if (response.status >= 300) {
      throw new Error(`${path}: ${JSON.stringify(body)}`)
    }
    return body
  }
  const target = (at: number) => {
    const service = services[at % services.length] ?? word
    return { cluster, namespace, service, manifests: [serviceAt(pod.port, namespace, service)] }
  }
  if (data.batch) {
    const manifests = services.map((name) => serviceAt(pod.port, namespace, name))
    made.batches.push(
      (
        await post('/v1/batches?wait=20', {
          ...QUICK,
          labels: { team: word },
          target: { cluster, namespace, manifests },
        })
      ).id,
    )
  }
  for (const { service, labelled, history, fails } of data.jobs) {
    const labels = labelled ? { team: word } : {}
    const checks = fails ? { checks: [{ type: 'http', name: word, expect: { validStatusCodes: [418] } }] } : {}
    const { id } = await post('/v1/jobs?wait=20', { ...QUICK, ...checks, history, labels, target: target(service) })
    made.jobs.push(id)
  }
  for (const { service, enabled, run } of data.schedules) {
    const { id } = await post('/v1/schedules', {
      name: word,
      cron: '@every 7d',
      enabled,
      job: { ...QUICK, target: target(service) },
    })
    made.schedules.push(id)
    if (run) {
      await post(`/v1/schedules/${id}/run?wait=20`, undefined)
    }
  }
  if (data.compare) {
    const [service = word] = services
    const manifests = [
      serviceAt(pod.port, namespace, service),
      ...['old', 'new'].map((name) => ingressOf(namespace, `${word}-${name}`, service, pod.port)),
    ]
    const { id } = await post('/v1/compare?wait=20', {
      target: { cluster, namespace, service, manifests },
      left: { kind: 'Ingress', name: `${word}-old` },
      right: { kind: 'Ingress', name: `${word}-new` },
      addresses: { ingressController: ['127.0.0.1'], controllerPorts: { http: pod.port, https: pod.port } },
      labels: { team: word },
    })
    made.compares.push(id)
  }
  return made
}

/**
 * An answer without what differs from one asking to the next: ids, instants, durations, and the order of what was made in
 * one instant.
 */
export const normalised = (text: string): readonly string[] =>
  text
    .replace(/\b(job|bat|sch|cmp|res|inc|req|tok|aud|rsl)_[0-9A-Z]{20,26}\b/g, '$1_ID')
    .replace(/"prefix":"pt_\w+"/g, '"prefix":"pt_"')
    .replace(/\d{4}-\d\d-\d\d(?:T|%20| )\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z| UTC)?/g, 'INSTANT')
    .replace(/[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT/g, 'INSTANT')
    .replace(/"(\w+Ms|since|at|seq|bytes|localAddress)":(?:-?[\d.]+(?:e-?\d+)?|"[^"]*"|null)/g, '"$1":0')
    .replace(/(duration_ms: )[\d.]+/g, '$1N')
    .replace(/("nextCursor":|cursor=)"?[\w%-]+"?/g, '$1CURSOR')
    .replace(/time(?:stamp)?="[^"]*"/g, 'time="T"')
    .replace(/-?\d+(?:\.\d+)?\s*(ms|µs|s|min|h|d)\b/g, 'N $1')
    .replace(/(_seconds(?:\{[^}]*\})?|_timestamp\w*(?:\{[^}]*\})?) [\d.e+-]+/g, '$1 N')
    .replace(/\d+\.\d+(?:e[+-]?\d+)?/g, 'N')
    .replace(/(?<=,)\d+(?=,|$)/gm, 'N')
    .split(text.startsWith('{') || text.includes('data: {') ? /[[\]{}\n]+/ : /\s+/)
    .map((piece) => piece.replace(/-{3,}|\s+/g, ' ').trim())
    .filter((piece) => piece !== '' && piece !== ',')
    .toSorted()

/** Headers that say something of what was answered. */
export const headersOf = (response: Pick<Response, 'headers'>): string =>
  ['content-type', 'link', 'etag', 'location', 'vary', 'cache-control', 'retry-after', 'www-authenticate']
    .map(
      (name) =>
        `${name}: ${name === 'etag' ? (response.headers.has(name) ? 'a tag' : '') : (response.headers.get(name) ?? '')}`,
    )
    .join('\n')
