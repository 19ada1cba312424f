/**
 * Tells when a request and the first byte of its answer passed the loopback device, by the kernel's clock: that is what
 * a timing should say, whatever kept the server or the prober from a core. It asks tcpdump (a Debian package; needs
 * root or CAP_NET_RAW).
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'

/** Only segments that carry data: total length less both headers. */
const CARRIES_DATA = '(ip[2:2] - ((ip[0] & 0xf) << 2)) - ((tcp[12] & 0xf0) >> 2) != 0'

/** Keeps of a packet all up to TCP's ports, behind the longest IPv4 header. */
const SNAP_BYTES = 96

/** The kernel hands packets over in blocks, a second after a block was begun at the latest. */
const HANDED_OVER_MS = 1500

/** The format of a capture file sets these: https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap-05.html */
const FILE_HEADER_BYTES = 24
const PACKET_HEADER_BYTES = 16
const ETHERNET_HEADER_BYTES = 14

/** One exchange: milliseconds since the epoch. */
export type Passed = { requestAtMs: number; answerAtMs: number | null }

export class Wire {
  readonly #port: number
  readonly #folder: string
  readonly #child: ChildProcess

  /** Listens to what passes between clients and a server on 127.0.0.1. Throws where tcpdump is not there or not allowed. */
  static async listen(port: number, command: readonly string[] = []): Promise<Wire> {
    const folder = mkdtempSync(join(tmpdir(), 'portolan-wire-'))
    const file = openSync(join(folder, 'pcap'), 'w')
    const [name = 'tcpdump', ...rest] = [...command, 'tcpdump']
    const options = ['-i', 'lo', '-s', String(SNAP_BYTES), '-B', '65536', '--time-stamp-precision=nano', '-w', '-']
    const child = spawn(name, [...rest, ...options, `tcp port ${port} and ${CARRIES_DATA}`], {
      stdio: ['ignore', file, 'pipe'],
    })
    closeSync(file)
    process.on('exit', () => {
      child.kill()
      rmSync(folder, { recursive: true, force: true })
    })
    let said = ''
    for await (const chunk of child.stderr ?? []) {
      said += chunk
      if (said.includes('listening on')) {
        return new Wire(port, folder, child)
      }
    }
    throw new Error(`tcpdump: ${said}`)
  }

  private constructor(port: number, folder: string, child: ChildProcess) {
    this.#port = port
    this.#folder = folder
    this.#child = child
  }

  /** Ends listening. What passed, in order, by the server's address and the client's port: `127.0.0.1 50000`. */
  async end(): Promise<ReadonlyMap<string, readonly Passed[]>> {
    await setTimeout(HANDED_OVER_MS)
    this.#child.kill('SIGINT')
    await once(this.#child, 'close')
    return parse(readFileSync(join(this.#folder, 'pcap')), this.#port)
  }
}

function parse(pcap: Buffer, serverPort: number): Map<string, Passed[]> {
  const exchanges = new Map<string, Passed[]>()
  for (let at = FILE_HEADER_BYTES; at + PACKET_HEADER_BYTES < pcap.length; ) {
    const atMs = pcap.readUInt32LE(at) * 1e3 + pcap.readUInt32LE(at + 4) / 1e6
    const ip = at + PACKET_HEADER_BYTES + ETHERNET_HEADER_BYTES
    const tcp = ip + (pcap.readUInt8(ip) & 0xf) * 4
    const [from, to] = [pcap.readUInt16BE(tcp), pcap.readUInt16BE(tcp + 2)]
    const isAnswer = from === serverPort
    const server = [...pcap.subarray(ip + (isAnswer ? 12 : 16)).subarray(0, 4)].join('.')
    const key = `${server} ${isAnswer ? to : from}`
    at += PACKET_HEADER_BYTES + pcap.readUInt32LE(at + 8)
    const before = exchanges.get(key) ?? []
    exchanges.set(key, before)
    const last = before.at(-1)
    if (!isAnswer) {
      before.push({ requestAtMs: atMs, answerAtMs: null })
    } else if (last) {
      last.answerAtMs ??= atMs
    }
  }
  return exchanges
}
