/**
 * Services whose targets, objects and callers say in every place that is theirs what a page must not take for markup:
 * each of the payloads in bodies, headers, trailers of gRPC, DNS answers, certificates, messages of pods, warnings of
 * events, paths and annotations of Ingresses, labels of jobs, names of schedules and tokens, status pages, announcements,
 * and what the API server of a cluster says. Each says in which place it stands (`in-event.`).
 *
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeKubeconfig } from '../../support/kubeconfig.ts'
import { keeper } from '../../support/servers.ts'
import { at } from '../payloads.ts'
import { ALIASES, hostileApiServer, hostilePorts, type Ports } from './hostile-target.ts'
import { NO_PLACES, startServer, type World } from './world.ts'

const NAMESPACE = 'bog'
/** So many payloads share a Service. */
const TOGETHER = 10

/** In which places it has to be shown, by what their texts say. */
export const PLACES = [
  ...['body', 'header', 'grpc-message', 'grpc-status', 'location', 'cname', 'txt', 'subject', 'san', 'issuer'],
  ...['pod', 'event', 'event-reason', 'label', 'path', 'schedule', 'token', 'cluster'],
  ...['status-page', 'status-description', 'status-service', 'status-cluster', 'announcement', 'update'],
] as const

const STATUS_TITLE_MAX = 100

export async function startHostileWorld(texts: readonly string[]): Promise<World> {
  const { keep, closeAll } = keeper()
  const api = await keep(hostileApiServer(texts.map((text) => at('cluster', text))))
  const folder = mkdtempSync(join(tmpdir(), 'portolan-hostile-'))
  const kubeconfig = writeKubeconfig(folder, { bog: { server: { url: api.url, caPem: '' } } })
  const server = await keep(startServer({ PORTOLAN_KUBECONFIG: kubeconfig, PORTOLAN_CLUSTERS: 'bog=bog' }))
  const groups = Array.from({ length: Math.ceil(texts.length / TOGETHER) }, (_, nth) =>
    texts.slice(nth * TOGETHER, (nth + 1) * TOGETHER),
  )
  type Made = { id: string }
  const make = (path: string, json: unknown): Promise<Made> => server.ask<Made>(path, { json })
  const jobs: string[] = []
  const schedules: string[] = []
  const tokens: string[] = []
  const announcements: string[] = []
  const statusPages: string[] = []
  for (const [nth, group] of groups.entries()) {
    const ports = await hostilePorts(group, keep)
    const job = jobOf(`toad-${nth}`, group, ports)
    for (const json of [job, jobOf(`toad-${nth}`, group, ports, false)]) {
      jobs.push((await make('/v1/jobs?wait=30', json)).id)
    }
    for (const name of group) {
      const schedule = { name: at('schedule', name), cron: '@every 1h', enabled: false, job }
      schedules.push((await make('/v1/schedules', schedule)).id)
      tokens.push((await make('/v1/tokens', { name: at('token', inName(name)), scopes: ['plan'] })).id)
    }
    const slug = `bog-${nth}`
    const made = await make('/v1/status-pages', statusPageOf(slug, `toad-${nth}`, group))
    statusPages.push(slug)
    for (const [which, text] of group.entries()) {
      const json = { title: titled('announcement', text), body: at('update', inName(text)) }
      const { id } = await make(`/v1/status-pages/${made.id}/announcements`, json)
      if (which === 0) {
        announcements.push(`${made.id}/announcements/${id}`)
      }
    }
  }
  return {
    ...{ url: server.url, ask: server.ask },
    async close() {
      await closeAll()
      rmSync(folder, { recursive: true })
    },
    places: {
      ...NO_PLACES,
      services: groups.map((_, nth) => `default/${NAMESPACE}/toad-${nth}`),
      ...{ jobs, schedules, statusPages, announcements, tokens: tokens.slice(0, 10) },
    },
  }
}

/** Names have no control characters. */
const inName = (text: string): string => text.replaceAll(/\p{Cc}/gu, ' ')

/** Titles are short. What is cut off of a long payload is its end. */
const titled = (place: string, text: string): string => {
  const mark = ` ${/pwn\d+\./.exec(text)?.[0]} in-${place}.`
  const short = inName(text).trim()
  return short.length + mark.length > STATUS_TITLE_MAX
    ? short.slice(0, STATUS_TITLE_MAX - mark.length) + mark
    : at(place, short)
}

const statusPageOf = (slug: string, name: string, texts: readonly string[]) => ({
  ...{ slug, public: true, title: titled('status-page', texts[0] ?? '') },
  description: at('status-description', inName(texts[1] ?? '')),
  services: texts.map((text, nth) => ({
    // The first is there, and has incidents
    ...(nth === 0 ? { namespace: NAMESPACE, name } : { cluster: at('status-cluster', text), namespace: 'none', name }),
    title: titled('status-service', text),
  })),
})

