import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { KubeObjects } from '../../src/kube/objects.ts'
import { type Program, startProgram } from '../support/program.ts'
import type { Secrets } from './certificates.ts'
import type { Undo } from './injectors.ts'
import type { Lie } from './liar.ts'
import { nft, nsenter } from './netns.ts'
import { renderNamedConf, renderUpstreamZone, renderZone } from './render/dns.ts'
import { configuration, renderGateways } from './render/gateway/haproxy.ts'
import type { GatewayFiles } from './render/gateway/listeners.ts'
import { gatewayObjects } from './render/gateway/objects.ts'
import { type ControllerSettings, renderNginx } from './render/ingress.ts'
import { CONTROLLER, DNS_POD, GATEWAY, type Manifest, SHORE } from './world.ts'

/**
 * `dead`: its process is gone; `frozen`: it stands still; `broken`: its zone does not load; `refusing`: it answers nobody;
 * else what it knows.
 */
export type DnsState = 'dead' | 'frozen' | 'broken' | 'refusing' | KubeObjects

/** `dead`: its process is gone; else it routes by other objects than there are. */
export type GatewayState = 'dead' | readonly Manifest[]

/** This ConfigMap has the authority of `Secrets`. */
export const AUTHORITY = 'authority'
/** Gateways of classes of this controller are served. */
export const GATEWAY_CONTROLLER = 'gateway.example.net/haproxy'

export type Daemons = {
  /** Lets bind9, nginx and HAProxy serve what these objects say. @param written the same, as they were handed out. */
  serve(objects: KubeObjects, written: readonly Manifest[]): Promise<void>
  /** @returns how to end it. */
  breakDns(state: DnsState): Promise<Undo>
  /** Some answers of cluster DNS are told otherwise. */
  lie(lie: Lie): Promise<Undo>
  /** The controller runs with other settings than its default. */
  setController(settings: ControllerSettings): Promise<Undo>
  breakGateway(state: GatewayState): Promise<Undo>
  stop(): Promise<unknown>
}

/** Cluster DNS and the Ingress controller, each in its pod; a DNS server outside the cluster. */
export function createDaemons(folder: string, secrets: Secrets): Daemons {
  const named = (host: string, name: string) =>
    new Daemon(host, 'named', join(folder, name), /\brunning$/, (file) => ['-g', '-n', '1', '-c', file])
  const zoneFiles = (of: Daemon, zone: string) => ({
    'named.conf': renderNamedConf(of.folder, join(of.folder, 'zone')),
    zone,
  })
  const dns = named(DNS_POD.name, 'dns')
  const upstream = named(SHORE.name, 'upstream')
  const nginx = new Daemon(CONTROLLER.name, 'nginx', join(folder, 'nginx'), /RLIMIT_NOFILE/, (file) => [
    ...['-e', 'stderr', '-c', file],
  ])
  const files = { folder: nginx.folder, certificate: secrets.read, fallback: secrets.fallback }
  const haproxy = new Daemon(GATEWAY.name, 'haproxy', join(folder, 'haproxy'), /Loading success/, (file) => [
    ...['-W', '-db', '-f', file],
  ])
  const route = (written: readonly Manifest[]): Promise<void> => {
    const section = renderGateways(gatewayObjects(written), gatewayFiles(haproxy.folder, secrets))
    return section === '' ? haproxy.stop() : haproxy.serve({ 'haproxy.cfg': configuration(section) })
  }
  let current: KubeObjects | null = null
  let routed: readonly Manifest[] = []
  return {
    async serve(objects, written) {
      current = objects
      routed = written
      await Promise.all([
        dns.serve(zoneFiles(dns, renderZone(objects))),
        upstream.serve(zoneFiles(upstream, renderUpstreamZone())),
        nginx.serve({ 'nginx.conf': renderNginx(objects, files) }),
        route(written),
      ])
      for (const server of [dns, upstream]) {
        server.assertNever(/not loaded due to errors/)
      }
    },
    async breakDns(state) {
      if (state === 'frozen') {
        dns.signal('SIGSTOP')
        return async () => dns.signal('SIGCONT')
      }
      const good = dns.files
      if (state === 'dead') {
        await dns.stop()
      } else if (state === 'refusing') {
        await dns.serve({
          ...good,
          'named.conf': (good['named.conf'] ?? '').replace('allow-query { any; }', 'allow-query { none; }'),
        })
      } else {
        await dns.serve({ ...good, zone: state === 'broken' ? 'this is no zone\n' : renderZone(state) })
      }
      return () => dns.serve(good)
    },
    async lie(lie) {
      const [enter = '', ...args] = nsenter(DNS_POD.name)
      const program = join(import.meta.dirname, 'liar.ts')
      const liar = await startProgram(enter, [...args, process.execPath, program, JSON.stringify(lie)], /lying/)
      await nft(
        DNS_POD.name,
        'table ip liar {\n chain pre { type nat hook prerouting priority dstnat; udp dport 53 redirect to :5300; }\n}\n',
      )
      return async () => {
        await nft(DNS_POD.name, 'delete table ip liar')
        await liar.stop()
      }
    },
    async setController(settings) {
      const good = nginx.files
      if (current === null) {
        throw new Error('the controller serves nothing yet')
      }
      await nginx.serve({ 'nginx.conf': renderNginx(current, { ...files, ...settings }) })
      return () => nginx.serve(good)
    },
    async breakGateway(state) {
      await (state === 'dead' ? haproxy.stop() : route(state))
      return () => route(routed)
    },
    stop: () => Promise.all([dns.stop(), upstream.stop(), nginx.stop(), haproxy.stop()]),
  }
}

