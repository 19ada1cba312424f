/**
 * The test server as a process of its own, so that its time and memory are not those of whoever asks it.
 *
 * Its one argument is a {@link Command}'s options as JSON; it is spoken to in lines of JSON. Begun by `startApiServerProcess`.
 *
 * @module
 */
import { createInterface } from 'node:readline'
import { ADMIN_TOKEN, startApiServer } from '../api-server.ts'
import { change } from './changes.ts'
import { largeCluster } from './large-cluster.ts'
import type { KubeObject } from './objects.ts'
import type { Command, ProcessOptions, Told } from './process.ts'
import { createRandom } from './random.ts'
import { GATEWAY_GROUP, RESOURCES } from './resources.ts'

const { cluster, seed = 1, ...options } = JSON.parse(process.argv[2] ?? '{}') as ProcessOptions
const server = await startApiServer(options)
if (cluster) {
  server.objects.load(largeCluster(cluster))
}
const random = createRandom(seed)
let changing: NodeJS.Timeout | undefined

const say = (told: unknown) => process.stdout.write(`${JSON.stringify(told)}\n`)

const stats = (): Told => {
  const { user, system } = process.cpuUsage()
  return {
    requests: server.seen.requests.length,
    lines: server.seen.lines(),
    bytes: server.seen.bytes(),
    connections: server.connections,
    cpuMs: (user + system) / 1_000,
    version: server.objects.version,
  }
}

/** Kinds that a cluster's manifests are of; roles and namespaces stay. */
const SYNCED = ['Service', 'Endpoints', 'EndpointSlice', 'Pod', 'Node', 'Ingress', 'IngressClass', 'NetworkPolicy']
/** Served from when the first of them comes, as where somebody installs the Gateway API. */
const OF_GATEWAYS = RESOURCES.filter(({ group }) => group === GATEWAY_GROUP).map(({ kind }) => kind)

function sync(objects: readonly KubeObject[]): void {
  const name = ({ kind, metadata }: KubeObject) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`
  if (objects.some(({ kind }) => OF_GATEWAYS.includes(kind))) {
    server.objects.serveGateway(true)
  }
  const wanted = new Set(server.objects.applyAll(objects).map(name))
  for (const kind of [...SYNCED, ...OF_GATEWAYS]) {
    for (const object of server.objects.all(kind).filter((each) => !wanted.has(name(each)))) {
      server.objects.remove(kind, object.metadata.namespace ?? null, object.metadata.name)
    }
  }
}

const COMMANDS: Record<Command['do'], (command: Command) => unknown> = {
  stats,
  clear: () => server.seen.clear(),
  changes({ perSecond = 0 }) {
    clearInterval(changing)
    changing = perSecond > 0 ? setInterval(() => change(server.objects, random), 1_000 / perSecond) : undefined
  },
  apply: ({ objects = [] }) => server.objects.applyAll(objects).length,
  sync: ({ objects = [] }) => sync(objects),
  restart: () => server.restart(),
  token: ({ token = '', name = '' }) => server.tokens.add(token, name, { groups: ['system:masters'] }),
}

say({ url: server.url, caPem: server.caPem, token: ADMIN_TOKEN })
for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line) as Command
  say({ done: (await COMMANDS[command.do](command)) ?? null })
}
clearInterval(changing)
await server.close()
