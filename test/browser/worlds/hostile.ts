/**
 * Services whose targets, objects and callers say in every place that is theirs what a page must not take for markup:
 * each of the payloads in bodies, headers, DNS answers, certificates, messages of pods, paths and annotations of
 * Ingresses, labels of jobs, names of schedules and tokens.
 *
 * @module
 */
import { createAuthority } from '../../support/certificates.ts'
import { startDnsServer } from '../../support/dns-server.ts'
import { keeper, serve } from '../../support/servers.ts'
import { NO_PLACES, startServer, type World } from './world.ts'

const NAMESPACE = 'bog'
/** So many payloads share a Service. */
const TOGETHER = 10

export async function startHostileWorld(texts: readonly string[]): Promise<World> {
  const { keep, closeAll } = keeper()
  const server = await keep(startServer())
  const groups = Array.from({ length: Math.ceil(texts.length / TOGETHER) }, (_, at) =>
    texts.slice(at * TOGETHER, (at + 1) * TOGETHER),
  )
  const jobs: string[] = []
  const schedules: string[] = []
  const tokens: string[] = []
  for (const [at, group] of groups.entries()) {
    const ports = await hostilePorts(group, keep)
    const job = jobOf(`toad-${at}`, group, ports)
    jobs.push((await server.ask<{ id: string }>('/v1/jobs?wait=30', { json: job })).id)
    for (const name of group) {
      const json = { name, cron: '@every 1h', enabled: false, job }
      schedules.push((await server.ask<{ id: string }>('/v1/schedules', { json })).id)
      const token = await server.ask<{ id: string }>('/v1/tokens', {
        json: { name: inName(name), scopes: ['plan'] },
      })
      tokens.push(token.id)
    }
  }
  const [first = '', second = ''] = texts
  const services = texts.slice(0, TOGETHER).map((title, at) => ({
    ...{ namespace: NAMESPACE, name: `toad-${at}`, title: inName(title) },
  }))
  const status = { title: first, slug: 'bog', description: second, public: true, services }
  await server.ask('/v1/status-pages', { json: status })
  return {
    ...{ url: server.url, ask: server.ask, close: async () => void (await closeAll()) },
    places: {
      ...NO_PLACES,
      services: groups.map((_, at) => `default/${NAMESPACE}/toad-${at}`),
      statusPages: ['bog'],
      ...{ jobs, schedules, tokens: tokens.slice(0, 10) },
    },
  }
}

/** Names have no control characters. */
const inName = (text: string): string => text.replaceAll(/\p{Cc}/gu, ' ')

/** Bytes of a header cannot end it. */
const inHeader = (text: string): string => text.replaceAll(/[\r\n\t]/g, ' ')

type Ports = { web: number; moved: number; secure: number; dns: number }

async function hostilePorts(texts: readonly string[], keep: ReturnType<typeof keeper>['keep']): Promise<Ports> {
  const answering = (render: (text: string) => { head: string[]; body: string }) =>
    keep(
      serve((socket) => {
        socket.once('data', (request) => {
          const at = Number(/^GET \/(\d+)/.exec(String(request))?.[1] ?? 0)
          const { head, body } = render(texts[at] ?? '')
          const length = `content-length: ${Buffer.byteLength(body)}`
          socket.end(`${[...head.map(inHeader), length].join('\r\n')}\r\n\r\n${body}`)
        })
      }),
    )
  const authority = await createAuthority()
  const [first = '', ...others] = texts
  const tls = await authority.selfSigned({
    subject: `CN=${escapedName(first)}`,
    // What has a colon would be taken for an IP address
    altNames: others.filter((text) => !text.includes(':')).map((text) => text.replaceAll(/[^ -~]/g, '')),
  })
  const [web, moved, secure, dns] = await Promise.all([
    answering((text) => ({
      head: [`HTTP/1.1 503 ${text}`, `server: ${text}`, `content-type: ${text}`, `x-answer: ${text}`],
      body: text,
    })),
    answering((text) => ({ head: ['HTTP/1.1 302 Found', `location: ${text}`], body: '' })),
    keep(serve((socket) => socket.end(), { tls })),
    keep(startDnsServer({ 'txt.example': { TXT: [...texts] } })),
  ])
  return { web: web.port, moved: moved.port, secure: secure.port, dns: dns.port }
}

/** RFC 4514: what stands for something in a name. */
const escapedName = (text: string): string => text.replaceAll(/[\\,+"<>;=#]/g, '\\$&').replaceAll(/[^ -~]/g, '')

/** A job whose objects say these, for a Service with these ports. */
export function jobOf(name: string, texts: readonly string[], ports: Ports) {
  const meta = { name, namespace: NAMESPACE }
  const objects = [
    {
      ...{ apiVersion: 'v1', kind: 'Service', metadata: { ...meta, annotations: keyed('example.com/note', texts) } },
      spec: {
        ...{ clusterIP: '127.0.0.1', clusterIPs: ['127.0.0.1'], selector: { app: name } },
        ports: Object.entries(ports).map(([port, number]) => ({ name: port, port: number, targetPort: number })),
      },
    },
    ...texts.map((text, at) => hostilePod(`${name}-${at}`, name, text)),
    ingress(name, texts),
    { apiVersion: 'example.com/v1', kind: 'Odd', metadata: { ...meta, annotations: keyed('note', texts) } },
  ]
  const each = (port: string) => texts.map((_, at) => ({ type: 'http', name: `${port}-${at}`, port, path: `/${at}` }))
  return {
    target: { manifests: objects, namespace: NAMESPACE, service: name },
    paths: { include: ['ClusterIP', 'Ingress'] },
    labels: keyed('note', texts),
    checks: [
      ...each('web').map((check, at) => ({
        ...{ ...check, headers: { 'x-asked': inHeader(texts[at] ?? '').replaceAll(/[^ -~]/g, '') } },
        expect: { validStatusCodes: ['5xx'], failIfBodyMatchesRegexp: [quoted(texts[at] ?? '')] },
      })),
      ...each('moved').slice(0, 5),
      { type: 'tcp', name: 'tls', port: 'secure', tls: {} },
      {
        ...{ type: 'dnsQuery', name: 'txt', port: 'dns', queryName: 'txt.example', queryType: 'TXT' },
        ...{ transportProtocol: 'tcp', expect: { validateAnswerRrs: { failIfNoneMatchesRegexp: ['nothing'] } } },
      },
    ],
  }
}

const keyed = (name: string, texts: readonly string[]): Record<string, string> =>
  Object.fromEntries(texts.map((text, at) => [`${name}${at}`, text]))

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
            ...{ path: `/${text}`, pathType: 'ImplementationSpecific' },
            backend: { service: { name, port: { name: 'web' } } },
          })),
        },
      },
    ],
  },
  status: { loadBalancer: { ingress: [{ ip: '127.0.0.1' }] } },
})