/** A job whose objects say these, for a Service with these ports. One has not room for all checks. */
export function jobOf(name: string, texts: readonly string[], ports: Ports, isOfHttp = true) {
  const meta = { name, namespace: NAMESPACE }
  const objects = [
    {
      ...{ apiVersion: 'v1', kind: 'Service', metadata: { ...meta, annotations: keyed('example.com/note', texts) } },
      spec: {
        ...{ clusterIP: '127.0.0.1', clusterIPs: ['127.0.0.1'], selector: { app: name } },
        ports: Object.entries(ports).map(([port, number]) => ({ name: port, port: number, targetPort: number })),
      },
    },
    ...texts.flatMap((text, nth) => [
      hostilePod(`${name}-${nth}`, name, at('pod', text)),
      hostileEvent(`${name}-${nth}`, text),
    ]),
    ingress(name, texts),
    { apiVersion: 'example.com/v1', kind: 'Odd', metadata: { ...meta, annotations: keyed('note', texts) } },
  ]
  return {
    target: { manifests: objects, namespace: NAMESPACE, service: name },
    paths: { include: ['ClusterIP', 'Ingress'] },
    labels: keyed(
      'note',
      texts.map((text) => at('label', text)),
    ),
    checks: isOfHttp ? [...webChecks(texts), ...otherChecks()] : callingChecks(texts),
  }
}

const each = (port: string, texts: readonly string[]) =>
  texts.map((_, nth) => ({ type: 'http', name: `${port}-${nth}`, port, path: `/${nth}` }))

/** Without headers of its own: what a check sends is a secret, and would be taken out of all that answers. */
const webChecks = (texts: readonly string[]) =>
  each('web', texts).map((check, nth) => ({
    ...check,
    expect: { validStatusCodes: ['5xx'], failIfBodyMatchesRegexp: [quoted(texts[nth] ?? '')] },
  }))

const otherChecks = () => [
  { type: 'tcp', name: 'tls', port: 'secure', tls: {} },
  ...['txt', ...Array.from({ length: ALIASES }, (_, nth) => `alias-${nth}`)].map((name) => ({
    ...{ type: 'dnsQuery', name, port: 'dns', queryName: `${name}.example`, queryType: name === 'txt' ? 'TXT' : 'A' },
    ...{ transportProtocol: 'tcp', expect: { validateAnswerRrs: { failIfNoneMatchesRegexp: ['nothing'] } } },
  })),
]

/** Redirects, and calls of gRPC, of which the server answers each with another text. */
const callingChecks = (texts: readonly string[]) => [
  ...each('moved', texts),
  ...texts.map((_, nth) => {
    const port = nth % 2 === 0 ? 'said' : 'named'
    return { type: 'grpc', name: `${port}-${nth}`, port, scheme: 'http' }
  }),
]

const keyed = (name: string, texts: readonly string[]): Record<string, string> =>
  Object.fromEntries(texts.map((text, nth) => [`${name}${nth}`, text]))

/** A regular expression that matches the text alone. */
const quoted = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')

/** It is not ready, and says why. */
const hostilePod = (name: string, app: string, text: string) => ({
  ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: NAMESPACE, labels: { app } } },
  spec: { containers: [{ name: 'toad', image: text }] },
  status: {
    ...{ phase: 'Pending', reason: text, message: text, podIPs: [] },
    conditions: [{ type: 'Ready', status: 'False', reason: text, message: text }],
    containerStatuses: [
      {
        ...{ name: 'toad', ready: false, restartCount: 3, image: text },
        state: { waiting: { reason: text, message: text } },
      },
    ],
  },
})

/** What the cluster says of it. */
const hostileEvent = (pod: string, text: string) => ({
  ...{ apiVersion: 'v1', kind: 'Event', metadata: { name: `${pod}.1`, namespace: NAMESPACE }, type: 'Warning' },
  involvedObject: { kind: 'Pod', name: pod, namespace: NAMESPACE },
  ...{ reason: at('event-reason', text), message: at('event', text), count: 3 },
  lastTimestamp: '2026-11-30T12:00:00Z',
})

const ingress = (name: string, texts: readonly string[]) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name, namespace: NAMESPACE, annotations: { 'nginx.ingress.kubernetes.io/rewrite-target': texts[0] } },
  spec: {
    rules: [
      {
        host: 'bog.example',
        http: {
          paths: texts.map((text) => ({
            ...{ path: `/${at('path', text)}`, pathType: 'ImplementationSpecific' },
            backend: { service: { name, port: { name: 'web' } } },
          })),
        },
      },
    ],
  },
  status: { loadBalancer: { ingress: [{ ip: '127.0.0.1' }] } },
})
