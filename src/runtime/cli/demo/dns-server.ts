/**
 * A DNS server over UDP and TCP on one port of a loopback address, answering from a zone given as data: real packets,
 * so that resolvers under test meet what they would meet in a cluster. Used by tests and by the demonstration.
 *
 * @module
 */
import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { EventEmitter, once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { type Answer, decode, encode, type Packet } from 'dns-packet'

/** The header's low four bits (RFC 1035 4.1.1). */
const RCODES = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5 } as const
export type Rcode = keyof typeof RCODES

export type SrvRecord = { priority?: number; weight?: number; port: number; target: string }

/** One name answers this. A type that is absent, on a name that is present, is NODATA. */
export type ZoneEntry = {
  A?: readonly string[]
  AAAA?: readonly string[]
  CNAME?: string
  SRV?: readonly SrvRecord[]
  TXT?: readonly string[]
  /** Seconds; default 5, as CoreDNS answers cluster names. */
  ttl?: number
  /** Answer with this code and no records, whatever was asked. */
  rcode?: Rcode
  /** Never answer. */
  silent?: boolean
  /** Answer over UDP with TC set and no records, so that the asker has to come again over TCP. */
  truncateUdp?: boolean
}

/** Names in any case, with or without the final dot. A name that is absent is NXDOMAIN. */
export type Zone = Readonly<Record<string, ZoneEntry>>

export type Query = { name: string; type: string; transport: 'udp' | 'tcp' }

export type DnsServer = {
  address: string
  port: number
  /** `ip:port`, `[ip]:port`. */
  server: string
  /** Every question asked, in order. */
  queries: readonly Query[]
  /** Resolves once the name has been asked for. */
  asked(name: string): Promise<void>
  /** Replaces the zone; in force for the next question. */
  setZone(zone: Zone): void
  close(): Promise<void>
}

const MAX_CNAMES = 8

/** Listens on `address` (default `127.0.0.1`) and `port` (default 0: a free one, the same for UDP and TCP). */
export async function startDnsServer(
  zone: Zone,
  { address = '127.0.0.1', port = 0, closesTcp = false }: { address?: string; port?: number; closesTcp?: boolean } = {},
): Promise<DnsServer> {
  let entries = normalise(zone)
  const queries: Query[] = []
  const arrivals = new EventEmitter()

  const reply = (message: Buffer, transport: 'udp' | 'tcp'): Buffer | null => {
    const packet = parse(message)
    const question = packet?.questions?.[0]
    if (!packet || !question) {
      return null
    }
    queries.push({ name: question.name, type: question.type, transport })
    arrivals.emit(question.name)
    const answer = answerTo(entries, question.name, question.type)
    if (answer === null) {
      return null
    }
    const truncated = answer.truncateUdp && transport === 'udp'
    return encode({
      type: 'response',
      id: packet.id ?? 0,
      // QR, AA, RD as asked, RA, and TC
      flags: 0x0400 | 0x0080 | ((packet.flags ?? 0) & 0x0100) | (truncated ? 0x0200 : 0) | RCODES[answer.rcode],
      questions: [question],
      answers: truncated ? [] : answer.answers,
    })
  }

  const {
    udp,
    port: bound,
    close,
  } = await listen(address, port, (socket) => {
    let pending = Buffer.alloc(0)
    socket.on('data', (chunk: Buffer) => {
      pending = Buffer.concat([pending, chunk])
      // RFC 1035 4.2.2: each message is preceded by its length, two bytes
      while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
        const end = 2 + pending.readUInt16BE(0)
        const response = reply(pending.subarray(2, end), 'tcp')
        pending = pending.subarray(end)
        if (!response) {
          continue
        }
        const length = Buffer.alloc(2)
        length.writeUInt16BE(response.length)
        const framed = Buffer.concat([length, response])
        if (closesTcp) {
          return void socket.end(framed)
        }
        socket.write(framed)
      }
    })
  })
  udp.on('message', (message, from) => {
    const response = reply(message, 'udp')
    if (response) {
      udp.send(response, from.port, from.address)
    }
  })

  return {
    address,
    port: bound,
    server: address.includes(':') ? `[${address}]:${bound}` : `${address}:${bound}`,
    queries,
    async asked(name) {
      if (!queries.some((query) => query.name === name)) {
        await once(arrivals, name)
      }
    },
    setZone(next) {
      entries = normalise(next)
    },
    close,
  }
}

