/**
 * The world of the attempts: addresses that must not be reached, each with listeners that count whoever comes, and
 * allowed ones that lead there. All of it stands in a namespace without a way out.
 *
 * @module
 */
import { execFileSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { type DnsServer, startDnsServer, type Zone, type ZoneEntry } from '../support/dns-server.ts'
import { assertNoWayOut } from '../support/no-way-out.ts'
import { keeper, serveHttp } from '../support/servers.ts'

/** A forbidden address. `text`: as it stands in manifests and URLs. `at`: where its listener really is. */
export type Target = { name: string; text: string; at: string; port: number; host: string }

/** One port for all listeners that speak, TCP and UDP; and the one of mail. */
const PORT = 8053
const MAIL = 25
/** Allowed: private, and not among what is denied. It leads on. */
export const GUIDE = '10.8.0.10'
const RESOLVER = '10.8.0.53'

const FORBIDDEN: readonly Omit<Target, 'host'>[] = [
  ['loopback', '127.0.0.1'],
  ['loopback IPv6', '::1'],
  ['unspecified', '0.0.0.0', '127.0.0.1'],
  ['metadata', '169.254.169.254'],
  ['metadata of ECS', '169.254.170.2'],
  ['metadata of Azure', '168.63.129.16'],
  ['metadata of Alibaba', '100.100.100.200'],
  ['metadata IPv6', 'fd00:ec2::254'],
  ['link-local', '169.254.7.7'],
  ['mapped', '::ffff:169.254.169.254', '169.254.169.254'],
  ['NAT64', '64:ff9b::a9fe:a9fe'],
  ['local NAT64', '64:ff9b:1::a9fe:a9fe'],
  ['6to4', '2002:a9fe:a9fe::1'],
  ['Teredo', '2001:0:a9fe:a9fe::1'],
  ['denied by the operator', '10.9.9.9'],
  ['denied by the operator, mapped', '::ffff:10.9.9.9', '10.9.9.9'],
  ['denied by the operator, NAT64', '64:ff9b::a09:909'],
].map(([name = '', text = '', at = text]) => ({ name, text, at, port: PORT }))
const MAIL_TARGETS = [
  { name: 'mail of a public address', text: '203.0.113.25', at: '203.0.113.25', port: MAIL },
  { name: 'mail of a public address, IPv6', text: '2a00:1450::25', at: '2a00:1450::25', port: MAIL },
]
const ALL = [...FORBIDDEN, ...MAIL_TARGETS]

/** What the server under test is set to. `lifted`: the same attempts must arrive. */
export const POLICIES = {
  forbidding: { PORTOLAN_EGRESS_ALLOW: '', PORTOLAN_EGRESS_DENY: '10.9.0.0/16' },
  lifted: { PORTOLAN_EGRESS_ALLOW: '0.0.0.0/0,::/0', PORTOLAN_EGRESS_DENY: '' },
} as const

export type World = {
  targets: readonly Target[]
  /** Connections and datagrams that have arrived at forbidden addresses, or at one of them. */
  arrived(at?: string): number
  /** An allowed HTTP server: redirects by `?to=`, with the status `?status=`. */
  guide: { address: string; port: number }
  /** An allowed DNS server, for the operator's and for callers' own. */
  resolver: DnsServer
  close(): Promise<unknown>
}

const isIpv6 = (address: string) => address.includes(':')
const urlHost = (text: string) => (isIpv6(text) ? `[${text}]` : text)
export const urlOf = ({ text, port }: Target, scheme = 'http') => `${scheme}://${urlHost(text)}:${port}/`
export const serverAt = ({ text, port }: Target) => `${urlHost(text)}:${port}`

export async function makeWorld(): Promise<World> {
  assertNoWayOut()
  const addresses = new Set([...ALL.map(({ at }) => at), GUIDE, RESOLVER])
  for (const address of addresses) {
    if (!['127.0.0.1', '::1'].includes(address)) {
      const [family, bits] = isIpv6(address) ? ['-6', 128] : ['-4', 32]
      execFileSync('ip', [
        family,
        'addr',
        'add',
        `${address}/${bits}`,
        'dev',
        'lo',
        ...(isIpv6(address) ? ['nodad'] : []),
      ])
    }
  }
  const { keep, closeAll } = keeper()
  const arrived = new Map<string, number>()
  for (const { at, port } of ALL.filter((each, place) => ALL.findIndex(({ at }) => at === each.at) === place)) {
    await keep(listenAt(at, port, () => arrived.set(at, (arrived.get(at) ?? 0) + 1)))
  }
  const guide = await keep(
    serveHttp(
      (request, response) => {
        const { searchParams, pathname } = new URL(request.url ?? '/', 'http://guide')
        if (pathname === '/silent') {
          return
        }
        const to = searchParams.get('to')
        response.writeHead(
          to === null ? 200 : Number(searchParams.get('status') ?? 302),
          to === null ? {} : { location: to },
        )
        response.end('guide')
      },
      { address: GUIDE, port: 8080 },
    ),
  )
  const targets = ALL.map((target, at): Target => ({ ...target, host: `t${at}.egress.example` }))
  const resolver = await keep(startDnsServer(zoneOf(targets), { address: RESOLVER, port: 53 }))
  // What the system asks, where nobody names a server: resolv.conf of this namespace has it
  await keep(startDnsServer(zoneOf(targets), { port: 53 }))
  const all = () => [...arrived.values()].reduce((sum, count) => sum + count, 0)
  return {
    targets,
    arrived: (at) => (at === undefined ? all() : (arrived.get(at) ?? 0)),
    guide,
    resolver,
    close: closeAll,
  }
}

/** Each target has names that lead to it at once, by an alias, beside an allowed address, and now and then. */
function zoneOf(targets: readonly Target[]): Zone {
  const zone: Record<string, ZoneEntry> = { 'guide.egress.example': { A: [GUIDE] } }
  for (const { host, text } of targets) {
    const type = isIpv6(text) ? 'AAAA' : 'A'
    zone[host] = { [type]: [text] }
    zone[`alias.${host}`] = { CNAME: `far.alias.${host}` }
    zone[`far.alias.${host}`] = { CNAME: host }
    zone[`mixed.${host}`] = { A: type === 'A' ? [GUIDE, text] : [GUIDE], ...(type === 'AAAA' && { AAAA: [text] }) }
    zone[`rebind.${host}`] = rebinding(type, text)
  }
  return zone
}

/** Answers the allowed address to the first question, and then in turn. */
function rebinding(type: 'A' | 'AAAA', text: string): ZoneEntry {
  let asked = 0
  const entry: ZoneEntry = { ttl: 0 }
  Object.defineProperty(entry, 'A', {
    get: () => {
      asked += 1
      return asked % 3 === 1 ? [GUIDE] : type === 'A' ? [text] : []
    },
  })
  return type === 'A' ? entry : Object.defineProperty(entry, 'AAAA', { get: () => (asked % 3 === 1 ? [] : [text]) })
}

/** Counts what comes, and answers HTTP to whoever speaks. */
async function listenAt(address: string, port: number, count: () => void): Promise<{ close(): Promise<unknown> }> {
  const tcp = createServer((socket) => {
    count()
    socket.on('error', () => socket.destroy())
    socket.on('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\nconnection: close\r\n\r\nforbidden'))
  })
  const udp = createSocket(isIpv6(address) ? { type: 'udp6', ipv6Only: true } : { type: 'udp4' })
  udp.on('message', count)
  tcp.listen({ host: address, port, ipv6Only: true })
  udp.bind(port, address)
  await Promise.all([once(tcp, 'listening'), once(udp, 'listening')])
  return {
    close() {
      udp.close()
      return new Promise((closed) => tcp.close(closed))
    },
  }
}