/** Secrets are known by their name alone, and one ConfigMap has the authority that Portolan trusts. */
const gatewayFiles = (folder: string, secrets: Secrets): GatewayFiles => ({
  controllerName: GATEWAY_CONTROLLER,
  address: () => '*',
  certificate(_namespace, name) {
    const files = secrets.read(name)
    if (files === null) {
      return null
    }
    const both = join(folder, `${basename(files.cert)}.pem`)
    writeFileSync(both, `${readFileSync(files.cert, 'utf8')}\n${readFileSync(files.key, 'utf8')}`)
    return both
  },
  authority: (_namespace, name) => (name === AUTHORITY ? secrets.authorityFile : null),
})

/** A server that is started anew with every configuration: when it is ready, nothing of the one before is left. */
class Daemon {
  readonly folder: string
  files: Readonly<Record<string, string>> = {}
  readonly #host: string
  readonly #command: string
  readonly #ready: RegExp
  readonly #args: (file: string) => readonly string[]
  #program: Program | null = null

  /** @param args for a configuration file, which is the first of those that it serves. */
  constructor(host: string, command: string, folder: string, ready: RegExp, args: (file: string) => readonly string[]) {
    mkdirSync(folder, { recursive: true })
    this.folder = folder
    this.#host = host
    this.#command = command
    this.#ready = ready
    this.#args = args
  }

  async serve(files: Readonly<Record<string, string>>): Promise<void> {
    const isSame = Object.entries(files).every(([name, text]) => this.files[name] === text)
    if (this.#program !== null && isSame) {
      return
    }
    await this.stop()
    this.files = files
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(join(this.folder, name), text)
    }
    const [configuration = ''] = Object.keys(files)
    const [enter = '', ...args] = nsenter(this.#host)
    this.#program = await startProgram(
      enter,
      [...args, this.#command, ...this.#args(join(this.folder, configuration))],
      this.#ready,
    )
  }

  /** @throws Error where it has said that. */
  assertNever(flaw: RegExp): void {
    const lines = this.#program?.lines ?? []
    if (lines.some((line) => flaw.test(line))) {
      throw new Error(lines.join('\n'))
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.#program?.process.kill(signal)
  }

  /** At once: it keeps nothing. */
  async stop(): Promise<void> {
    const child = this.#program?.process
    this.#program = null
    if (child === undefined) {
      return
    }
    const closed = once(child, 'close')
    child.kill('SIGKILL')
    await closed
  }
}