/** One number for both transports: a free UDP port may be taken for TCP, so a few are tried. */
async function bind(address: string, port: number): Promise<{ udp: UdpSocket; tcp: Server }> {
  for (let attempt = 1; ; attempt++) {
    const tcp = createServer()
    tcp.listen(port, address)
    await once(tcp, 'listening')
    const udp = createSocket(address.includes(':') ? 'udp6' : 'udp4')
    try {
      udp.bind((tcp.address() as AddressInfo).port, address)
      await once(udp, 'listening')
      return { udp, tcp }
    } catch (cause) {
      udp.close()
      tcp.close()
      if (port !== 0 || attempt === 10) {
        throw cause
      }
    }
  }
}

/**
 * Listens over UDP and TCP on one port; to close it cuts the connections that are open.
 *
 * @param port 0: a free one.
 * @param connected is handed each connection.
 */
export async function listen(address: string, port: number, connected: (socket: Socket) => void) {
  const { udp, tcp } = await bind(address, port)
  const open = new Set<Socket>()
  tcp.on('connection', (socket) => {
    open.add(socket)
    socket.on('close', () => open.delete(socket))
    socket.on('error', () => socket.destroy())
    connected(socket)
  })
  return {
    udp,
    port: udp.address().port,
    async close(): Promise<void> {
      for (const socket of open) {
        socket.destroy()
      }
      const closed = Promise.all([once(udp, 'close'), once(tcp, 'close')])
      udp.close()
      tcp.close()
      await closed
    },
  }
}

function parse(message: Buffer): Packet | null {
  try {
    return decode(message)
  } catch {
    return null // not DNS: a server drops it
  }
}

const key = (name: string) => name.toLowerCase().replace(/\.$/, '')

function normalise(zone: Zone): Map<string, ZoneEntry> {
  return new Map(Object.entries(zone).map(([name, entry]) => [key(name), entry]))
}

type ZoneAnswer = { rcode: Rcode; answers: Answer[]; truncateUdp: boolean }

/** `null`: no answer is sent. Follows CNAMEs inside the zone, as a recursive server does. */
function answerTo(entries: ReadonlyMap<string, ZoneEntry>, asked: string, type: string): ZoneAnswer | null {
  const answers: Answer[] = []
  let truncateUdp = false
  let name = asked
  for (let hop = 0; hop <= MAX_CNAMES; hop++) {
    const entry = entries.get(key(name))
    if (!entry) {
      return { rcode: 'NXDOMAIN', answers, truncateUdp }
    }
    if (entry.silent) {
      return null
    }
    truncateUdp ||= entry.truncateUdp ?? false
    if (entry.rcode) {
      return { rcode: entry.rcode, answers: [], truncateUdp }
    }
    if (entry.CNAME === undefined || type === 'CNAME') {
      answers.push(...recordsOf(entry, name, type))
      return { rcode: 'NOERROR', answers, truncateUdp }
    }
    answers.push({ type: 'CNAME', name, ttl: entry.ttl ?? 5, data: entry.CNAME })
    name = entry.CNAME
  }
  return { rcode: 'SERVFAIL', answers: [], truncateUdp }
}

function recordsOf(entry: ZoneEntry, name: string, type: string): Answer[] {
  const ttl = entry.ttl ?? 5
  if (type === 'A') {
    return (entry.A ?? []).map((data) => ({ type: 'A', name, ttl, data }))
  }
  if (type === 'AAAA') {
    return (entry.AAAA ?? []).map((data) => ({ type: 'AAAA', name, ttl, data }))
  }
  if (type === 'CNAME') {
    return entry.CNAME === undefined ? [] : [{ type: 'CNAME', name, ttl, data: entry.CNAME }]
  }
  if (type === 'SRV') {
    return (entry.SRV ?? []).map(({ priority = 0, weight = 100, port, target }) => ({
      type: 'SRV',
      name,
      ttl,
      data: { priority, weight, port, target },
    }))
  }
  if (type === 'TXT') {
    return (entry.TXT ?? []).map((data) => ({ type: 'TXT', name, ttl, data }))
  }
  return []
}
