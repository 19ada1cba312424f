/**
 * Tells what about this machine decides which paths can be reached from it.
 *
 * @module
 */
import { getServers } from 'node:dns'
import { networkInterfaces } from 'node:os'
import type { Config } from '../../node/config.ts'
import { detectPlace } from '../../node/detect-place.ts'
import type { Io } from '../io.ts'
import { type Line, line } from './line.ts'

/** `process` has them; a test hands in others. */
export type Machine = {
  node: string
  platform: string
  /** That programs would ask. */
  dnsServers: readonly string[]
  /** The addresses of all interfaces. */
  addresses: readonly string[]
}

export const thisMachine = (): Machine => ({
  node: process.version,
  platform: `${process.platform}-${process.arch}`,
  dnsServers: getServers(),
  addresses: Object.values(networkInterfaces()).flatMap((each) => (each ?? []).map(({ address }) => address)),
})

/** Loopback, and what is valid on its own link alone, leads nowhere. */
const isGlobalV6 = (address: string): boolean => address.includes(':') && !/^(::1$|fe[89ab])/i.test(address)

/** Proxies are for browsers: what is probed is dialled, so that what is measured is the way itself. */
const PROXY_VARIABLES = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY']

/** @param config `null`: settings are wrong, and what they say of the place is not known. */
export function machineLines(io: Io, machine: Machine, config: Config | null): Line[] {
  const place = config === null ? null : detectPlace(config)
  const servers = config !== null && config.dnsServers.length > 0 ? config.dnsServers : null
  const domain = place?.clusterDomain ?? null
  const proxies = PROXY_VARIABLES.flatMap((name) => [name, name.toLowerCase()]).filter((name) => io.env[name])
  return [
    line('ok', 'node', `${machine.node} on ${machine.platform}`),
    place?.namespace == null
      ? line('none', 'pod', 'this is no pod of a cluster')
      : line('ok', 'pod', `this is a pod of the namespace ${place.namespace}`),
    servers === null && machine.dnsServers.length === 0
      ? line('wrong', 'dns', 'no DNS server is set', 'Set one in /etc/resolv.conf, or by --dns-servers.')
      : line(
          'ok',
          'dns',
          `${(servers ?? machine.dnsServers).join(', ')}, ${servers === null ? "the system's" : 'as it is set'}; cluster domain ` +
            (domain ?? 'cluster.local, as nothing here says another'),
        ),
    machine.addresses.some(isGlobalV6)
      ? line('ok', 'ipv6', 'this machine has an address')
      : line('remark', 'ipv6', 'this machine has no address: paths over IPv6 fail from here'),
    ...(proxies.length === 0 ? [] : [proxyLine(io, proxies)]),
  ]
}

const proxyLine = (io: Io, names: readonly string[]): Line =>
  line(
    'remark',
    'proxies',
    `${names.join(', ')}: what is probed is dialled without a proxy, ` +
      (io.env.NODE_USE_ENV_PROXY === '1' ? 'and a server is asked by it' : 'and a server is asked without one'),
    io.env.NODE_USE_ENV_PROXY === '1' ? null : 'NODE_USE_ENV_PROXY=1 has a server asked by it.',
  )

/** Tells what may be dialled from here. */
export const egressLine = ({ egressAllow, egressDeny }: Config): Line =>
  line(
    'ok',
    'egress',
    `never dialled: ${['link-local and metadata addresses', ...egressDeny].join(', ')}; dialled: ` +
      ['loopback (kind, a port-forward), unless --strict-egress says otherwise', ...egressAllow].join(', '),
  )

/** Tells which kinds of paths can be tested from here. */
export const pathsLine = (config: Config): Line =>
  detectPlace(config).vantage.position === 'in-cluster'
    ? line('ok', 'paths', 'all kinds, as this stands in the cluster')
    : line(
        'remark',
        'paths',
        'load balancers, Ingresses, routes of Gateways, external addresses, and node ports as far as the network lets; ClusterIPs, ' +
          'pods and cluster DNS exist only inside the cluster, and are skipped from here',
        'Ask a server that runs in the cluster, or run the command that "portolan check" prints for it.',
      )
