/**
 * Probes one target by its name, outside of any Service, as blackbox_exporter's `/probe` does. Engine, policy and limits
 * are those of a job; nothing is recorded.
 *
 * @module
 */
import ipaddr from 'ipaddr.js'
import { judgePath } from '../check/outcome.ts'
import type { Result } from '../check/result.ts'
import type { RunChecks, Work } from '../check/work.ts'
import { isHost } from '../lib/address.ts'
import type { Clock } from '../lib/clock.ts'
import { newId } from '../lib/id.ts'
import { type Check, EXPECT_2XX, NO_TLS } from '../plan/check.ts'
import type { PlannedPath } from '../plan/path.ts'
import type { Place } from '../plan/place.ts'

export const PROBE_MODULES = ['http_2xx', 'tcp_connect'] as const
/** Both are as in blackbox_exporter's blackbox.yml: GET with redirects, of which 2xx is valid; or a connection alone. */
export type ProbeModule = (typeof PROBE_MODULES)[number]

type Dial = Pick<PlannedPath, 'address' | 'addressPort' | 'host' | 'serverName' | 'scheme' | 'url'>
type Asked = { dial: Dial; check: Check }

/**
 * @param hostname sent as Host and SNI instead of the target's own.
 * @returns what is wrong with the target, or what is to be done.
 */
export function readProbeTarget(
  target: string,
  module: ProbeModule,
  hostname: string | null,
): Asked | { wrong: string; field?: 'hostname' } {
  // A zone belongs to this machine alone, and may stand in neither Host nor SNI.
  if (hostname !== null && (!isHost(hostname) || hostname.includes('%'))) {
    return { field: 'hostname', wrong: 'not a host name or an IP address; without scheme, port and spaces' }
  }
  return module === 'http_2xx' ? readHttpTarget(target, hostname) : readTcpTarget(target)
}

function readHttpTarget(target: string, hostname: string | null): Asked | { wrong: string } {
  const text = target.includes('://') ? target : `http://${target}`
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !/^https?:$/.test(url.protocol)) {
    return { wrong: 'not an http or https URL' }
  }
  if (url.username !== '' || url.password !== '') {
    return { wrong: 'a URL with a user and password is not probed' }
  }
  const name = bare(url.hostname)
  const isLiteral = ipaddr.isValid(name)
  const scheme = url.protocol === 'https:' ? 'https' : 'http'
  return {
    dial: {
      address: name,
      scheme,
      url: url.href,
      addressPort: url.port === '' ? (scheme === 'https' ? 443 : 80) : Number(url.port),
      host: hostname ?? name,
      serverName: hostname ?? (isLiteral ? null : name),
    },
    check: {
      type: 'http',
      name: 'http_2xx',
      isDefault: false,
      port: null,
      method: 'GET',
      ingressPath: null,
      scheme,
      path: url.pathname + url.search,
      headers: {},
      body: null,
      host: hostname,
      expect: EXPECT_2XX,
      followRedirects: true,
      httpVersion: '1.1',
      upgrade: null,
      tls: NO_TLS,
      responder: null,
    },
  }
}

function readTcpTarget(target: string): Asked | { wrong: string } {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:[\]/]+)):(\d{1,5})$/.exec(target) ?? []
  const address = bracketed ?? plain
  if (address === undefined || !isHost(address) || Number(port) < 1 || Number(port) > 65_535) {
    return { wrong: 'not host:port' }
  }
  if (bracketed !== undefined && !ipaddr.IPv6.isValid(bracketed)) {
    return { wrong: 'not an IPv6 address in brackets' }
  }
  return {
    dial: { address, addressPort: Number(port), host: null, serverName: null, scheme: 'tcp', url: null },
    check: {
      type: 'tcp',
      name: 'tcp_connect',
      isDefault: false,
      port: null,
      tls: null,
      queryResponse: [],
      maxDurationMs: null,
    },
  }
}

const bare = (host: string): string => host.replace(/^\[|\]$/g, '')

/** The deadline lies this far beyond the try's own, so that a target that hangs is told from a prober that is busy. */
const GRACE_MS = 250

export type ProbeOptions = {
  signal: AbortSignal
  /** The id of the principal that asks. */
  owner: string
  /** With these, names are searched for as in a pod of our namespace; without, as the system does. */
  dnsServers: readonly string[]
  place: Pick<Place, 'namespace' | 'clusterDomain'>
  /** CIDRs to which whoever asks is narrowed. `null`: nothing narrows it. */
  egressOnly: readonly string[] | null
}

/** @returns the tries that decide, one for each address of a name; none: the caller has gone. */
export async function probeTarget(
  { runChecks, clock }: { runChecks: RunChecks; clock: Clock },
  { dial, check }: Asked,
  timeoutMs: number,
  options: ProbeOptions,
): Promise<readonly Result[]> {
  const path = pathTo(dial, check)
  const results: Result[] = []
  const work: Work = {
    jobId: newId('job', clock.now()),
    share: { owner: options.owner, scheduled: false },
    plan: {
      target: { cluster: 'none', namespace: options.place.namespace ?? 'default', service: 'probe' },
      paths: [path],
    },
    request: {
      samples: 1,
      retries: { limit: 0, delayMs: 0 },
      settleMs: 0,
      timeoutMs,
      ...(options.egressOnly && { egressOnly: options.egressOnly }),
      addresses: {
        nodes: [],
        loadBalancer: [],
        ingressController: [],
        controllerPorts: null,
        environment: null,
        dnsServers: options.dnsServers,
        clusterDomain: options.place.clusterDomain,
      },
    },
    deadlineAtMs: clock.now() + timeoutMs + GRACE_MS,
    recorded: [],
    only: null,
    round: null,
    controls: null,
  }
  await runChecks(
    { work, secrets: null, generation: 1 },
    { signal: options.signal, record: (result) => results.push(result) },
  )
  return judgePath(path, results).deciding
}

/** A name is looked up as applications do; an address is dialled as it is. */
function pathTo(dial: Dial, check: Check): PlannedPath {
  const address = dial.address ?? ''
  const isLiteral = ipaddr.isValid(address)
  return {
    ...dial,
    id: 'pth_probe',
    kind: isLiteral ? 'ExternalIP' : 'ExternalName',
    port: null,
    node: null,
    rulePath: null,
    pathType: null,
    parent: null,
    match: null,
    expected: 'reachable',
    because: [],
    family: isLiteral ? (ipaddr.parse(address).kind() === 'ipv6' ? 'IPv6' : 'IPv4') : null,
    shortCut: false,
    skipped: null,
    variable: null,
    dns: null,
    checks: [check],
  }
}
